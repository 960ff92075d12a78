"""Each limit of the design was measured, beside what there is instead."""

import pytest

from bench import saved
from readme import bars


@pytest.mark.parametrize("row", bars.LIMITS, ids=lambda row: f"{row.part}: {row.what}")
def test_kept_with_limit_and_instead(row: bars.Row) -> None:
    """The results that are shown hold all four."""
    bar = bars.found(row, saved.load())
    assert bar.limit
    assert bar.measured != "not kept"
    assert bar.instead
    assert float(bar.ratio.removeprefix("x ").replace(",", "")) > 0


def test_a_limit_without_figures_is_seen() -> None:
    """What would be shown of a part that nobody measured."""
    assert bars.found(bars.LIMITS[0], {}).measured == "not kept"
