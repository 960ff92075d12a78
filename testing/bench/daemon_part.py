"""What taking in all pods costs the daemon, beside what else people would use.

All of them are given the same pods of 13 KB by an API server on loopback, whose own
work does not count, and write down whose an address is. The others keep a dictionary
of addresses, without times, workloads, services and doubt.
"""

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from bench.figures import Figure, at_least, at_most
from bench.growth import LINEAR, exponent
from bench.process import run
from bench.zeek_parts import Options
from fakes.loopback import kubeconfig

_HERE = Path(__file__).resolve().parent
PROGRAM = _HERE.parents[1] / "tools" / "k8s-sync"
SIZES = (1_000, 15_000, 150_000)
FEW = 100
"""Pods of a run that only starts."""
THEIRS = 10
"""The others get one of so many pods: they take milliseconds and 100 KB for each."""
_RUNS = 7
LESS = 50.0
KEPT = 1024
_RIVALS = {
    "the official client's informer": ("kubernetes", "simple_informer.py"),
    "kubernetes_asyncio, in pages": ("kubernetes_asyncio", "simple_asyncio.py"),
}


def syncing(options: Options) -> list[Figure]:
    """CPU for each pod; how many times the others'; memory, and how both grow."""
    sizes = [size for size in SIZES if size <= options.claims]
    start = _export(options, FEW)
    cost = {size: _export(options, size) - start for size in sizes}
    largest = sizes[-1]
    each = cost[largest] / (largest - FEW)
    figures = [
        Figure(
            f"k8s-sync export, {size:,} pods from loopback",
            f"{cost[size] / (size - FEW) * 1e6:.0f} us/pod",
            f"{cost[size]:.2f} s",
        )
        for size in sizes
    ]
    power = exponent(cost)
    figures.append(at_most("it grows with size by the power", power, LINEAR, "{:.2f}"))
    for name, (package, script) in _RIVALS.items():
        figures += _rival(options, name, package, script, each)
    return [*figures, *_held(options, sizes)]


def _export(options: Options, pods: int) -> float:
    """CPU seconds of the whole program: it lists, makes claims, writes a journal.

    Of a small cluster the start is most; runs of it differ by as much as its pods cost.
    """
    runs = _RUNS if pods <= SIZES[0] else 1
    return min(_exporting(options, pods) for _ in range(runs))


def _exporting(options: Options, pods: int) -> float:
    options.say(f"k8s-sync export, {pods} pods")
    with serving(pods) as url:
        config = kubeconfig(options.folder, url)
        journal = options.folder / "exported.log"
        command: list[str | Path] = [sys.executable, PROGRAM, "export"]
        command += ["--kubeconfig", config, "--journal", journal]
        cpu = run([*command, "--cluster", "production"], options.folder).cpu
    with journal.open() as lines:
        rows = sum(not line.startswith("#") for line in lines)
    if rows != pods:
        raise RuntimeError(f"{rows} rows of {pods} pods")
    return cpu


def _rival(
    options: Options, name: str, package: str, script: str, ours: float
) -> Iterator[Figure]:
    if not find_spec(package):
        yield Figure(name, "skipped: pip install './tools[bench]'")
        return
    costs = []
    theirs = max(options.claims // THEIRS, FEW)
    for pods in (FEW, theirs + FEW):
        options.say(f"{name}, {pods} pods")
        with serving(pods) as url:
            command: list[str | Path] = [sys.executable, _HERE / script]
            costs.append(run([*command, url, str(pods)], options.folder))
    few, many = costs
    each = (many.cpu - few.cpu) / theirs
    yield Figure(f"{name}, each of {theirs:,} pods", f"{each * 1e6:,.0f} us/pod")
    memory = (many.rss - few.rss) / theirs
    yield Figure(f"{name}, memory", f"{memory:,.0f} B/pod")
    times = f"{name}, CPU to ours"
    if package == "kubernetes":
        yield at_least(times, each / ours, LESS, "x {:.1f}")
    else:
        yield Figure(times, f"x {each / ours:.1f}")


def _held(options: Options, sizes: Sequence[int]) -> Iterator[Figure]:
    """What is kept of pods, with a service and a slice for each workload."""
    kept = {}
    for size in sizes:
        options.say(f"memory of {size} pods")
        script = _HERE / "hold_pods.py"
        done = subprocess.run(
            [sys.executable, script, str(size)], check=True, capture_output=True
        )
        told = json.loads(done.stdout)
        kept[size] = told["kept"]
        yield Figure(
            f"decode and claims of {size:,} pods, from memory",
            f"{told['cpu'] / size * 1e6:.0f} us/pod",
            f"{told['size']:,.0f} B of JSON each",
        )
    for size in sizes[:-1]:
        yield Figure(f"kept of each of {size:,} pods", f"{kept[size]:,.0f} B")
    largest = sizes[-1]
    grows = exponent({size: size * each for size, each in kept.items()})
    yield at_most("memory grows with size by the power", grows, LINEAR, "{:.2f}")
    yield at_most(f"kept of each of {largest:,} pods", kept[largest], KEPT, "{:,.0f} B")


@contextmanager
def serving(pods: int) -> Iterator[str]:
    """An API server of so many pods, in a process of its own; its URL."""
    command: list[str | Path] = [sys.executable, _HERE / "page_server.py", str(pods)]
    pipe, nowhere = subprocess.PIPE, subprocess.DEVNULL  # clients leave as they like
    with subprocess.Popen(command, stdout=pipe, stderr=nowhere, text=True) as server:
        try:
            assert server.stdout is not None
            yield server.stdout.readline().strip()
        finally:
            server.kill()
