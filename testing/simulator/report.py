"""The table of a run, and whether the bars are met."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from simulator.verdicts import (
    ABSTAINED,
    MARKED_RIGHT,
    MARKED_WRONG,
    RIGHT,
    VERDICTS,
    WRONG,
)

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
    ways = result["ways"]
    for name, way in ways.items():
        same = next((one for one in ways if ways[one] == way), name)
        if same != name:
            lines += ["", f"{name}: the same as {same}"]
            continue
        lines += ["", f"{name:16}" + "".join(f"{one:>15}" for one in VERDICTS)]
        lines += [_line(cause, verdicts) for cause, verdicts in way["causes"].items()]
        lines.append(_line("all", sums(way)))
        lines.append("  of these with a known cluster, by how they were drawn:")
        lines += [_line(draw, verdicts) for draw, verdicts in way["draws"].items()]
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
    ways = result["ways"]
    after, live = ways["after"]["causes"], ways["live"]["causes"]
    lines = [
        _run_of(result),
        "",
        "| " + " | ".join(_HEAD) + " |",
        "|" + " --- |" + " ---: |" * (len(_HEAD) - 1),
    ]
    lines += [
        _row(cause, Counter(verdicts), Counter(live[cause]))
        for cause, verdicts in after.items()
        if verdicts
    ]
    lines.append(_row("**all**", sums(ways["after"]), sums(ways["live"])))
    told = result["live"]
    others = [name for name, way in ways.items() if way == ways["after"]]
    alike = [name.partition(", ")[2] for name in others if name != "after"]
    spread = not_exact(Counter(ways["after"]["draws"]["life"]))
    spread_line = (
        f"In {' and '.join(('Python', *alike))} alike. Of the packets that are spread "
        f"evenly {spread:.2%} are marked or have no answer."
    )
    told_line = (
        f"{told['wrong']:,} were exact and wrong when they were written; for "
        f"{told['not told yet']:,} of them the API had not told yet. "
        f"{told['amended']:,} were amended by the true owner, "
        f"{told['amended, in doubt']:,} by one in doubt; {told['came late']:,} were "
        "known only after 10 minutes."
    )
    lines += ["", spread_line, "", told_line, "", _compared(result)]
    return "\n".join(lines)


def _run_of(result: Json) -> str:
    return (
        f"{result['seeds']} hours with {result['pods']:,} pods at a time, "
        f"{result['holdings']:,} addresses held, {result['questions']:,} questions "
        f"({result['date']}, version {result['version']}):"
    )


_HEAD = (
    "What is special",
    "Questions",
    "Exact and wrong",
    "Marked, right",
    "Marked, wrong",
    "No answer",
    "Exact and wrong when written",
)


def _row(name: str, after: Counter[str], live: Counter[str]) -> str:
    cells = [after.total(), after[WRONG], after[MARKED_RIGHT], after[MARKED_WRONG]]
    cells += [after[ABSTAINED], live[WRONG]]
    return f"| {name} | " + " | ".join(f"{cell:,}" for cell in cells) + " |"


def _compared(result: Json) -> str:
    lines = [
        "| Strategy | Wrong when written | Unsure or silent | Wrong after the fact |",
        "| --- | ---: | ---: | ---: |",
    ]
    after = result["strategies"]["after"]
    for name, rates in result["strategies"]["live"].items():
        total = sum(rates.values())
        later = f"{after[name]['wrong'] / total:.3%}" if name in after else ""
        silent = (rates["silent"] + rates["marked"]) / total
        lines.append(
            f"| {name} | {rates['wrong'] / total:.3%} | {silent:.3%} | {later} |"
        )
    return "\n".join(lines) + "\n"
