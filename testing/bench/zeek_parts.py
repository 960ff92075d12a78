"""Zeek without and with the package: what claims cost at start, and packets later."""

import re
import statistics
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import zeek
from bench import cluster, counters, script_table, traffic
from bench.figures import Figure, LackingError, at_most
from bench.process import Cost, run

DEMO = zeek.TOP / "testing" / "Traces" / "demo.pcap"
SEED = zeek.TOP / "testing" / "Files" / "random.seed"
BYTES_PER_CLAIM = 256
INSTRUCTIONS = 1.03
_RUNS = 3
_TELL_MEMORY = """\
event zeek_done()
	{
	system(fmt("grep VmRSS /proc/%d/status > kept 2> /dev/null || true", getpid()));
	}
"""
_UNWRITTEN = "Log::default_writer=Log::WRITER_NONE"
"""Lines are made, and the package fills them; what it costs to format more columns
is Zeek's."""

Say = Callable[[str], None]
Command = Sequence[str | Path]


class Options(NamedTuple):
    """What was asked for."""

    folder: Path
    claims: int
    packets: int
    say: Say
    past: int = 10_000_000
    """Claims in the history."""
    mix: int = 200_000
    """Packets of captures."""
    mixed: int = 500_000
    """Packets of the mixed trace."""


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

    @cached_property
    def table(self) -> Path:
        """All claims, for scripts alone."""
        path = self.options.folder / "pods.log"
        script_table.write(path, self.options.claims)
        return path

    def scratch(self, name: str) -> Path:
        """A folder for one run, where its logs go."""
        path = self.options.folder / name
        path.mkdir(exist_ok=True)
        return path

    def reading(self, trace: Path, *scripts: str | Path) -> Command:
        """The command line that reads a trace."""
        return [self.program, "-C", "-r", trace, *scripts]

    def with_package(self, trace: Path, journal: Path, *more: str | Path) -> Command:
        """The same with the package."""
        return self.reading(trace, "zeek-k8s", *more, f"K8s::journal={journal}")


def loading(bench: Bench) -> list[Figure]:
    """What the package, and claims, cost at start: seconds and memory."""
    count, folder = bench.options.claims, bench.scratch("loading")
    told = bench.options.folder / "kept.zeek"
    told.write_text(_TELL_MEMORY)
    commands = {
        "without the package": bench.reading(DEMO, told),
        "package, no claims": bench.with_package(DEMO, bench.no_claims, told),
        f"package, {count} claims": bench.with_package(DEMO, bench.journal, told),
        f"a table in scripts, {count} rows": bench.reading(
            DEMO, told, script_table.SCRIPT, f"Pods::table_file={bench.table}"
        ),
    }
    figures, costs, kept = [], [], []
    for what, command in commands.items():
        found = []
        for i in range(_RUNS):
            bench.options.say(f"{what}, {i + 1} of {_RUNS}")
            found.append(run(command, folder, bench.env))
        cost = Cost(*map(statistics.median, zip(*found, strict=True)))
        costs.append(cost)
        kept.append(_kept(folder))
        user = f"{cost.user:.2f} s user, {cost.rss / 1e6:.0f} MB"
        figures.append(Figure(f"demo.pcap, {what}", f"{cost.wall:.2f} s", user))
    without, none, full, table = costs
    size = bench.journal.stat().st_size / count
    figures += [
        Figure(
            f"loading {count} claims of {size:.0f} bytes",
            f"{full.wall - none.wall:.2f} s",
            f"{full.user - none.user:.2f} s user",
        ),
        _per_claim("memory per claim, highest", (full.rss - none.rss) / count),
    ]
    if all(kept):
        figures.append(
            _per_claim("memory per claim, at the end", (kept[2] - kept[1]) / count)
        )
    reading = (table.user - without.user) * 1e3
    memory = (table.rss - without.rss) / count
    return [
        *figures,
        Figure("a table in scripts, memory per row, highest", f"{memory:.0f} bytes"),
        Figure("a table in scripts, to read it anew", f"{reading:,.1f} ms", "user"),
    ]


def _per_claim(what: str, value: float) -> Figure:
    return at_most(what, value, BYTES_PER_CLAIM, "{:.0f} bytes")


def _kept(folder: Path) -> int:
    """The memory that Zeek had at its end in bytes; 0 where that is not known."""
    found = re.search(r"VmRSS:\s+(\d+)", (folder / "kept").read_text())
    return int(found[1]) * 1024 if found else 0


def all_columns() -> list[str]:
    """The scripts that add all columns there are."""
    return [
        f"zeek-k8s/columns/{path.stem}"
        for path in sorted((zeek.TOP / "scripts" / "columns").glob("*.zeek"))
        if path.stem != "known"  # loads scripts of Zeek's own that do more
    ]


def packets(bench: Bench) -> list[Figure]:
    """What packets cost with the package, as a ratio to what they cost without."""
    options = bench.options
    trace, nothing = options.folder / "trace.pcap", options.folder / "empty.pcap"
    options.say(f"writing a trace of {options.packets} packets")
    count = traffic.write_pcap(trace, options.packets, options.claims)
    traffic.write_pcap(nothing, 0, 1)
    columns = all_columns()
    counter = counters.choose(options.folder)
    journal = bench.journal
    commands = {
        "plain": bench.reading(trace),
        "plain, start": bench.reading(nothing),
        "package": bench.with_package(trace, journal),
        "package, start": bench.with_package(nothing, journal),
        "columns": bench.with_package(trace, journal, *columns),
        "columns, start": bench.with_package(nothing, journal, *columns),
        "plain, unwritten": bench.reading(trace, _UNWRITTEN),
        "package, unwritten": bench.with_package(trace, journal, _UNWRITTEN),
    }

    def measure(name: str) -> float:
        options.say(f"Zeek, {name}, under {counter.name}")
        return counter.measure(commands[name], bench.scratch(name), bench.env)

    with ThreadPoolExecutor(counter.at_a_time) as pool:
        cost = dict(zip(commands, pool.map(measure, commands), strict=True))
    base = cost["plain"] - cost["plain, start"]
    package = cost["package"] - cost["package, start"]
    everything = cost["columns"] - cost["columns, start"]
    # To start costs the same, whether logs are written or not.
    unwritten = (cost["package, unwritten"] - cost["package, start"]) / (
        cost["plain, unwritten"] - cost["plain, start"]
    )
    lines = sum(
        not line.startswith("#")
        for log in bench.scratch("plain").glob("*.log")
        for line in log.read_text().splitlines()
    )
    per_line = (package - base) / lines
    return [
        Figure(f"{count} packets, {lines} log lines, by", counter.name),
        Figure("without the package", _amount(base, counter.large)),
        Figure("with the package", _amount(package, counter.large)),
        Figure("with the package and all columns", _amount(everything, counter.large)),
        Figure("the package, per log line", _amount(per_line, counter.small)),
        _ratio("ratio", package / base),
        _ratio("ratio, all columns", everything / base),
        _ratio("ratio, lines made but not written", unwritten),
    ]


def _amount(value: float, unit: tuple[float, str]) -> str:
    return f"{value / unit[0]:.3f} {unit[1]}"


def _ratio(what: str, value: float) -> Figure:
    return at_most(what, value, INSTRUCTIONS, "{:.4f}")
