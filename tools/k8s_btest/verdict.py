"""What must be in Zeek's logs, and whether it is. No file is opened here."""

import re
from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any, cast

import msgspec

from k8s_btest.ends import Ends, columns
from k8s_btest.errors import ScenarioError
from k8s_btest.scenario import Row, Scenario, Side, Value

Line = Mapping[str, Any]
"""A line of a log in JSON; what is unset is not there."""
Logs = Mapping[str, Sequence[Line]]

_LATE = 1 << 62
"""Whoever has a name in the end."""
_SHOWN = 12
"""Columns of a line that a message shows at most."""


class Wanted(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Lines that must be there, or must not."""

    log: str
    columns: dict[str, Value]
    count: int | None = None
    """Exactly so many; none for at least one."""


class Expected(msgspec.Struct, frozen=True, kw_only=True):
    """What `judge` is told; the scenario with all names found."""

    title: str
    wanted: tuple[Wanted, ...] = ()
    unwanted_notices: tuple[str, ...] = ()
    complaints: tuple[str, ...] = ()


def expected(scenario: Scenario, ends: Ends) -> Expected:
    """Finds out what columns a scenario speaks of.

    Raises:
        ScenarioError: It names somebody who is not there.
    """
    said = scenario.expect

    def wanted(row: Row, count: int | None) -> Wanted:
        found = {
            f"id.{end}_k8s.{name}": value
            for end, side in (("orig", row.from_), ("resp", row.to))
            for name, value in _named(side, ends).items()
        }
        return Wanted(log=row.log, columns=row.columns | found, count=count)

    notices = [
        Row(
            log="notice",
            from_=one.from_,
            to=one.to,
            columns={"note": one.note, **one.columns},
            count=one.count,
        )
        for one in said.notices
    ]
    return Expected(
        title=scenario.title,
        wanted=(
            *(wanted(row, row.count) for row in (*notices, *said.rows)),
            *(wanted(row, 0) for row in said.no_rows),
        ),
        unwanted_notices=scenario.unwanted,
        complaints=said.complaints,
    )


def judge(expected: Expected, logs: Logs) -> list[str]:
    """Names what is not as it has to be; nothing if all is."""
    wrong = [text for one in expected.wanted if (text := _judge(one, logs))]
    for line in logs.get("notice", ()):
        note = str(line.get("note", ""))
        if any(fnmatchcase(note, glob) for glob in expected.unwanted_notices):
            wrong.append(f"notice.log: {note} must not come out: {line.get('msg', '')}")
    for line in logs.get("reporter", ()):
        message = str(line.get("message", ""))
        if not any(re.search(known, message) for known in expected.complaints):
            wrong.append(f"reporter.log: {line.get('level', '')}: {message}")
    return wrong


def matches(want: Value, there: object) -> bool:
    """Tells whether a column has what is wanted."""
    if want is None or there is None:
        return want is there
    if isinstance(want, list):
        return isinstance(there, list) and sorted(map(_text, want)) == sorted(
            map(_text, there)
        )
    texts = [_text(one) for one in there] if isinstance(there, list) else [_text(there)]
    if want == "*":
        return True
    if isinstance(want, str) and want.startswith("~"):
        return any(re.search(want[1:], text) for text in texts)
    if isinstance(want, int | float) and isinstance(there, int | float):
        return want == there
    return texts == [_text(want)]


def _judge(want: Wanted, logs: Logs) -> str:
    lines = logs.get(want.log)
    what = _said(want.columns)
    if want.count == 0:
        found = [line for line in lines or () if _fits(want, line)]
        return f"{want.log}.log: {len(found)} lines with {what}" if found else ""
    if lines is None:
        return f"{want.log}.log: there is none; expected {what}"
    count = sum(_fits(want, line) for line in lines)
    if count == want.count or (count and want.count is None):
        return ""
    need = "at least 1" if want.count is None else str(want.count)
    text = (
        f"{want.log}.log: {count} lines of {len(lines)}, expected {need}, with {what}"
    )
    return text if count else f"{text}; {_nearest(want, lines)}"


def _fits(want: Wanted, line: Line) -> bool:
    return all(matches(value, line.get(name)) for name, value in want.columns.items())


def _nearest(want: Wanted, lines: Sequence[Line]) -> str:
    """Shows how the line differs that is most like what is wanted."""
    if not lines:
        return "it is empty"

    def different(line: Line) -> dict[str, object]:
        return {
            name: line.get(name)
            for name, value in want.columns.items()
            if not matches(value, line.get(name))
        }

    return f"the nearest has {_said(min(map(different, lines), key=len))}"


def _said(named: Mapping[str, object]) -> str:
    shown = list(named.items())[:_SHOWN]
    more = ", ..." if len(named) > _SHOWN else ""
    return ", ".join(f"{k}={_text(v)}" for k, v in shown) + more


def _text(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "T" if value else "F"
    if isinstance(value, list):
        return "[" + ",".join(map(_text, cast("Iterable[object]", value))) + "]"
    return str(value)


def _named(side: Side, ends: Ends) -> dict[str, Value]:
    if isinstance(side, dict):
        return side
    place = ends.place(side, _LATE)
    if place is None:
        raise ScenarioError(
            f"expect: {side} is an address, which nobody is named after; write"
            " columns: {id.orig_h: ...}"
        )
    return dict(columns(place))
