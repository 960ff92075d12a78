"""A trace of many sorts of traffic between pods: what packets cost, and what lines do.

First come the captures of `captures` that are there, with pods at both ends. Then
connections that were made up. How long they are follows a bounded Pareto law, as
measured in data centres (Benson, Akella, Maltz: "Network Traffic Characteristics of
Data Centers in the Wild", IMC 2010): most have a few packets, and most packets are in
a few long ones. Of ten connections four are HTTP, with a request for ten packets, three
are DNS, which has two, and three are of a protocol that nobody knows. Always the same
for the same numbers.
"""

import heapq
import random
import struct
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from bench import traffic
from bench.captures import START, Mix, captures
from bench.figures import LackingError
from k8s_btest.packets import Frame
from k8s_sync.rows import encode

SEED = 7
LEAST, MOST, SHAPE = 4, 20_000, 1.1
"""Packets of data in a connection, and the exponent of the Pareto law."""
_GAP = 700
"""Microseconds between the beginnings of two connections."""
_SPREAD = 300
"""Microseconds between two packets of one."""
_SEGMENT = 1_400
_PER_REQUEST = 10


class Mixed(NamedTuple):
    """What was written."""

    packets: int
    captured: int
    """Of these, from captures."""
    connections: int
    """That were made up."""


def write(trace: Path, journal: Path, packets: int, hosts: int) -> Mixed:
    """Writes a trace, and adds the claims of its captures to a journal.

    Args:
        trace: Where the packets go.
        journal: That of the cluster that the first pods are of.
        packets: How many there are at least.
        hosts: Pods that talk.
    """
    mix = Mix()
    try:
        for capture in captures():
            mix.add(capture)
    except LackingError:
        pass  # what is made up will do
    with journal.open("a", encoding="utf-8") as file:
        file.writelines(map(encode, mix.claims))
    dice = random.Random(SEED)  # noqa: S311 -- must be the same each time
    begin = max((frame.time for frame in mix.frames), default=START)
    count = connections = 0
    with trace.open("wb") as file:
        file.write(traffic.PCAP)
        for frame in mix.frames:
            file.write(_record(frame))
        captured = len(mix.frames)
        plan = _sizes(dice, packets - captured)
        streams = (
            _connection(dice, number, size, begin + number * _GAP, hosts)
            for number, size in enumerate(plan)
        )
        for frame in _merged(streams):
            file.write(_record(frame))
            count += 1
        connections = len(plan)
    return Mixed(captured + count, captured, connections)


def _sizes(dice: random.Random, packets: int) -> list[int]:
    """Packets of data of each connection, so many in all."""
    sizes = []
    left = packets
    while left > 0:
        # The inverse of the distribution of a Pareto law with an upper bound.
        low, high = LEAST**SHAPE, MOST**SHAPE
        share = dice.random()
        size = (-(share * high - share * low - high) / (high * low)) ** (-1 / SHAPE)
        sizes.append(int(size))
        left -= int(size)
    return sizes


def _merged(streams: Iterator[Iterator[Frame]]) -> Iterator[Frame]:
    """Merges what begins one after another; only what is under way is open."""
    waiting: list[tuple[int, int, Frame, Iterator[Frame]]] = []
    for number, stream in enumerate(streams):
        first = next(stream)
        while waiting and waiting[0][0] < first.time:
            yield from _step(waiting)
        heapq.heappush(waiting, (first.time, number, first, stream))
    while waiting:
        yield from _step(waiting)


def _step(waiting: list[tuple[int, int, Frame, Iterator[Frame]]]) -> Iterator[Frame]:
    _, number, frame, stream = waiting[0]
    yield frame
    following = next(stream, None)
    if following is None:
        heapq.heappop(waiting)
    else:
        heapq.heapreplace(waiting, (following.time, number, following, stream))


def _connection(
    dice: random.Random, number: int, size: int, begin: int, hosts: int
) -> Iterator[Frame]:
    ends = traffic.ends(dice, number, hosts)
    packets: Iterable[bytes]
    match ends[3]:
        case traffic.DNS:
            packets = traffic.dns(number, ends)
        case traffic.HTTP:
            packets = traffic.tcp(ends, _http(size))
        case _:
            packets = traffic.tcp(ends, _unknown(dice, size))
    return (Frame(begin + i * _SPREAD, data) for i, data in enumerate(packets))


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


def _record(frame: Frame) -> bytes:
    seconds, micros = divmod(frame.time, 1_000_000)
    size = len(frame.data)
    return struct.pack("<IIII", seconds, micros, size, size) + frame.data
