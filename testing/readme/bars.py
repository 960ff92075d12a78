"""The table of all limits: what was measured last, beside what there is instead."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from bench import saved
from readme.markdown import table


class _Row(NamedTuple):
    """A limit; figures are found by how what they are of begins."""

    what: str
    part: str
    figure: str
    instead: str = ""


_ROWS = (
    _Row(
        "Zeek's main loop on mixed traffic, all columns and labels, to Zeek without",
        "mixed",
        "ratio, all columns, main loop",
        "ratio, a table in scripts, conn.log only, main loop",
    ),
    _Row(
        "the same, all threads",
        "mixed",
        "ratio, all columns, all threads",
        "ratio, a table in scripts, conn.log only, all threads",
    ),
    _Row(
        "the same, the default columns",
        "mixed",
        "ratio, the package, all threads",
        "ratio, a table in scripts, conn.log only, all threads",
    ),
    _Row("rank of our first function in it", "mixed", "rank of our first"),
    _Row(
        "memory of Zeek for each claim",
        "load",
        "memory per claim, highest",
    ),
    _Row("a lookup among 150,000 claims", "lookup", "lookup, known"),
    _Row("the same with claims on ports", "lookup", "lookup, known, port"),
    _Row(
        "daemon: list, decode, claims; CPU, how many times less",
        "daemon",
        "the official client's informer",
        "kubernetes_asyncio",
    ),
    _Row("daemon: kept of each pod", "daemon", "kept of each of"),
    _Row("a batch in a worker's main loop, p99", "join", "main loop away, worker-1"),
    _Row("the same, the manager's", "join", "main loop away, manager"),
    _Row(
        "a change of the API until all nodes know", "latency", "until all nodes do, p"
    ),
    _Row("`enrich` on 5 million rows", "peers", "enrich, 5,000,000", "zat"),
)
_VERDICTS = {None: "", True: "yes", False: "**no**"}

Figures = list[dict[str, Any]]


def bars() -> str:
    """All limits, with what was measured of them last and when."""
    kept = saved.load()
    rows = [_row(row, kept.get(row.part)) for row in _ROWS]
    head = ("What", "Limit", "Measured", "Held", "Instead", "Date")
    return table(head, rows)


def _row(row: _Row, part: Mapping[str, Any] | None) -> tuple[str, ...]:
    found = _find(part, row.figure, barred=True) if part else None
    if part is None or found is None:
        how = f"`python testing/bench {row.part} --save`"
        return row.what, "", "not kept", "", how, ""
    instead = _find(part, row.instead, barred=False) if row.instead else None
    shown = f"{instead['what']}: {instead['value']}" if instead else ""
    verdict = _VERDICTS[found["ok"]]
    return row.what, found["bar"], found["value"], verdict, shown, part["date"]


def _find(part: Mapping[str, Any], begins: str, *, barred: bool) -> Any:
    """The figure of that name, or the first that begins so; with a limit or without."""
    figures: Figures = part["figures"]
    found = [figure for figure in figures if (figure["ok"] is not None) == barred]
    for figure in found:
        if figure["what"] == begins:
            return figure
    return next((one for one in found if one["what"].startswith(begins)), None)
