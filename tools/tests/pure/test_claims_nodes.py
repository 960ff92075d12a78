"""Which addresses are a node's, and which ranges its pods get theirs from."""

import pytest

from k8s_sync.address import Subnet
from k8s_sync.claims.inventory import Inventory
from k8s_sync.model import Range
from tests.pure.kubernetes import (
    NOW,
    held,
    host_pod,
    live,
    node,
    pod,
    ranges,
    service,
    spans,
    us,
    where,
)

WEB = {"containerPort": 80, "hostPort": 8080}


def test_t09_a_node_claims_its_internal_and_external_addresses(
    inventory: Inventory,
) -> None:
    made = node("node-1", "192.168.50.11", "fd00::11", labels={"a": "b"})
    rows = inventory.apply("nodes", made, NOW)
    assert spans(rows) == {
        "192.168.50.11": (us("08:00:00"), None),
        "fd00::11": (us("08:00:00"), None),
    }
    owner = live(inventory)[0].owner
    assert (owner.kind, owner.uid, owner.node) == ("node", "uid-node-1", "node-1")
    assert (owner.workload, owner.labels) == ("", ("a=b",))
    assert inventory.apply("nodes", made, NOW + 1) == []


def test_a_node_without_a_creation_time_is_as_old_as_can_be(
    inventory: Inventory,
) -> None:
    made = node("node-1", "192.168.50.11", creationTimestamp=None)
    assert spans(inventory.apply("nodes", made, NOW)) == {"192.168.50.11": (0, None)}


@pytest.mark.parametrize(
    "label", ["topology.kubernetes.io/zone", "failure-domain.beta.kubernetes.io/zone"]
)
def test_a_node_tells_its_zone_and_that_of_its_pods(
    inventory: Inventory, label: str
) -> None:
    inventory.apply("pods", pod("web-1", "10.0.0.1"), NOW)
    inventory.apply("nodes", node("node-1", "192.168.50.11", labels={label: "a"}), NOW)
    assert {claim.owner.zone for claim in live(inventory)} == {"a"}
    inventory.apply("nodes", node("node-1", "192.168.50.11", labels={label: "b"}), NOW)
    assert {claim.owner.zone for claim in live(inventory)} == {"b"}


@pytest.mark.parametrize(
    "annotation",
    [
        "projectcalico.org/IPv4VXLANTunnelAddr",
        "projectcalico.org/IPv4IPIPTunnelAddr",
        "projectcalico.org/IPv6VXLANTunnelAddr",
        "network.cilium.io/ipv4-cilium-host",
        "network.cilium.io/ipv6-cilium-host",
    ],
)
def test_t11_a_gateway_in_the_pod_network_is_the_node(
    inventory: Inventory, annotation: str
) -> None:
    made = node("node-1", annotations={annotation: "10.244.0.1"})
    inventory.apply("nodes", made, NOW)
    assert held(live(inventory)) == {"10.244.0.1": "uid-node-1"}


def test_t11_no_port_is_open_there(inventory: Inventory) -> None:
    annotations = {"network.cilium.io/ipv4-cilium-host": "10.244.0.1"}
    inventory.apply("nodes", node("node-1", annotations=annotations), NOW)
    inventory.apply(
        "services", service(spec={"ports": [{"port": 80, "nodePort": 30080}]}), NOW
    )
    assert held(live(inventory)) == {"10.244.0.1": "uid-node-1"}


def test_a_node_changes_its_address(inventory: Inventory) -> None:
    inventory.apply("nodes", node("node-1", "192.168.50.11"), NOW)
    rows = inventory.apply("nodes", node("node-1", "192.168.50.99"), NOW)
    assert spans(rows) == {
        "192.168.50.11": (us("08:00:00"), NOW),
        "192.168.50.99": (NOW, None),
    }


def test_t04_a_node_that_is_being_deleted(inventory: Inventory) -> None:
    inventory.apply("nodes", node("node-1", "192.168.50.11"), NOW)
    made = node("node-1", "192.168.50.11", deletionTimestamp="2026-11-02T10:00:00Z")
    inventory.apply("nodes", made, NOW)
    assert live(inventory)[0].terminating == us("10:00:00")


def test_t06_a_late_delete_of_a_node_leaves_the_new_one(inventory: Inventory) -> None:
    zone = "topology.kubernetes.io/zone"
    inventory.apply("pods", host_pod("agent", WEB), NOW)
    for uid, where_ in (("old", "a"), ("new", "b")):
        made = node(
            "node-1",
            "192.168.50.11",
            uid=uid,
            labels={zone: where_},
            creationTimestamp=f"2026-11-02T0{7 + (uid == 'new')}:00:00Z",
        )
        inventory.apply("nodes", made, NOW)
    assert [where(row) for row in inventory.delete("nodes", "old", NOW)] == [
        "192.168.50.11"
    ]
    assert held(live(inventory)) == {
        "192.168.50.11": "new",
        "192.168.50.11:8080/tcp": "uid-agent",
    }
    assert {claim.owner.zone for claim in live(inventory)} == {"b"}
    assert inventory.delete("nodes", "old", NOW) == []


def test_a_node_that_comes_back_takes_its_pods_over(inventory: Inventory) -> None:
    inventory.apply("nodes", node("node-1", "192.168.50.11", uid="old"), NOW)
    inventory.apply("pods", pod("web-1", "10.0.0.1"), NOW)
    inventory.delete("nodes", "old", NOW)
    labels = {"topology.kubernetes.io/zone": "a"}
    new = node("node-1", "192.168.50.11", uid="new", labels=labels)
    rows = inventory.apply("nodes", new, NOW)
    assert [where(row) for row in rows] == ["192.168.50.11", "10.0.0.1"]
    assert {claim.owner.zone for claim in live(inventory)} == {"a"}


def test_a_node_is_forgotten_with_its_last_pod(inventory: Inventory) -> None:
    labels = {"topology.kubernetes.io/zone": "a"}
    inventory.apply("nodes", node("node-1", "192.168.50.11", labels=labels), NOW)
    inventory.apply("pods", pod("web-1", "10.0.0.1"), NOW)
    inventory.delete("nodes", "uid-node-1", NOW)
    inventory.delete("pods", "uid-web-1", NOW)
    inventory.apply("pods", pod("web-2", "10.0.0.2"), NOW)
    assert live(inventory)[0].owner.zone == ""


# --- ranges


def test_pod_cidrs_are_ranges_of_pods(inventory: Inventory) -> None:
    spec = {"podCIDR": "10.244.0.0/24", "podCIDRs": ["10.244.0.0/24", "fd00:1::/64"]}
    made = node("node-1", spec=spec)
    rows = inventory.apply("nodes", made, NOW)
    assert [(str(r.subnet), r.kind) for r in rows if isinstance(r, Range)] == [
        ("10.244.0.0/24", "pod"),
        ("fd00:1::/64", "pod"),
    ]
    assert inventory.apply("nodes", made, NOW) == []


def test_pod_cidr_stands_in_for_pod_cidrs(inventory: Inventory) -> None:
    inventory.apply("nodes", node(spec={"podCIDR": "10.244.0.0/24"}), NOW)
    assert ranges(inventory) == ["10.244.0.0/24"]


def test_a_range_is_withdrawn_with_its_last_node(inventory: Inventory) -> None:
    spec = {"podCIDRs": ["10.244.0.0/24"]}
    inventory.apply("nodes", node("node-1", spec=spec), NOW)
    inventory.apply("nodes", node("node-2", spec=spec), NOW)
    assert inventory.delete("nodes", "uid-node-1", NOW) == []
    (row,) = inventory.apply("nodes", node("node-2"), NOW)
    assert isinstance(row, Range)
    assert (str(row.subnet), row.end) == ("10.244.0.0/24", NOW)
    assert ranges(inventory) == []


def test_a_configured_range_is_not_withdrawn() -> None:
    block = Range(cluster="x", subnet=Subnet.parse("10.244.0.0/24"), kind="pod")
    inventory = Inventory("demo", [block])
    (row,) = inventory.rows()
    assert (row.cluster, row.revision) == ("demo", 1)
    assert inventory.apply("nodes", node(spec={"podCIDR": "10.244.0.0/24"}), NOW) == []
    assert inventory.delete("nodes", "uid-node-1", NOW) == []
    assert ranges(inventory) == ["10.244.0.0/24"]


def test_a_subnet_that_is_none_is_told() -> None:
    said: list[str] = []
    inventory = Inventory("demo", problem=said.append)
    inventory.apply("nodes", node(spec={"podCIDRs": ["10.244.0.0/99"]}), NOW)
    assert said == ["nodes node-1: bad subnet '10.244.0.0/99'"]
