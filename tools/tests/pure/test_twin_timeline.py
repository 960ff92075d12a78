"""What the C++ timeline answers, where its data structures matter.

All the rules are in ``testing/vectors``, for both timelines alike.
"""

from itertools import permutations

import pytest

from k8s_sync.model import SECOND, Owner
from tests.pure.twin import Twin
from tests.pure.twin_claims import HERE, ask, claim, within

pytestmark = pytest.mark.long

UUID = "6f1c2a3e-8b7d-4c5e-9f00-aabbccddee0{}"


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
