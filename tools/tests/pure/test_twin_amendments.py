"""Lines that later rows prove wrong are found, once each, with bounded memory."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from k8s_sync import address
from k8s_sync.model import SECOND, Claim, Owner, Row
from k8s_sync.timeline import Timeline
from tests.pure.strategies import claims
from tests.pure.twin import Twin
from tests.pure.twin_amendments import Amendment, Amendments, End, Model

HERE = address.pack("10.0.0.1")
WITHIN = 600 * SECOND
T = 1000 * SECOND


class Both:
    """A timeline and what watches it."""

    def __init__(self, twin: Twin, amendments: Amendments) -> None:
        self.twin = twin
        self.amendments = amendments
        self.now = T

    def tell(self, *claims: Row) -> None:
        self.twin.apply(*claims)

    def write(self, uid: str = "C1", side: str = "orig", **more: Any) -> None:
        end = End(uid, side, more.pop("address", HERE), more.pop("time", T), **more)
        self.amendments.remember(end, self.now)

    def later(self, seconds: int = 1, **limits: int) -> list[Amendment]:
        self.now += seconds * SECOND
        return self.amendments.review(self.now, **limits)

    def told(self, seconds: int = 1) -> list[tuple[Any, ...]]:
        return [
            (found.uid, found.was, found.match, found.owner)
            for found in self.later(seconds)
        ]

    @property
    def dropped(self) -> int:
        return self.amendments.counts().dropped


@contextmanager
def watched(most: int = 100) -> Iterator[Both]:
    with Twin() as twin:
        amendments = Amendments(twin, most=most, within=WITHIN)
        yield Both(twin, amendments)
        amendments.close()


@pytest.fixture
def both() -> Iterator[Both]:
    with watched() as made:
        yield made


def claim(uid: str = "a", start: int = 900, **changes: Any) -> Claim:
    made = Claim(
        cluster="c1",
        address=HERE,
        owner=Owner(kind="pod", uid=uid),
        start=start * SECOND,
        revision=1,
    )
    return msgspec.structs.replace(made, **changes)


def test_nobody_then_somebody(both: Both) -> None:
    both.write(side="resp")
    assert both.later() == []
    both.tell(claim())
    assert both.later() == [Amendment("C1", "resp", T, T, None, "exact", "a")]
    assert both.amendments.counts() == (1, 1, 0)


def test_another_owner(both: Both) -> None:
    both.tell(claim("a"))
    both.write()
    both.tell(claim("b", 950))
    assert both.told() == [("C1", "exact", "exact", "b")]


def test_early_that_was_not(both: Both) -> None:
    both.tell(claim(start=1010))
    both.write()
    both.tell(claim(start=1005, revision=2))
    assert both.told() == []
    both.tell(claim(start=990, revision=3))
    assert both.told() == [("C1", "early", "exact", "a")]


def test_a_uid_is_amended_once_for_each_side(both: Both) -> None:
    for side in ("orig", "resp", "orig"):
        both.write(side=side)
    both.tell(claim())
    assert {found.side for found in both.later()} == {"orig", "resp"}
    both.write()
    both.tell(claim("b", 950))
    assert both.told() == []


def test_the_first_line_of_a_uid_counts(both: Both) -> None:
    both.write()
    both.tell(claim())
    both.write()
    assert both.told() == [("C1", None, "exact", "a")]


def test_the_end_of_the_same_owner_and_new_labels_are_no_amendment(both: Both) -> None:
    both.tell(claim())
    both.write()
    both.tell(claim(revision=2, end=950 * SECOND, ended="finished"))
    assert both.told() == []
    both.tell(claim(revision=3, end=990 * SECOND, ended="changed"))
    both.tell(claim(revision=4, version=1))
    assert both.told() == []
    assert both.told(601) == []


def test_an_ambiguity_that_stays(both: Both) -> None:
    both.tell(claim("b"))
    both.write()
    both.tell(claim("a"))
    assert both.told(600) == []
    assert both.told(1) == [("C1", "exact", "ambiguous", "b")]
    assert both.amendments.counts() == (0, 1, 0)


def test_an_ambiguity_that_passes(both: Both) -> None:
    both.tell(claim("b"))
    both.write()
    both.tell(claim("a"))
    assert both.told() == []
    both.tell(claim("a", start=800, revision=2))
    assert both.told(601) == []


def test_nobody_any_more(both: Both) -> None:
    both.tell(claim("b"))
    both.write()
    both.tell(claim("b", cluster="c2"), claim("a", cluster="c2", start=950))
    assert both.told(600) == []
    assert both.told() == [("C1", "exact", "ambiguous", None)]


def test_after_ten_minutes_nothing_is_amended(both: Both) -> None:
    both.write()
    assert both.told(600) == []
    assert both.amendments.counts().size == 1
    assert both.told(1) == []
    both.tell(claim())
    assert both.told(1) == []
    assert both.amendments.counts() == (0, 0, 0)


def test_what_was_heard_in_time_is_told_although_the_line_has_to_go(both: Both) -> None:
    both.write()
    both.tell(claim())
    assert both.told(700) == [("C1", None, "exact", "a")]


def test_the_question_is_the_one_that_the_line_asked(both: Both) -> None:
    both.write("port", port=80, proto="tcp")
    both.write("udp", port=80, proto="udp")
    both.write("c2", cluster="c2")
    both.write("before", time=800 * SECOND)
    both.write("beside", address=address.pack("10.0.0.2"))
    both.tell(claim(port=80, proto="tcp"))
    assert both.told() == [("port", None, "exact", "a")]
    both.tell(claim("b", cluster="c2", port=80, proto="tcp"), claim("c", cluster="c2"))
    assert sorted(both.told()) == [
        ("c2", None, "exact", "c"),
        ("udp", None, "exact", "c"),
    ]


def test_a_sweep_may_amend(both: Both) -> None:
    both.tell(claim("b", 950), claim("a"))
    both.write()
    both.twin.set_generation("c1", 7)
    both.tell(claim("a"))
    both.twin.sweep("c1", 7, 960 * SECOND)
    assert both.told() == [("C1", "exact", "ambiguous", "a")]


def test_ranges_name_nobody(both: Both) -> None:
    both.write()
    both.twin.load("#fields\tcluster\tsubnet\trevision\tkind\nc1\t10.0.0.0/8\t1\tpod\n")
    assert both.told() == both.told(601) == []


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
    both.tell(claim(start=1010))
    assert len(both.later(0, looks=5)) == 5
    both.tell(claim(start=2000, revision=2))
    for n in range(10, 15):
        both.write(f"C{n}")
    both.tell(claim(revision=3))
    uids = {found.uid for found in both.later(0)}
    assert uids == {f"C{n}" for n in (*range(5), *range(10, 15))}


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
