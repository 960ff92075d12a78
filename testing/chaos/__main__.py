"""Chaos: a Zeek cluster, the daemon and an API server, and all that can go wrong.

    python testing/chaos --seed 1 --operations 10000 --backend zeromq

Does random things, most of them changes of pods, the others faults: programs are
killed, paused and restarted, connections cut and stalled, requests refused, caches
damaged. After each hundred, when the last fault is over, all must hold the same: API
server, daemon and each node, without any help. Exits with 1 if they do not.
"""

import argparse
import random
import shutil
import sys
import tempfile
import time
from pathlib import Path

_TESTING = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(_TESTING), str(_TESTING.parent / "tools")]

from chaos.programs import Programs, get  # noqa: E402
from chaos.steps import Steps  # noqa: E402
from chaos.truth import ADDRESSES, Truth  # noqa: E402
from chaos.verdict import (  # noqa: E402
    VerdictError,
    check_answers,
    compare_claims,
    count_caches,
    wait_until_equal,
)

SAID = ("out", "k8s_sync.log", "cluster.log", "broker.log")
"""What programs write while they run; the manager alone has the last three if there
is no logger."""
QUIET = 5.0
"""Seconds after the last fault within which all have to be equal."""


def main() -> int:
    """Runs it; returns the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--operations", type=int, default=1000)
    parser.add_argument("--backend", choices=("broker", "zeromq"), default="broker")
    parser.add_argument("--between", type=int, default=100, help="two quiet phases")
    parser.add_argument(
        "--quiet", type=float, default=QUIET, help="seconds; %(default)s"
    )
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="chaos-"))
    chance = random.Random(options.seed)  # noqa: S311 -- no secret
    truth = Truth(chance)
    programs = Programs(folder, options.backend, ADDRESSES)
    steps = Steps(programs, truth, chance)
    try:
        pauses = _run(steps, programs, truth, options)
        named = check_answers(programs)
        restored, damaged = count_caches(programs)
    except (VerdictError, RuntimeError) as error:
        print(f"seed {options.seed}: {error}; see {folder}", file=sys.stderr)
        _show(programs)
        return 1
    finally:
        programs.close()
    shutil.rmtree(folder)
    for name, count in sorted(steps.done.items()):
        print(f"{count:7} {name}")
    print(
        f"{options.backend}, seed {options.seed}: {len(pauses)} times equal, after "
        f"{sorted(pauses)[len(pauses) // 2]:.1f} s (median), {max(pauses):.1f} s at "
        f"most; {named} answers named an owner that had the address; "
        f"{restored} starts with a cache, {damaged} caches damaged"
    )
    return 0 if max(pauses) <= options.quiet else 1


def _run(
    steps: Steps, programs: Programs, truth: Truth, options: argparse.Namespace
) -> list[float]:
    for name in programs.names:
        steps.start(name)
    pauses = []
    for count in range(1, options.operations + 1):
        steps.one()
        if count % options.between and count < options.operations:
            continue
        steps.heal()
        reasons = wait_until_equal(programs, truth)
        pauses.append(time.monotonic() - steps.healed)
        if pauses[-1] > options.quiet:
            print(f"operation {count}:", *reasons, sep="\n  ")
        compare_claims(programs, truth)
        if sys.stderr.isatty():
            print(f"\r{count} of {options.operations}", end="", file=sys.stderr)
    return pauses


def _show(programs: Programs) -> None:
    """Shows what the programs said last, and what the daemon thinks of the nodes."""
    for name in programs.names:
        for file in SAID:
            said = programs.folder / name / file
            if said.exists():
                lines = said.read_text(errors="replace").splitlines()[-12:]
                print(f"--- {name}: {file}", *lines, sep="\n", file=sys.stderr)
    print("--- readyz", get(f"{programs.health_url}/readyz"), file=sys.stderr)
    for line in get(f"{programs.health_url}/metrics").splitlines():
        if line.startswith("k8s_sync_zeek_"):
            print(line, file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
