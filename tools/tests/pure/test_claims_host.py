"""What is reachable at a node's address: the node, its pods' ports, node ports."""

import pytest

from k8s_sync.address import Subnet
from k8s_sync.claims import Inventory
from k8s_sync.model import Range
from tests.pure.kubernetes import (
    NOW,
    claims,
    held,
    host_pod,
    live,
    node,
    pod,
    ran,
    ranges,
    service,
    spans,
    us,
    where,
)

WEB = {"containerPort": 80, "hostPort": 8080}


@pytest.fixture
def inventory() -> Inventory:
    return Inventory("demo")


# --- nodes


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
    inventory.apply("services", service(spec={"ports": [PORT]}), NOW)
    assert held(live(inventory)) == {"10.244.0.1": "uid-node-1"}


def test_a_node_changes_its_address(inventory: Inventory) -> None:
    inventory.apply("nodes", node("node-1", "192.168.50.11"), NOW)
    rows = inventory.apply("nodes", node("node-1", "192.168.50.99"), NOW)
    assert spans(rows) == {
        "192.168.50.11": (us("08:00:00"), NOW),
        "192.168.50.99": (NOW, None),
    }


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


# --- T8: ports of pods on a node


def test_t08_a_pod_of_the_host_network_claims_ports_not_the_address(
    inventory: Inventory,
) -> None:
    ports = [{"containerPort": 9100}, {"containerPort": 53, "protocol": "UDP"}]
    inventory.apply("pods", host_pod("agent", *ports), NOW)
    assert held(live(inventory)) == {}
    inventory.apply("nodes", node("node-1", "192.168.50.11"), NOW)
    assert held(live(inventory)) == {
        "192.168.50.11": "uid-node-1",
        "192.168.50.11:9100/tcp": "uid-agent",
        "192.168.50.11:53/udp": "uid-agent",
    }


def test_t08_host_ips_will_do_without_the_node(inventory: Inventory) -> None:
    status = {"hostIP": "1.2.3.4", "hostIPs": [{"ip": "192.168.50.11"}]}
    rows = inventory.apply("pods", host_pod("agent", WEB, status=status), NOW)
    assert spans(rows) == {"192.168.50.11:8080/tcp": (us("09:00:03"), None)}


def test_t08_so_will_host_ip(inventory: Inventory) -> None:
    made = host_pod("agent", WEB, status={"hostIP": "192.168.50.11"})
    rows = inventory.apply("pods", made, NOW)
    assert held(rows) == {"192.168.50.11:8080/tcp": "uid-agent"}


def test_t08_a_host_port_is_claimed_beside_the_pods_address(
    inventory: Inventory,
) -> None:
    spec = {"containers": [{"ports": [WEB, {"containerPort": 81}]}]}
    status = {"hostIP": "192.168.50.11"}
    made = pod("web-1", "10.0.0.1", spec=spec, status=status)
    assert held(inventory.apply("pods", made, NOW)) == {
        "10.0.0.1": "uid-web-1",
        "192.168.50.11:8080/tcp": "uid-web-1",
    }


def test_t08_sidecars_serve_and_init_containers_do_not(inventory: Inventory) -> None:
    init = [
        {"restartPolicy": "Always", "ports": [{"containerPort": 1}]},
        {"ports": [{"containerPort": 2}]},
    ]
    status = {"hostIP": "192.168.50.11"}
    made = host_pod("agent", spec={"initContainers": init}, status=status)
    assert held(inventory.apply("pods", made, NOW)) == {
        "192.168.50.11:1/tcp": "uid-agent"
    }


@pytest.mark.parametrize(
    ("host_ip", "addresses"),
    [
        ("", ["192.168.50.11", "fd00::11"]),
        ("0.0.0.0", ["192.168.50.11", "fd00::11"]),  # noqa: S104 -- data
        ("::", ["192.168.50.11", "fd00::11"]),
        ("192.168.50.11", ["192.168.50.11"]),
        ("198.51.100.7", ["198.51.100.7"]),
        ("127.0.0.1", []),
        ("::1", []),
        ("nonsense", []),
    ],
)
def test_t08_a_host_port_may_be_bound_to_one_address(
    host_ip: str, addresses: list[str]
) -> None:
    said: list[str] = []
    inventory = Inventory("demo", problem=said.append)
    inventory.apply("nodes", node("node-1", "192.168.50.11", "fd00::11"), NOW)
    made = host_pod("agent", WEB | {"hostIP": host_ip})
    rows = inventory.apply("pods", made, NOW)
    assert [where(row) for row in rows] == [f"{ip}:8080/tcp" for ip in addresses]
    assert said == ["pods shop/agent: bad addr 'nonsense'"] * (host_ip == "nonsense")


@pytest.mark.parametrize(
    "port",
    [
        {"containerPort": 1, "hostPort": 65536},
        {"containerPort": 1, "hostPort": -1},
        {"containerPort": 1, "hostPort": 1, "protocol": "ICMP"},
    ],
)
def test_a_port_that_is_none_is_told(port: dict[str, object]) -> None:
    said: list[str] = []
    inventory = Inventory("demo", problem=said.append)
    inventory.apply("nodes", node("node-1", "192.168.50.11"), NOW)
    assert inventory.apply("pods", host_pod("agent", port), NOW) == []
    name = f"{port['hostPort']}/{port.get('protocol', '')}"
    assert said == [f"pods shop/agent: bad port '{name}'"]


@pytest.mark.parametrize(
    ("phase", "up", "status", "serves"),
    [
        ("Pending", None, {}, False),
        ("Pending", "09:00:03", {}, True),
        ("Pending", None, {"podIP": "192.168.50.11"}, True),
        ("Running", None, {}, True),
        ("Failed", None, {}, False),
        ("Failed", None, {"containerStatuses": [ran("09:00:04", "09:10:00")]}, True),
    ],
)
def test_t08_ports_are_claimed_once_the_pod_has_run(
    inventory: Inventory,
    phase: str,
    up: str | None,
    status: dict[str, object],
    serves: bool,  # noqa: FBT001
) -> None:
    inventory.apply("nodes", node("node-1", "192.168.50.11"), NOW)
    made = host_pod("agent", WEB, phase=phase, up=up, status={"podIPs": []} | status)
    assert bool(inventory.apply("pods", made, NOW)) == serves


def test_t08_ports_end_with_the_pod_and_move_with_the_node(
    inventory: Inventory,
) -> None:
    inventory.apply("nodes", node("node-1", "192.168.50.11"), NOW)
    inventory.apply("pods", host_pod("agent", WEB), NOW)
    inventory.apply("nodes", node("node-1", "192.168.50.99"), NOW + 1)
    assert held(live(inventory)) == {
        "192.168.50.99": "uid-node-1",
        "192.168.50.99:8080/tcp": "uid-agent",
    }
    assert spans(claims(inventory))["192.168.50.99:8080/tcp"] == (NOW + 1, None)
    rows = inventory.delete("pods", "uid-agent", NOW + 2)
    assert [where(row) for row in rows] == ["192.168.50.99:8080/tcp"]


def test_t23_ports_stay_when_the_node_is_gone(inventory: Inventory) -> None:
    inventory.apply("nodes", node("node-1", "192.168.50.11"), NOW)
    inventory.apply("pods", host_pod("agent", WEB), NOW)
    inventory.delete("nodes", "uid-node-1", NOW)
    assert inventory.apply("pods", host_pod("agent", WEB), NOW) == []
    assert held(live(inventory)) == {"192.168.50.11:8080/tcp": "uid-agent"}


# --- T17: node ports

PORT = {"port": 80, "nodePort": 30080}


def test_t17_a_node_port_is_open_on_every_node(inventory: Inventory) -> None:
    inventory.apply("nodes", node("node-1", "192.168.50.11"), NOW)
    inventory.apply("services", service(spec={"ports": [PORT]}), NOW)
    rows = inventory.apply("nodes", node("node-2", "192.168.50.12"), NOW)
    assert held(rows) == {
        "192.168.50.12": "uid-node-2",
        "192.168.50.12:30080/tcp": "uid-web",
    }
    assert "192.168.50.11:30080/tcp" in held(live(inventory))


def test_t17_a_node_port_is_not_older_than_its_node(inventory: Inventory) -> None:
    inventory.apply("services", service(spec={"ports": [PORT]}), NOW)
    created = "2026-11-02T09:00:00Z"
    made = node("node-1", "192.168.50.11", creationTimestamp=created)
    rows = inventory.apply("nodes", made, NOW)
    assert spans(rows)["192.168.50.11:30080/tcp"] == (us("09:00:00"), None)


def test_t17_a_node_port_ends_with_its_node_and_with_its_service(
    inventory: Inventory,
) -> None:
    for number in (1, 2):
        inventory.apply("nodes", node(f"node-{number}", f"192.168.50.1{number}"), NOW)
    inventory.apply("services", service(spec={"ports": [PORT]}), NOW)
    rows = inventory.delete("nodes", "uid-node-1", NOW)
    assert [where(row) for row in rows] == ["192.168.50.11", "192.168.50.11:30080/tcp"]
    assert len(claims(inventory)) == 2
    rows = inventory.delete("services", "uid-web", NOW)
    assert [where(row) for row in rows] == ["192.168.50.12:30080/tcp"]
    assert inventory.delete("services", "uid-web", NOW) == []


def test_t17_a_node_port_outlives_a_node_whose_address_another_has(
    inventory: Inventory,
) -> None:
    inventory.apply("nodes", node("node-1", "192.168.50.11", uid="old"), NOW)
    inventory.apply("services", service(spec={"ports": [PORT]}), NOW)
    inventory.apply("nodes", node("node-1", "192.168.50.11", uid="new"), NOW)
    inventory.delete("nodes", "old", NOW)
    assert held(live(inventory)) == {
        "192.168.50.11": "new",
        "192.168.50.11:30080/tcp": "uid-web",
    }


def test_t17_a_service_closes_its_node_port(inventory: Inventory) -> None:
    inventory.apply("nodes", node("node-1", "192.168.50.11"), NOW)
    inventory.apply("services", service(spec={"ports": [PORT]}), NOW)
    rows = inventory.apply("services", service(), NOW)
    assert spans(rows) == {"192.168.50.11:30080/tcp": (us("08:00:00"), NOW)}
    rows = inventory.apply("services", service(spec={"ports": [PORT]}), NOW + 1)
    assert spans(rows) == {"192.168.50.11:30080/tcp": (us("08:00:00"), None)}


def test_t17_node_ports_are_a_choice() -> None:
    inventory = Inventory("demo", node_ports=False)
    inventory.apply("services", service(spec={"ports": [PORT]}), NOW)
    inventory.apply("nodes", node("node-1", "192.168.50.11"), NOW)
    assert held(live(inventory)) == {"192.168.50.11": "uid-node-1"}
