"""The C++ timeline as a store: revisions, what it holds, snapshots, and forgetting."""

from itertools import product
from typing import get_args

import msgspec
import pytest

from k8s_sync.digest import row_digest
from k8s_sync.model import SECOND, Claim, Ended, Range, Row
from tests.pure.twin import Twin
from tests.pure.twin_claims import HERE, ask, claim, within

pytestmark = pytest.mark.long


def test_the_newest_revision_wins(twin: Twin) -> None:
    assert twin.apply(claim(revision=5)).applied == 1
    assert twin.apply(claim(revision=5, end=0)).applied == 0
    assert twin.apply(claim(revision=4, end=0)).applied == 0
    assert ask(twin) == ("exact", "u")
    assert twin.apply(claim(revision=6, end=120 * SECOND, kind="node")).applied == 1
    answer = twin.owner(HERE, 150 * SECOND)
    assert answer.match == "ended"
    assert answer.owner
    assert answer.owner.kind == "node"
    assert len(twin) == 1


def test_the_digest_is_that_of_what_is_held(twin: Twin) -> None:
    held: list[Row] = [
        claim("a"),
        claim("b", terminating=101 * SECOND),
        claim("c", port=65535, proto="sctp", revision=(1 << 64) - 1),
        within("10.0.0.0/16"),
        within("fd00::/8", kind="service"),
    ]
    twin.apply(*held, claim("d", end=200 * SECOND), within("10.1.0.0/16", end=0))
    twin.apply(claim("e", cluster="c2"))
    assert twin.digest("c1") == sum(map(row_digest, held)) % (1 << 64)
    assert (twin.held("c1"), twin.held("c2"), twin.held("c3")) == (3, 1, 0)
    assert twin.digest("c3") == 0
    assert len(twin) == 8


def test_a_snapshot_ends_what_it_does_not_confirm(twin: Twin) -> None:
    some = [claim(str(n)) for n in range(4)]
    twin.apply(*some, claim("late", 900), claim("other", cluster="c2"))
    twin.apply(within("10.0.0.0/8"), within("10.0.0.0/9"))
    twin.set_generation("c1", 7)
    twin.apply(some[0], within("10.0.0.0/9"))
    twin.apply(msgspec.structs.replace(some[1], revision=0))
    twin.apply(claim("new"))
    assert twin.sweep("c1", 7, 500 * SECOND) == 5
    ends = {
        row.owner.uid: row.end and row.end // SECOND
        for row in twin.rows()
        if isinstance(row, Claim)
    }
    assert ends == {"0": None, "1": 500, "2": 500, "3": 500, "late": 900} | {
        "other": None,
        "new": None,
    }
    reasons = {
        row.owner.uid: row.ended for row in twin.rows() if isinstance(row, Claim)
    }
    assert reasons == dict.fromkeys(("1", "2", "3", "late"), "missing") | {
        "0": "",
        "other": "",
        "new": "",
    }
    assert (twin.held("c1"), twin.held("c2")) == (2, 1)
    assert twin.sweep("c1", 7, 500 * SECOND) == 0
    assert twin.sweep("c9", 7, 0) == 0


def test_versions_are_claims_of_their_own(twin: Twin) -> None:
    """All that a claim's line of cache packs beside its version stays as it was."""
    some = [
        claim(
            version=version,
            end=(200 + version) * SECOND,
            ended=ended,
            kind=kind,
            port=80,
            proto=proto,
        )
        for version, (ended, kind, proto) in enumerate(
            product(get_args(Ended)[1:], ("pod", "node", "service"), ("tcp",))
        )
    ]
    assert len(some) == 15
    twin.set_generation("c1", (1 << 21) - 1)
    twin.apply(*some, claim(version=15, port=80, proto="sctp", revision=3))
    assert set(twin.rows()) == {
        *some,
        claim(version=15, port=80, proto="sctp", revision=3),
    }
    assert twin.apply(some[3]).applied == 0
    newer = msgspec.structs.replace(some[3], revision=2, end=None, ended="")
    assert twin.apply(newer).applied == 1
    assert len(twin) == 16
    assert twin.held("c1") == 2


def test_an_ended_claim_that_is_held_again_has_no_reason(twin: Twin) -> None:
    twin.apply(claim(end=200 * SECOND, ended="finished"))
    twin.apply(claim(revision=2))
    assert twin.rows() == [claim(revision=2)]


def test_without_a_generation_marks_stay(twin: Twin) -> None:
    twin.set_generation("c1", 3)
    twin.apply(claim())
    twin.set_generation("c1", 0)
    twin.apply(claim(revision=2))
    assert twin.sweep("c1", 3, 0) == 0
    assert twin.sweep("c1", 4, 0) == 1


def test_generations_up_to_the_last_are_told_apart(twin: Twin) -> None:
    last = (1 << 21) - 1
    twin.set_generation("c1", last - 1)
    twin.apply(claim("old"))
    twin.set_generation("c1", last)
    twin.apply(claim("new"))
    assert twin.sweep("c1", last, 200 * SECOND) == 1
    assert ask(twin, 250) == ("exact", "new")


def test_generations_beyond_the_last_end_nothing(twin: Twin) -> None:
    twin.set_generation("c1", (1 << 32) + 1)
    twin.apply(claim("a"))
    assert twin.sweep("c1", 1 << 40, 0) == 0


def test_what_was_swept_comes_back_when_it_is_told_again(twin: Twin) -> None:
    """A snapshot of which parts were lost must not be the last word."""
    rows: list[Claim | Range] = [
        claim(revision=3),
        within("10.0.0.0/8", revision=3),
    ]
    twin.apply(*rows)
    digest = twin.digest("c1")
    assert twin.sweep("c1", 1, 120 * SECOND) == 2
    older = [msgspec.structs.replace(row, revision=2) for row in rows]
    assert twin.apply(*older).applied == 0
    assert ask(twin) == ("ended", "u")
    assert twin.apply(*rows).applied == 2
    assert ask(twin) == ("exact", "u")
    assert twin.digest("c1") == digest
    assert twin.evict(1 << 62) == 0


def test_only_what_ended_before_is_forgotten_and_no_more_than_asked(twin: Twin) -> None:
    twin.apply(*(claim(f"u{n}", end=(200 + n) * SECOND) for n in range(10)))
    twin.apply(claim("live"), within("10.0.0.0/8", end=0))
    assert twin.evict(200 * SECOND) == 0
    assert twin.evict(205 * SECOND, 2) == 2
    assert twin.evict(205 * SECOND) == 3
    left = {row.owner.uid for row in twin.rows() if isinstance(row, Claim)}
    assert left == {f"u{n}" for n in range(5, 10)} | {"live"}
    assert twin.evict(1 << 62) == 5
    assert len(twin) == 2


def test_an_end_that_moved_counts(twin: Twin) -> None:
    for revision, end in enumerate([200, 300, 200, 400, 300] * 50, 2):
        twin.apply(claim(revision=revision, end=end * SECOND))
    assert twin.evict(300 * SECOND) == 0
    assert twin.evict(300 * SECOND + 1) == 1
    assert len(twin) == 0
