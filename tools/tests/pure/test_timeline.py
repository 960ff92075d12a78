"""The timeline as a store: revisions, digests, sweeping and forgetting."""

from random import Random

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from k8s_sync import address
from k8s_sync.digest import row_digest
from k8s_sync.model import SECOND, Claim, Owner, Range, Row
from k8s_sync.timeline import Timeline, missing, row_key
from tests.pure.strategies import ROWS


def timeline_of(some: list[Row]) -> Timeline:
    timeline = Timeline()
    for row in some:
        timeline.apply(row)
    return timeline


def uid_of(row: Row) -> str:
    return row.owner.uid if isinstance(row, Claim) else ""


def unique(some: list[Row]) -> list[Row]:
    """Gives every row a revision of its own, as a daemon does."""
    return [msgspec.structs.replace(row, revision=n) for n, row in enumerate(some)]


def claim(n: int, **changes: object) -> Claim:
    made = Claim(
        cluster="c1",
        address=address.pack(f"10.0.0.{n}"),
        owner=Owner(kind="pod", uid=f"u{n}"),
        start=100,
        revision=n,
    )
    return msgspec.structs.replace(made, **changes)


@given(ROWS, st.randoms())
def test_the_order_of_rows_does_not_matter(some: list[Row], random: Random) -> None:
    some = unique(some)
    shuffled = [*some, *some]
    random.shuffle(shuffled)
    one, other = timeline_of(some), timeline_of(shuffled)
    assert set(one) == set(other)
    assert one.digest("c1") == other.digest("c1")
    assert one.held("c1") == other.held("c1")


@given(ROWS)
def test_the_digest_is_that_of_what_is_held(some: list[Row]) -> None:
    timeline = timeline_of(unique(some))
    held = [row for row in timeline if row.cluster == "c1" and row.end is None]
    assert timeline.digest("c1") == sum(map(row_digest, held)) % (1 << 64)
    assert timeline.held("c1") == sum(isinstance(row, Claim) for row in held)


def test_an_equal_revision_changes_nothing() -> None:
    timeline = Timeline()
    assert timeline.apply(claim(1))
    assert not timeline.apply(claim(1, end=200))
    assert not timeline.apply(claim(1, end=200, revision=0))
    assert timeline.apply(claim(1, end=200, revision=2))
    assert len(timeline) == 1


def test_a_snapshot_ends_what_it_does_not_confirm() -> None:
    timeline = timeline_of([claim(1), claim(2), claim(3, end=150), claim(4, start=900)])
    timeline.apply(claim(5, cluster="c2"))
    timeline.generation = 1
    timeline.apply(claim(1))
    assert timeline.sweep("c1", 1, 500) == 2
    ends = {uid_of(row): row.end for row in timeline}
    assert ends == {"u1": None, "u2": 500, "u3": 150, "u4": 900, "u5": None}
    assert timeline.digest("c1") == row_digest(claim(1))


def test_an_older_revision_confirms_nothing() -> None:
    timeline = timeline_of([claim(1, revision=5)])
    timeline.generation = 1
    timeline.apply(claim(1, revision=4))
    assert timeline.sweep("c1", 1, 500) == 1


def test_what_was_swept_comes_back_when_it_is_told_again() -> None:
    subnet = address.Subnet.parse("10.0.0.0/8")
    block = Range(cluster="c1", subnet=subnet, kind="pod", revision=3)
    rows: list[Row] = [claim(1, revision=3), block]
    timeline = timeline_of(rows)
    assert timeline.sweep("c1", 1, 500) == 2
    assert not timeline.apply(claim(1, revision=2))
    assert [timeline.apply(row) for row in rows] == [True, True]
    assert timeline.digest("c1") == sum(map(row_digest, rows)) % (1 << 64)


def test_only_what_ended_long_ago_is_forgotten() -> None:
    timeline = timeline_of([claim(1), claim(2, end=150), claim(3, end=200)])
    assert timeline.evict(200) == 1
    assert {uid_of(row) for row in timeline} == {"u1", "u3"}
    assert timeline.owner(address.pack("10.0.0.2"), 150).match is None
    assert timeline.keys("c1")
    assert timeline.get(row_key(claim(2))) is None


def test_what_is_forgotten_leaves_others_on_its_address() -> None:
    here = address.pack("10.0.0.1")
    timeline = timeline_of(
        [claim(1, address=here, end=200), claim(2, address=here), claim(3, end=150)]
    )
    assert timeline.evict(201) == 2
    assert [row.owner.uid for row in timeline.claims(here)] == ["u2"]


def test_what_is_forgotten_leaves_others_where_there_were_many() -> None:
    here = address.pack("10.0.0.1")
    past = [claim(n, address=here, end=100 + n) for n in range(1, 21)]
    timeline = timeline_of([*past, claim(50, address=here)])
    assert timeline.evict(119) == 18
    assert {row.owner.uid for row in timeline.claims(here)} == {"u19", "u20", "u50"}
    assert timeline.owner(here, 119).owner == claim(50).owner


def test_a_block_that_is_missing_has_an_end() -> None:
    block = Range(cluster="c1", subnet=address.Subnet.parse("10.0.0.0/8"), kind="pod")
    assert missing(block, 7).end == 7


def test_of_what_has_ended_only_what_began_at_once_is_a_rival() -> None:
    here = address.pack("10.0.0.1")
    ended = [
        claim(1, address=here, start=0, end=100 * SECOND),
        claim(2, address=here, start=50 * SECOND, end=99 * SECOND),
    ]
    answer = timeline_of([*ended]).owner(here, 101 * SECOND)
    assert (answer.match, answer.owner and answer.owner.uid) == ("ended", "u2")
