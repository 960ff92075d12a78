"""Times of the API become exact integers, or an error."""

import pytest

from k8s_sync.claims import api_time


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("2026-11-02T09:00:00Z", 1_793_610_000_000_000),
        ("2026-11-02T09:00:00.000001Z", 1_793_610_000_000_001),
        ("2026-11-02T09:00:00.123456789Z", 1_793_610_000_123_456),
        ("2026-11-02T11:00:00+02:00", 1_793_610_000_000_000),
        ("1969-12-31T23:59:59.5Z", -500_000),
        ("0001-01-01T00:00:00Z", -62_135_596_800_000_000),
    ],
)
def test_a_time_is_read_exactly(text: str, expected: int) -> None:
    assert api_time.parse(text) == expected


@pytest.mark.parametrize(
    "text", ["", "soon", "2026-11-02T09:00:00", "2026-13-01T00:00:00Z"]
)
def test_what_is_no_time_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match=f"bad time '{text}'"):
        api_time.parse(text)
