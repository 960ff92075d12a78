"""No permanent fault makes a reflector run hot, and none makes it give up."""

import asyncio
from typing import Any

from fakes.api_server import FakeApiServer
from k8s_sync.kube.policy import Timing
from tests.service.following import SPEED, following, pod, until, world

SECONDS = 60
MOST = 30

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


async def requests_in_a_minute(name: str) -> int:
    async with FakeApiServer() as api:
        for i in range(5):
            api.store.create("pods", pod(f"p{i}"))
        # Busy machines are slow: what is a short watch must not hang on that.
        surroundings = world(timing=Timing(short_watch=50))
        api.faults.add(times=-1, **FAULTS[name])
        async with following(api, surroundings=surroundings) as f:
            await asyncio.sleep(SECONDS / SPEED)
            count = len(api.requests)
            api.faults.clear()
            await until(f.agrees)
        return count


async def test_requests_are_few() -> None:
    """At most about one request in two seconds in the first minute."""
    counts = await asyncio.gather(*map(requests_in_a_minute, FAULTS))
    hot = {n: c for n, c in zip(FAULTS, counts, strict=True) if not 1 <= c <= MOST}
    assert hot == {}


async def test_a_server_that_is_down_is_left_in_peace() -> None:
    """Waits grow up to 30 s."""
    async with FakeApiServer() as api:
        pass
    async with following(api) as f:
        await asyncio.sleep(100 / SPEED)
        assert 5 <= f.reflector.stats.failures["unreachable"] <= 20
