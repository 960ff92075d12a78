"""Traffic between claimed addresses, always the same: as a pcap, and as a conn.log.

Of ten connections four are HTTP, three DNS and three TCP that nobody knows. They
are short, so that there are many lines to write for each packet: what the package
does, it does for lines.
"""

import random
import struct
from collections.abc import Iterable, Iterator
from pathlib import Path

from bench.cluster import BEGAN, address
from bench.seeds import seeded

_START = BEGAN + 86_400
PCAP = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1)
_ETHERNET = bytes.fromhex("020000000002 020000000001 0800")
_TCP, _UDP = 6, 17
_SYN, _ACK, _PUSH, _FIN = 2, 16, 8, 1
_SPREAD = 200_000
"""Microseconds between two packets of a connection."""

Packet = tuple[int, bytes]
Ends = tuple[bytes, int, bytes, int]

REQUEST = (
    b"GET /cart/%d HTTP/1.1\r\nHost: checkout.shop.svc.cluster.local\r\n"
    b"User-Agent: bench/1.0\r\nAccept: */*\r\n\r\n"
)
ANSWER_HEAD = (
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
)
_RESPONSE = ANSWER_HEAD % 512 + b'{"a":"%s"}' % (b"x" * 504)
_QUESTION = b"\x08checkout\x04shop\x03svc\x07cluster\x05local\x00\x00\x01\x00\x01"
_ANSWER = b"\xc0\x0c\x00\x01\x00\x01\x00\x00\x00\x1e\x00\x04"


def _frame(protocol: int, source: bytes, target: bytes, payload: bytes) -> bytes:
    # Without checksums: Zeek is told not to look at them.
    head = struct.pack(
        "!BBHHHBBH4s4s",
        *(0x45, 0, 20 + len(payload), 0, 0, 64, protocol, 0, source, target),
    )
    return _ETHERNET + head + payload


def _udp(ends: Ends, payload: bytes, *, back: bool) -> bytes:
    source, sport, target, dport = (*ends[2:], *ends[:2]) if back else ends
    head = struct.pack("!HHHH", sport, dport, 8 + len(payload), 0)
    return _frame(_UDP, source, target, head + payload)


def tcp(ends: Ends, exchange: Iterable[tuple[bool, bytes]]) -> Iterator[bytes]:
    """A whole connection: handshake, what is said (back or forth), and its end."""
    seq = [1000, 5000]
    opening = [(False, _SYN, b""), (True, _SYN | _ACK, b""), (False, _ACK, b"")]
    talk = [(back, _PUSH | _ACK, payload) for back, payload in exchange]
    ending = [(False, _FIN | _ACK, b""), (True, _FIN | _ACK, b""), (False, _ACK, b"")]
    for back, flags, payload in opening + talk + ending:
        source, sport, target, dport = (*ends[2:], *ends[:2]) if back else ends
        ack = seq[not back] if flags & _ACK else 0
        ports = struct.pack("!HHII", sport, dport, seq[back], ack)
        head = ports + struct.pack("!BBHHH", 5 << 4, flags, 65535, 0, 0)
        yield _frame(_TCP, source, target, head + payload)
        seq[back] += len(payload) + bool(flags & (_SYN | _FIN))


def dns(n: int, ends: Ends) -> list[bytes]:
    """A question and its answer."""
    number = struct.pack("!H", n % 65536)
    question = number + bytes.fromhex("0100 0001 0000 0000 0000") + _QUESTION
    answer = number + bytes.fromhex("8180 0001 0001 0000 0000") + _QUESTION
    return [
        _udp(ends, question, back=False),
        _udp(ends, answer + _ANSWER + ends[0], back=True),
    ]


def _connection(n: int, ends: Ends) -> list[bytes]:
    if ends[3] == HTTP:
        return list(tcp(ends, [(False, REQUEST % n), (True, _RESPONSE)]))
    if ends[3] == DNS:
        return dns(n, ends)
    chunk = bytes([n % 251]) * 900
    return list(tcp(ends, [(bool(i % 2), chunk) for i in range(8)]))


HTTP, DNS, OTHER = 80, 53, 9000
_PORTS = (*(HTTP,) * 4, *(DNS,) * 3, *(OTHER,) * 3)


def port(n: int) -> int:
    """On which port the `n`-th connection is."""
    return _PORTS[n % 10]


def ends(dice: random.Random, n: int, hosts: int) -> Ends:
    """Who talks in the `n`-th connection, and on which ports."""
    orig, resp = dice.randrange(hosts), dice.randrange(hosts)
    return address(orig), 20_000 + n % 40_000, address(resp), port(n)


def write_pcap(path: Path, packets: int, hosts: int) -> int:
    """Writes about so many packets between the first pods; returns how many."""
    dice = seeded("packets")
    found: list[Packet] = []
    n = 0
    while len(found) < packets:
        of = ends(dice, n, hosts)
        # Connections overlap, some thousand of them at a time.
        begin = _START * 1_000_000 + n * 1000 + dice.randrange(1000)
        for i, frame in enumerate(_connection(n, of)):
            found.append((begin + i * _SPREAD, frame))
        n += 1
    found.sort()
    with path.open("wb") as pcap:
        pcap.write(PCAP)
        for time, frame in found:
            seconds, micros = divmod(time, 1_000_000)
            size = len(frame)
            pcap.write(struct.pack("<IIII", seconds, micros, size, size) + frame)
    return len(found)


_NAMES = (
    "ts uid id.orig_h id.orig_p id.resp_h id.resp_p proto service duration orig_bytes"
    " resp_bytes conn_state local_orig local_resp missed_bytes history orig_pkts"
    " orig_ip_bytes resp_pkts resp_ip_bytes tunnel_parents ip_proto"
)
_TYPES = (
    "time string addr port addr port enum string interval count count string bool bool"
    " count string count count count count set[string] count"
)
_SERVICES = ("http", "dns", "-")


def write_conn_log(path: Path, rows: int, hosts: int) -> None:
    """Writes a conn.log of connections among the first pods."""
    dice = seeded("conn.log")
    with path.open("w") as log:
        log.write(
            "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n"
            "#unset_field\t-\n#path\tconn\n"
        )
        log.write("#fields\t" + "\t".join(_NAMES.split()) + "\n")
        log.write("#types\t" + "\t".join(_TYPES.split()) + "\n")
        for n in range(rows):
            orig, sport, resp, dport = ends(dice, n, hosts)
            service = _SERVICES[(HTTP, DNS, OTHER).index(dport)]
            proto, number = ("udp", _UDP) if dport == DNS else ("tcp", _TCP)
            log.write(
                f"{_START + n // 1000}.{n % 1000 * 1000:06d}\tC{dice.getrandbits(90):x}"
                f"\t{'.'.join(map(str, orig))}\t{sport}\t{'.'.join(map(str, resp))}"
                f"\t{dport}\t{proto}\t{service}\t0.{dice.randrange(10**6):06d}"
                f"\t{dice.randrange(5000)}\t{dice.randrange(50000)}\tSF\tT\tT\t0"
                f"\tShADadFf\t6\t500\t5\t900\t-\t{number}\n"
            )
