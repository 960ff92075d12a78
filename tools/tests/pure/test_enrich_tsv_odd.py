"""Lines of TSV logs that make no sense harm no other line, and are told of."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.pure.tsv_logs import CONN, NONE, WEB, Run, conn, log


def test_wrong_number_of_cells() -> None:
    good = conn("1700000000.0", "10.0.0.1 1", "1.1.1.1 80")
    run = Run(log("conn", CONN, "1700000000.0 C1", good + " more", good, "x"))
    assert run.lines[8] == "1700000000.0\tC1"
    assert run.lines[9] == good.replace(" ", "\t") + "\tmore"
    assert run.lines[10].count("\t") == 7 + 14
    assert run.problems == ["x.log:9: 2 cells, 8 expected"]
    assert run.tally.problems == {"cells": 3}
    assert run.tally.rows == 1


def test_bad_time_and_address() -> None:
    run = Run(
        log(
            "conn",
            CONN,
            conn("soon", "10.0.0.1 1", "1.1.1.1 80"),
            conn("1700000000.0", "10.0.0.300 1", "10.0.0.1 80"),
            conn("-", "10.0.0.1 1", "1.1.1.1 80"),
        )
    )
    assert [run.side("id.orig_k8s", row) for row in range(3)] == [NONE] * 3
    assert run.side("id.resp_k8s", 1) == WEB
    assert run.problems == [
        "x.log:9: bad time 'soon'",
        "x.log:10: bad addr '10.0.0.300'",
    ]


def test_bytes_that_are_no_text_stay() -> None:
    text = log("conn", CONN, conn("1700000000.0", "10.0.0.1 1", "1.1.1.1 80"))
    text = text.replace("\tSh\n", "\t\udcff\udc80\n")
    assert Run(text).lines[8].endswith("\ttcp\t\udcff\udc80")


def test_a_log_may_have_any_number_of_protocols(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("k8s_sync.enrich.decorate_tsv._PROTOS_LIMIT", 2)
    ends = "10.0.0.1 1", "1.1.1.1 80"
    rows = [conn("1700000000.0", *ends, f"x{number}") for number in range(5)] * 2
    run = Run(log("conn", CONN, *rows))
    assert [run.side("id.orig_k8s", row) for row in range(10)] == [WEB] * 10


def test_rows_of_strangers_between_others() -> None:
    ours, theirs = "10.0.0.1 1", "1.1.1.1 80"
    rows = [conn("1700000000.0", ours, theirs), conn("1700000000.0", theirs, theirs)]
    run = Run(log("conn", CONN, *rows, *rows))
    assert run.tally.named == 2
    assert run.tally.rows == 4


def test_rows_of_one_second() -> None:
    times = ("1699999999.999998", "1699999999.999999", "1700000000.000000")
    rows = [conn(ts, "10.0.0.1 1", "1.1.1.1 80") for ts in times for _ in range(2)]
    found = [row["id.orig_k8s.match"] for row in Run(log("conn", CONN, *rows)).rows()]
    assert found == ["early"] * 4 + ["exact"] * 2


def test_no_header() -> None:
    text = "1700000000.0\t10.0.0.1\n"
    run = Run(text)
    assert run.text == text
    assert run.problems == ["x.log:1: row before #fields"]


def test_types_missing_or_wrong() -> None:
    text = log("conn", CONN, conn("1700000000.0", "10.0.0.1 1", "1.1.1.1 80"))
    types = next(line for line in text.split("\n") if line.startswith("#types"))
    assert Run(text.replace(types + "\n", "")).side("id.orig_k8s") == WEB
    run = Run(text.replace(types, types + "\tmore"))
    assert run.side("id.orig_k8s") == WEB
    assert run.problems == ["x.log:8: 9 types, 8 expected"]


@pytest.mark.parametrize("text", ["", "\n", "#close\t1\n", "#fields\tts\thost"])
def test_nothing_but_header(text: str) -> None:
    run = Run(text)
    assert run.text.startswith(text)
    assert run.problems == []


_ADDRESS = st.sampled_from(["10.0.0.1", "10.0.9.9", "192.0.2.1", "-", "x", "fd00::1"])
_PORT = st.sampled_from(["1", "53", "30080", "-"])
_TIME = st.sampled_from(
    [
        *(
            "1700000000.5",
            "1700000000.500000",
            "1700000000.000000",
            "1699999999.999999",
        ),
        *("1700000999.000000", "1700000999.999999", "1700000999.99999x", "999999"),
        *("-", "x", "1700001000"),
    ]
)
_ROW = st.tuples(
    *(_TIME, st.just("C1"), _ADDRESS, _PORT, _ADDRESS, _PORT),
    st.sampled_from(["tcp", "udp", "icmp", "-"]),
    st.sampled_from(["Sh", "Sh more", ""]),
).map(" ".join)


@given(st.lists(_ROW | st.sampled_from(["", "#comment", "#a b c d e f g h"])))
def test_hurry_changes_nothing(rows: list[str]) -> None:
    text = log("conn", CONN, *rows)
    hurried = Run(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("k8s_sync.enrich.decorate_tsv.make_quick", lambda *_: None)
        slow = Run(text)
    assert hurried.text == slow.text
    assert hurried.problems == slow.problems
    for run in (hurried, slow):
        counts = (run.tally.rows, run.tally.named, run.tally.problems)
        assert counts == (slow.tally.rows, slow.tally.named, slow.tally.problems)


def test_a_comment_forgets_nothing() -> None:
    row = conn("1700000000.0", "10.0.0.1 1", "1.1.1.1 80")
    text = log("conn", CONN, row) + "#close\t1\n" + row.replace(" ", "\t") + "\n"
    run = Run(text)
    assert run.side("id.orig_k8s", 0) == run.side("id.orig_k8s", 1) == WEB
