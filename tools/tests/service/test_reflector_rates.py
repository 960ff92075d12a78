"""No permanent fault makes a reflector run hot, and none makes it give up.

Each fault hits a reflector that knows nothing yet, and one that follows. Bounds are
requests of one kind of objects in the first minute, the worst one of all.
"""

import asyncio
import random
import sys
import time
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from fakes.api_server import FakeApiServer
from k8s_sync.kube.changes import Deleted
from k8s_sync.kube.surroundings import Surroundings
from tests.service.following import SPEED, following, pod, until

SECONDS = 60
PODS = 5
MOMENT = 0.02
"""Seconds of ours that any wait takes at least."""
IDLE = 3.0
"""Seconds of ours after which somebody who has not asked for anything is content."""

Setup = Callable[[FakeApiServer], dict[str, Any]]


class Case(NamedTuple):
    """A fault that does not go away, and how many requests it may cost."""

    fault: dict[str, Any]
    new: int
    """Of a reflector that knows nothing yet."""
    following: int
    """Of one that does; it may have to ask first whether it may go on."""
    syncs: int = 12
    """Of those, requests for all there is. A first page is one, others are not."""
    also: dict[str, Any] | None = None
    """A second fault, for what the first one does not hit."""


REFUSED = 40
"""Waits of 0.8 s, doubled up to a quarter of the outage or 3 s, with full jitter; twice
the requests at worst, as initial events may be followed by a page."""
WATCHES = 3 * REFUSED
"""Of those, each third one is a sync, of a stream that is refused and three pages."""
KNOCKS = 66
"""Attempts that cost nobody anything: one each one to two seconds, a bit more often in
the beginning."""
TWICE = 2 * KNOCKS
"""The same with a question before each; or of those that aiohttp repeats by itself, as
it does once for each request that is reset."""


def _stale(api: FakeApiServer) -> Callable[[bytes], bytes]:
    """Lets the rest of each list expire once its first page is sent."""

    def mangle(data: bytes) -> bytes:
        api.store.trim("pods")
        return data

    return mangle


def _set_back(api: FakeApiServer) -> Callable[[bytes], bytes]:
    """Restores a backup again and again."""

    def mangle(data: bytes) -> bytes:
        api.store.restore(api.store.version // 2 + 10)
        return data

    return mangle


CASES: dict[str, Case] = {
    "reset": Case({"reset": True}, TWICE, TWICE, TWICE),
    "401": Case({"status": 401}, 2 * REFUSED, 2 * REFUSED),
    "403": Case({"status": 403}, REFUSED, REFUSED),
    "404": Case({"status": 404}, REFUSED, REFUSED),
    "410": Case({"status": 410}, REFUSED, REFUSED),
    "422": Case({"status": 422}, REFUSED, REFUSED),
    "429": Case({"status": 429}, REFUSED, REFUSED),
    "429 and Retry-After": Case({"status": 429, "retry_after": 10}, 7, 7),
    "500": Case({"status": 500}, REFUSED, REFUSED),
    "503 and Retry-After": Case({"status": 503, "retry_after": 10}, 7, 7),
    "504": Case({"status": 504}, REFUSED, REFUSED),
    "504, version too large": Case(
        {"status": 504, "message": "Too large resource version: 9, current: 1"},
        *(REFUSED, REFUSED),
    ),
    "410 in every watch": Case({"verb": "watch", "error_event": 410}, WATCHES, WATCHES),
    "429 in every watch": Case({"verb": "watch", "error_event": 429}, WATCHES, WATCHES),
    "500 in every watch": Case({"verb": "watch", "error_event": 500}, WATCHES, WATCHES),
    "410 instead of a watch": Case(
        {"verb": "watch", "status": 410}, 2 * REFUSED, 2 * REFUSED
    ),
    "every watch is empty": Case({"verb": "watch", "empty": True}, WATCHES, WATCHES),
    "no initial bookmark": Case({"verb": "watch", "no_end": True}, WATCHES, WATCHES),
    "initial bookmark without mark": Case({"verb": "watch", "no_mark": True}, 5, 3),
    "closed after the initial bookmark": Case(
        {"verb": "watchlist", "close_after_mark": True}, 5, 3
    ),
    # Too many objects for the history that the server keeps: each sync succeeds, and
    # what follows comes too late.
    "each sync is too old once it is there": Case(
        {"verb": "watchlist", "close_after_mark": True},
        *(2 * REFUSED, 2 * REFUSED),
        also={"verb": "watch", "error_event": 410},
    ),
    "garbage": Case({"body": b"garbage"}, REFUSED, REFUSED),
    "nothing": Case({"body": b""}, REFUSED, REFUSED),
    **{
        f"every answer is cut after {size} bytes": Case(
            {"cut_after": size}, REFUSED, REFUSED + KNOCKS
        )
        for size in (0, 1, 300, 1500)
    },
    "every watch is cut": Case({"verb": "watch", "cut_after": 0}, TWICE, TWICE),
    "every watch is reset": Case(
        {"verb": "watch", "cut_after": 0, "reset": True}, TWICE, TWICE
    ),
    "initial events twice and in no order": Case(
        {"shuffle": list.reverse, "repeat": True}, 1, 2
    ),
    "the rest of each list expires": Case({"mangle": _stale}, REFUSED, REFUSED),
    "set back again and again": Case({"mangle": _set_back}, 2 * REFUSED, 2 * REFUSED),
}


class Minutes:
    """A clock that only waits move on, so that a busy machine makes no difference.

    A wait takes a moment all the same: whoever gives it up has not waited.
    """

    def __init__(self) -> None:
        self.now = 0.0

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(MOMENT)
        self.now += seconds

    def over(self, api: FakeApiServer) -> bool:
        """A minute has passed, or nobody asks for anything any more."""
        latest = api.requests[-1].time if api.requests else time.monotonic()
        return self.now >= SECONDS or time.monotonic() - latest > IDLE


async def requests_in_a_minute(case: Case, *, known: bool) -> tuple[int, int]:
    """Counts requests, and those for all there is."""
    minutes = Minutes()
    surroundings = Surroundings(
        random=random.Random(1).random,  # noqa: S311 - to be the same each time
        clock=lambda: minutes.now,
        sleep=minutes.sleep,
        page_size=2,
    )
    async with FakeApiServer() as api:
        faults = [dict(one) for one in (case.fault, case.also) if one]
        listed = "mangle" in faults[0]
        if listed:
            faults[0]["mangle"] = faults[0]["mangle"](api)
            api.habits.watch_list = "refuse"
        api.habits.bookmark_interval = 0.01
        for i in range(PODS):
            api.store.create("pods", pod(f"p{i}"))

        def begin() -> None:
            for one in faults:
                api.faults.add(times=-1, **one)

        if not known:
            begin()
        async with following(api, surroundings=surroundings) as f:
            if known:
                await f.synced()
                if listed:
                    api.faults.add(verb="watch", error_event=410)
                begin()
                minutes.now = 0
                api.requests.clear()
                api.drop()
            bound = case.following if known else case.new
            await until(lambda: minutes.over(api) or len(api.requests) > bound, 60)
            count = len(api.requests)
            syncs = api.count("watchlist") + sum(
                "continue" not in seen.query
                for seen in api.requests
                if seen.verb == "list"
            )
            api.faults.clear()
            api.store.create("pods", pod("last"))
            await until(f.agrees, 60)
            assert not f.view.of(Deleted), "a fault is no deletion"
        return count, syncs


@pytest.mark.parametrize("known", [False, True], ids=["new", "following"])
async def test_requests_are_few(known: bool) -> None:  # noqa: FBT001 - a parameter
    counts = await asyncio.gather(
        *(requests_in_a_minute(case, known=known) for case in CASES.values())
    )
    hot = {}
    for (name, case), (count, syncs) in zip(CASES.items(), counts, strict=True):
        bound = case.following if known else case.new
        sys.stdout.write(f"{name:40} {count:4} of {bound:4}, {syncs:3} syncs\n")
        if not (1 <= count <= bound and syncs <= max(case.syncs, bound)):
            hot[name] = count, syncs
    assert hot == {}


@pytest.mark.parametrize("verb", ["any", "watch"])
async def test_silence_is_heard_before_anybody_asks_again(verb: str) -> None:
    """It takes 75 s each time; so that is the pace, whatever else."""
    silence = 0.5
    async with FakeApiServer() as api:
        api.store.create("pods", pod("a"))
        api.faults.add(verb=verb, stall_after=0, times=-1)
        async with following(api, silence=silence) as f:
            await asyncio.sleep(3 * silence)
            assert 1 <= len(api.requests) <= 2 * 4, "twice, as a question may be first"
            api.faults.clear()
            await until(f.agrees)


async def test_a_server_that_is_down_is_asked_each_one_to_two_seconds() -> None:
    """However long it was down, it is found within 2 s once it is up."""
    async with FakeApiServer() as api:
        pass
    async with following(api) as f:
        await asyncio.sleep(100 / SPEED)
        assert 30 <= f.reflector.stats.failures["unreachable"] <= 100
        async with FakeApiServer(api.port):
            began = f.reflector.stats.failures["unreachable"]
            await f.synced()
            assert f.reflector.stats.failures["unreachable"] <= began + 1
