"""Makes the traces of ``testing/Traces``: always the same bytes.

    python testing/Scripts/make-traces.py        (needs scapy)

``demo.pcap`` is what the cluster of ``Files/demo-cluster.json`` might say: pods
that look names up and fetch pages, an address that a job had before a web pod got
it, a scrape of a node, a port scan's worth of nobody, and the world outside.
``vlans.pcap`` has connections between the same two addresses in different VLANs.
``demo-logs/`` are Zeek's logs of it, made without this package.
"""

import argparse
import subprocess
import sys
from datetime import datetime
from pathlib import Path

from scapy.layers.dns import DNS, DNSQR, DNSRR
from scapy.layers.inet import ICMP, IP, TCP, UDP
from scapy.layers.l2 import Dot1Q, Ether
from scapy.packet import Packet, Raw
from scapy.utils import wrpcap

TRACES = Path(__file__).resolve().parents[1] / "Traces"
SEED = Path(__file__).resolve().parents[1] / "Files" / "random.seed"

WEB_1, WEB_2, DB = "10.244.0.6", "10.244.1.7", "10.244.1.5"
DEBUG = "10.244.1.9"
WEB_SERVICE, DNS_SERVICE = "10.96.12.34", "10.96.0.10"
NODE_2 = "192.168.50.12"
NOBODY, OUTSIDE = "10.244.1.200", "203.0.113.7"


def at(clock: str) -> float:
    """The time of the demo's day."""
    return datetime.fromisoformat(f"2026-11-02T{clock}+00:00").timestamp()


class Trace:
    """Packets in the order of their times."""

    def __init__(self) -> None:
        self.packets: list[Packet] = []
        self.vlan = 0
        """What the next packets are tagged with; 0: they are not."""

    def add(self, time: float, source: str, target: str, layers: Packet) -> None:
        """Adds one packet."""
        packet = Ether(src="02:00:00:00:00:01", dst="02:00:00:00:00:02")
        if self.vlan:
            packet /= Dot1Q(vlan=self.vlan)
        packet = packet / IP(src=source, dst=target, id=len(self.packets)) / layers
        packet.time = time
        self.packets.append(packet)

    def dns(self, time: float, client: str, port: int, name: str, answer: str) -> None:
        """Looks a name up."""
        question = DNSQR(qname=name)
        ask = DNS(id=port, rd=1, qd=question)
        reply = DNS(
            id=port, qr=1, aa=1, qd=question, an=DNSRR(rrname=name, rdata=answer)
        )
        self.add(time, client, DNS_SERVICE, UDP(sport=port, dport=53) / ask)
        self.add(time + 0.001, DNS_SERVICE, client, UDP(sport=53, dport=port) / reply)

    def tcp(  # noqa: PLR0913, PLR0917 -- both ends and what they say
        self,
        time: float,
        client: str,
        client_port: int,
        server: str,
        server_port: int,
        says: bytes = b"",
        hears: bytes = b"",
    ) -> None:
        """A whole connection, from handshake to the last FIN."""
        seq = {client: 1000, server: 2000}
        port = {client: client_port, server: server_port}
        clock = time

        def send(source: str, flags: str, data: bytes = b"") -> None:
            nonlocal clock
            target = server if source == client else client
            layers = TCP(
                sport=port[source],
                dport=port[target],
                seq=seq[source],
                ack=seq[target] if "A" in flags else 0,
                flags=flags,
            )
            self.add(clock, source, target, layers / Raw(data) if data else layers)
            seq[source] += len(data) + ("S" in flags or "F" in flags)
            clock += 0.0005

        send(client, "S")
        send(server, "SA")
        send(client, "A")
        if says:
            send(client, "PA", says)
            send(server, "A")
        if hears:
            send(server, "PA", hears)
            send(client, "A")
        send(client, "FA")
        send(server, "FA")
        send(client, "A")

    def http(self, time: float, ends: tuple[str, int, str, int], path: str) -> None:
        """Fetches a page."""
        host = f"Host: {ends[2]}\r\nUser-Agent: demo/1.0\r\n\r\n"
        page = b"<html>hello</html>"
        head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(page)}\r\n"
        head += "Content-Type: text/html\r\nConnection: close\r\n\r\n"
        says = f"GET {path} HTTP/1.1\r\n{host}".encode()
        self.tcp(time, *ends, says, head.encode() + page)

    def write(self, path: Path) -> None:
        """Writes the trace."""
        self.packets.sort(key=lambda packet: packet.time)
        wrpcap(str(path), self.packets)


def demo() -> Trace:
    """The demo's traffic."""
    trace = Trace()
    # A job, which is done at 08:58, and then a web pod have the same address.
    trace.dns(at("08:57:10"), WEB_2, 40001, "db.shop.svc.cluster.local", DB)
    trace.dns(at("09:05:30"), DEBUG, 40002, "web.shop.svc.cluster.local", WEB_SERVICE)
    trace.http(at("09:05:31"), (DEBUG, 40003, WEB_SERVICE, 80), "/cart")
    trace.http(at("09:05:32"), (DEBUG, 40004, WEB_1, 8080), "/health")
    trace.dns(at("09:05:33"), WEB_2, 40005, "db.shop.svc.cluster.local", DB)
    trace.tcp(at("09:05:34"), WEB_2, 40006, DB, 5432, b"select 2", b"2")
    trace.http(at("09:05:35"), ("10.244.0.3", 40007, NODE_2, 9100), "/metrics")
    trace.http(at("09:05:36"), (OUTSIDE, 40008, WEB_1, 8080), "/")
    trace.tcp(at("09:05:37"), DEBUG, 40009, NOBODY, 22)
    trace.add(at("09:05:38"), DEBUG, WEB_1, ICMP(type=8, id=1, seq=1) / Raw(b"ping"))
    trace.add(
        at("09:05:38.001"), WEB_1, DEBUG, ICMP(type=0, id=1, seq=1) / Raw(b"ping")
    )
    return trace


def vlans() -> Trace:
    """Connections between two addresses, in several VLANs and without a tag."""
    trace = Trace()
    for i, trace.vlan in enumerate((101, 102, 103, 0, 101)):
        ends = (WEB_2, 40001 + i, DB, 5432)
        trace.tcp(at(f"09:10:0{i}"), *ends, b"select 2", b"2")
    return trace


def main() -> int:
    """Writes all traces, and with ``--logs`` Zeek's logs of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--logs", action="store_true", help="run Zeek, too")
    logs = parser.parse_args().logs
    demo().write(TRACES / "demo.pcap")
    vlans().write(TRACES / "vlans.pcap")
    if logs:
        folder = TRACES / "demo-logs"
        folder.mkdir(exist_ok=True)
        command = ["zeek", "-C", "-G", str(SEED), "-r", str(TRACES / "demo.pcap")]
        subprocess.run(
            [*command, "Log::default_rotation_interval=0secs"], cwd=folder, check=True
        )
        (folder / "packet_filter.log").unlink()  # says nothing of the trace
    return 0


if __name__ == "__main__":
    sys.exit(main())
