"""What happens in a scenario, as packets in the order of time.

The same words give the same packets: ports are handed out in the order of the
scenario, and nothing asks a clock or for random numbers.
"""

import hashlib
import itertools
from collections.abc import Iterator, Mapping
from typing import NamedTuple

import msgspec
from scapy.layers.inet import IP
from scapy.layers.inet6 import IPv6
from scapy.layers.l2 import Ether

from k8s_btest import captures, dns_talk, http_talk, tls_talk
from k8s_btest.ends import Ends, Host
from k8s_btest.errors import BtestError
from k8s_btest.packets import Frame, Line
from k8s_btest.scans import probes
from k8s_btest.scenario import Scenario
from k8s_btest.talk import Ports, Spoken, Tcp, ping, spoken, udp, udp_refused
from k8s_btest.traffic_words import (
    Capture,
    Dns,
    Http,
    Icmp,
    Scan,
    Tls,
    Traffic,
    Udp,
)
from k8s_btest.traffic_words import (
    Tcp as TcpSaid,
)

_DNS = "service/kube-system/kube-dns"
_PORTS = {"dns": 53, "http": 80, "tls": 443}
_FRESH = range(40000, 65536)
_PROBE = b"\x00"
"""What a scan of UDP sends."""


def packets(
    scenario: Scenario, ends: Ends, captured: Mapping[str, bytes]
) -> list[Frame]:
    """Makes all packets of a scenario.

    Args:
        scenario: What happens.
        ends: Who is where.
        captured: The contents of captures, by the name that the scenario gives them.

    Raises:
        BtestError: Something cannot happen; names the item.
    """
    maker = _Maker(scenario, ends, captured)
    frames: list[Frame] = []
    for number, item in enumerate(scenario.traffic):
        try:
            frames.extend(maker.frames(item))
        except BtestError as error:
            raise type(error)(f"traffic[{number}]: {error}") from error
    # Stable: what happens at one time stays in the order of the scenario.
    return sorted(frames, key=lambda frame: frame.time)


class _Turn(NamedTuple):
    """One repetition of an item."""

    item: Traffic
    repetition: int
    at: int
    """Microseconds from the start of the scenario."""

    def fill(self, text: str) -> str:
        """Fills in its number, from 1, and digits that follow from it."""
        number = str(self.repetition + 1)
        digits = hashlib.sha256(number.encode()).hexdigest()[:32]
        return text.replace("{n}", number).replace("{hash}", digits)


class _Maker:
    """Makes packets; knows which ports are used up."""

    def __init__(
        self, scenario: Scenario, ends: Ends, captured: Mapping[str, bytes]
    ) -> None:
        self._scenario = scenario
        self._ends = ends
        self._captured = captured
        self._numbers = itertools.count()

    def frames(self, item: Traffic) -> Iterator[Frame]:
        """Makes the packets of an item, all repetitions."""
        for repetition in range(item.count):
            turn = _Turn(item, repetition, item.at + repetition * item.every)
            match getattr(item, item.verb):
                case Dns() as said:
                    yield from self._dns(turn, said)
                case Tls() as said:
                    yield from self._tls(turn, said)
                case TcpSaid() as said:
                    yield from self._tcp(turn, said)
                case Udp() as said:
                    yield from self._udp(turn, said)
                case Icmp() as said:
                    yield from self._icmp(turn, said)
                case Scan() as said:
                    yield from self._scan(turn, said)
                case Capture() as said:
                    yield from self._capture(turn, said)
                case Http() as said:
                    yield from self._http(turn, (said,))
                case said:
                    yield from self._http(turn, said)

    def _line(self, turn: _Turn, to: str = "") -> tuple[Line, int]:
        """Finds both ends; returns the time in microseconds since the epoch, too."""
        item = turn.item
        to = to or item.to[turn.repetition % len(item.to)]
        source = item.from_[turn.repetition % len(item.from_)]
        hosts = self._ends.pair(turn.fill(source), turn.fill(to), turn.at)
        return self._between(item, hosts), self._scenario.started + turn.at

    def _between(self, item: Traffic, hosts: tuple[Host, Host]) -> Line:
        overlay = item.overlay or self._scenario.overlay
        partial = item.checksums == "partial"
        return Line(hosts, overlay, self._ends.nodes, partial=partial)

    def _ports(self, item: Traffic, server: int = 0) -> Ports:
        fresh = _FRESH[next(self._numbers) % len(_FRESH)]
        server = server or item.port or _PORTS.get(item.verb, 0)
        return Ports(item.from_port or fresh, server)

    def _dns(self, turn: _Turn, said: Dns) -> Iterator[Frame]:
        line, time = self._line(turn, "" if turn.item.to else _DNS)
        ports = self._ports(turn.item)
        query = turn.fill(said.query)
        says = dns_talk.exchange(said, query, ports.client)
        if said.over == "tcp":
            yield from Tcp(line, ports, time).whole(says, "fin")
        else:
            yield from udp(line, ports, says, time)

    def _http(self, turn: _Turn, said: tuple[Http, ...]) -> Iterator[Frame]:
        line, time = self._line(turn)
        ports = self._ports(turn.item)
        says: list[Spoken] = []
        for one in said:
            host = None if one.host is None else turn.fill(one.host)
            filled = msgspec.structs.replace(one, uri=turn.fill(one.uri), host=host)
            says += http_talk.exchange(filled, line.server.address, ports.server)
        yield from Tcp(line, ports, time).whole(says, "fin")

    def _tls(self, turn: _Turn, said: Tls) -> Iterator[Frame]:
        line, time = self._line(turn)
        ports = self._ports(turn.item)
        seed = f"{line.client.address}/{line.server.address}/{ports}/{time}"
        says = tls_talk.exchange(said, turn.fill(said.sni), seed)
        yield from Tcp(line, ports, time).whole(says, "fin")

    def _tcp(self, turn: _Turn, said: TcpSaid) -> Iterator[Frame]:
        line, time = self._line(turn)
        talk = Tcp(line, self._ports(turn.item), time)
        if said.state == "established":
            yield from talk.whole(spoken(said.says), said.close)
        else:
            yield from talk.attempt(rejected=said.state == "rejected")

    def _udp(self, turn: _Turn, said: Udp) -> Iterator[Frame]:
        line, time = self._line(turn)
        yield from udp(line, self._ports(turn.item), spoken(said.says), time)

    def _icmp(self, turn: _Turn, said: Icmp) -> Iterator[Frame]:
        line, time = self._line(turn)
        yield from ping(line, turn.repetition + 1, said.payload, time, reply=said.reply)

    def _scan(self, turn: _Turn, said: Scan) -> Iterator[Frame]:
        for number, (target, port) in enumerate(probes(said, turn.item.to)):
            later = turn._replace(at=turn.at + number * turn.item.every)
            line, time = self._line(later, target)
            if line.client == line.server:
                continue  # a host does not send to itself over any wire
            answer = "open" if port in said.open else said.answer
            if said.proto == "icmp":
                yield from ping(line, number, b"", time, reply=answer == "open")
                continue
            ports = self._ports(turn.item, port)
            if said.proto == "tcp" and answer == "open":
                yield from Tcp(line, ports, time).whole((), "rst")
            elif said.proto == "tcp":
                refused = answer == "rejected"
                yield from Tcp(line, ports, time).attempt(rejected=refused)
            elif answer == "rejected":
                yield from udp_refused(line, ports, _PROBE, time)
            else:
                says = [Spoken(client=True, data=_PROBE)]
                says += [Spoken(client=False, data=_PROBE)] if answer == "open" else []
                yield from udp(line, ports, says, time)

    def _capture(self, turn: _Turn, said: Capture) -> Iterator[Frame]:
        new, nodes = {}, {}
        for old, end in said.map.items():
            # Of the family that the old address is of.
            host, _ = self._ends.pair(turn.fill(end), old, turn.at)
            new[str(old)] = host.address
            nodes[host.address] = host.node
        change = captures.Change(new, said.ports, turn.item.checksums == "partial")
        start = self._scenario.started + turn.at
        data = self._captured[said.file]
        for frame in captures.frames(data, said.file, change, start):
            ends = _addresses(frame.data)
            if ends is None:
                yield frame
                continue
            source, target = (Host(ip, nodes.get(ip, "")) for ip in ends)
            yield self._between(turn.item, (source, target)).wrap(frame)


def _addresses(frame: bytes) -> tuple[str, str] | None:
    """Who a frame is from and to; None if that has no addresses."""
    whole = Ether(frame)
    for layer in (IP, IPv6):
        if layer in whole:
            return whole[layer].src, whole[layer].dst
    return None
