"""The limits of the design: where their figures are, and those of what is instead."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple


def _less(ours: float, theirs: float) -> float:
    return theirs / ours


def _more(ours: float, theirs: float) -> float:
    return ours / theirs


def _added(ours: float, theirs: float) -> float:
    return (theirs - 1) / (ours - 1)


def _itself(ours: float, _: float) -> float:
    return ours


class Row(NamedTuple):
    """A limit; figures are found by how what they are of begins."""

    what: str
    part: str
    figure: str
    instead: str = ""
    instead_part: str = ""
    """Where that is, if not in the same part."""
    ratio: Callable[[float, float], float] | None = None
    """What there is instead to ours: above 1, ours is better."""


class Bar(NamedTuple):
    """A line of the table."""

    what: str
    limit: str
    measured: str
    held: str
    """``yes`` or ``no``."""
    instead: str
    ratio: str
    date: str = ""


HEAD = Bar("What", "Limit", "Measured", "Held", "Instead", "To ours", "Date")


_SCRIPTS = "ratio, a table in scripts, conn.log only"
_WAYS = {"all columns": "all columns", "the default columns": "the package"}
"""What is measured for each mix, by its name here and in figures."""


def _mixed(part: str, first: str) -> Iterator[Row]:
    """The limits of a mix; the first one says which."""
    for where in ("main loop", "all threads"):
        for what, figure in _WAYS.items():
            name = f"{what}, {where}"
            if where == "main loop":
                name = first if what == "all columns" else "the same, " + what
            its = f"ratio, {figure}, {where}"
            yield Row(name, part, its, f"{_SCRIPTS}, {where}", ratio=_added)


DESIGN = (
    *_mixed(
        "mixed",
        "Zeek's main loop, all columns and labels, to Zeek without; small requests",
    ),
    *_mixed("campus", "all columns, main loop; connections of a campus"),
    Row(
        "memory of Zeek for each claim",
        *("load", "memory per claim, highest", "a table in scripts, memory"),
        ratio=_less,
    ),
    Row(
        "daemon: list, decode, claims; CPU, how many times less",
        *("daemon", "the official client's informer, CPU"),
        "the official client's informer, each of",
        ratio=_itself,
    ),
    Row(
        "daemon: kept of each pod",
        *("daemon", "kept of each of", "the official client's informer, memory"),
        ratio=_less,
    ),
    Row(
        "a batch of 128 KiB in a worker's main loop, p99",
        *("join", "main loop away, worker-1"),
        *("one event for each of 166 pods", "events"),
        ratio=_less,
    ),
    Row(
        "the same, the manager's",
        *("join", "main loop away, manager"),
        *("one event for each of 166 pods", "events"),
        ratio=_less,
    ),
    Row(
        "a change of the API until all nodes know, p99",
        *("latency", "until all nodes do, p99"),
        *("a table in scripts, to read it anew", "load"),
        ratio=_less,
    ),
    Row(
        "`enrich` on 5 million rows",
        *("peers", "enrich, 5,000,000", "zat"),
        ratio=_more,
    ),
)
"""Those of the design: each has something that people would use instead."""
_OTHERS = (
    Row("rank of our first function in the main loop", "mixed", "rank of our first"),
    Row("a lookup among 150,000 claims", "lookup", "lookup, known"),
    Row("the same with claims on ports", "lookup", "lookup, known, port"),
    Row("twice the claims: time of a lookup", "growth", "twice the claims"),
    Row("work of a lookup grows by the power", "growth", "a lookup grows"),
    Row("loading claims grows by the power", "growth", "loading grows"),
    Row("memory for claims grows by the power", "growth", "memory grows"),
    Row("taking in pods grows by the power", "daemon", "it grows"),
    Row("memory for pods grows by the power", "daemon", "memory grows"),
    Row("all detections, to `local.zeek` without", "detect", "ratio"),
)
LIMITS = (*DESIGN, *_OTHERS)
_VERDICTS = {None: "", True: "yes", False: "no"}
_WHOLE = 10
_NUMBER = re.compile(r"-?\d[\d,]*(\.\d+)?")


def table(kept: Mapping[str, Any]) -> str:
    """All limits of the parts that were measured, aligned; dates are not shown."""
    bars = [found(row, kept) for row in LIMITS if row.part in kept]
    lines = [list(bar)[: Bar._fields.index("date")] for bar in (HEAD, *bars)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "".join(
        "  ".join(f"{cell:{width}}" for cell, width in zip(line, widths, strict=True))
        .rstrip()
        .replace("`", "")
        + "\n"
        for line in lines
    )


def found(row: Row, kept: Mapping[str, Any]) -> Bar:
    """What was kept of a limit."""
    part = kept.get(row.part)
    its = _find(part, row.figure, barred=True)
    if part is None or its is None:
        how = f"python testing/bench {row.part} --save"
        return Bar(row.what, "", "not kept", "", how, "")
    instead_part = kept.get(row.instead_part or row.part)
    instead = _find(instead_part, row.instead, barred=False) if row.instead else None
    shown = ratio = ""
    if instead is not None and row.ratio:
        shown = f"{instead['what']}: {instead['value']}"
        times = row.ratio(_number(its), _number(instead))
        ratio = f"x {times:,.0f}" if times >= _WHOLE else f"x {times:.2g}"
    verdict = _VERDICTS[its["ok"]]
    return Bar(row.what, its["bar"], its["value"], verdict, shown, ratio, part["date"])


def _number(figure: Mapping[str, Any]) -> float:
    number = _NUMBER.search(figure["value"])
    return float(number[0].replace(",", "")) if number else 0.0


def _find(part: Mapping[str, Any] | None, begins: str, *, barred: bool) -> Any:
    """The figure of that name, or the first that begins so; with a limit or without."""
    figures = part["figures"] if part else ()
    fitting = [figure for figure in figures if (figure["ok"] is not None) == barred]
    for figure in fitting:
        if figure["what"] == begins:
            return figure
    return next((one for one in fitting if one["what"].startswith(begins)), None)
