"""Bytes on the wire: from one end to the other, in what overlay there is between.

Everything is fixed by what is sent: MAC addresses follow from addresses, and no field
is left to chance or to the machine.
"""

import hashlib
import ipaddress
import struct
from collections.abc import Iterable, Sequence
from typing import NamedTuple, cast

from scapy.contrib.geneve import GENEVE
from scapy.layers.inet import ICMP, IP, TCP, UDP, in4_pseudoheader
from scapy.layers.inet6 import ICMPv6DestUnreach, IPv6, in6_pseudoheader
from scapy.layers.l2 import Dot1Q, Ether
from scapy.layers.vxlan import VXLAN
from scapy.packet import Packet, Raw
from scapy.utils import checksum

from k8s_btest.ends import Host
from k8s_btest.errors import ScenarioError
from k8s_btest.values import Overlay
from k8s_sync.model import SECOND

_PCAP_HEADER = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1)
_GENEVE_PORT = 6081
_VXLAN_PORT = 4789
_ETHERNET = 0x6558
_VNI_IS_VALID = 8
_OWN_PORTS = 49152


class Frame(NamedTuple):
    """A packet, from its Ethernet header on, and when it was seen."""

    time: int
    """Microseconds since the epoch."""
    data: bytes


class Line:
    """What is between two ends: where they are, and how packets are wrapped."""

    def __init__(
        self,
        ends: tuple[Host, Host],
        overlay: Overlay,
        nodes: Sequence[str],
        *,
        partial: bool = False,
    ) -> None:
        """Draws a line.

        Args:
            ends: The client and the server.
            overlay: What is between nodes.
            nodes: Addresses of nodes: one stands in for an end that is on none.
            partial: Leave the checksums of TCP and UDP to a NIC that never sees them.
        """
        self.client, self.server = ends
        self._kind, self._number, self._vni = overlay.parts
        self._partial = partial
        self._sent = 0
        self._outer = self._between(nodes)

    def frame(self, time: int, layers: Packet, *, back: bool = False) -> Frame:
        """Sends layers from the client to the server, or `back`."""
        ends = (self.client.address, self.server.address)
        source, target = ends[::-1] if back else ends
        inner = _internet(source, target, self._sent) / layers
        self._sent += 1
        if self._partial:
            _leave_checksum(inner)
        return Frame(time, bytes(self._wrap(inner, back=back)))

    def wrap(self, frame: Frame) -> Frame:
        """Sends a frame that there already is, from the client to the server."""
        if self._kind == "none":
            return frame
        inner = Ether(frame.data).payload
        whole = self._wrap(inner, back=False, frame=Raw(frame.data))
        return Frame(frame.time, bytes(whole))

    def _between(self, nodes: Sequence[str]) -> tuple[str, str] | None:
        """The outer ends of tunnels; none if nothing is wrapped."""
        if self._kind in ("none", "vlan"):
            return None
        one, other = self.client.node, self.server.node
        one = one or next((node for node in nodes if node != other), "")
        other = other or next((node for node in nodes if node != one), "")
        if not one or not other:
            raise ScenarioError(f"overlay {self._kind}: two nodes are needed")
        return None if one == other else (one, other)

    def _wrap(
        self, inner: Packet, *, back: bool, frame: Packet | None = None
    ) -> Packet:
        ends = (self.client.address, self.server.address)
        source, target = ends[::-1] if back else ends
        if frame is None:
            frame = _link(source, target) / inner
        if self._kind == "vlan":
            tag = Dot1Q(vlan=self._number, type=_ether_type(inner))
            link = _link(source, target)
            link.type = 0x8100
            return link / tag / inner
        if self._outer is None:
            return frame
        source, target = self._outer[::-1] if back else self._outer
        outer = _link(source, target) / _internet(source, target, self._sent)
        if self._kind == "ipip":
            return outer / inner
        # The source port follows from the inner flow, so that it takes one path.
        flow = hashlib.sha256("/".join(sorted(ends)).encode()).digest()
        port = _OWN_PORTS + int.from_bytes(flow[:2]) % 16384
        if self._kind == "vxlan":
            udp = UDP(sport=port, dport=self._number or _VXLAN_PORT, chksum=0)
            return outer / udp / VXLAN(flags=_VNI_IS_VALID, vni=self._vni) / frame
        udp = UDP(sport=port, dport=self._number or _GENEVE_PORT, chksum=0)
        return outer / udp / GENEVE(proto=_ETHERNET, vni=self._vni) / frame


def mac(address: str) -> str:
    """A MAC address that follows from an address."""
    return ":".join(f"{b:02x}" for b in b"\x02\x42" + _packed(address)[-4:])


def pcap(frames: Iterable[Frame]) -> bytes:
    """Writes frames, which have to be in the order of time, as a pcap file."""
    parts = [_PCAP_HEADER]
    for time, data in frames:
        seconds, micros = divmod(time, SECOND)
        parts += [struct.pack("<IIII", seconds, micros, len(data), len(data)), data]
    return b"".join(parts)


def unreachable(line: Line, packet: Packet) -> Packet:
    """The layers with which a host refuses a datagram that came over a line."""
    refused = _internet(line.client.address, line.server.address, 0) / packet
    if ":" in line.client.address:
        return ICMPv6DestUnreach(code=4) / Raw(bytes(refused))
    return ICMP(type=3, code=3) / Raw(bytes(refused))


def _packed(address: str) -> bytes:
    return ipaddress.ip_address(address).packed


def _link(source: str, target: str) -> Packet:
    kind = 0x86DD if ":" in source else 0x0800
    return Ether(src=mac(source), dst=mac(target), type=kind)


def _ether_type(inner: Packet) -> int:
    return 0x86DD if isinstance(inner, IPv6) else 0x0800


def _internet(source: str, target: str, number: int) -> Packet:
    if ":" in source:
        return IPv6(src=source, dst=target)
    return IP(src=source, dst=target, id=number & 0xFFFF, flags="DF")


def _leave_checksum(inner: Packet) -> None:
    """Puts in what Linux leaves for a NIC to finish: the sum of the pseudo header."""
    layers = inner.payload
    if not isinstance(layers, TCP | UDP):
        return
    length = len(layers)
    number = 6 if isinstance(layers, TCP) else 17
    if isinstance(inner, IP):
        pseudo = in4_pseudoheader(number, inner, length)
    else:
        pseudo = bytes(in6_pseudoheader(number, cast("IP", inner), length))
    layers.chksum = ~checksum(pseudo) & 0xFFFF
