"""The questions as packets: one short connection for each, to be read by Zeek.

The address in question talks to a stranger whose address and port are the question's
number. The VLAN tells the cluster, and the secondary network; one VLAN tells nothing.
"""

import struct
from collections.abc import Iterable, Iterator
from pathlib import Path

from simulator.clock import BEGIN, MINUTE, SECOND
from simulator.traffic import Question

VLANS = {
    ("east", ""): 101,
    ("west", ""): 102,
    ("east", "default/storage"): 111,
    ("west", "default/storage"): 112,
    (None, "default/storage"): 110,
    (None, ""): 100,
}
_FILE = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1)
_MACS = bytes.fromhex("020000000002020000000001")
_IPV4, _IPV6, _VLAN = 0x0800, 0x86DD, 0x8100
_MAPPED = b"\x00" * 10 + b"\xff\xff"
_DOCUMENTATION = bytes.fromhex("20010db8") + bytes(11)
_TCP, _UDP = 6, 17
_SYN, _ACK, _FIN, _RST = 2, 16, 1, 4
_PORTS = 60_000
_FIRST_PORT = 1024
_CLIENTS = 1 << 15
_SHORT = 10 * SECOND
_STEP = 100
"""Microseconds between packets that follow each other."""

_Packet = tuple[int, bytes]
Ends = tuple[bytes, int, bytes, int]


def stranger(number: int, *, v4: bool) -> tuple[bytes, int]:
    """The other end of a question's connection."""
    host = 1 + number // _PORTS
    net = _MAPPED + bytes((198, 51, 100)) if v4 else _DOCUMENTATION
    return net + bytes((host,)), _FIRST_PORT + number % _PORTS


def write(path: Path, questions: list[Question], until: int) -> None:
    """Writes all connections, and a packet each second for Zeek's clock."""
    packets = [
        packet for n, question in enumerate(questions) for packet in _flow(n, question)
    ]
    packets += _clock(until)
    packets.sort(key=lambda packet: packet[0])
    with path.open("wb") as out:
        out.write(_FILE)
        for time, data in packets:
            seconds, micros = divmod(time, SECOND)
            out.write(struct.pack("<IIII", seconds, micros, len(data), len(data)))
            out.write(data)


def _clock(until: int) -> Iterator[_Packet]:
    ends = (_MAPPED + bytes((192, 0, 2, 1)), 9, _MAPPED + bytes((192, 0, 2, 2)), 9)
    for time in range(BEGIN, until, SECOND):
        yield time, _frame(100, ends, _UDP, _udp(ends))


def _flow(number: int, question: Question) -> Iterable[_Packet]:
    other = stranger(number, v4=question.address.startswith(_MAPPED))
    # Known ports answer; ports of clients, and every second pod, ask.
    asks = question.port >= _CLIENTS if question.port else number % 2 == 0
    if asks:
        ends = question.address, question.port or 40_000, *other
    else:
        ends = *other, question.address, question.port or 8080
    back = (*ends[2:], *ends[:2])
    vlan = VLANS[question.cluster, question.network]
    lasts = question.asked - question.time
    time = question.time
    if question.proto == "udp" or _SHORT < lasts < 2 * MINUTE:
        yield time, _frame(vlan, ends, _UDP, _udp(ends))
        yield time + _STEP, _frame(vlan, back, _UDP, _udp(back))
        return
    opening = (
        (ends, 100, 0, _SYN),
        (back, 500, 101, _SYN | _ACK),
        (ends, 101, 501, _ACK),
    )
    for step, (way, seq, ack, flags) in enumerate(opening):
        yield time + step * _STEP, _frame(vlan, way, _TCP, _tcp(way, seq, ack, flags))
    if lasts < _SHORT:
        # A reset is logged at once; what is not ended, after five minutes.
        reset = _tcp(ends, 101, 501, _RST | _ACK)
        yield time + max(lasts, 3 * _STEP), _frame(vlan, ends, _TCP, reset)


def _udp(ends: Ends) -> bytes:
    return struct.pack("!HHHH", ends[1], ends[3], 8 + 4, 0) + b"ping"


def _tcp(ends: Ends, seq: int, ack: int, flags: int) -> bytes:
    return struct.pack(
        "!HHIIBBHHH", ends[1], ends[3], seq, ack, 5 << 4, flags, 8192, 0, 0
    )


def _frame(vlan: int, ends: Ends, proto: int, payload: bytes) -> bytes:
    # Without checksums: Zeek is told not to look at them.
    source, target = ends[0], ends[2]
    if source.startswith(_MAPPED):
        kind = _IPV4
        length = 20 + len(payload)
        head = struct.pack("!BBHHHBBH", 0x45, 0, length, 0, 0, 64, proto, 0)
        head += source[12:] + target[12:]
    else:
        kind = _IPV6
        head = struct.pack("!IHBB", 6 << 28, len(payload), proto, 64) + source + target
    return _MACS + struct.pack("!HHH", _VLAN, vlan, kind) + head + payload
