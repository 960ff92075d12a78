"""What became of scenarios, and how it is told. No I/O."""

from collections.abc import Iterable, Sequence
from typing import Literal

import msgspec

from k8s_btest.scenario import Option, Scenario

Verdict = Literal["passed", "failed", "skipped"]


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """One scenario."""

    name: str
    title: str = ""
    why: str = ""
    detection: str = ""
    kind: str = ""
    caught: bool | None = None
    options: dict[str, Option] = {}
    verdict: Verdict
    seconds: float = 0.0
    reasons: tuple[str, ...] = ()
    """Why it failed or was skipped."""


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """One detection."""

    detection: str
    positive: int = 0
    negative: int = 0
    caught: int = 0
    """Evasions that were tried and are caught."""
    missed: int = 0
    """Evasions that were tried and are not: known limits."""
    failed: int = 0
    skipped: int = 0
    seconds: float = 0.0
    results: tuple[Result, ...] = ()


def result(
    name: str,
    scenario: Scenario | None,
    verdict: Verdict,
    *,
    seconds: float = 0.0,
    reasons: Iterable[str] = (),
) -> Result:
    """Says what became of a scenario, even if nobody could read it."""
    if scenario is None:
        return Result(name=name, verdict=verdict, reasons=tuple(reasons))
    changed = {
        f"{option} (at {one.at / 1_000_000:g} s)": value
        for one in scenario.options_at
        for option, value in one.set.items()
    }
    return Result(
        name=name,
        title=" ".join(scenario.title.split()),
        why=scenario.why.strip(),
        detection=scenario.detection,
        kind=scenario.kind,
        caught=scenario.caught,
        options=scenario.options | changed,
        verdict=verdict,
        seconds=round(seconds, 2),
        reasons=tuple(reasons),
    )


def summaries(results: Iterable[Result]) -> list[Summary]:
    """Sums up per detection, in the order of their names; the columns come last."""
    groups: dict[str, list[Result]] = {}
    for one in results:
        groups.setdefault(one.detection, []).append(one)
    return [
        _summary(detection, groups[detection])
        for detection in sorted(groups, key=lambda name: (not name, name))
    ]


def table(results: Sequence[Result]) -> str:
    """Writes a table of all results, and below it why some failed or were skipped."""
    rows = [("SCENARIO", "KIND", "DETECTION", "VERDICT", "SECONDS")]
    rows += [
        (
            one.name,
            kind(one),
            one.detection or "-",
            one.verdict,
            f"{one.seconds:.1f}",
        )
        for one in results
    ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [
        "  ".join(
            cell.ljust(width) for cell, width in zip(row, widths, strict=True)
        ).rstrip()
        for row in rows
    ]
    for one in results:
        lines += [f"\n{one.name}: {one.verdict}: {one.title}"] if one.reasons else []
        lines += [f"  {reason}" for reason in one.reasons]
    return "\n".join(lines) + "\n"


def kind(one: Result) -> str:
    """Names the kind, and of an evasion whether it is caught."""
    if one.caught is None:
        return one.kind
    return f"{one.kind} {'caught' if one.caught else 'not caught'}"


def line(results: Iterable[Result]) -> str:
    """Counts, in the words of the other test layers."""
    verdicts = [one.verdict for one in results]
    return ", ".join(
        f"{verdicts.count(word)} {word}" for word in ("passed", "failed", "skipped")
    )


def _summary(detection: str, results: list[Result]) -> Summary:
    good = [one for one in results if one.verdict == "passed"]
    return Summary(
        detection=detection,
        positive=sum(one.kind == "positive" for one in good),
        negative=sum(one.kind == "negative" for one in good),
        caught=sum(one.caught is True for one in good),
        missed=sum(one.caught is False for one in good),
        failed=sum(one.verdict == "failed" for one in results),
        skipped=sum(one.verdict == "skipped" for one in results),
        seconds=round(sum(one.seconds for one in results), 2),
        results=tuple(results),
    )
