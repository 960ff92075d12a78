"""`make simulate`: is what is called exact really so?

Lets a made-up cluster live for an hour, with all that goes wrong in real ones, and
asks whose each packet was. As it is made up, the truth is known. Every answer is
compared with it: of the timeline in Python, of the one in C++, and with --zeek of
Zeek itself. The exit code is 1 if a bar is missed.
"""

import argparse
import json
import multiprocessing
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from simulator import runs
from simulator.report import missed, text
from simulator.score import add

RESULTS = Path(__file__).parent / "simulator" / "results.json"
_PROCESSES = 2
_QUICK = {"seeds": 1, "pods": 400, "minutes": 10, "questions": 5000}
_EXAMPLES = """examples:
  python testing/simulate.py --quick           a look, in seconds
  python testing/simulate.py                   the whole proof, some minutes
  python testing/simulate.py --zeek --seeds 2  also through Zeek
  python testing/simulate.py --first 7 --seeds 1 --show 3
                                               explain three faults of seed 7
"""


def say(message: str) -> None:
    """Shows what is under way, if somebody watches."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{message:70}\r")
        sys.stderr.flush()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="simulate.py",
        description=__doc__,
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    option = parser.add_argument
    option("--seeds", type=int, default=20, help="how many hours [%(default)s]")
    option("--first", type=int, default=1, help="the first seed [%(default)s]")
    option("--pods", type=int, default=5000, help="pods at a time [%(default)s]")
    option("--minutes", type=int, default=60, help="how long [%(default)s]")
    option("--questions", type=int, default=50_000, help="per seed [%(default)s]")
    option("--zeek", action="store_true", help="ask Zeek, too, with a pcap per seed")
    option("--quick", action="store_true", help="one small seed")
    option("--no-cpp", action="store_true", help="leave the timeline in C++ out")
    option("--show", type=int, default=0, metavar="N", help="explain N wrong answers")
    option("--save", action="store_true", help=f"write {RESULTS.name} for the README")
    arguments = parser.parse_args()
    if arguments.quick:
        for name, value in _QUICK.items():
            setattr(arguments, name, value)
    for name in ("seeds", "pods", "minutes", "questions"):
        if getattr(arguments, name) < 1:
            parser.error(f"--{name} must be at least 1")
    return arguments


def _results(plans: list[runs.Plan]) -> Iterator[runs.Run]:
    if len(plans) == 1:
        yield runs.run(plans[0])
        return
    with multiprocessing.Pool(_PROCESSES) as pool:
        yield from pool.imap_unordered(runs.run, plans)


def main() -> int:
    """Runs, shows the table, and tells whether the bars are met."""
    arguments = _arguments()
    plans = [
        runs.Plan(
            seed,
            arguments.pods,
            arguments.minutes,
            arguments.questions,
            cpp=not arguments.no_cpp,
            zeek=arguments.zeek,
            show=arguments.show,
        )
        for seed in range(arguments.first, arguments.first + arguments.seeds)
    ]
    possible, lacking = runs.prepare(plans[0])
    for what in lacking:
        print(f"skipped: {what}")
    plans = [plan._replace(cpp=possible.cpp, zeek=possible.zeek) for plan in plans]
    say(f"0 of {len(plans)} seeds")
    found: list[runs.Run] = []
    for one in _results(plans):
        found.append(one)
        say(f"{len(found)} of {len(plans)} seeds")
        for explanation in one.shown:
            print(explanation)
    say("")
    total = add(one.result for one in found)
    print(text(total))
    faults = list(missed(total))
    print("\n".join(f"MISSED: {fault}" for fault in faults) or "all bars are met")
    if arguments.save:
        total["pods"], total["minutes"] = arguments.pods, arguments.minutes
        total["seeds"] = len(total["seeds"])
        total["version"] = runs.VERSION
        total["date"] = datetime.now(UTC).date().isoformat()
        RESULTS.write_text(json.dumps(total, indent=1) + "\n")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
