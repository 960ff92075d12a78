"""Zeek without and with the package: what claims cost at start, and packets later."""

import statistics
import subprocess
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import zeek
from benchmarks import cluster, counters, traffic
from benchmarks.figures import Figure, LackingError, at_most
from benchmarks.process import Cost, run

DEMO = zeek.TOP / "testing" / "Traces" / "demo.pcap"
SEED = zeek.TOP / "testing" / "Files" / "random.seed"
BYTES_PER_CLAIM = 256
INSTRUCTIONS = 1.03
_RUNS = 3

Say = Callable[[str], None]
Command = Sequence[str | Path]


class Options(NamedTuple):
    """What was asked for."""

    folder: Path
    claims: int
    packets: int
    say: Say


class Bench:
    """A Zeek, and what it reads."""

    def __init__(self, options: Options) -> None:
        """Finds Zeek and builds the plugin.

        Raises:
            LackingError: There is no Zeek here, or nothing to build with.
        """
        folder = zeek.find()
        if folder is None:
            raise LackingError(zeek.TO_INSTALL)
        options.say("building the plugin")
        try:
            zeek.build(folder)
        except FileNotFoundError as error:
            raise LackingError(
                f"install {error.filename}, to build the plugin"
            ) from None
        self.options = options
        self.program = folder / "zeek"
        self.env = {**zeek.environment(folder), "ZEEK_SEED_FILE": str(SEED)}

    @cached_property
    def journal(self) -> Path:
        """All claims."""
        path = self.options.folder / "claims.log"
        self.options.say(f"writing a journal of {self.options.claims} claims")
        cluster.write_journal(path, self.options.claims)
        return path

    @cached_property
    def no_claims(self) -> Path:
        """A journal without rows."""
        path = self.options.folder / "none.log"
        cluster.write_journal(path, 0)
        return path

    def scratch(self, name: str) -> Path:
        """A folder for one run, where its logs go."""
        path = self.options.folder / name
        path.mkdir(exist_ok=True)
        return path

    def reading(self, trace: Path, *scripts: str | Path) -> Command:
        """The command line that reads a trace."""
        return [self.program, "-C", "-r", trace, *scripts]

    def with_package(self, trace: Path, journal: Path, *more: str) -> Command:
        """The same with the package."""
        return self.reading(trace, "zeek-k8s", *more, f"K8s::journal={journal}")


def loading(bench: Bench) -> list[Figure]:
    """What the package, and claims, cost at start: seconds and memory."""
    commands = {
        "without the package": bench.reading(DEMO),
        "with the package, empty journal": bench.with_package(DEMO, bench.no_claims),
        f"with {bench.options.claims} claims": bench.with_package(DEMO, bench.journal),
    }
    figures, costs = [], []
    for what, command in commands.items():
        found = []
        for i in range(_RUNS):
            bench.options.say(f"Zeek {what}, {i + 1} of {_RUNS}")
            found.append(run(command, bench.scratch("loading"), bench.env))
        cost = Cost(*map(statistics.median, zip(*found, strict=True)))
        costs.append(cost)
        figures.append(
            Figure(
                f"demo.pcap, {what}",
                f"{cost.wall:.2f} s",
                f"{cost.user:.2f} s user, {cost.rss / 1e6:.0f} MB",
            )
        )
    _, none, all_of_them = costs
    if not none.rss:
        raise RuntimeError("this program has outgrown Zeek: no memory can be told")
    per_claim = (all_of_them.rss - none.rss) / bench.options.claims
    load = Figure("loading the claims", f"{all_of_them.wall - none.wall:.2f} s")
    memory = at_most("memory per claim", per_claim, BYTES_PER_CLAIM, "{:.0f} bytes")
    return [*figures, load, memory]


def packets(bench: Bench) -> list[Figure]:
    """What packets cost with the package, as a ratio to what they cost without."""
    options = bench.options
    trace, nothing = options.folder / "trace.pcap", options.folder / "empty.pcap"
    options.say(f"writing a trace of {options.packets} packets")
    count = traffic.write_pcap(trace, options.packets, options.claims)
    traffic.write_pcap(nothing, 0, 1)
    columns = [
        f"zeek-k8s/columns/{path.stem}"
        for path in sorted((zeek.TOP / "scripts" / "columns").glob("*.zeek"))
    ]
    counter = counters.choose(options.folder)
    commands = {
        "without": bench.reading(trace),
        "without, no packets": bench.reading(nothing),
        "with": bench.with_package(trace, bench.journal),
        "with, no packets": bench.with_package(nothing, bench.journal),
        "all": bench.with_package(trace, bench.journal, *columns),
        "all, no packets": bench.with_package(nothing, bench.journal, *columns),
    }

    def measure(name: str) -> float:
        options.say(f"Zeek {name} under {counter.name}")
        folder = bench.scratch(name.replace(", ", "-").replace(" ", "-"))
        return counter.measure(commands[name], folder, bench.env)

    with ThreadPoolExecutor(counter.at_a_time) as pool:
        cost = dict(zip(commands, pool.map(measure, commands), strict=True))
    lines = len((bench.scratch("without") / "conn.log").read_text().splitlines())
    net = {
        name: cost[name] - cost[f"{name}, no packets"]
        for name in ("without", "with", "all")
    }
    scale, unit = counter.scale, counter.unit
    return [
        Figure(f"{count} packets, {lines} lines of conn.log", counter.name),
        Figure("without the package", f"{net['without'] / scale:.3f} {unit}"),
        Figure("with the package", f"{net['with'] / scale:.3f} {unit}"),
        Figure("with all columns", f"{net['all'] / scale:.3f} {unit}"),
        at_most("ratio", net["with"] / net["without"], INSTRUCTIONS, "{:.4f}"),
        at_most(
            "ratio, all columns", net["all"] / net["without"], INSTRUCTIONS, "{:.4f}"
        ),
    ]


def lookups(options: Options) -> list[Figure]:
    """What the timeline in C++ says of itself, without Zeek."""
    sources = zeek.TOP / "plugin" / "src" / "timeline" / "tests"
    build = zeek.TOP / "build" / "timeline"
    options.say("building the timeline alone")
    commands: tuple[Command, ...] = (
        ["cmake", "-S", sources, "-B", build],
        ["cmake", "--build", build, "--target", "k8s_timeline_bench"],
    )
    try:
        for command in commands:
            run(command, options.folder)
    except FileNotFoundError as error:
        raise LackingError(f"install {error.filename} and a C++20 compiler") from None
    options.say("looking up")
    done = subprocess.run(
        [build / "k8s_timeline_bench"], check=True, capture_output=True, text=True
    )
    rows = [line.split("  ", 1) for line in done.stdout.splitlines() if "  " in line]
    return [Figure(what.strip(), value.strip()) for what, value in rows]
