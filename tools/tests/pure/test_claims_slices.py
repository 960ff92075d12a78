"""What EndpointSlices add: the service of a port, and backends that nothing selects."""

from typing import Any

import pytest

from k8s_sync import address
from k8s_sync.claims.inventory import Inventory
from k8s_sync.model import SECOND, Claim
from k8s_sync.timeline import Timeline
from tests.pure.kubernetes import (
    NOW,
    at,
    claims,
    endpoint_slice,
    held,
    live,
    outside,
    pod,
    service,
    slices,
    spans,
    target,
    told,
    us,
    where,
)

LATER = NOW + 60 * SECOND
POD = pod("db-0", "10.0.0.1", labels={"app": "db", "role": "primary"})
BOTH = [
    ("services", service("db", spec={"selector": {"app": "db"}})),
    ("services", service("primary", spec={"selector": {"role": "primary"}})),
]
DB_0 = target("db-0", "10.0.0.1")
UDP = {"port": 53, "protocol": "UDP"}


def services(inventory: Inventory) -> dict[str, str]:
    """The service that each live claim of a pod names."""
    found = (claim for claim in live(inventory) if claim.owner.kind == "pod")
    return {where(claim): claim.owner.service for claim in found}


# --- pods of several services


def test_t18_the_port_decides_between_services() -> None:
    inventory = told(
        ("pods", POD),
        *BOTH,
        *slices(
            endpoint_slice("a", "db", DB_0, ports=[5432, 9187]),
            endpoint_slice("b", "primary", DB_0, ports=[5432, 8008, UDP]),
        ),
    )
    assert services(inventory) == {
        "10.0.0.1": "",
        "10.0.0.1:9187/tcp": "db",
        "10.0.0.1:8008/tcp": "primary",
        "10.0.0.1:53/udp": "primary",
    }
    whole, *ports = sorted(live(inventory), key=lambda claim: claim.port)
    assert {claim.start for claim in ports} == {whole.start} == {us("09:00:03")}
    assert {claim.owner.pod for claim in ports} == {"db-0"}
    timeline = Timeline()
    for row in inventory.rows():
        timeline.apply(row)
    answers = {
        port: timeline.owner(address.pack("10.0.0.1"), NOW, port, "tcp").owner
        for port in (9187, 5432)
    }
    assert answers[9187]
    assert answers[5432]
    assert (answers[9187].service, answers[5432].service) == ("db", "")


def test_a_pod_of_one_service_needs_no_port() -> None:
    made = endpoint_slice("a", "db", DB_0, ports=[5432])
    inventory = told(("pods", POD), BOTH[0], *slices(made))
    assert services(inventory) == {"10.0.0.1": "db"}


def test_without_slices_all_is_as_it_was() -> None:
    assert services(told(("pods", POD), *BOTH)) == {"10.0.0.1": ""}


def test_t18_the_slices_of_a_service_count_together() -> None:
    """Also if they say the same, and if one takes over from another."""
    one, two = (endpoint_slice(name, "db", DB_0, ports=[9187]) for name in "ab")
    inventory = told(("pods", POD), *BOTH, *slices(one, two))
    wanted = {"10.0.0.1": "", "10.0.0.1:9187/tcp": "db"}
    assert services(inventory) == wanted
    assert inventory.delete("endpointslices", "uid-a", NOW) == []
    assert services(inventory) == wanted
    (row,) = inventory.delete("endpointslices", "uid-b", LATER)
    assert spans([row]) == {"10.0.0.1:9187/tcp": (us("09:00:03"), LATER)}
    assert services(inventory) == {"10.0.0.1": ""}


def test_a_service_with_all_ports_leaves_none_to_others() -> None:
    inventory = told(
        ("pods", POD),
        *BOTH,
        *slices(
            endpoint_slice("a", "db", DB_0, ports=[{"name": "all"}]),
            endpoint_slice("b", "primary", DB_0, ports=[8008]),
        ),
    )
    assert services(inventory) == {"10.0.0.1": ""}


def test_t18_the_service_is_told_by_the_label_alone() -> None:
    named = endpoint_slice("db", "", DB_0, ports=[9187])
    other = endpoint_slice("db-x", "web", DB_0, ports=[9188])
    inventory = told(("pods", POD), *BOTH, *slices(named, other))
    assert services(inventory) == {"10.0.0.1": ""}


@pytest.mark.parametrize("conditions", [{}, {"ready": True}, {"ready": False}])
def test_t18_whether_an_endpoint_is_ready_does_not_matter(
    conditions: dict[str, Any],
) -> None:
    """What is not said is: ready, and not terminating."""
    endpoint = target("db-0", "10.0.0.1", conditions=conditions)
    made = endpoint_slice("a", "db", endpoint, ports=[9187])
    inventory = told(("pods", POD), *BOTH, *slices(made))
    assert services(inventory)["10.0.0.1:9187/tcp"] == "db"


def test_t18_the_uid_is_the_link_to_the_pod() -> None:
    """A namesake is somebody else, and so is a pod of another namespace."""
    old = DB_0 | {"targetRef": DB_0["targetRef"] | {"uid": "uid-old"}}
    elsewhere = endpoint_slice("b", "db", DB_0, ports=[9188], namespace="other")
    inventory = told(
        ("pods", POD),
        *BOTH,
        *slices(endpoint_slice("a", "db", old, ports=[9187]), elsewhere),
    )
    assert services(inventory) == {"10.0.0.1": ""}


def test_slices_of_other_namespaces_do_not_count() -> None:
    """Whoever may write there could name any pod."""
    theirs = ("services", service("x", namespace="other"))
    made = endpoint_slice("a", "x", DB_0, namespace="other")
    inventory = told(("pods", POD), BOTH[0], theirs, *slices(made))
    assert services(inventory) == {"10.0.0.1": "db"}


def test_a_port_ends_with_the_address() -> None:
    made = slices(endpoint_slice("a", "db", DB_0, ports=[9187]))
    inventory = told(("pods", POD), *BOTH, *made)
    doomed = pod(
        "db-0",
        "10.0.0.1",
        labels={"app": "db", "role": "primary"},
        deletionTimestamp=at("11:00:00"),
    )
    rows = inventory.apply("pods", doomed, NOW)
    assert sorted(map(where, rows)) == ["10.0.0.1", "10.0.0.1:9187/tcp"]
    assert {c.terminating for c in live(inventory)} == {us("11:00:00")}
    rows = inventory.delete("pods", "uid-db-0", LATER)
    assert spans(rows) == dict.fromkeys(
        ["10.0.0.1", "10.0.0.1:9187/tcp"], (us("09:00:03"), LATER)
    )
    assert {row.ended for row in rows if isinstance(row, Claim)} == {
        c.ended for c in rows if isinstance(c, Claim) and not c.port
    }
    assert claims(inventory) == []


def test_t07_a_pod_that_moves_takes_its_ports_along() -> None:
    labels = {"app": "db", "role": "primary"}
    made = endpoint_slice("a", "db", DB_0, ports=[9187])
    inventory = told(("pods", POD), *BOTH, *slices(made))
    inventory.apply("pods", pod("db-0", "10.0.0.9", labels=labels), LATER)
    assert services(inventory) == {"10.0.0.9": ""}, "the slice does not know yet"
    there = target("db-0", "10.0.0.9")
    made = endpoint_slice("a", "db", there, ports=[9187])
    inventory.apply("endpointslices", made, LATER + SECOND)
    found = spans(claims(inventory))
    assert found["10.0.0.1:9187/tcp"] == found["10.0.0.1"]
    assert found["10.0.0.9:9187/tcp"] == found["10.0.0.9"] == (LATER, None)


def test_t07_an_address_that_was_left_gets_no_ports() -> None:
    labels = {"app": "db", "role": "primary"}
    inventory = told(("pods", POD), *BOTH)
    inventory.apply("pods", pod("db-0", "10.0.0.9", labels=labels), LATER)
    made = endpoint_slice("a", "db", DB_0, ports=[9187])
    assert inventory.apply("endpointslices", made, LATER) == []


# --- services without a selector


def test_t18_a_service_without_a_selector_has_the_pods_of_its_slices() -> None:
    inventory = told(
        ("pods", POD),
        ("services", service("db", "10.96.0.1")),
        *slices(endpoint_slice("a", "db", DB_0)),
    )
    assert services(inventory) == {"10.0.0.1": "db"}
    inventory.delete("services", "uid-db", NOW)
    assert services(inventory) == {"10.0.0.1": ""}


def test_a_selector_counts_more_than_slices() -> None:
    selecting = service("web", spec={"selector": {"app": "web"}})
    made = endpoint_slice("a", "web", DB_0)
    inventory = told(("pods", POD), ("services", selecting), *slices(made))
    assert services(inventory) == {"10.0.0.1": ""}
    inventory.apply("services", service("web"), NOW)
    assert services(inventory) == {"10.0.0.1": "web"}, "it has lost its selector"


def test_t17_a_name_in_the_dns_has_no_backends() -> None:
    alias = service("x", spec={"type": "ExternalName", "externalName": "example.org"})
    made = slices(endpoint_slice("a", "x", DB_0, outside("198.51.100.7")))
    inventory = told(("pods", POD), ("services", alias), *made)
    assert services(inventory) == {"10.0.0.1": ""}
    assert held(live(inventory)) == {"10.0.0.1": "uid-db-0"}
    inventory.apply("services", service("x"), NOW)
    assert services(inventory) == {"10.0.0.1": "x"}
    assert held(live(inventory))["198.51.100.7:80/tcp"] == "uid-x"


def test_an_endpoint_without_a_uid_leads_nowhere() -> None:
    lost = target("db-0", "10.0.0.1") | {"targetRef": {"kind": "Pod", "name": "db-0"}}
    inventory = told(("pods", POD), ("services", service("db", "10.96.0.1")))
    assert told(*slices(endpoint_slice("a", "db", lost))).problems.count == 0
    inventory.apply("endpointslices", endpoint_slice("a", "db", lost), NOW)
    assert services(inventory) == {"10.0.0.1": ""}


def test_a_slice_changes_its_ports() -> None:
    before = endpoint_slice("a", "db", DB_0, ports=[9187])
    inventory = told(("pods", POD), *BOTH, *slices(before))
    after = endpoint_slice("a", "db", DB_0, ports=[8008])
    inventory.apply("endpointslices", after, LATER)
    assert services(inventory) == {"10.0.0.1": "", "10.0.0.1:8008/tcp": "db"}


def test_who_has_a_space_in_its_uid_is_nobody() -> None:
    """Uids are kept with spaces between."""
    problems: list[str] = []
    inventory = Inventory("demo", problem=problems.append)
    strange = target("db-0", "10.0.0.1")
    strange["targetRef"]["uid"] = "uid-db-0 uid-db-1"
    for resource, made in (
        ("services", service("db")),
        *slices(endpoint_slice("a", "db", strange, target("db-2", "10.0.0.2"))),
        ("pods", POD),
        ("pods", pod("db-2", "10.0.0.2")),
    ):
        inventory.apply(resource, made, NOW)
    assert problems == ["endpointslices shop/a: bad uid 'uid-db-0 uid-db-1'"]
    assert services(inventory) == {"10.0.0.1": "", "10.0.0.2": "db"}
