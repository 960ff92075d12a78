"""The C++ timeline as a store, and the rules where its data structures matter.

What it answers is in ``testing/vectors``, for both timelines alike.
"""

from collections.abc import Iterator
from itertools import permutations, product
from typing import Any, get_args

import msgspec
import pytest

from k8s_sync import address
from k8s_sync.model import SECOND, Claim, Ended, Kind, Owner, Proto, Range, Row
from k8s_sync.timeline import row_digest
from tests.pure.twin import Twin

pytestmark = pytest.mark.long

HERE = address.pack("10.0.0.1")
UUID = "6f1c2a3e-8b7d-4c5e-9f00-aabbccddee0{}"


@pytest.fixture
def twin() -> Iterator[Twin]:
    with Twin() as made:
        yield made


def claim(uid: str = "u", start: int = 100, **changes: Any) -> Claim:
    kind: Kind = changes.pop("kind", "pod")
    made = Claim(
        cluster="c1",
        address=HERE,
        owner=Owner(kind=kind, uid=uid),
        start=start * SECOND,
        revision=1,
    )
    return msgspec.structs.replace(made, **changes)


def within(subnet: str, **changes: Any) -> Range:
    made = Range(
        cluster="c1", subnet=address.Subnet.parse(subnet), kind="pod", revision=1
    )
    return msgspec.structs.replace(made, **changes)


def ask(
    twin: Twin, time: int = 150, port: int = 0, proto: Proto = "", **filters: Any
) -> tuple[str | None, str | None]:
    answer = twin.owner(HERE, time * SECOND, port, proto, **filters)
    return answer.match, answer.owner.uid if answer.owner else None


def test_a_live_claim_is_told_in_full(twin: Twin) -> None:
    owner = Owner(
        kind="pod",
        uid=UUID.format(1),
        namespace="shop",
        pod="web-1",
        workload="Deployment/web",
        node="n1",
        service="web",
        service_account="default",
        labels=("app=web", "tier=front"),
        images=("web:1", "proxy:2"),
        zone="eu-1a",
        roles=("mesh",),
    )
    full = claim(
        owner=owner,
        network="storage",
        port=80,
        proto="tcp",
        end=200 * SECOND,
        terminating=180 * SECOND,
        revision=(1 << 64) - 1,
    )
    twin.apply(full)
    answer = twin.owner(HERE, 150 * SECOND, 80, "tcp")
    assert (answer.match, answer.claim) == ("exact", full)


@pytest.mark.parametrize(
    ("time", "match"),
    [
        (69, None),
        (70, "early"),
        (99, "early"),
        (100, "exact"),
        (199, "exact"),
        (200, "ended"),
        (319, "ended"),
        (320, None),
    ],
)
def test_the_life_of_a_claim(twin: Twin, time: int, match: str | None) -> None:
    twin.apply(claim(end=200 * SECOND))
    assert ask(twin, time) == (match, "u" if match else None)


def test_the_tolerances_are_given() -> None:
    with Twin(linger=SECOND, lead=0) as twin:
        twin.apply(claim(end=200 * SECOND))
        assert ask(twin, 99) == ask(twin, 201) == (None, None)
        assert ask(twin, 200) == ("ended", "u")


def test_the_order_of_rows_does_not_matter() -> None:
    some = [
        claim("a", 100),
        claim("b", 101),
        claim("c", 120, terminating=130 * SECOND),
        claim("d", 90, kind="node"),
        claim("e", 140, end=145 * SECOND),
    ]
    for order in permutations(some):
        with Twin() as twin:
            twin.apply(*order)
            assert ask(twin, 150) == ("ambiguous", "b")
            assert ask(twin, 125) == ("ambiguous", "c")
            assert ask(twin, 95) == ("exact", "d")


def test_the_uids_of_uuids_and_other_texts_have_one_order() -> None:
    uids = [UUID.format(1), UUID.format(2), UUID.format(1).upper()]
    uids += ["6f1c2a3e", "zz", "", "00000000-0000-0000-0000-000000000001"]
    uids += ["ffffffff-ffff-ffff-ffff-ffffffffffff", "é"]
    for one, other in permutations(filter(None, uids), 2):
        with Twin() as twin:
            twin.apply(claim(one), claim(other))
            assert ask(twin) == ("ambiguous", max(one, other, key=str.encode))


def test_ports_and_protocols_are_apart(twin: Twin) -> None:
    twin.apply(
        claim("node", kind="node"),
        claim("tcp", port=53, proto="tcp"),
        claim("udp", port=53, proto="udp"),
    )
    assert ask(twin, port=53, proto="tcp") == ("exact", "tcp")
    assert ask(twin, port=53, proto="udp") == ("exact", "udp")
    assert ask(twin, port=53) == ask(twin, port=54, proto="tcp") == ("exact", "node")


def test_domains_and_filters(twin: Twin) -> None:
    twin.apply(claim("a"), claim("b", cluster="c2"), claim("c", network="fast"))
    assert ask(twin) == ("ambiguous", None)
    assert ask(twin, cluster="c2") == ("exact", "b")
    assert ask(twin, cluster="c1", network="") == ("exact", "a")
    assert ask(twin, cluster="c1", network="fast") == ("exact", "c")
    assert ask(twin, cluster="elsewhere") == ask(twin, network="no") == (None, None)


def test_one_pod_in_two_domains_is_no_rival_of_itself(twin: Twin) -> None:
    twin.apply(claim("a"), claim("a", network="fast"), claim("0", 100, network="fast"))
    assert ask(twin) == ("ambiguous", "a")
    twin.apply(claim("0", 90, network="fast", revision=2))
    assert ask(twin) == ("exact", "a")


def test_a_loser_of_another_domain_is_no_rival(twin: Twin) -> None:
    twin.apply(
        claim("a", cluster="c2"),
        claim("b", 50, cluster="c2"),
        claim("a"),
    )
    assert ask(twin) == ("exact", "a")


def test_ranges_of_all_lengths(twin: Twin) -> None:
    for length in range(129):
        with Twin() as fresh:
            fresh.apply(within(f"::ffff:10.0.0.0/{length}"))
            assert ask(fresh) == (None if length == 128 else "unknown", None)
    twin.apply(within("10.0.0.0/24"), within("10.0.0.0/24", cluster="c2", end=0))
    assert ask(twin, cluster="c1") == ("unknown", None)
    assert ask(twin, cluster="c2") == ask(twin, network="fast") == (None, None)
    twin.apply(within("10.0.0.0/24", revision=2, end=0))
    assert ask(twin) == (None, None)


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


def test_a_swept_claim_comes_back_with_a_newer_revision_only(twin: Twin) -> None:
    twin.apply(claim())
    twin.sweep("c1", 1, 120 * SECOND)
    twin.apply(claim())
    assert ask(twin) == ("ended", "u")
    twin.apply(claim(revision=2))
    assert ask(twin) == ("exact", "u")
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
