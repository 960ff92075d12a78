"""The table of a run, and whether the bars are met."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from simulator.verdicts import MARKED_RIGHT, MARKED_WRONG, RIGHT, VERDICTS, WRONG

Json = dict[str, Any]
MARKED_AT_MOST = 0.005
"""Of the answers after the fact, so many may be marked or missing."""


def sums(way: Json, part: str = "causes") -> Counter[str]:
    """The verdicts of one way of asking."""
    total: Counter[str] = Counter()
    for verdicts in way[part].values():
        total.update(verdicts)
    return total


def not_exact(count: Counter[str]) -> float:
    """What share is neither right nor wrong, but marked or missing."""
    total = count.total()
    return 1 - (count[RIGHT] + count[WRONG]) / total if total else 0.0


def missed(result: Json) -> Iterator[str]:
    """Yields the bars that were missed."""
    for name, way in result["ways"].items():
        if name.startswith("after"):
            yield from _missed_after(name, way)
    for name in ("live", "live, Zeek"):
        if name in result:
            yield from _missed_live(name, result[name])
    for twin in ("C++", "Zeek"):
        if differ := result.get(f"{twin} differs"):
            yield f"Python and {twin} differ in {differ} answers"
    if result["problems"]:
        yield f"{result['problems']} objects that could not be read"


def _missed_after(name: str, way: Json) -> Iterator[str]:
    if wrong := sums(way)[WRONG]:
        yield f"{name}: {wrong} wrong with match=exact, 0 allowed"
    # A sensor that does not know its cluster has to abstain; that is no fault.
    share = not_exact(Counter(way["draws"]["life"]))
    if share > MARKED_AT_MOST:
        yield (
            f"{name}: {share:.2%} of the traffic is marked or missing, "
            f"{MARKED_AT_MOST:.1%} allowed"
        )


def _missed_live(name: str, live: Json) -> Iterator[str]:
    if known := live["wrong"] - live["not told yet"]:
        yield f"{name}: {known} wrong although the API had told"
    if live["missed"]:
        yield f"{name}: {live['missed']} wrong that were not amended"


def summary(result: Json) -> str:
    """What was run."""
    return (
        f"{len(result['seeds'])} seeds, {result['questions']:,} questions, "
        f"{result['holdings']:,} holdings of an address, {result['events']:,} events"
    )


def text(result: Json) -> str:
    """The table, for a person at a terminal."""
    lines = [summary(result)]
    for name, way in result["ways"].items():
        lines += ["", f"{name:16}" + "".join(f"{one:>15}" for one in VERDICTS)]
        for part in ("causes", "draws"):
            for cause, verdicts in way[part].items():
                lines.append(_line(cause, verdicts))
            if part == "causes":
                lines.append(_line("all", sums(way)))
                lines.append(
                    "  of these, with a known cluster, by how they were drawn:"
                )
    lines.append("")
    for name in ("live", "live, Zeek"):
        if name in result:
            counts = ", ".join(f"{n:,} {what}" for what, n in result[name].items())
            lines.append(f"{name}, match=exact: {counts}")
    for way in ("live", "after"):
        head = "".join(f"{one:>15}" for one in ("right", "wrong", "marked", "silent"))
        lines += ["", f"{f'pods, {way}':28}{head}"]
        for name, rates in result["strategies"][way].items():
            total = sum(rates.values())
            shares = "".join(f"{n / total:>15.3%}" for n in rates.values())
            lines.append(f"  {name:26}{shares}")
    return "\n".join(lines) + "\n"


def _line(name: str, verdicts: Json) -> str:
    return f"  {name:14}" + "".join(f"{verdicts.get(v, 0):>15,}" for v in VERDICTS)


def markdown(result: Json) -> str:
    """The tables of the README."""
    after, live = result["ways"]["after"]["causes"], result["ways"]["live"]["causes"]
    head = (
        "What is special",
        "Questions",
        "Wrong",
        "Marked, right",
        "Marked, wrong",
        "No answer",
        "Wrong, live",
    )
    rows = []
    for cause in after:
        verdicts = Counter(after[cause])
        if verdicts.total():
            rows.append((cause, verdicts, live[cause].get(WRONG, 0)))
    rows.append(("**all**", sums(result["ways"]["after"]), _live_wrong(live)))
    lines = ["| " + " | ".join(head) + " |", "|" + " --- |" + " ---: |" * 6]
    for name, verdicts, wrong in rows:
        cells = [
            f"{verdicts[v]:,}" for v in (WRONG, MARKED_RIGHT, MARKED_WRONG, VERDICTS[4])
        ]
        count = f"{verdicts.total():,}"
        lines.append(f"| {name} | {count} | {' | '.join(cells)} | {wrong:,} |")
    return "\n".join(lines) + "\n\n" + _compared(result)


def _live_wrong(live: Json) -> int:
    return sum(verdicts.get(WRONG, 0) for verdicts in live.values())


def _compared(result: Json) -> str:
    lines = ["| Strategy | Wrong, live | No answer, live | Wrong, after the fact |"]
    lines.append("| --- | ---: | ---: | ---: |")
    after = result["strategies"]["after"]
    for name, rates in result["strategies"]["live"].items():
        total = sum(rates.values())
        later = after.get(name)
        cell = f"{later['wrong'] / total:.3%}" if later else ""
        silent = (rates["silent"] + rates["marked"]) / total
        wrong = rates["wrong"] / total
        lines.append(f"| {name} | {wrong:.3%} | {silent:.3%} | {cell} |")
    return "\n".join(lines) + "\n"
