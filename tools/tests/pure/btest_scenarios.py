"""Scenarios for the tests of the scenario driver, and their packets."""

from pathlib import Path

from scapy.compat import raw
from scapy.layers.inet import ICMP, IP, TCP, UDP
from scapy.layers.l2 import Ether
from scapy.packet import Packet

from k8s_btest import render, traffic, world
from k8s_btest.ends import Ends
from k8s_btest.packets import Frame
from k8s_btest.scenario import read

CLUSTER = """
title: A test
cluster:
  pods:
    - {name: web, namespace: shop, workload: Deployment/web, labels: {app: web},
       address_v6: "fd00:10:244::7"}
    - {name: db, namespace: shop, workload: StatefulSet/db, ports: [5432],
       address_v6: "fd00:10:244:1::7"}
    - {name: agent, namespace: kube-system, workload: DaemonSet/agent, node: node-2,
       host_network: true, ports: [9100]}
  services:
    - {name: web, namespace: shop, ports: ["80:30080"], selector: {app: web}}
    - {name: kube-dns, namespace: kube-system, address: 10.96.0.10, ports: [53/udp]}
expect: {rows: [{log: conn}]}
"""
WEB, DB, NODE_1, NODE_2 = "10.244.0.2", "10.244.1.2", "192.168.50.11", "192.168.50.12"
START = 1793610000_000000

TALK = """
  - at: 1
    from: shop/web
    to: shop/db
    port: 5432
    tcp: {says: [{client: ask}, {server: {size: 4000}}]}
"""


def source(traffic_lines: str, more: str = "") -> render.Source:
    """Makes a scenario with the cluster above, as it is when read from a file."""
    text = f"{CLUSTER}\ntraffic:\n{traffic_lines}\n{more}\n"
    scenario = read(text, "test.yaml")
    return render.Source("test", Path("test.yaml"), scenario, [], {})


def frames(traffic_lines: str, more: str = "") -> list[Frame]:
    """Makes the frames of some traffic."""
    scenario = source(traffic_lines, more).scenario
    made = world.build(scenario.cluster, scenario.started)
    return traffic.packets(scenario, Ends(made.places), {})


def packets(traffic_lines: str, more: str = "") -> list[Packet]:
    """Makes the packets of some traffic, decoded by scapy."""
    return [Ether(frame.data) for frame in frames(traffic_lines, more)]


def with_good_checksums(packet: Packet) -> bytes:
    """The same packet, with all checksums worked out by scapy."""
    again = packet.copy()
    for layer in (IP, TCP, UDP, ICMP):
        if layer in again:
            del again[layer].chksum
    return raw(again)
