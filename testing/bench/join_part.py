"""A worker that joins while all claims are outstanding: until it holds all of them."""

import heapq
import json
import statistics
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from bench import objects
from bench.figures import Figure, at_most, percentile
from bench.live import LOOP_PROBE, Event, Late, Live
from bench.zeek_parts import Options
from layout import BACKENDS, Backend

MANAGER, WORKER, DAEMON = "manager", "worker-1", "daemon"
OTHERS = (MANAGER, "logger")
"""The nodes that are there before."""
SECONDS = 3.0
"""Until a worker that joins must be equal."""
MILLISECONDS = 5.0
"""How long a batch may hold a node's main loop, at p99."""
RUNS = 3
_FLUSHED = 0.3
"""Seconds after which what a probe has said is written."""
_SINCE = "2026-11-01T00:00:00Z"


class _Run(NamedTuple):
    seconds: float
    """From when the worker runs until it holds all."""
    busy: dict[str, float]
    """Seconds of processor meanwhile, by program."""
    main: dict[str, float]
    """The same of the main threads of Zeek only."""
    batches: Sequence[Event]
    lates: dict[str, list[Late]]
    """When the main loop was away meanwhile, by node."""


def joining(options: Options) -> list[Figure]:
    """Seconds until it is equal, and milliseconds of each batch."""
    folder = options.folder / "join"
    folder.mkdir(exist_ok=True)
    options.say(f"writing {options.claims} pods")
    source = folder / "pods.json"
    with source.open("w") as out:
        out.write('{"kind":"List","apiVersion":"v1","items":[')
        for number, pod in enumerate(objects.pods(options.claims, _SINCE)):
            out.write(("," if number else "") + json.dumps(pod))
        out.write("]}")
    figures: list[Figure] = []
    for backend in BACKENDS:
        runs = _runs(options, folder / backend, backend, source)
        figures += _figures(backend, runs, options.claims)
    return figures


def _runs(
    options: Options, folder: Path, backend: Backend, source: Path
) -> Sequence[_Run]:
    folder.mkdir(exist_ok=True)
    more = f"@load {LOOP_PROBE}\n"
    with Live(folder, (*OTHERS, WORKER), backend=backend, more=more) as live:
        options.say(f"{backend}: the others hear all claims")
        live.start(OTHERS, "--source", source)
        runs = []
        for number in range(RUNS):
            options.say(f"{backend}: a worker joins: {number + 1} of {RUNS}")
            runs.append(_join(live, options.claims))
            live.end(WORKER)
            live.until(lambda: live.equal(*OTHERS), "the worker is given up")
        return runs


def _join(live: Live, claims: int) -> _Run:
    cpu = {name: live.cpu(name) for name in (MANAGER, DAEMON)}
    main = {MANAGER: live.main_cpu(MANAGER)}
    live.start_node(WORKER, fresh=True)
    # What it takes to read the scripts is no part of it.
    cpu[WORKER], main[WORKER] = live.cpu(WORKER), live.main_cpu(WORKER)

    def holds_all() -> bool:
        # Others may look at the file while it is written.
        return any(e.part == "end" and e.claims >= claims for e in live.events(WORKER))

    live.until(holds_all, "the worker holds all")
    main = {name: live.main_cpu(name) - before for name, before in main.items()}
    cpu = {name: live.cpu(name) - before for name, before in cpu.items()}
    up, *events = live.events(WORKER)
    ended = next(event.at for event in events if event.part == "end")
    # And not only by its own word.
    live.until(lambda: live.equal(*OTHERS, WORKER), "all digests are equal")
    batches = [event for event in events if event.part == "snapshot"]
    time.sleep(_FLUSHED)
    lates = {
        node: [late for late in live.lates(node) if up.at <= late.at <= ended]
        for node in (*OTHERS, WORKER)
    }
    return _Run(ended - up.at, cpu, main, batches, lates)


def _figures(backend: Backend, runs: Sequence[_Run], claims: int) -> Iterable[Figure]:
    seconds = [run.seconds for run in runs]
    what = f"{backend}: {claims:,} claims, best of {RUNS} runs"
    yield at_most(what, min(seconds), SECONDS, "{:.2f} s")
    yield Figure("the same, median", f"{statistics.median(seconds):.2f} s")
    busy = " + ".join(
        f"{statistics.median(run.busy[name] for run in runs):.2f}"
        for name in (DAEMON, MANAGER, WORKER)
    )
    yield Figure("processor: daemon + manager + worker", f"{busy} s")
    count = len(runs[0].batches)
    size = statistics.mean(event.size for event in runs[0].batches) / 1024
    yield Figure("batches", f"{count} of {size:.0f} KiB")
    for name in (MANAGER, WORKER):
        mean = statistics.median(run.main[name] for run in runs) / count * 1000
        yield Figure(f"main loop for one, {name}, mean", f"{mean:.2f} ms")
    # What others do on this machine counts in the wall's time only.
    batches = [event for run in runs for event in run.batches]
    handlers = percentile((event.cpu * 1000 for event in batches), 99)
    yield Figure("the worker's handlers of one, p99, processor", f"{handlers:.2f} ms")
    handlers = percentile((event.wall * 1000 for event in batches), 99)
    yield Figure("the same, p99, wall", f"{handlers:.2f} ms")
    for node in (*OTHERS, WORKER):
        lates = [late for run in runs for late in run.lates[node]]
        what = f"main loop away, {node}, p99 of as many as batches"
        cpu = _p99_of_longest((late.cpu for late in lates), len(batches))
        yield at_most(f"{what}, processor", cpu, MILLISECONDS, "{:.2f} ms")
        wall = _p99_of_longest((late.wall for late in lates), len(batches))
        yield Figure("the same, wall", f"{wall:.2f} ms")


def _p99_of_longest(seconds: Iterable[float], count: int) -> float:
    """Milliseconds that all but a hundredth of so many are not above.

    Which of them were batches, nobody knows: the longest are taken to be.
    """
    longest = heapq.nlargest(count, seconds)
    longest += [0.0] * (count - len(longest))
    return percentile(longest, 99) * 1000
