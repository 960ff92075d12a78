"""Each limit of the design was measured, beside what there is instead."""

import pytest

from bench import limits, saved


@pytest.mark.parametrize(
    "row", limits.DESIGN, ids=lambda row: f"{row.part}: {row.what}"
)
def test_kept_with_limit_and_instead(row: limits.Row) -> None:
    """The results that are shown hold all four."""
    bar = limits.found(row, saved.load())
    assert bar.limit
    assert bar.measured != "not kept"
    assert bar.instead
    assert float(bar.ratio.removeprefix("x ").replace(",", "")) > 0


def test_a_limit_without_figures_is_seen() -> None:
    """What would be shown of a part that nobody measured."""
    assert limits.found(limits.LIMITS[0], {}).measured == "not kept"


def test_a_run_of_some_parts_shows_their_limits_only() -> None:
    """What is not measured in a run is not in its table, what is stands in line."""
    kept = {"lookup": saved.load()["lookup"]}
    head, *lines = limits.table(kept).splitlines()
    assert [line.split("  ")[0] for line in lines] == [
        "a lookup among 150,000 claims",
        "the same with claims on ports",
    ]
    column = head.index("Limit")
    assert all(line[column:].startswith("<= 150 ns") for line in lines)
