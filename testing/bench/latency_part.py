"""From a change at the API server to the answer on each node of a Zeek cluster."""

import asyncio
import gc
import statistics
import time
from collections.abc import Iterable
from pathlib import Path

from bench.churn import Change, Churn
from bench.figures import Figure, at_most, percentile
from bench.live import Live
from bench.seeds import seeded
from bench.zeek_parts import Options
from fakes.api_server import FakeApiServer
from fakes.loopback import kubeconfig
from layout import BACKENDS

NODES = ("manager", "logger", "worker-1", "worker-2")
PODS = 5000
RATE = 500
"""Changes of pods for each second."""
SECONDS = 30
BAR = 100.0
"""Milliseconds until every node answers right, at p99."""
_PROBE = Path(__file__).with_name("answer_probe.zeek")
_SETTLE = 3.0
"""Seconds for the last ones; what takes longer counts as never answered."""
_TURN = 0.01


def answering(options: Options) -> list[Figure]:
    """Milliseconds until each node, and until all of them, answer right."""
    figures: list[Figure] = []
    for backend in BACKENDS:
        folder = options.folder / f"latency-{backend}"
        folder.mkdir(exist_ok=True)
        more = f"@load {_PROBE}\n"
        with Live(folder, NODES, backend=backend, more=more) as live:
            changes = asyncio.run(_run(live, options))
            for node in NODES:  # which write the rest when they end
                live.end(node, kindly=True)
            figures += _figures(backend, live.folder, changes)
    return figures


async def _run(live: Live, options: Options) -> list[Change]:
    async with FakeApiServer() as api:
        churn = Churn(api.store, time.time)
        for _ in range(PODS):
            churn.come()
        options.say("starting a Zeek cluster")
        config = kubeconfig(live.folder, api.url)
        await asyncio.to_thread(live.start, NODES, "--kubeconfig", config)
        options.say(f"{RATE} changes a second for {SECONDS} s")
        # The fake server keeps all that ever was: it must not stall to look for
        # garbage. The daemon does as it always does.
        gc.disable()
        try:
            changes = await _change(churn)
        finally:
            gc.enable()
        await asyncio.sleep(_SETTLE)
        return changes


async def _change(churn: Churn) -> list[Change]:
    dice = seeded("questions")
    ways = (churn.come, churn.go, churn.move)
    changes: list[Change] = []
    began = time.monotonic()
    while len(changes) < RATE * SECONDS:
        due = min((time.monotonic() - began) * RATE, RATE * SECONDS)
        while len(changes) < due:
            changes.append(dice.choices(ways, (2, 2, 1))[0]())
        await asyncio.sleep(_TURN)
    return changes


def _figures(name: str, folder: Path, changes: list[Change]) -> Iterable[Figure]:
    span = changes[-1].at - changes[0].at
    yield Figure(f"{name}: changes", f"{len(changes):,}, {len(changes) / span:.0f}/s")
    slowest = [0.0] * len(changes)
    for node in NODES:
        times = _latencies(folder / node / "answers.log", changes)
        slowest = [max(pair) for pair in zip(slowest, times, strict=True)]
        p99 = percentile(times, 99)
        yield Figure(f"until {node} answers right, p99", f"{p99:.1f} ms")
    yield Figure("until all nodes do, median", f"{statistics.median(slowest):.1f} ms")
    p99 = percentile(slowest, 99)
    yield at_most("until all nodes do, p99", p99, BAR, "{:.1f} ms")


def _latencies(path: Path, changes: list[Change]) -> list[float]:
    """Milliseconds for each change; infinite if there was no right answer."""
    answers: dict[str, list[tuple[float, str, str]]] = {}
    for line in path.read_text().splitlines():
        at, address, match, pod = line.split()
        answers.setdefault(address, []).append((float(at), match, pod))

    def latency(change: Change) -> float:
        for at, match, pod in answers.get(change.address, ()):
            holds = match == "exact" and pod == change.pod
            if at >= change.at and holds == change.holds:
                return (at - change.at) * 1000
        return float("inf")

    return [latency(change) for change in changes]
