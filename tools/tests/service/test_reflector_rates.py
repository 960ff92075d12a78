"""No permanent fault makes a reflector run hot, and none makes it give up."""

import asyncio
from typing import Any

import pytest

from fakes.api_server import FakeApiServer
from k8s_sync.kube.policy import Timing
from tests.service.following import SPEED, following, pod, until, world

SECONDS = 60

FAULTS: dict[str, dict[str, Any]] = {
    "refused": {"reset": True},
    "401": {"status": 401},
    "403": {"status": 403},
    "404": {"status": 404},
    "410": {"status": 410},
    "422": {"status": 422},
    "429": {"status": 429},
    "500": {"status": 500},
    "504": {"status": 504},
    "410 in every watch": {"verb": "watch", "error_event": 410},
    "500 in every watch": {"verb": "watch", "error_event": 500},
    "410 instead of a watch": {"verb": "watch", "status": 410},
    "every watch is empty": {"verb": "watch", "empty": True},
    "every watch is cut": {"verb": "watch", "cut_after": 300},
    "no initial bookmark": {"verb": "watch", "no_end": True},
    "initial bookmark without mark": {"verb": "watch", "no_mark": True},
    "garbage": {"body": b"garbage"},
    "nothing": {"body": b""},
}


@pytest.mark.parametrize("name", FAULTS)
async def test_requests_are_few(name: str) -> None:
    """At most about one request in two seconds in the first minute."""
    async with FakeApiServer() as api:
        for i in range(5):
            api.store.create("pods", pod(f"p{i}"))
        # Busy machines are slow: what is a short watch must not hang on that.
        surroundings = world(timing=Timing(short_watch=20))
        api.faults.add(times=-1, **FAULTS[name])
        async with following(api, surroundings=surroundings) as f:
            await asyncio.sleep(SECONDS / SPEED)
            assert 1 <= len(api.requests) <= 30
            api.faults.clear()
            if name not in {"403", "404"}:  # They wait for a minute.
                await until(f.agrees)


async def test_a_server_that_is_down_is_left_in_peace() -> None:
    """Waits grow up to 30 s."""
    async with FakeApiServer() as api:
        url = api.url
    async with following(api) as f:
        await asyncio.sleep(300 / SPEED)
        failures = f.reflector.stats.failures["unreachable"]
        assert 5 <= failures <= 45, url
