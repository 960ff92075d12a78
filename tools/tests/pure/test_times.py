"""Times in every form that a Zeek log has are read exactly."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from k8s_sync import times
from k8s_sync.rows import format_time

T = 1_700_000_000_123_456


@pytest.mark.parametrize(
    ("text", "micros"),
    [
        ("1700000000.123456", T),
        ("1700000000", 1_700_000_000_000_000),
        ("1700000000.1", 1_700_000_000_100_000),
        ("1700000000.1234564", T),
        ("1700000000.1234565", T + 1),
        ("1.7000000001e9", 1_700_000_000_100_000),
        ("1700000000123", 1_700_000_000_123_000),
        ("100000000000", 100_000_000_000_000_000),
        ("0", 0),
        ("-1.500000", -1_500_000),
        ("2023-11-14T22:13:20.123456Z", T),
        ("2023-11-14T23:13:20.123456+01:00", T),
        ("2023-11-14 22:13:20.123456", T),
        ("2023-11-14T22:13:20Z", 1_700_000_000_000_000),
        ("2023-11-14T22:13:20.1234565Z", T + 1),
    ],
)
def test_reads(text: str, micros: int) -> None:
    assert times.parse(text) == micros
    assert times.parse_bytes(text.encode()) == micros


@pytest.mark.parametrize(
    "text",
    ["", "-", "x", "1,5", "1_0", " 1", "1e99", "9" * 20, "2023-13-01T00:00:00Z", "١٢"],
)
def test_refuses(text: str) -> None:
    with pytest.raises(ValueError, match="bad time"):
        times.parse(text)
    with pytest.raises(ValueError, match="bad time"):
        times.parse_bytes(text.encode())


@given(st.integers(-(10**15), 10**16))
def test_what_zeek_writes_comes_back(micros: int) -> None:
    assert times.parse_bytes(format_time(micros).encode()) == micros


@given(st.integers(-62_135_596_800_000_000, 253_402_300_799_999_999))
def test_rfc3339_comes_back(micros: int) -> None:
    assert times.parse(times.rfc3339(micros)) == micros


def test_rfc3339_far_away() -> None:
    assert times.rfc3339(10**18) == "1000000000000.000000"
