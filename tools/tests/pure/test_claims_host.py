"""What is open at a node's address: ports of pods (T8) and node ports (T17)."""

import pytest

from k8s_sync.claims.inventory import Inventory
from tests.pure.kubernetes import (
    NOW,
    claims,
    held,
    host_pod,
    live,
    node,
    pod,
    ran,
    service,
    spans,
    us,
    where,
)

WEB = {"containerPort": 80, "hostPort": 8080}


# --- T8: ports of pods on a node


def test_t08_a_pod_of_the_host_network_claims_ports_not_the_address(
    inventory: Inventory,
) -> None:
    tcp, udp = {"containerPort": 9100}, {"containerPort": 53, "protocol": "UDP"}
    inventory.apply("pods", host_pod("agent", tcp, udp), NOW)
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
        ("Pending", None, {"podIP": "192.168.50.11"}, False),
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
