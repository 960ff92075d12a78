"""Rows survive being written and read; bad ones are named and skipped."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from k8s_sync import address, row_reader, rows
from k8s_sync.model import Claim, Owner, Range, Row
from k8s_sync.row_reader import Problem
from tests.pure.strategies import ROWS

GOOD = {"cluster": "c1", "addr": "10.0.0.1", "from": "1.5", "revision": "7"} | {
    "kind": "pod",
    "uid": "u",
}


def read(text: str) -> tuple[list[Row], list[Problem]]:
    problems: list[Problem] = []
    return list(row_reader.decode(text, problems.append)), problems


def text_of(cells: dict[str, str]) -> str:
    return "#fields\t" + "\t".join(cells) + "\n" + "\t".join(cells.values()) + "\n"


@given(ROWS)
def test_rows_survive_the_way_through_text(some: list[Row]) -> None:
    assert read(rows.HEADER + "".join(map(rows.encode, some))) == (some, [])


@given(st.text())
def test_no_text_raises(text: str) -> None:
    read(rows.FIELDS + "\n" + text)


def test_a_row_is_written_as_zeek_writes_logs() -> None:
    claim = Claim(
        cluster="c1",
        address=address.pack("10.0.0.1"),
        port=80,
        proto="tcp",
        owner=Owner(
            kind="pod", uid="u-1", pod="web-1", labels=("app=a,b", "x=-"), zone="-"
        ),
        start=1_500_000,
        end=2_000_001,
        revision=7,
    )
    assert rows.encode(claim) == (
        "c1\t-\t10.0.0.1\t-\t80\ttcp\t1.500000\t2.000001\t-\t-\t7\t-\tpod\tu-1\t-\tweb-1\t-\t-"
        "\t-\t-\tapp=a\\x2cb,x=-\t-\t\\x2d\t-\n"
    )


def test_columns_are_found_by_name_and_missing_ones_are_unset() -> None:
    some, problems = read(text_of({"novelty": "x", **dict(reversed(GOOD.items()))}))
    assert problems == []
    owner = Owner(kind="pod", uid="u")
    packed = address.pack("10.0.0.1")
    assert some == [
        Claim(cluster="c1", address=packed, owner=owner, start=1_500_000, revision=7)
    ]


def test_equal_owners_are_one_object() -> None:
    first, second = text_of(GOOD), text_of(GOOD | {"addr": "10.0.0.2"})
    some, _ = read(first + second)
    assert isinstance(some[0], Claim)
    assert isinstance(some[1], Claim)
    assert some[0].owner is some[1].owner


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"addr": "10.0.0.300"}, "bad addr '10.0.0.300'"),
        ({"addr": "10.0.0.01"}, "bad addr '10.0.0.01'"),
        ({"addr": "fe80::1%eth0"}, "bad addr 'fe80::1%eth0'"),
        ({"addr": "-"}, "no addr"),
        ({"subnet": "10.0.0.0/8"}, "addr and subnet"),
        ({"addr": "-", "subnet": "10.0.0.0/33"}, "bad subnet '10.0.0.0/33'"),
        ({"addr": "-", "subnet": "10.0.0.0"}, "bad subnet '10.0.0.0'"),
        ({"addr": "-", "subnet": "x/8"}, "bad subnet 'x/8'"),
        ({"cluster": "-"}, "no cluster"),
        ({"uid": "-"}, "no uid"),
        ({"from": "-"}, "no from"),
        ({"from": "yesterday"}, "bad time 'yesterday'"),
        ({"from": "1e9"}, "bad time '1e9'"),
        ({"from": "99999999999999999"}, "bad time '99999999999999999'"),
        ({"to": "1.4"}, "to '1.4' before from '1.5'"),
        ({"revision": "-"}, "no revision"),
        ({"revision": "-1"}, "bad revision '-1'"),
        ({"revision": "18446744073709551616"}, "bad revision '18446744073709551616'"),
        ({"kind": "-"}, "no kind"),
        ({"kind": "Pod"}, "bad kind 'Pod'"),
        ({"port": "65536", "proto": "tcp"}, "bad port '65536'"),
        ({"port": "80"}, "no proto"),
        ({"port": "80", "proto": "icmp"}, "bad proto 'icmp'"),
        ({"pod": "\\xff"}, "bad utf-8"),
        ({"pod": "\udcff"}, "bad utf-8"),
    ],
)
def test_bad_rows_are_named_and_skipped(changes: dict[str, str], reason: str) -> None:
    some, problems = read(text_of(GOOD | changes) + text_of(GOOD))
    assert problems == [Problem(2, reason)]
    assert len(some) == 1


def test_times_are_exact() -> None:
    assert row_reader.parse_time("1700000000.123456") == 1_700_000_000_123_456
    assert row_reader.parse_time("1700000000.1234569") == 1_700_000_000_123_456
    assert row_reader.parse_time("12") == 12_000_000
    assert row_reader.parse_time("-0.000001") == -1
    assert rows.format_time(-1) == "-0.000001"


def test_cells_that_do_not_match_the_header() -> None:
    problems = read("#fields\tcluster\taddr\nc1\n\nc1\t10.0.0.1\tx\n")[1]
    assert [str(problem) for problem in problems] == [
        "line 2: 1 cells, 2 expected",
        "line 4: 3 cells, 2 expected",
    ]


def test_a_row_before_any_header() -> None:
    assert read("c1\t10.0.0.1\n")[1] == [Problem(1, "row before #fields")]


def test_other_separators_are_refused() -> None:
    assert read("#separator \\x2c\n")[1] == [Problem(1, "unsupported separator")]
    assert read(rows.HEADER + "#open\tx\n#close\ty\n") == ([], [])


def test_a_port_of_zero_has_no_protocol() -> None:
    some, _ = read(text_of(GOOD | {"port": "0", "proto": "junk"}))
    assert isinstance(some[0], Claim)
    assert (some[0].port, some[0].proto) == (0, "")


def test_a_range() -> None:
    cells = {"cluster": "c1", "subnet": "10.1.2.3/8", "kind": "pod", "revision": "1"}
    subnet = address.Subnet.parse("10.0.0.0/8")
    expected = Range(cluster="c1", subnet=subnet, kind="pod", revision=1)
    assert read(text_of(cells)) == ([expected], [])
    assert str(subnet) == "10.0.0.0/8"
    assert str(address.Subnet.parse("fd00:1::/16")) == "fd00::/16"


@pytest.mark.parametrize(
    ("cells", "ended", "version"),
    [
        ({"to": "9", "ended": "finished", "version": "15"}, "finished", 15),
        ({"to": "9", "ended": "melted", "version": "-"}, "", 0),
        ({"to": "-", "ended": "deleted", "version": "0"}, "", 0),
    ],
)
def test_an_end_has_a_reason_if_it_is_one(
    cells: dict[str, str], ended: str, version: int
) -> None:
    known = {"cluster": "c1", "addr": "10.0.0.1", "from": "1", "revision": "1"}
    found, problems = read(text_of({**known, "kind": "pod", "uid": "u", **cells}))
    assert not problems
    assert isinstance(found[0], Claim)
    assert (found[0].ended, found[0].version) == (ended, version)


@pytest.mark.parametrize("version", ["16", "-1", "x"])
def test_a_version_is_one_of_sixteen(version: str) -> None:
    known = {"cluster": "c1", "addr": "10.0.0.1", "from": "1", "revision": "1"}
    found, problems = read(
        text_of({**known, "kind": "pod", "uid": "u", "version": version})
    )
    assert not found
    assert problems[0].reason == f"bad version '{version}'"


def test_a_cluster_may_be_called_like_a_comment() -> None:
    block = Range(cluster="#1", subnet=address.Subnet.parse("10.0.0.0/8"), kind="pod")
    text = rows.FIELDS + "\n" + rows.encode(block)
    assert "\n\\x231\t" in text
    problems: list[Problem] = []
    assert [*row_reader.decode(text, problems.append)] == [block]
    assert problems == []


def test_what_is_wrong_is_quoted_in_part_if_it_is_long() -> None:
    for word in ("x" * 10_000, "\U0001f4a9" * 10_000):
        with pytest.raises(ValueError, match="bad addr") as raised:
            address.pack(word)
        assert len(str(raised.value).encode()) <= 200 + len("bad addr ''")
