"""Notices and connections on an axis of time. Pure."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from k8s_sync.model import SECOND
from k8s_sync.report.facts import Facts, Notice

LANES = 12
"""Kinds of notices that have a lane of their own, the most frequent first."""

_LANE = 26.0
_CHART = 90.0
_AXIS = 30.0
_STEPS = (
    *(1, 5, 15, 30),
    *(60 * n for n in (1, 5, 15, 30)),
    *(3600 * n for n in (1, 3, 6, 12)),
    *(86_400 * n for n in (1, 2, 7, 30, 90, 365)),
)
"""Seconds between two ticks."""


class Tick(NamedTuple):
    """A time with a name."""

    x: float
    text: str


class Column(NamedTuple):
    """Connections in a part of the time."""

    x: float
    width: float
    height: float
    unsure: float
    """The height of those in doubt."""
    title: str


class Dot(NamedTuple):
    """Notices of one kind that are too close to be told apart."""

    x: float
    radius: float
    title: str


class Lane(NamedTuple):
    """Notices of one kind."""

    name: str
    number: int
    y: float
    dots: list[Dot]


class Axis(NamedTuple):
    """A picture."""

    width: float
    height: float
    chart: float
    """Height of the chart of connections."""
    ticks: list[Tick]
    columns: list[Column]
    most: int
    """Connections in the highest column."""
    lanes: list[Lane]


def draw(facts: Facts, width: float, ticks: int) -> Axis:
    """Draws what happened when.

    Args:
        facts: What there is to draw.
        width: Of the picture.
        ticks: How many there is room for.
    """
    first, last = facts.first or 0, facts.last or 0
    span = max(last - first, SECOND)

    def place(time: int) -> float:
        return (min(max(time, first), last) - first) / span * width

    bins = list(facts.bins())
    most = max((count for *_, count, _ in bins), default=0)
    columns = [
        Column(
            place(begin),
            max(place(end) - place(begin), 1.0),
            count / most * _CHART,
            unsure / most * _CHART,
            f"{clock(begin, SECOND)}: {count:,} connections, {unsure:,} in doubt",
        )
        for begin, end, count, unsure in bins
    ]
    lanes = _lanes(facts.notices, place)
    height = _CHART + _AXIS + len(lanes) * _LANE
    marks = _ticks(first, last, ticks, place)
    return Axis(width, height, _CHART, marks, columns, most, lanes)


def _lanes(notices: Sequence[Notice], place: Callable[[int], float]) -> list[Lane]:
    by_note: dict[str, list[Notice]] = {}
    for notice in notices:
        by_note.setdefault(notice.note, []).append(notice)
    names = sorted(by_note, key=lambda name: (-len(by_note[name]), name))
    lanes = []
    for number, name in enumerate(names[:LANES]):
        groups: dict[int, list[Notice]] = {}
        for notice in by_note[name]:
            groups.setdefault(round(place(notice.time) / 6), []).append(notice)
        dots = [
            Dot(
                place(group[0].time),
                min(3.5 + len(group) ** 0.5 / 2, 9.0),
                _title(group),
            )
            for group in groups.values()
        ]
        y = _CHART + _AXIS + (number + 0.5) * _LANE
        lanes.append(Lane(name, len(by_note[name]), y, dots))
    return lanes


def _title(group: Sequence[Notice]) -> str:
    first = f"{clock(group[0].time, SECOND)} {group[0].message}"
    more = f" (and {len(group) - 1} more)" if len(group) > 1 else ""
    return first + more


def _ticks(
    first: int, last: int, most: int, place: Callable[[int], float]
) -> list[Tick]:
    span = last - first
    fitting = (step * SECOND for step in _STEPS if span <= step * SECOND * most)
    year = _STEPS[-1] * SECOND
    # One odd row may be thousands of years from all others.
    step = next(fitting, -(-span // (year * most)) * year)
    begin = -(-first // step) * step
    return [
        Tick(place(time), clock(time, step)) for time in range(begin, last + 1, step)
    ]


def clock(time: int, step: int) -> str:
    """Writes a time in UTC, no finer than a step."""
    try:
        moment = datetime.fromtimestamp(time // SECOND, UTC)
    except (OverflowError, ValueError):
        return str(time // SECOND)
    if step >= 86_400 * SECOND:
        return f"{moment:%m-%d}"
    return f"{moment:%H:%M}" if step >= 60 * SECOND else f"{moment:%H:%M:%S}"
