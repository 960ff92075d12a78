"""Remembering lines takes bounded memory and time, and loses nothing else."""

from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from k8s_sync import address
from k8s_sync.model import SECOND
from k8s_sync.timeline import Timeline
from tests.pure.strategies import claims
from tests.pure.twin_amendments import End, Model
from tests.pure.watched import HERE, WITHIN, Both, claim, watched


def test_memory_is_bounded_and_drops_are_counted() -> None:
    with watched(3) as both:
        for n in range(5):
            both.write(f"C{n}")
        assert both.amendments.counts() == (3, 0, 2)
        both.tell(claim())
        assert {found.uid for found in both.later()} == {"C2", "C3", "C4"}
        both.now += 601 * SECOND
        both.write("C5")
        assert both.amendments.counts() == (3, 3, 2), "C2's time was over"


def test_what_is_dropped_is_looked_at_once_more() -> None:
    with watched(2) as both:
        both.write("C0")
        both.write("C1")
        both.tell(claim())
        both.write("C2")
        assert sorted(both.told()) == [
            ("C0", None, "exact", "a"),
            ("C1", None, "exact", "a"),
        ]
        both.write("C3")
        both.tell(claim("A"))
        assert both.told() == []
        both.write("C4")
        assert both.told() == [("C2", "exact", "ambiguous", "a")]


def test_none_at_all_and_odd_uids() -> None:
    with watched(0) as both:
        both.write()
        both.tell(claim())
        assert both.told() == []
        assert both.amendments.counts() == (0, 0, 0)
    with watched() as both:
        both.write("")
        both.write("x" * 33)
        both.write("y" * 32)
        both.tell(claim())
        assert [found.uid for found in both.later()] == ["y" * 32]
        assert both.dropped == 1


def test_a_review_does_no_more_than_it_may(both: Both) -> None:
    for n in range(50):
        both.write(f"C{n:02}")
        both.write(f"D{n:02}", address=address.pack(f"10.0.1.{n}"))
    both.tell(claim())
    told = [both.later(0, reports=20) for _ in range(4)]
    assert [len(some) for some in told] == [20, 20, 10, 0]
    assert sorted(found.uid for some in told for found in some) == [
        f"C{n:02}" for n in range(50)
    ]
    both.tell(claim("b", 950))
    assert both.later(0, looks=1000) == []
    for n in range(30):
        both.tell(claim(address=address.pack(f"10.0.1.{n}")))
    sizes = [len(both.later(0, looks=10)) for _ in range(20)]
    assert max(sizes) <= 10
    assert sum(sizes) == 30


def test_rows_that_come_while_a_review_is_under_way_count(both: Both) -> None:
    for n in range(10):
        both.write(f"C{n}")
    both.tell(claim(start=990))
    assert len(both.later(0, looks=5)) == 5
    both.tell(claim(start=2000, revision=2))
    for n in range(10, 15):
        both.write(f"C{n}")
    both.tell(claim(revision=3))
    uids = {found.uid for found in both.later(0)}
    assert uids == {f"C{n}" for n in (*range(5), *range(10, 15))}


def test_a_review_that_is_under_way_loses_nothing_that_has_to_go() -> None:
    lines = 1100  # more than lie together in memory
    with watched(lines) as both:
        for n in range(lines):
            both.write(f"C{n}")
        both.tell(claim())
        found = both.later(0, looks=5)
        found += both.later(601, reports=lines - 10)
        both.write("new")
        found += both.later()
        assert {line.uid for line in found} == {f"C{n}" for n in range(lines)}
        assert len(found) == lines
        assert both.amendments.counts() == (1, lines, 0)


def test_a_review_that_is_under_way_may_lose_its_place() -> None:
    with watched(1100) as both:
        for n in range(400):
            both.write(f"C{n}")
        both.tell(claim())
        assert len(both.later(0, looks=5)) == 5
        for n in range(400, 3660):  # far enough for its memory to be gone
            both.write(f"C{n}")
        assert len(both.later()) == 395
        assert both.amendments.counts() == (1100, 400, 2560)


ENDS = st.builds(
    End,
    uid=st.sampled_from(["C1", "C2", "C3", "C4"]),
    side=st.sampled_from(["orig", "resp"]),
    address=st.sampled_from([HERE, address.pack("10.0.0.2")]),
    time=st.integers(0, 400).map(lambda n: n * SECOND // 2),
    port=st.sampled_from([0, 80]),
    proto=st.just("tcp"),
    cluster=st.sampled_from([None, "c1"]),
)
CLAIMS = claims().map(
    lambda found: msgspec.structs.replace(
        found,
        owner=msgspec.structs.replace(found.owner, uid="ab"[len(found.owner.uid) % 2]),
    )
)
STEPS = st.lists(
    ENDS | st.lists(CLAIMS, max_size=4).map(tuple) | st.integers(0, 700 * SECOND),
    max_size=20,
)


@given(STEPS, st.integers(1, 5))
def test_it_tells_what_the_definition_does(steps: list[Any], most: int) -> None:
    python = Timeline()
    model = Model(python, most=most, within=WITHIN)
    with watched(most) as both:
        for step in [*steps, 0, 601 * SECOND]:
            if isinstance(step, int):
                both.now += step
                found = set(both.amendments.review(both.now))
                must, may = model.review(both.now)
                assert must <= found <= may
                assert both.amendments.counts()[::2] == (len(model), model.dropped)
            elif isinstance(step, End):
                both.amendments.remember(step, both.now)
                model.remember(step, both.now)
            else:
                for row in step:
                    python.apply(row)
                both.tell(*step)
