"""Connections of many small requests: as many lines for the packets as can be.

How long they are follows a bounded Pareto law, as measured in data centres (Benson,
Akella, Maltz: "Network Traffic Characteristics of Data Centers in the Wild", IMC 2010):
most have a few packets, and most packets are in a few long ones. Of ten connections
four are HTTP, with a request for ten packets, three are DNS, which has two, and three
are of a protocol that nobody knows.
"""

import random
from collections.abc import Iterator

from bench import traffic

LEAST, MOST, SHAPE = 4, 20_000, 1.1
"""Packets of data in a connection, and the exponent of the Pareto law."""
_SEGMENT = 1_400
_PER_REQUEST = 10
_OF_DNS = 2
_HANDSHAKES = 6
"""Packets of a connection that are not data: its beginning and its end."""


def sizes(dice: random.Random, packets: int) -> list[int]:
    """Packets of data of each connection, so many with all others at least."""
    found: list[int] = []
    left = packets
    while left > 0:
        # The inverse of the distribution of a Pareto law with an upper bound.
        low, high = LEAST**SHAPE, MOST**SHAPE
        share = dice.random()
        size = (-(share * high - share * low - high) / (high * low)) ** (-1 / SHAPE)
        is_dns = traffic.port(len(found)) == traffic.DNS
        left -= _OF_DNS if is_dns else int(size) + _HANDSHAKES
        found.append(int(size))
    return found


def connection(
    dice: random.Random, number: int, size: int, hosts: int
) -> Iterator[bytes]:
    """The packets of a connection."""
    ends = traffic.ends(dice, number, hosts)
    match ends[3]:
        case traffic.DNS:
            return iter(traffic.dns(number, ends))
        case traffic.HTTP:
            return traffic.tcp(ends, _http(size))
        case _:
            return traffic.tcp(ends, _unknown(dice, size))


def _http(size: int) -> Iterator[tuple[bool, bytes]]:
    """A request for ten packets, and its answer in the others."""
    for first in range(0, size, _PER_REQUEST):
        segments = max(min(_PER_REQUEST, size - first) - 2, 0)
        yield False, traffic.REQUEST % first
        yield True, traffic.ANSWER_HEAD % (segments * _SEGMENT)
        for _ in range(segments):
            yield True, b"x" * _SEGMENT


def _unknown(dice: random.Random, size: int) -> Iterator[tuple[bool, bytes]]:
    yield False, b"\x01" * 100
    filler = bytes(number % 251 for number in range(_SEGMENT))
    for _ in range(size - 1):
        # Two of three carry data; the third one acknowledges them.
        yield (True, filler) if dice.randrange(3) else (False, b"")
