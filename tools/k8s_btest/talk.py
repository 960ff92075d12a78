"""Conversations: what both ends say, as TCP segments, datagrams or pings."""

import hashlib
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from scapy.layers.inet import ICMP, TCP, UDP
from scapy.layers.inet6 import ICMPv6EchoReply, ICMPv6EchoRequest
from scapy.packet import Packet, Raw

from k8s_btest.packets import Frame, Line, unreachable
from k8s_btest.traffic_words import Say

_STEP = 500
"""Microseconds from one packet to the next."""
_SEGMENT = 1380
"""Bytes of data that fit into a packet, overlays and IPv6 included."""
_SEQUENCES = 1 << 32
_WINDOW = 64240


class Spoken(NamedTuple):
    """What one end says at once."""

    client: bool
    data: bytes
    after: int = 0
    """Microseconds of silence before."""


class Ports(NamedTuple):
    """The ports of both ends."""

    client: int
    server: int


def spoken(says: Iterable[Say]) -> Iterator[Spoken]:
    """Turns what a scenario says into what is spoken."""
    for say in says:
        client = say.client is not None
        data = say.client if say.client is not None else say.server
        yield Spoken(client, bytes(data or b""), say.after)


class Tcp:
    """One TCP connection, from its first packet on."""

    def __init__(self, line: Line, ports: Ports, at: int) -> None:
        """Nothing is sent yet."""
        self.frames: list[Frame] = []
        self._line = line
        self._ports = ports
        self._at = at
        self._next = [_first(line, ports, 0), _first(line, ports, 1)]

    def attempt(self, *, rejected: bool) -> list[Frame]:
        """Asks for a connection, and is refused or hears nothing."""
        self._send("S")
        if rejected:
            self._send("RA", back=True)
        return self.frames

    def whole(self, says: Iterable[Spoken], close: str) -> list[Frame]:
        """Opens the connection, says everything, and closes it."""
        self._send("S")
        self._send("SA", back=True)
        self._send("A")
        for client, data, after in says:
            self._at += after
            for start in range(0, len(data), _SEGMENT):
                self._send("PA", data[start : start + _SEGMENT], back=not client)
            if data:
                self._send("A", back=client)
        if close == "rst":
            self._send("RA")
        elif close == "fin":
            self._send("FA")
            self._send("FA", back=True)
            self._send("A")
        return self.frames

    def _send(self, flags: str, data: bytes = b"", *, back: bool = False) -> None:
        client, server = self._ports
        heard = self._next[not back]
        layers: Packet = TCP(
            sport=server if back else client,
            dport=client if back else server,
            seq=self._next[back] if flags != "RA" or not back else 0,
            ack=heard if "A" in flags else 0,
            flags=flags,
            window=_WINDOW,
            options=[("MSS", 1460)] if "S" in flags else [],
        )
        layers = layers / Raw(data) if data else layers
        self.frames.append(self._line.frame(self._at, layers, back=back))
        sent = len(data) + ("S" in flags or "F" in flags)
        self._next[back] = (self._next[back] + sent) % _SEQUENCES
        self._at += _STEP


def udp(line: Line, ports: Ports, says: Iterable[Spoken], at: int) -> Iterator[Frame]:
    """Sends datagrams to and fro."""
    for client, data, after in says:
        at += after
        source, target = ports if client else ports[::-1]
        layers = UDP(sport=source, dport=target) / Raw(data)
        yield line.frame(at, layers, back=not client)
        at += _STEP


def udp_refused(line: Line, ports: Ports, data: bytes, at: int) -> Iterator[Frame]:
    """Sends a datagram to a port that is closed."""
    layers = UDP(sport=ports.client, dport=ports.server) / Raw(data)
    yield line.frame(at, layers)
    yield line.frame(at + _STEP, unreachable(line, layers), back=True)


def ping(
    line: Line, number: int, payload: bytes, at: int, *, reply: bool
) -> Iterator[Frame]:
    """Sends an echo request, and its reply if there is one."""
    if ":" in line.client.address:
        yield line.frame(at, ICMPv6EchoRequest(id=1, seq=number, data=payload))
        if reply:
            answer = ICMPv6EchoReply(id=1, seq=number, data=payload)
            yield line.frame(at + _STEP, answer, back=True)
        return
    yield line.frame(at, ICMP(type=8, id=1, seq=number) / Raw(payload))
    if reply:
        back = ICMP(type=0, id=1, seq=number) / Raw(payload)
        yield line.frame(at + _STEP, back, back=True)


def _first(line: Line, ports: Ports, end: int) -> int:
    """The first sequence number of an end: any, but the same each time."""
    words = f"{line.client.address}/{line.server.address}/{ports}/{end}"
    return int.from_bytes(hashlib.sha256(words.encode()).digest()[:4])
