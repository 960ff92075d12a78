"""What a part found: figures with their bars, and how they are shown."""

from collections.abc import Iterable
from typing import NamedTuple


class LackingError(Exception):
    """The part cannot run here; says what to install."""


class Figure(NamedTuple):
    """One line of the table."""

    what: str
    value: str
    bar: str = ""
    ok: bool | None = None
    """Unset: there is no bar, or nobody holds it against this figure."""


def at_most(what: str, value: float, bar: float, form: str) -> Figure:
    """A figure that must not be above its bar."""
    return Figure(what, form.format(value), f"<= {form.format(bar)}", value <= bar)


def at_least(what: str, value: float, bar: float, form: str) -> Figure:
    """A figure that must not be below its bar."""
    return Figure(what, form.format(value), f">= {form.format(bar)}", value >= bar)


def percentile(values: Iterable[float], percent: int) -> float:
    """The value that so many percent are not above."""
    ordered = sorted(values)
    return ordered[min(len(ordered) * percent // 100, len(ordered) - 1)]


_VERDICTS = {None: "", True: "ok", False: "MISSED"}


def table(title: str, figures: Iterable[Figure]) -> str:
    """Writes figures as a table, aligned."""
    lines = [title]
    for figure in figures:
        verdict = _VERDICTS[figure.ok]
        line = f"  {figure.what:48} {figure.value:>16}  {figure.bar:16}  {verdict}"
        lines.append(line.rstrip())
    return "\n".join(lines) + "\n"
