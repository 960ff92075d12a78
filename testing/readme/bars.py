"""The table of all limits: what was measured last, beside what there is instead."""

from collections.abc import Iterator

from bench import limits, saved
from readme.markdown import table


def bars() -> str:
    """All limits, with what was measured of them last and when."""
    return table(limits.HEAD, _rows())


def _rows() -> Iterator[limits.Bar]:
    kept = saved.load()
    for row in limits.LIMITS:
        bar = limits.found(row, kept)
        yield bar._replace(held="**no**") if bar.held == "no" else bar
