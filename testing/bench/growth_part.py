"""How what the timeline costs grows with the cluster."""

from pathlib import Path

from bench import counters
from bench.figures import Figure, at_most
from bench.growth import LINEAR, exponent
from bench.timeline_part import built, said
from bench.zeek_parts import Options

SIZES = (1_000, 15_000, 150_000)
CONSTANT = 0.05
TWICE = 2.0
_FEW, _MANY = 100_000, 1_100_000
"""Questions of two runs: what they differ in is what questions cost."""
_TIMED = 4_000_000
_RUNS = 3
"""The quickest of these counts, as others use the machine as well."""


def growing(options: Options) -> list[Figure]:
    """Lookups, loading and memory with more and more claims, and the fitted powers.

    Instructions of a lookup show that it does no more for more claims; nanoseconds show
    the caches of the processor as well, into which fewer of them fit.
    """
    program = built(options)
    counter = counters.choose(options.folder)

    def count(size: int, questions: int) -> float:
        options.say(f"{questions} questions to {size} claims, {counter.name}")
        command = (program, str(size), str(questions))
        return counter.measure(command, options.folder, {})

    work: dict[int, float] = {}
    told: dict[str, dict[int, float]] = {"ns": {}, "load": {}, "bytes": {}}
    for size in SIZES:
        work[size] = (count(size, _MANY) - count(size, _FEW)) / (_MANY - _FEW)
        runs = [_said(options, program, size) for _ in range(_RUNS)]
        told["ns"][size] = min(its["lookup, known"] for its in runs)
        told["load"][size] = min(its["load of all"] for its in runs)
        told["bytes"][size] = runs[0]["bytes per claim"] * size
    unit = counter.small[1].removeprefix("k ")
    shown = [
        Figure(
            f"a lookup among {size:,} claims",
            f"{told['ns'][size]:.0f} ns",
            f"{work[size]:.0f} {unit}, {told['bytes'][size] / size:.0f} B/claim",
        )
        for size in SIZES
    ]
    lookup = exponent(told["ns"])
    return [
        *shown,
        at_most(
            f"a lookup grows by the power, {counter.name}",
            *(exponent(work), CONSTANT, "{:.2f}"),
        ),
        Figure("a lookup grows by the power, ns", f"{lookup:.2f}", "caches"),
        at_most("twice the claims: ns of a lookup", 2**lookup, TWICE, "x {:.2f}"),
        at_most("loading grows by the power", exponent(told["load"]), LINEAR, "{:.2f}"),
        at_most("memory grows by the power", exponent(told["bytes"]), LINEAR, "{:.2f}"),
    ]


def _said(options: Options, program: Path, size: int) -> dict[str, float]:
    told = said(options, program, str(size), str(_TIMED))
    return {name: float(value.split()[0]) for name, value in told}
