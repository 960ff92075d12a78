"""The map of who talked to whom: two columns of bars with ribbons between. Pure.

Ribbons are as thick as there were bytes, or connections; what is in doubt is a ribbon
of its own beside that which is sure.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from k8s_sync.report.facts import Amount

MOST = 12
"""Bars in a column; what is smaller shares one."""
REST = "(all others)"

_BAR = 10.0
"""Width of a bar, in the picture's unit."""
_GAP = 15.0
_ROW = 36.0
"""Height of the picture for each bar of the longer column."""
_THIN = 2.0
"""Least height of a bar."""
_COLORS = 8


class Bar(NamedTuple):
    """One end's share of all that was said."""

    name: str
    x: float
    y: float
    width: float
    height: float
    color: int
    value: float
    nobody: bool


class Ribbon(NamedTuple):
    """What one end said to another."""

    orig: str
    resp: str
    path: str
    """As SVG draws it."""
    color: int
    doubtful: bool
    amount: Amount


class Map(NamedTuple):
    """A picture."""

    width: float
    height: float
    left: list[Bar]
    right: list[Bar]
    ribbons: list[Ribbon]


Flows = Mapping[tuple[str, str], Amount]
Measure = Callable[[Amount], tuple[float, float]]
"""How much there is, and how much of that is in doubt."""


def by_bytes(amount: Amount) -> tuple[float, float]:
    """Measures bytes."""
    return amount.size, amount.unsure_size


def by_connections(amount: Amount) -> tuple[float, float]:
    """Measures connections."""
    return amount.connections, amount.unsure


def fold(flows: Flows, measure: Measure) -> dict[tuple[str, str], Amount]:
    """Lets what is small share a place, in both columns."""
    sums: tuple[dict[str, float], dict[str, float]] = ({}, {})
    for ends, amount in flows.items():
        for column, name in zip(sums, ends, strict=True):
            column[name] = column.get(name, 0) + measure(amount)[0]
    kept = [
        set(sorted(column, key=lambda name: (-column[name], name))[: MOST - 1])
        if len(column) > MOST
        else set(column)
        for column in sums
    ]
    folded: dict[tuple[str, str], Amount] = {}
    for (orig, resp), amount in flows.items():
        key = orig if orig in kept[0] else REST, resp if resp in kept[1] else REST
        folded.setdefault(key, Amount()).merge(amount)
    return folded


def draw(flows: Flows, measure: Measure, width: float, margin: float) -> Map:
    """Draws a map.

    Args:
        flows: By the names of both ends.
        measure: What is drawn of them.
        width: Of the picture.
        margin: Room for names at both sides.
    """
    folded = {
        key: amount
        for key, amount in fold(flows, measure).items()
        if measure(amount)[0]
    }
    names = [_ordered(folded, measure, side) for side in (0, 1)]
    longest = max(map(len, names), default=0)
    height = longest * _ROW
    total = sum(measure(amount)[0] for amount in folded.values())
    # All bars of a column, with their gaps, must have room, and none may vanish.
    room = height - longest * (_GAP + _THIN)
    scale = max(room, 0.0) / total if total else 0.0
    colors = {name: number % _COLORS for number, name in enumerate(names[0])}
    lefts = _column(folded, measure, 0, names[0], margin, scale, colors)
    x = width - margin - _BAR
    rights = _column(folded, measure, 1, names[1], x, scale, colors)
    ribbons = _ribbons(folded, measure, lefts, rights, scale)
    return Map(width, height, list(lefts.values()), list(rights.values()), ribbons)


def _ordered(flows: Flows, measure: Measure, side: int) -> list[str]:
    sums: dict[str, float] = {}
    for ends, amount in flows.items():
        sums[ends[side]] = sums.get(ends[side], 0) + measure(amount)[0]
    return sorted(sums, key=lambda name: (name == REST, -sums[name], name))


def _column(  # noqa: PLR0913, PLR0917 -- a picture has many sides
    flows: Flows,
    measure: Measure,
    side: int,
    names: list[str],
    x: float,
    scale: float,
    colors: Mapping[str, int],
) -> dict[str, Bar]:
    bars: dict[str, Bar] = {}
    y = _GAP / 2
    for name in names:
        value = sum(
            measure(one)[0] for ends, one in flows.items() if ends[side] == name
        )
        height = _THIN + value * scale
        color = colors.get(name, len(bars) % _COLORS)
        nobody = name.startswith("(")
        bars[name] = Bar(name, x, y, _BAR, height, color, value, nobody)
        y += height + _GAP
    return bars


def _ribbons(
    flows: Flows,
    measure: Measure,
    lefts: Mapping[str, Bar],
    rights: Mapping[str, Bar],
    scale: float,
) -> list[Ribbon]:
    left_y = {name: bar.y + _THIN / 2 for name, bar in lefts.items()}
    right_y = {name: bar.y + _THIN / 2 for name, bar in rights.items()}
    order = sorted(flows, key=lambda ends: (lefts[ends[0]].y, rights[ends[1]].y))
    found = []
    for orig, resp in order:
        amount = flows[orig, resp]
        value, doubtful = measure(amount)
        for part, in_doubt in ((value - doubtful, False), (doubtful, True)):
            if not part:
                continue
            thick = part * scale
            path = _path(
                lefts[orig].x + _BAR, left_y[orig], rights[resp].x, right_y[resp], thick
            )
            left_y[orig] += thick
            right_y[resp] += thick
            color = lefts[orig].color
            found.append(Ribbon(orig, resp, path, color, in_doubt, amount))
    return found


def _path(x: float, y: float, to_x: float, to_y: float, thick: float) -> str:
    """A band between two points, never thinner than can be seen."""
    thick = max(thick, 0.75)
    middle = (x + to_x) / 2
    return (
        f"M{x:.1f} {y:.1f}C{middle:.1f} {y:.1f} {middle:.1f} {to_y:.1f}"
        f" {to_x:.1f} {to_y:.1f}V{to_y + thick:.1f}C{middle:.1f} {to_y + thick:.1f}"
        f" {middle:.1f} {y + thick:.1f} {x:.1f} {y + thick:.1f}Z"
    )
