"""No permanent fault makes a reflector run hot, and none makes it give up.

Each fault hits a reflector that knows nothing yet, and one that follows. Bounds are
requests of one kind of objects in the first minute, the worst one of all.
"""

import asyncio
import sys
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from fakes.api_server import FakeApiServer
from k8s_sync.kube.backoff import Timing
from k8s_sync.kube.changes import Deleted
from tests.service.following import SPEED, following, pod, until, world

SECONDS = 60
PODS = 5

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


REFUSED = 24
"""Waits of 0.8 s, doubled up to 30 s, with full jitter; twice the requests at worst, as
initial events may be followed by a page."""
KNOCKS = 66
"""Attempts that cost nobody anything: one each one to two seconds, a bit more often in
the beginning."""
CUTS = 2 * KNOCKS
"""The same with a question before each."""


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
    "reset": Case({"reset": True}, KNOCKS, KNOCKS, KNOCKS),
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
    "410 in every watch": Case({"verb": "watch", "error_event": 410}, 40, 40),
    "429 in every watch": Case({"verb": "watch", "error_event": 429}, 40, 40),
    "500 in every watch": Case({"verb": "watch", "error_event": 500}, 40, 40),
    "410 instead of a watch": Case({"verb": "watch", "status": 410}, 40, 40),
    "every watch is empty": Case({"verb": "watch", "empty": True}, 40, 40),
    "no initial bookmark": Case({"verb": "watch", "no_end": True}, 40, 40),
    "initial bookmark without mark": Case({"verb": "watch", "no_mark": True}, 5, 3),
    "closed after the initial bookmark": Case(
        {"verb": "watchlist", "close_after_mark": True}, 5, 3
    ),
    "garbage": Case({"body": b"garbage"}, REFUSED, REFUSED),
    "nothing": Case({"body": b""}, REFUSED, REFUSED),
    **{
        f"every answer is cut after {size} bytes": Case(
            {"cut_after": size}, REFUSED, REFUSED + KNOCKS
        )
        for size in (0, 1, 300, 1500)
    },
    "every watch is cut": Case({"verb": "watch", "cut_after": 0}, CUTS, CUTS),
    "every watch is reset": Case(
        {"verb": "watch", "cut_after": 0, "reset": True}, CUTS, CUTS
    ),
    "every answer stalls": Case({"stall_after": 10}, 3, 3),
    "every watch stalls": Case({"verb": "watch", "stall_after": 0}, 3, 3),
    "initial events twice and in no order": Case(
        {"shuffle": list.reverse, "repeat": True}, 1, 2
    ),
    "the rest of each list expires": Case({"mangle": _stale}, REFUSED, REFUSED),
    "set back again and again": Case({"mangle": _set_back}, 2 * REFUSED, 2 * REFUSED),
}


async def requests_in_a_minute(case: Case, *, known: bool) -> tuple[int, int]:
    """Counts requests, and those for all there is."""
    async with FakeApiServer() as api:
        fault = dict(case.fault)
        if "mangle" in fault:
            fault["mangle"] = fault["mangle"](api)
            api.habits.watch_list = "refuse"
        api.habits.bookmark_interval = 1 / SPEED
        for i in range(PODS):
            api.store.create("pods", pod(f"p{i}"))
        # Busy machines are slow: what is a short watch must not hang on that.
        surroundings = world(timing=Timing(short_watch=50), page_size=2)
        if not known:
            api.faults.add(times=-1, **fault)
        async with following(api, surroundings=surroundings, silence=75 / SPEED) as f:
            if known:
                await f.synced()
                if "mangle" in fault:  # which is about lists
                    api.faults.add(verb="watch", error_event=410)
                api.faults.add(times=-1, **fault)
                api.requests.clear()
                api.drop()
            await asyncio.sleep(SECONDS / SPEED)
            count = len(api.requests)
            syncs = api.count("watchlist") + sum(
                "continue" not in seen.query
                for seen in api.requests
                if seen.verb == "list"
            )
            api.faults.clear()
            api.store.create("pods", pod("last"))
            await until(f.agrees)
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
