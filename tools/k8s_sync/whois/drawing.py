"""The owners of an address over time, drawn with characters. Pure.

One line per owner and address. Each character stands for the same span of time, and
shows what holds for most of it; a claim that is shorter than one still gets one.
"""

from collections.abc import Iterable, Iterator

import msgspec

from k8s_sync.model import SECOND, Match
from k8s_sync.times import parse, rfc3339
from k8s_sync.whois.question import Question
from k8s_sync.whois.report import Report, Spell, Sure
from k8s_sync.whois.table import name, printable, short

_BLOCKS: dict[Match, str] = {
    "exact": "█",
    "ambiguous": "▒",
    "early": "░",
    "ended": "░",
}
_ASCII: dict[Match, str] = {"exact": "#", "ambiguous": "?", "early": ".", "ended": "."}
_HELD = ("exact", "ambiguous")
_LEAST_WIDTH = 20
_MINUTE, _HOUR, _DAY = 60, 3600, 86400
_STEPS = (
    *(1, 5, 10, 30),
    *(_MINUTE, 5 * _MINUTE, 10 * _MINUTE, 30 * _MINUTE),
    *(_HOUR, 3 * _HOUR, 6 * _HOUR, 12 * _HOUR),
    *(_DAY, 2 * _DAY, 7 * _DAY, 30 * _DAY, 90 * _DAY, 365 * _DAY, 3650 * _DAY),
)
"""Seconds that there may be between two ticks."""


class _Scale(msgspec.Struct, frozen=True):
    """Which time is where in a line; times in microseconds."""

    start: int
    end: int
    width: int

    def time(self, cell: int) -> int:
        """When a character begins."""
        return self.start + (self.end - self.start) * cell // self.width

    def cell(self, time: int) -> int:
        """Which character a time is in."""
        inside = min(max(time, self.start), self.end - 1) - self.start
        return inside * self.width // (self.end - self.start)


def draw(
    report: Report,
    question: Question,
    now: int,
    *,
    width: int,
    ascii_only: bool = False,
) -> str:
    """Draws the claims of a report.

    Args:
        report: What to draw.
        question: What it answers: where it says from when to when, that is drawn.
        now: Until when that is drawn which is still held, in microseconds.
        width: Characters in a line.
        ascii_only: Uses no others than those of ASCII.
    """
    lines: dict[str, list[Sure]] = {}
    for spell in report.claims:
        lines.setdefault(_label(report, spell), []).extend(spell.sure)
    stretches = [one for some in lines.values() for one in some]
    if not stretches:
        return f"{printable(report.asked)}: nothing to draw\n"
    margin = max(map(len, lines)) + 2
    first, last = question.since, question.until
    if first is None:
        first = min(parse(one.start) for one in stretches)
    if last is None:
        last = max(_end(one, now) for one in stretches)
    scale = _Scale(first, max(last, first + 1), max(_LEAST_WIDTH, width - margin))
    signs = _ASCII if ascii_only else _BLOCKS
    drawn = [
        f"{report.asked}  {_moment(scale.start)} to {_moment(scale.end)}",
        " " * margin + _axis(scale),
    ]
    for label, some in lines.items():
        drawn.append(label.ljust(margin) + _bar(scale, some, signs, now))
    if report.at is not None:
        drawn.append(" " * (margin + scale.cell(parse(report.at))) + "^ at")
    legend = f"{signs['exact']} exact  {signs['ambiguous']} ambiguous"
    drawn.append(f"{' ' * margin}{legend}  {signs['ended']} early or ended")
    return "".join(f"{printable(line.rstrip())}\n" for line in drawn)


def _label(report: Report, spell: Spell) -> str:
    parts = [name(spell.owner)]
    if report.address is None:
        parts.append(spell.address)
    if spell.port:
        parts.append(f"{spell.port}/{spell.proto}")
    if len({one.cluster for one in report.claims}) > 1:
        parts.append(spell.cluster)
    return " ".join(parts)


def _end(one: Sure, now: int) -> int:
    end = now if one.to is None else min(now, parse(one.to))
    return max(end, parse(one.start) + 1)


def _bar(
    scale: _Scale, stretches: Iterable[Sure], signs: dict[Match, str], now: int
) -> str:
    nothing = False, -1, " "
    best: dict[int, tuple[bool, int, str]] = {}
    for one in stretches:
        start, end = parse(one.start), _end(one, now)
        if end <= scale.start or start >= scale.end:
            continue
        for cell in range(scale.cell(start), scale.cell(end - 1) + 1):
            share = min(end, scale.time(cell + 1)) - max(start, scale.time(cell))
            new = one.match in _HELD, share, signs[one.match]
            best[cell] = max(best.get(cell, nothing), new)
    return "".join(best.get(cell, nothing)[2] for cell in range(scale.width))


def _axis(scale: _Scale) -> str:
    """Times where they are, as many as there is room for."""
    for seconds in _STEPS:
        sample = _tick(scale.start, seconds)
        step = seconds * SECOND
        if scale.width * step // (scale.end - scale.start) > len(sample) + 1:
            break
    line = ""
    for tick in _ticks(scale, step):
        cell = scale.cell(tick)
        text = f"|{_tick(tick, seconds)}"
        if cell >= len(line) and cell + len(text) <= scale.width:
            line = line.ljust(cell) + text
    return line


def _ticks(scale: _Scale, step: int) -> Iterator[int]:
    first = -(-scale.start // step) * step
    return iter(range(first, scale.end, step))


def _tick(time: int, seconds: int) -> str:
    text = rfc3339(time)
    day, _, clock = text.partition("T")
    if seconds >= _DAY:
        return day
    return clock[:5] if seconds >= _MINUTE else clock[:8]


def _moment(time: int) -> str:
    return short(rfc3339(time // SECOND * SECOND))
