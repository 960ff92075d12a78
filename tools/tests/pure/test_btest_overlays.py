"""What is between nodes wraps what is between pods, as scapy decodes it."""

import pytest
from scapy.compat import raw
from scapy.contrib.geneve import GENEVE
from scapy.layers.inet import IP, UDP
from scapy.layers.inet6 import IPv6
from scapy.layers.l2 import Dot1Q, Ether
from scapy.layers.vxlan import VXLAN
from scapy.packet import Packet

from tests.pure.btest_scenarios import (
    DB,
    NODE_1,
    NODE_2,
    TALK,
    WEB,
    packets,
    with_good_checksums,
)


@pytest.mark.parametrize(
    ("overlay", "layer", "port"),
    [("vxlan", VXLAN, 4789), ("vxlan:8472/7", VXLAN, 8472), ("geneve/7", GENEVE, 6081)],
)
def test_tunnels_of_udp(overlay: str, layer: type[Packet], port: int) -> None:
    """The nodes are outside, the pods inside."""
    first, *_ = packets(TALK, f"overlay: {overlay}")
    assert (first[IP].src, first[IP].dst, first[UDP].dport) == (NODE_1, NODE_2, port)
    assert first[layer].vni == (7 if "/7" in overlay else 1)
    inner = first[layer][Ether]
    assert (inner[IP].src, inner[IP].dst) == (WEB, DB)
    assert raw(inner) == with_good_checksums(inner)


def test_ip_in_ip() -> None:
    """No Ethernet inside."""
    first, *_ = packets(TALK, "overlay: ipip")
    assert (first[IP].src, first[IP].proto) == (NODE_1, 4)
    assert first[IP].payload[IP].src == WEB


def test_a_vlan() -> None:
    """Only a tag."""
    first, *_ = packets(TALK, "overlay: vlan:100")
    assert (first[Dot1Q].vlan, first[IP].src) == (100, WEB)


def test_ipv6_inside_of_ipv4() -> None:
    """Of two families the one is taken that both ends have."""
    first, *_ = packets(
        "  - {from: shop/web, to: 'fd00::9', port: 9, tcp: {}, overlay: vxlan}"
    )
    assert first[IP].src == NODE_1
    assert first[VXLAN][IPv6].src == "fd00:10:244::7"


def test_on_one_node_nothing_is_wrapped() -> None:
    """As it is in a cluster."""
    first, *_ = packets(
        "  - {from: node/node-1, to: shop/web, icmp: {}, overlay: vxlan}"
    )
    assert UDP not in first
