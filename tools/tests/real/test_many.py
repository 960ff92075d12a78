"""Thousands of pods of a real API server, which restarts, and so does its etcd."""

import asyncio
import signal
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor

from tests.real.cluster import running
from tests.real.process import until
from tests.real.stage import Stage

PODS = 5000
SOME = 200
"""Pods that come, go and move between two restarts."""
_HANDS = 8
_NAMESPACE = "crowd"


def _address(number: int) -> str:
    return f"10.3.{number >> 8}.{number & 255}"


async def _each(numbers: Iterable[int], change: Callable[[int], object]) -> None:
    """Does something for each number, several at a time."""

    def work() -> None:
        with ThreadPoolExecutor(_HANDS) as pool:
            list(pool.map(change, numbers))

    await asyncio.to_thread(work)


async def test_a_crowd_outlives_restarts(stage: Stage) -> None:
    """What the daemon told is always what a fresh list says, once all is up again."""
    plane, cluster = stage.plane, stage.cluster
    cluster.namespace(_NAMESPACE)

    def come(number: int) -> None:
        cluster.pod(f"p{number}", _NAMESPACE, _address(number))

    def go(number: int) -> None:
        cluster.delete("pods", f"p{number}", _NAMESPACE)

    def move(number: int) -> None:
        status = running(_address(number + 2 * PODS))
        cluster.set_status("pods", f"p{number}", status, _NAMESPACE)

    async def change(turn: int) -> None:
        first = turn * 2 * SOME
        await _each(range(first, first + SOME), go)
        await _each(range(first + SOME, first + 2 * SOME), move)
        await _each(range(PODS + turn * SOME, PODS + (turn + 1) * SOME), come)

    async with stage.daemon() as daemon:
        await _each(range(PODS), come)
        await stage.equal(daemon)
        assert len(cluster.facts()) >= PODS

        await asyncio.to_thread(plane.api.stop)
        await until(lambda: daemon.said("pods: GET https://"), "the loss is told")
        await asyncio.to_thread(plane.api.start)
        await change(0)
        await stage.equal(daemon)

        await asyncio.to_thread(plane.restart_etcd)
        await asyncio.to_thread(plane.api.ready)
        await change(1)
        await stage.equal(daemon)

        # Both, and changes that the daemon does not see and nobody remembers.
        daemon.send(signal.SIGSTOP)
        await change(2)
        plane.compact()
        await asyncio.to_thread(plane.api.stop)
        await asyncio.to_thread(plane.restart_etcd)
        await asyncio.to_thread(plane.api.start)
        daemon.send(signal.SIGCONT)
        await stage.equal(daemon)
        assert await daemon.metric("failures_total", reason="gone") >= 1

        path = f"/api/v1/namespaces/{_NAMESPACE}/pods?gracePeriodSeconds=0"
        await asyncio.to_thread(plane.api.call, "DELETE", path)
        await stage.equal(daemon)
        assert stage.zeek.connections == 1
