"""Both timelines, put to the same random rows and questions, agree in all they say."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from k8s_sync import row_reader, rows
from k8s_sync.model import Claim, Row
from k8s_sync.timeline import Timeline
from tests.pure.strategies import ADDRESS, CLUSTER, NETWORK, PORT, ROWS, TIME
from tests.pure.twin import Twin

pytestmark = pytest.mark.long

QUESTIONS = st.lists(
    st.tuples(
        ADDRESS, TIME, PORT, st.none() | CLUSTER, st.none() | NETWORK | st.just("other")
    ),
    max_size=12,
)
CELLS = (
    *("c1", "10.0.0.1", "-", "1", "0.5", "pod", "80", "tcp", "\\x2d", "10.0.0.0/8"),
    *("finished", "missing", "15", "16"),
    *("x" * 300, "\u00e9" * 150, "\ud7ff" * 99),
    *("fd00::1", "(empty)", "a,b", "", "1e3", "-1", "18446744073709551616"),
)
WIDTH = len(rows.COLUMNS)
LINE = st.text() | st.lists(st.sampled_from(CELLS), min_size=WIDTH, max_size=WIDTH).map(
    "\t".join
)


def edges(some: list[Row]) -> list[int]:
    """Times at which something begins or ends, and their neighbours."""
    times = []
    for row in some:
        if isinstance(row, Claim):
            for at in (row.start, row.end, row.terminating):
                times += [] if at is None else [at - 1, at, at + 1]
    return times


def agree(python: Timeline, twin: Twin, *, time: int, **question: Any) -> None:
    address = question.pop("address")
    port, proto = question.pop("port")
    expected = python.owner(address, time, port, proto, **question)
    assert twin.owner(address, time, port, proto, **question) == expected


@given(ROWS, QUESTIONS)
def test_answers(some: list[Row], questions: list[Any]) -> None:
    python = Timeline()
    with Twin() as twin:
        for row in some:
            assert python.apply(row) == bool(twin.apply(row).applied)
        for address, time, port, cluster, network in questions:
            for at in (time, *edges(some)):
                agree(
                    python,
                    twin,
                    time=at,
                    address=address,
                    port=port,
                    cluster=cluster,
                    network=network,
                )
        for cluster in ("c1", "c2", "c3"):
            assert twin.digest(cluster) == python.digest(cluster)
            assert twin.held(cluster) == python.held(cluster)
        assert len(twin) == len(python)


@given(ROWS, ROWS, TIME)
def test_a_snapshot(before: list[Row], snapshot: list[Row], at: int) -> None:
    python = Timeline()
    with Twin() as twin:
        for row in before:
            python.apply(row)
            twin.apply(row)
        python.generation = 1
        twin.set_generation("c1", 1)
        for row in snapshot:
            python.apply(row)
            twin.apply(row)
        assert twin.sweep("c1", 1, at) == python.sweep("c1", 1, at)
        assert twin.digest("c1") == python.digest("c1")
        assert set(twin.rows()) == set(python)
        assert twin.evict(at) == python.evict(at)
        assert set(twin.rows()) == set(python)


@given(ROWS)
def test_what_one_writes_the_other_reads(some: list[Row]) -> None:
    python = Timeline()
    for row in some:
        python.apply(row)
    with Twin() as twin:
        twin.load(rows.HEADER + "".join(map(rows.encode, some)))
        written = "".join(sorted(map(rows.encode, python)))
        # Not splitlines(): to it, other characters than a newline end a line, too.
        lines = [f"{line}\n" for line in twin.write().split("\n")[:-1]]
        assert "".join(sorted(x for x in lines if x[0] != "#")) == written


@given(st.lists(LINE, max_size=5).map("\n".join))
def test_any_text_is_taken_or_refused_alike(text: str) -> None:
    text = rows.FIELDS + "\n" + text
    problems: list[row_reader.Problem] = []
    found = list(row_reader.decode(text, problems.append))
    with Twin() as twin:
        loaded = twin.load(text)
    assert loaded.rows == len(found)
    assert loaded.bad == len(problems)
    assert loaded.problems == [str(problem) for problem in problems[:10]]
