"""Which addresses are a service's, and which pods it stands for."""

import pytest

from k8s_sync.claims.inventory import Inventory
from k8s_sync.claims.selectors import selects
from tests.pure.kubernetes import (
    NOW,
    at,
    held,
    live,
    node,
    obj,
    pod,
    service,
    spans,
    us,
    where,
)


def service_of(inventory: Inventory, name: str) -> str:
    (found,) = {c.owner.service for c in live(inventory) if c.owner.pod == name}
    return found


def test_t17_a_service_claims_its_cluster_addresses(inventory: Inventory) -> None:
    made = service("web", "10.96.0.7", "fd00::7", labels={"app": "web"})
    rows = inventory.apply("services", made, NOW)
    assert spans(rows) == {
        "10.96.0.7": (us("08:00:00"), None),
        "fd00::7": (us("08:00:00"), None),
    }
    owner = live(inventory)[0].owner
    assert (owner.kind, owner.uid) == ("service", "uid-web")
    assert (owner.namespace, owner.service) == ("shop", "web")
    assert (owner.labels, owner.workload, owner.node) == (("app=web",), "", "")
    assert inventory.apply("services", made, NOW) == []


def test_t17_cluster_ip_stands_in_for_cluster_ips(inventory: Inventory) -> None:
    rows = inventory.apply("services", service(spec={"clusterIP": "10.96.0.7"}), NOW)
    assert held(rows) == {"10.96.0.7": "uid-web"}


@pytest.mark.parametrize(
    "spec",
    [
        {"clusterIP": "None", "clusterIPs": ["None"]},
        {"clusterIP": "", "clusterIPs": []},
        {
            "type": "ExternalName",
            "externalName": "example.org",
            "clusterIP": "10.96.0.7",
            "externalIPs": ["198.51.100.7"],
            "ports": [{"port": 80, "nodePort": 30080}],
        },
    ],
)
def test_t17_headless_and_external_services_have_no_address(
    spec: dict[str, object],
) -> None:
    inventory = Inventory("demo", problem=pytest.fail)
    inventory.apply("nodes", node("node-1", "192.168.50.11"), NOW)
    assert inventory.apply("services", service(spec=spec), NOW) == []


def test_t17_an_address_that_services_may_share_is_claimed_by_port(
    inventory: Inventory,
) -> None:
    spec = {
        "externalIPs": ["198.51.100.7"],
        "ports": [{"port": 80}, {"port": 53, "protocol": "UDP"}],
    }
    made = service("a", spec=spec, ingress=["203.0.113.5", ""])
    assert held(inventory.apply("services", made, NOW)) == {
        "198.51.100.7:80/tcp": "uid-a",
        "198.51.100.7:53/udp": "uid-a",
        "203.0.113.5:80/tcp": "uid-a",
        "203.0.113.5:53/udp": "uid-a",
    }
    other = service("b", spec={"ports": [{"port": 443}]}, ingress=["203.0.113.5"])
    assert held(inventory.apply("services", other, NOW)) == {
        "203.0.113.5:443/tcp": "uid-b"
    }


def test_t17_an_address_that_came_later_is_not_older_than_that(
    inventory: Inventory,
) -> None:
    inventory.apply("services", service("web", "10.96.0.7"), NOW)
    made = service("web", "10.96.0.7", ingress=["203.0.113.5"])
    rows = inventory.apply("services", made, NOW)
    assert spans(rows) == {"203.0.113.5:80/tcp": (NOW, None)}


def test_t17_an_address_is_used_again_by_another_service(inventory: Inventory) -> None:
    inventory.apply("services", service("old", "10.96.0.7"), NOW)
    inventory.apply("services", service("new", "10.96.0.7"), NOW)
    (row,) = inventory.delete("services", "uid-old", NOW)
    assert spans([row]) == {"10.96.0.7": (us("08:00:00"), NOW)}
    assert held(live(inventory)) == {"10.96.0.7": "uid-new"}


def test_t04_a_service_that_is_being_deleted(inventory: Inventory) -> None:
    made = service("web", "10.96.0.7", deletionTimestamp=at("10:00:00"))
    inventory.apply("services", service("web", "10.96.0.7"), NOW)
    inventory.apply("services", made, NOW)
    assert live(inventory)[0].terminating == us("10:00:00")


def test_a_port_that_is_none_is_told() -> None:
    said: list[str] = []
    inventory = Inventory("demo", problem=said.append)
    made = service(spec={"ports": [{"port": 99999}]}, ingress=["203.0.113.5"])
    assert inventory.apply("services", made, NOW) == []
    assert said == ["services shop/web: bad port '99999/'"]


# --- the service of a pod

WEB = {"selector": {"app": "web"}}
POD = pod("web-1", "10.0.0.1", labels={"app": "web", "tier": "front"})


@pytest.mark.parametrize("service_first", [True, False])
def test_a_pod_has_the_service_that_selects_it(
    inventory: Inventory,
    service_first: bool,  # noqa: FBT001
) -> None:
    steps = [("services", service(spec=WEB)), ("pods", POD)]
    for resource, made in steps if service_first else reversed(steps):
        inventory.apply(resource, made, NOW)
    assert service_of(inventory, "web-1") == "web"


def test_a_pod_that_two_services_select_has_none(inventory: Inventory) -> None:
    inventory.apply("pods", POD, NOW)
    inventory.apply("services", service("web", spec=WEB), NOW)
    inventory.apply("services", service("also", spec=WEB), NOW)
    assert service_of(inventory, "web-1") == ""
    rows = inventory.delete("services", "uid-also", NOW)
    assert [where(row) for row in rows] == ["10.0.0.1"]
    assert service_of(inventory, "web-1") == "web"


def test_a_selector_must_match_as_a_whole(inventory: Inventory) -> None:
    selector = {"selector": {"app": "web", "tier": "back"}}
    inventory.apply("services", service(spec=selector), NOW)
    inventory.apply("pods", POD, NOW)
    assert service_of(inventory, "web-1") == ""


def test_a_service_without_a_selector_selects_nothing(inventory: Inventory) -> None:
    inventory.apply("services", service(spec={"selector": {}}), NOW)
    inventory.apply("pods", POD, NOW)
    assert service_of(inventory, "web-1") == ""
    inventory.delete("services", "uid-web", NOW)
    assert not selects((), ("app=web",))


def test_services_of_other_namespaces_do_not_count(inventory: Inventory) -> None:
    inventory.apply("services", service(spec=WEB, namespace="other"), NOW)
    inventory.apply("pods", POD, NOW)
    assert service_of(inventory, "web-1") == ""


def test_a_selector_changes(inventory: Inventory) -> None:
    inventory.apply("pods", POD, NOW)
    inventory.apply("pods", pod("db-1", "10.0.0.2", labels={"app": "db"}), NOW)
    inventory.apply("services", service(spec=WEB), NOW)
    changed = service(spec={"selector": {"app": "db"}})
    rows = inventory.apply("services", changed, NOW)
    assert sorted(map(where, rows)) == ["10.0.0.1", "10.0.0.2"]
    assert service_of(inventory, "web-1") == ""
    assert service_of(inventory, "db-1") == "web"


def test_a_pod_changes_its_labels(inventory: Inventory) -> None:
    inventory.apply("services", service(spec=WEB), NOW)
    inventory.apply("pods", POD, NOW)
    inventory.apply("pods", pod("web-1", "10.0.0.1", labels={"app": "x"}), NOW)
    assert service_of(inventory, "web-1") == ""


# --- namespaces


def test_t20_the_cluster_is_known_by_the_uid_of_kube_system(
    inventory: Inventory,
) -> None:
    for name in ("default", "kube-system"):
        made = obj(metadata={"name": name, "uid": f"uid-{name}"})
        assert inventory.apply("namespaces", made, NOW) == []
    assert inventory.cluster_uid == "uid-kube-system"
    assert inventory.delete("namespaces", "uid-default", NOW) == []
