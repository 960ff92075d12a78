"""T10: addresses of a pod on networks beside the pod network."""

import json

import pytest

from k8s_sync.claims.inventory import Inventory
from k8s_sync.kube.objects import Object
from tests.pure.kubernetes import NOW, held, live, pod, spans, us

STATUS = "k8s.v1.cni.cncf.io/network-status"
MISTAKE = "k8s.v1.cni.cncf.io/networks-status"
OVN = "k8s.ovn.org/pod-networks"


def attached(name: str = STATUS, *networks: object, text: str = "") -> Object:
    annotations = {name: text or json.dumps(networks)}
    return pod("web-1", "10.0.0.1", annotations=annotations)


DEFAULT = {"name": "cbr0", "default": True, "ips": ["10.0.0.1"]}
NET1 = {"name": "shop/net1", "interface": "net1", "ips": ["172.16.0.5", "fd00::5"]}


@pytest.mark.parametrize("name", [STATUS, MISTAKE])
def test_t10_secondary_addresses_are_claimed_with_their_network(
    inventory: Inventory, name: str
) -> None:
    made = attached(name, DEFAULT, NET1, {"name": "l2", "ips": None})
    assert held(inventory.apply("pods", made, NOW)) == {
        "10.0.0.1": "uid-web-1",
        "shop/net1/172.16.0.5": "uid-web-1",
        "shop/net1/fd00::5": "uid-web-1",
    }


def test_t10_the_right_annotation_beats_the_mistaken_one(inventory: Inventory) -> None:
    annotations = {MISTAKE: json.dumps([NET1]), STATUS: json.dumps([DEFAULT])}
    inventory.apply("pods", pod("web-1", "10.0.0.1", annotations=annotations), NOW)
    assert held(live(inventory)) == {"10.0.0.1": "uid-web-1"}


@pytest.mark.parametrize(
    "text",
    ["[", "{}", '[{"ips": 5}]', '[{"ips": ["x"]}]', '[{"x":' + "[" * 9_999],
    ids=lambda text: text[:16],
)
def test_t10_a_malformed_annotation_is_told_once(text: str) -> None:
    said: list[str] = []
    inventory = Inventory("demo", problem=said.append)
    for _ in range(3):
        inventory.apply("pods", attached(text=text), NOW)
    assert held(live(inventory)) == {"10.0.0.1": "uid-web-1"}
    assert len(said) == 1
    assert said[0].startswith("pods shop/web-1: bad a")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (STATUS, '[{"ips": ["10.0.0.5"]}]'),
        (MISTAKE, '[{"name": "", "ips": ["10.0.0.5"]}]'),
        (OVN, '{"": {"ip_addresses": ["10.0.0.5/24"]}}'),
    ],
)
def test_t10_no_annotation_takes_an_address_of_the_pod_network(
    name: str, text: str
) -> None:
    said: list[str] = []
    inventory = Inventory("demo", problem=said.append)
    inventory.apply("pods", pod("db-0", "10.0.0.5"), NOW)
    inventory.apply("pods", attached(name, text=text), NOW)
    assert held(live(inventory)) == {"10.0.0.5": "uid-db-0", "10.0.0.1": "uid-web-1"}
    assert said == [f"pods shop/web-1: bad annotation {name}: a network without a name"]


def test_t10_a_change_on_one_network_leaves_the_others(inventory: Inventory) -> None:
    inventory.apply("pods", attached(STATUS, NET1), NOW)
    moved = NET1 | {"ips": ["172.16.0.6"]}
    rows = inventory.apply("pods", attached(STATUS, moved), NOW)
    assert spans(rows) == {
        "shop/net1/172.16.0.5": (us("09:00:03"), NOW),
        "shop/net1/fd00::5": (us("09:00:03"), NOW),
        "shop/net1/172.16.0.6": (NOW, None),
    }


def test_t10_networks_of_ovn(inventory: Inventory) -> None:
    networks = {
        "default": {"ip_addresses": ["10.0.0.1/24"]},
        "shop/tenant": {"ip_addresses": ["10.200.0.4/16"], "role": "primary"},
    }
    inventory.apply("pods", attached(OVN, text=json.dumps(networks)), NOW)
    assert held(live(inventory)) == {
        "10.0.0.1": "uid-web-1",
        "shop/tenant/10.200.0.4": "uid-web-1",
    }
