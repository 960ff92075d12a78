"""`make bench`: measures what the package costs, each figure beside its bar.

    python testing/bench load lookup --claims 15000

Everything is measured in one run on one machine, so that ratios mean something. The
figures of each part are shown when it is through, and at the end one table of all
limits, beside what there is instead. They are kept as JSON, too, with the machine,
versions and seeds.
Figures that miss their bar are shown, not held against anybody: the exit code is 0
unless something did not run.
"""

import argparse
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

sys.path[0] = str(Path(__file__).resolve().parents[1])

from bench import (  # noqa: E402
    churn_part,
    daemon_part,
    detect_part,
    enrich_part,
    events_part,
    growth_part,
    history_part,
    join_part,
    latency_part,
    limits,
    mixed,
    mixed_part,
    peers_part,
    saved,
    timeline_part,
    zeek_parts,
)
from bench.figures import Figure, LackingError, table  # noqa: E402
from bench.zeek_parts import Bench, Options  # noqa: E402

Part = tuple[str, Callable[[Options], list[Figure]]]
"""What it is of, and what measures it."""
_TOP = Path(__file__).resolve().parents[2]
_UNSHOWN = _TOP / "testing" / ".tmp" / "bench.json"
_WIDTH = 70
_QUICK = {
    "claims": 15_000,
    "packets": 5_000,
    "past": 100_000,
    "mix": 20_000,
    "mixed": 30_000,
}
_QUICK_PARTS = ["load", "mixed", "daemon", "enrich", "history", "lookup"]


def say(text: str) -> None:
    """Shows what is under way, if somebody watches."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{text[:_WIDTH]:{_WIDTH}}\r")
        sys.stderr.flush()


def _short(file: Path) -> Path:
    return file.relative_to(_TOP)


def _measured(
    parts: Mapping[str, Part], options: Options, file: Path
) -> dict[str, Any]:
    """Measures, shows and keeps parts; those that did not fail are returned.

    What was skipped, as something is not here, is empty.
    """
    kept = {}
    for name, (title, measure) in parts.items():
        began = time.monotonic()
        try:
            figures = measure(options)
            part = saved.part(title, figures)
            saved.save(file, {name: part})
            kept[name] = part
            took = timedelta(seconds=round(time.monotonic() - began))
            shown = table(f"{name}: {title} (took {took})", figures)
        except LackingError as error:
            shown = f"{name}: skipped: {error}\n"
            kept[name] = {}
        except (OSError, RuntimeError, subprocess.SubprocessError) as error:
            shown = f"{name}: FAILED: {error}\n"
        except Exception:  # noqa: BLE001 -- its fault is not that of the others
            shown = f"{name}: FAILED: {traceback.format_exc()}"
        say("")
        print(shown, flush=True)
    return kept


def main() -> int:
    """Measures the parts that were asked for."""
    bench = cache(Bench)
    parts: dict[str, Part] = {
        "load": (
            "Zeek's start, and its memory",
            lambda options: zeek_parts.loading(bench(options)),
        ),
        "packets": (
            "Zeek's work for packets",
            lambda options: zeek_parts.packets(bench(options)),
        ),
        "mixed": (
            "Zeek on many small requests, beside a table in scripts",
            lambda options: mixed_part.rivalling(bench(options)),
        ),
        "campus": (
            "the same on connections as long as those of a campus",
            lambda options: mixed_part.rivalling(bench(options), mixed.CAMPUS),
        ),
        "detect": (
            "Zeek's work with all detections",
            lambda options: detect_part.detecting(bench(options)),
        ),
        "daemon": ("taking in all pods, beside other clients", daemon_part.syncing),
        "events": (
            "one event for each pod, rather than batches",
            lambda options: events_part.counting(bench(options)),
        ),
        "enrich": ("k8s-sync enrich, conn.log", enrich_part.enriching),
        "history": ("k8s-sync whois, a long history", history_part.asking),
        "peers": ("k8s-sync enrich beside others", peers_part.comparing),
        "join": ("a worker that joins a Zeek cluster", join_part.joining),
        "latency": ("from the API server to each Zeek", latency_part.answering),
        "churn": ("a day of churn: memory", churn_part.churning),
        "lookup": ("the timeline in C++, alone", timeline_part.lookups),
        "growth": ("how its costs grow with claims", growth_part.growing),
    }
    parser = argparse.ArgumentParser(
        prog="python testing/bench",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "parts", nargs="*", metavar="PART", help=f"of: {', '.join(parts)} [all]"
    )
    parser.add_argument(
        "--claims", type=int, default=150_000, help="claims to load [%(default)s]"
    )
    parser.add_argument(
        "--packets", type=int, default=50_000, help="packets to read [%(default)s]"
    )
    parser.add_argument(
        "--past",
        type=int,
        default=10_000_000,
        help="claims in the history [%(default)s]",
    )
    parser.add_argument(
        "--mix",
        type=int,
        default=200_000,
        help="packets of captures to read with all detections, at least [%(default)s]",
    )
    parser.add_argument(
        "--mixed",
        type=int,
        default=500_000,
        help="packets of mixed traffic to read, about [%(default)s]",
    )
    parser.add_argument(
        "--quick",
        action="store_true",
        help="the parts that take a few minutes, and all of it smaller",
    )
    parser.add_argument(
        "--save",
        action="store_true",
        help="keep the figures where `make docs` finds them for the README, "
        f"rather than in {_short(_UNSHOWN)}",
    )
    arguments = parser.parse_args()
    wanted = arguments.parts or list(parts)
    if arguments.quick:
        parser.set_defaults(**_QUICK)
        arguments = parser.parse_args()
        wanted = arguments.parts or _QUICK_PARTS
    for name in wanted:
        if name not in parts:
            parser.error(f"no part '{name}'; there are: {', '.join(parts)}")
    counts = (arguments.claims, arguments.packets, arguments.past, arguments.mix)
    if min(*counts, arguments.mixed) < 1:
        parser.error("all numbers must be at least 1")
    file = saved.SHOWN if arguments.save else _UNSHOWN
    with tempfile.TemporaryDirectory(prefix="zeek-k8s-bench-") as scratch:
        options = Options(Path(scratch), *counts[:2], say, *counts[2:], arguments.mixed)
        done = _measured({name: parts[name] for name in wanted}, options, file)
    if kept := {name: part for name, part in done.items() if part}:
        print(f"{limits.table(kept)}\nkept in {_short(file)}")
        if arguments.quick:
            print("The limits are for more than that: on little, what is fixed shows.")
    return 0 if len(done) == len({*wanted}) else 1


if __name__ == "__main__":
    sys.exit(main())
