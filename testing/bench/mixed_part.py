"""Zeek on mixed traffic: with the package, without it, and with a table in scripts."""

import os
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bench import cluster, mixed, script_table, traffic
from bench.callgrind import Profile, profile, short
from bench.figures import Figure, at_least, at_most
from bench.zeek_parts import INSTRUCTIONS, Bench, all_columns

_NAMES = {
    "package": "the package",
    "columns": "all columns",
    "script": "a table in scripts, conn.log only",
}
_OURS = "K8s-Timeline"
_SHOWN = 5


def rivalling(bench: Bench, kind: mixed.Kind = mixed.REQUESTS) -> list[Figure]:
    """Instructions for a mixed trace, as ratios to the same Zeek without the package.

    What starting costs, journal and table included, is taken off.
    """
    options = bench.options
    folder = bench.scratch(kind.name)
    options.say(f"writing a mixed trace of {options.mixed} packets")
    trace, nothing = folder / f"{kind.name}.pcap", folder / f"no {kind.name}.pcap"
    journal = folder / "claims.log"
    cluster.write_journal(journal, options.claims)
    told = mixed.write(trace, journal, options.mixed, options.claims, kind)
    traffic.write_pcap(nothing, 0, 1)

    ways: dict[str, tuple[str | Path, ...]] = {
        "plain": (),
        "package": ("zeek-k8s", f"K8s::journal={journal}"),
        "columns": ("zeek-k8s", *all_columns(), f"K8s::journal={journal}"),
        "script": (script_table.SCRIPT, f"Pods::table_file={bench.table}"),
    }

    def measure(name: str) -> Profile:
        found = []
        for read in (trace, nothing):
            options.say(f"Zeek, {name}, {read.stem}, under callgrind")
            scratch = bench.scratch(f"{name}, {read.stem}")
            command = bench.reading(read, *ways[name])
            found.append(profile(command, scratch, bench.env))
        return found[0].minus(found[1])

    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        profiles = dict(zip(ways, pool.map(measure, ways), strict=True))
    lines = _lines(bench.scratch(f"plain, {trace.stem}"))
    captured = f"{told.captured:,}, {told.connections:,}"
    return [
        Figure(
            f"{told.packets:,} packets, {lines:,} log lines",
            f"{told.packets / lines:.1f} a line",
            f"{options.claims:,} claims",
        ),
        Figure("packets of captures, and connections made up", captured),
        Figure(
            "the same Zeek without the package",
            f"{profiles['plain'].total / 1e9:.3f} G instr.",
            f"{profiles['plain'].main / 1e9:.3f} G in the main loop",
        ),
        *(_added(name, profiles, lines) for name in ("package", "columns", "script")),
        *_ratios(profiles),
        *_why(profiles["package"], profiles["plain"], lines),
        *_shares(profiles["columns"]),
    ]


def _added(name: str, profiles: Mapping[str, Profile], lines: int) -> Figure:
    base, its = profiles["plain"], profiles[name]
    return Figure(
        f"what {_NAMES[name]} adds to a log line",
        f"{(its.total - base.total) / lines / 1e3:.1f} k instr.",
        f"{(its.main - base.main) / lines / 1e3:.1f} k in the main loop",
    )


def _ratios(profiles: Mapping[str, Profile]) -> Iterable[Figure]:
    """All threads, and the one that must keep up with packets."""
    base = profiles["plain"]
    for name in ("package", "columns"):
        its = profiles[name]
        for where, ratio in (
            ("all threads", its.total / base.total),
            ("main loop", its.main / base.main),
        ):
            what = f"ratio, {_NAMES[name]}, {where}"
            yield at_most(what, ratio, INSTRUCTIONS, "{:.4f}")
    script = profiles["script"]
    what = f"ratio, {_NAMES['script']}"
    yield Figure(f"{what}, all threads", f"{script.total / base.total:.4f}")
    yield Figure(f"{what}, main loop", f"{script.main / base.main:.4f}")


def _why(its: Profile, base: Profile, lines: int) -> Iterable[Figure]:
    """What the default columns cost, by function."""
    ours = sum(count for name, count in its.functions.items() if _OURS in name)
    yield Figure(
        "of what the package adds, its own functions",
        f"{ours / (its.total - base.total):.1%}",
        f"{ours / lines / 1e3:.1f} k a line",
    )
    for name, where, count in its.most(base)[:_SHOWN]:
        share = f"{count / (its.total - base.total):.1%}"
        yield Figure(f"  {short(name)}, {where}", share, f"{count / lines / 1e3:.1f} k")


def _shares(its: Profile) -> Iterable[Figure]:
    """Where ours stands among the functions of the main loop."""
    order = sorted(its.functions, key=its.functions.__getitem__, reverse=True)
    ours = [name for name in order if _OURS in name]
    share = sum(its.functions[name] for name in ours) / its.main
    yield Figure("our own functions, share of the main loop", f"{share:.2%}")
    for name in ours[:_SHOWN]:
        rank = f"number {order.index(name) + 1}"
        yield Figure(f"  {short(name)}", f"{its.functions[name] / its.main:.2%}", rank)
    yield at_least("rank of our first function", order.index(ours[0]) + 1, 11, "{}")


def _lines(folder: Path) -> int:
    return sum(
        not line.startswith("#")
        for log in folder.glob("*.log")
        for line in log.read_text(errors="replace").splitlines()
    )
