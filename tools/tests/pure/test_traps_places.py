"""Traps T8 to T11: the host network, dual stack, more networks, gateways."""

import json
from typing import Any

import pytest

from tests.pure.kubernetes import host_pod, meta, node, obj, pod
from tests.pure.told import Told

IP = "10.0.0.1"
NODE = "192.168.50.11"


# --- T8: pods of the host network


@pytest.mark.parametrize("shown", [NODE, "10.0.0.77", ""])
def test_t08_a_pod_of_the_host_network_has_its_ports_and_not_the_address(
    shown: str,
) -> None:
    told = Told()
    told.sees("nodes", node("node-1", NODE))
    spec = {"hostNetwork": True, "containers": [{"ports": [{"containerPort": 9100}]}]}
    ips = [shown] if shown else []
    told.sees("pods", pod("agent", *ips, spec=spec), "09:00:05")
    assert told.who(NODE) == "exact uid-node-1"
    assert told.who(NODE, port=9100) == "exact uid-agent"
    assert told.who(NODE, port=9101) == "exact uid-node-1"
    assert told.who("10.0.0.77") == "nothing -"


def test_t08_it_has_its_ports_only_when_it_has_begun() -> None:
    told = Told()
    told.sees("nodes", node("node-1", NODE))
    port = {"containerPort": 9100}
    told.sees("pods", host_pod("agent", port, up=None, phase="Pending"), "09:00:02")
    assert told.who(NODE, "09:00:30", port=9100) == "exact uid-node-1"
    told.sees("pods", host_pod("agent", port, up="09:00:40"), "09:00:41")
    assert told.who(NODE, "09:00:40", port=9100) == "exact uid-agent"


# --- T9: dual stack


def test_t09_a_pod_has_all_of_its_addresses_in_whatever_form() -> None:
    told = Told()
    ips = [IP, "FD00:0:0::1", "::ffff:10.0.0.2", "10.0.0.300"]
    status = {"podIP": IP, "podIPs": [{"ip": ip} for ip in ips]}
    told.sees("pods", pod("web-1", status=status))
    for ip in (IP, "10.0.0.2", "fd00::1"):
        assert told.who(ip) == "exact uid-web-1"


def test_t09_a_node_has_all_of_its_addresses() -> None:
    kinds = {"InternalIP": NODE, "ExternalIP": "203.0.113.7", "Hostname": "10.9.9.9"}
    listed = [{"type": kind, "address": text} for kind, text in kinds.items()]
    told = Told()
    told.sees("nodes", obj(metadata=meta("node-1"), status={"addresses": listed}))
    for ip in (NODE, "203.0.113.7"):
        assert told.who(ip) == "exact uid-node-1"
    assert told.who("10.9.9.9") == "nothing -"


# --- T10: networks beside the pod network


def test_t10_a_secondary_address_is_one_of_its_network_only() -> None:
    told = Told()
    for name, network in (("web-1", "a/net"), ("web-2", "b/net")):
        status = [
            {"name": "cbr0", "default": True, "ips": [IP]},
            {"name": network, "ips": ["172.16.0.5"]},
        ]
        key = "k8s.v1.cni.cncf.io/network-status"
        made = pod(name, annotations={key: json.dumps(status)})
        told.sees("pods", made)
    assert told.who("172.16.0.5", network="a/net") == "exact uid-web-1"
    assert told.who("172.16.0.5", network="b/net") == "exact uid-web-2"
    assert told.who("172.16.0.5") == "ambiguous -"
    assert told.who("172.16.0.5", network="") == "nothing -"
    # The default network is the pod network, which the status tells itself.
    assert told.who(IP) == "nothing -"


# --- T11: gateways and tunnels inside of the pod network

OVN = "k8s.ovn.org/node-subnets"
FLANNEL = "flannel.alpha.coreos.com/backend-type"
BLOCKS = ["10.244.1.0/24", "fd00:1::/64"]


@pytest.mark.parametrize(
    ("name", "text", "own", "others"),
    [
        ("projectcalico.org/IPv4VXLANTunnelAddr", "10.244.1.9", ["10.244.1.9"], []),
        ("projectcalico.org/IPv6VXLANTunnelAddr", "fd00:1::9", ["fd00:1::9"], []),
        ("projectcalico.org/IPv4IPIPTunnelAddr", "10.244.1.9", ["10.244.1.9"], []),
        ("projectcalico.org/IPv4WireguardInterfaceAddr", "10.1.1.9", ["10.1.1.9"], []),
        ("network.cilium.io/ipv4-cilium-host", "10.244.1.9", ["10.244.1.9"], []),
        ("network.cilium.io/ipv6-health-ip", "fd00:1::9", ["fd00:1::9"], []),
        ("io.cilium.network.ipv4-cilium-host", "10.244.1.9", ["10.244.1.9"], []),
        (
            FLANNEL,
            "vxlan",
            ["10.244.1.0", "10.244.1.1", "fd00:1::", "fd00:1::1"],
            ["10.244.1.2"],
        ),
        (FLANNEL, "host-gw", ["10.244.1.1", "fd00:1::1"], ["10.244.1.0"]),
        (
            OVN,
            '{"default": ["10.244.1.0/24", "fd00:1::/64"], "blue": ["10.9.0.0/24"]}',
            ["10.244.1.1", "10.244.1.2", "fd00:1::1", "fd00:1::2"],
            ["10.244.1.0", "10.244.1.3", "10.9.0.1"],
        ),
        (
            OVN,
            '{"default": "10.244.1.128/25"}',
            ["10.244.1.129", "10.244.1.130"],
            ["10.244.1.1"],
        ),
        (OVN, '{"default": "10.244.1.4/31"}', ["10.244.1.5"], ["10.244.1.6"]),
        ("some.bridge/kind", "vxlan", [], ["10.244.1.0", "10.244.1.1"]),
    ],
)
def test_t11_gateways_are_the_nodes_where_its_network_says_so(
    name: str, text: str, own: list[str], others: list[str]
) -> None:
    told = Told(problem=pytest.fail)
    told.sees("nodes", node(spec={"podCIDRs": BLOCKS}, annotations={name: text}))
    for ip in own:
        assert told.who(ip) == "exact uid-node-1"
    for ip in others:
        assert told.who(ip) in ("unknown -", "nothing -")


@pytest.mark.parametrize("text", ["[", "{}", '{"default": 5}', '{"default": "x"}'])
def test_t11_an_annotation_that_is_wrong_is_told(text: str) -> None:
    said: list[str] = []
    told = Told(problem=said.append)
    cilium: dict[str, Any] = {"network.cilium.io/ipv4-cilium-host": "10.244.1.9"}
    told.sees("nodes", node(annotations=cilium | {OVN: text}))
    assert told.who("10.244.1.9") == "exact uid-node-1"
    assert len(said) == (text != "{}")


def test_t11_a_pod_with_that_address_has_it() -> None:
    told = Told()
    told.sees("nodes", node(spec={"podCIDRs": BLOCKS}, annotations={FLANNEL: "vxlan"}))
    told.sees("pods", pod("web-1", "10.244.1.1"), "09:00:05")
    assert told.who("10.244.1.1") == "exact uid-web-1"
