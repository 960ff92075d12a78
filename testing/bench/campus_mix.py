"""Connections as long as those of a campus: most are tiny, most packets are in few.

The law is that of Jurkiewicz, Rzym and Boryło: "Flow length and size distributions in
campus Internet traffic" (2018, 4 billion flows, 79 packets each). Theirs go one way, so
that ours, which have both ways in as many packets, are shorter than theirs were. What
is longer than 100,000 packets is left out, which leaves 48 of 79. Of connections with
one or two packets two thirds are DNS, which is as much UDP as theirs; the others get no
further than a handshake. Of the longer ones four of seven are HTTP, with one answer,
and three are of a protocol that nobody knows. In both one of three packets of data is
an acknowledgement.
"""

import itertools
import math
import random
from collections.abc import Iterable, Iterator

from bench import traffic

# Packets of a flow, and the share of flows with no more.
_LAW = (
    (1, 0.478326),
    (2, 0.653421),
    (4, 0.748933),
    (8, 0.841319),
    (10, 0.865086),
    (100, 0.973478),
    (1_000, 0.994544),
    (10_000, 0.998922),
    (100_000, 0.999896),
)
_MEAN = 48
_SEGMENT = bytes(number % 251 for number in range(1_400))
_TWO = 2
_HTTP, _OF = 4, 7
_HANDSHAKES = 6
"""Packets of a connection that are not data: its beginning and its end."""


def sizes(dice: random.Random, packets: int) -> list[int]:
    """Packets of each connection, so many in all at least.

    Shares of the law are taken evenly, and not by chance, or the few long ones would
    make each draw another trace.
    """
    count = max(packets // _MEAN, 1)
    while True:
        found = [_length((number + 0.5) / count) for number in range(count)]
        if sum(found) >= packets:
            dice.shuffle(found)
            return found
        count += count // 100 + 1


def _length(share: float) -> int:
    """The length that this share of flows is not above, by a power law in between."""
    share *= _LAW[-1][1]
    if share <= _LAW[0][1]:
        return _LAW[0][0]
    for (short, above), (long, below) in itertools.pairwise(_LAW):
        if share <= below:
            way = math.log((1 - share) / (1 - above)) / math.log(
                (1 - below) / (1 - above)
            )
            return math.ceil(short * math.pow(long / short, way))
    return _LAW[-1][0]


def connection(
    dice: random.Random, number: int, size: int, hosts: int
) -> Iterator[bytes]:
    """The packets of a connection."""
    orig, sport, resp, _ = traffic.ends(dice, number, hosts)
    if size <= _TWO and number % 3:
        dns = traffic.dns(number, (orig, sport, resp, traffic.DNS))
        return itertools.islice(dns, size)
    is_http = number % _OF < _HTTP
    ends = (orig, sport, resp, traffic.HTTP if is_http else traffic.OTHER)
    data = size - _HANDSHAKES
    if data < _TWO:
        return itertools.islice(traffic.tcp(ends, ()), size)
    return traffic.tcp(ends, _http(number, data) if is_http else _unknown(data))


def _http(number: int, data: int) -> Iterator[tuple[bool, bytes]]:
    body = data - _TWO
    segments = body - body // 3
    yield False, traffic.REQUEST % number
    yield True, traffic.ANSWER_HEAD % (segments * len(_SEGMENT))
    yield from _transfer(body)


def _unknown(data: int) -> Iterator[tuple[bool, bytes]]:
    yield False, b"\x01" * 100
    yield from _transfer(data - 1)


def _transfer(packets: int) -> Iterable[tuple[bool, bytes]]:
    """Two segments, and an acknowledgement of both."""
    return (
        (True, _SEGMENT) if place % 3 < _TWO else (False, b"")
        for place in range(packets)
    )
