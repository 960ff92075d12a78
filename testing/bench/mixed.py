"""A trace of many sorts of traffic between pods: what packets cost, and what lines do.

First come the captures of `captures` that are there, with pods at both ends. Then
connections that were made up, of one of two kinds: `requests_mix`, which has as many
lines of log for its packets as can be, and `campus_mix`, which is like what a sensor
sees. Always the same for the same numbers.
"""

import heapq
import random
import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from bench import campus_mix, requests_mix, traffic
from bench.captures import START, Mix, captures
from bench.figures import LackingError
from bench.seeds import seeded
from k8s_btest.packets import Frame
from k8s_sync.rows import encode

_GAP = 700
"""Microseconds between the beginnings of two connections."""
_SPREAD = 300
"""Microseconds between two packets of one."""


class Kind(NamedTuple):
    """What is made up."""

    name: str
    sizes: Callable[[random.Random, int], list[int]]
    """Of each connection, for so many packets at least."""
    connection: Callable[[random.Random, int, int, int], Iterator[bytes]]
    """Packets of the n-th one, of a size, between so many hosts."""


REQUESTS = Kind("requests", requests_mix.sizes, requests_mix.connection)
CAMPUS = Kind("campus", campus_mix.sizes, campus_mix.connection)


class Mixed(NamedTuple):
    """What was written."""

    packets: int
    captured: int
    """Of these, from captures."""
    connections: int
    """That were made up."""


def write(
    trace: Path, journal: Path, packets: int, hosts: int, kind: Kind = REQUESTS
) -> Mixed:
    """Writes a trace, and adds the claims of its captures to a journal.

    Args:
        trace: Where the packets go.
        journal: That of the cluster that the first pods are of.
        packets: How many there are at least.
        hosts: Pods that talk.
        kind: What is made up.
    """
    mix = Mix()
    try:
        for capture in captures():
            mix.add(capture)
    except LackingError:
        pass  # what is made up will do
    with journal.open("a", encoding="utf-8") as file:
        file.writelines(map(encode, mix.claims))
    dice = seeded("mixed")
    begin = max((frame.time for frame in mix.frames), default=START)
    count = connections = 0
    with trace.open("wb") as file:
        file.write(traffic.PCAP)
        for frame in mix.frames:
            file.write(_record(frame))
        captured = len(mix.frames)
        plan = kind.sizes(dice, packets - captured)
        streams = (
            _timed(kind.connection(dice, number, size, hosts), begin + number * _GAP)
            for number, size in enumerate(plan)
        )
        for frame in _merged(streams):
            file.write(_record(frame))
            count += 1
        connections = len(plan)
    return Mixed(captured + count, captured, connections)


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


def _timed(packets: Iterator[bytes], begin: int) -> Iterator[Frame]:
    return (Frame(begin + i * _SPREAD, data) for i, data in enumerate(packets))


def _record(frame: Frame) -> bytes:
    seconds, micros = divmod(frame.time, 1_000_000)
    size = len(frame.data)
    return struct.pack("<IIII", seconds, micros, size, size) + frame.data
