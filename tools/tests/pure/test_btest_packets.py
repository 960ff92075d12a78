"""What a verb says is on the wire, as an independent decoder reads it."""

import io
from typing import cast

import pytest
from scapy.compat import raw
from scapy.layers.dns import DNS
from scapy.layers.inet import IP, TCP, UDP
from scapy.layers.l2 import Ether
from scapy.packet import Packet, Raw
from scapy.utils import PcapReader

from k8s_btest.errors import ScenarioError
from k8s_btest.packets import pcap
from tests.pure.btest_scenarios import (
    DB,
    NODE_1,
    START,
    TALK,
    WEB,
    frames,
    packets,
    with_good_checksums,
)


def _data(sent: list[Packet], source: str) -> bytes:
    return b"".join(
        p[Raw].load for p in sent if Raw in p and p[IP].src == source and TCP in p
    )


def test_a_connection_is_whole() -> None:
    """Handshake, numbers that fit, segments, and an end."""
    sent = packets(TALK)
    assert [str(p[TCP].flags) for p in sent[:3]] == ["S", "SA", "A"]
    assert _data(sent, WEB) == b"ask"
    assert len(_data(sent, DB)) == 4000
    assert max(len(p[Raw].load) for p in sent if Raw in p) <= 1460
    expected: dict[str, int] = {}
    for p in sent:
        source, target = p[IP].src, p[IP].dst
        size = len(p[Raw].load) if Raw in p else 0
        assert p[TCP].seq == expected.get(source, p[TCP].seq)
        if "A" in p[TCP].flags:
            assert p[TCP].ack == expected[target]
        ends = "S" in p[TCP].flags or "F" in p[TCP].flags
        expected[source] = (p[TCP].seq + size + ends) % 2**32
    assert {p[IP].src for p in sent if "F" in p[TCP].flags} == {WEB, DB}


@pytest.mark.parametrize(
    "traffic",
    [
        TALK,
        "  - {from: shop/web, dns: {query: a.b, answer: 1.2.3.4}}",
        "  - {from: shop/web, to: shop/db, icmp: {}}",
        "  - {from: shop/web, to: shop/db, port: 9, udp: {says: [{client: x}]}}",
        "  - {from: shop/web, to: shop/db, scan: {ports: [9], proto: udp}}",
        "  - {from: shop/web, to: 'fd00::9', port: 9, tcp: {}}",
        "  - {from: shop/web, to: 'fd00::9', icmp: {}}",
    ],
)
def test_checksums_are_good(traffic: str) -> None:
    """Zeek ignores what has none."""
    sent = packets(traffic)
    assert sent
    for packet in sent:
        assert raw(packet) == with_good_checksums(packet)


@pytest.mark.parametrize("to", ["shop/db", "'fd00::9'"])
def test_checksums_of_a_veth_are_partial(to: str) -> None:
    """They are the sum of the pseudo header, which finishing makes good."""
    for packet in packets(
        f"  - {{from: shop/web, to: {to}, port: 9, tcp: {{}}, checksums: partial}}"
    ):
        assert raw(packet) != with_good_checksums(packet)
        # Summing up the segment with what is there gives the good checksum.
        segment = raw(packet[TCP])
        total = sum(
            int.from_bytes(segment[i : i + 2].ljust(2, b"\0"))
            for i in range(0, len(segment), 2)
        )
        while total >> 16:
            total = (total & 0xFFFF) + (total >> 16)
        good = Ether(with_good_checksums(packet))[TCP].chksum
        assert ~total & 0xFFFF == good


@pytest.mark.parametrize(
    ("state", "flags"), [("syn-only", ["S"]), ("rejected", ["S", "RA"])]
)
def test_a_connection_that_is_none(state: str, flags: list[str]) -> None:
    """Nobody answers, or a reset does."""
    sent = packets(
        f"  - {{from: shop/web, to: shop/db, port: 9, tcp: {{state: {state}}}}}"
    )
    assert [str(p[TCP].flags) for p in sent] == flags


def test_silence_before_something_is_said() -> None:
    """`after` is time on the wire."""
    sent = frames(
        "  - {at: 5, from: shop/web, to: shop/db, port: 9,"
        " tcp: {says: [{client: x, after: 2m}]}}"
    )
    assert sent[0].time == START + 5_000_000
    assert sent[3].time - sent[2].time > 120_000_000


@pytest.mark.parametrize(
    ("dns", "name", "found"),
    [
        ("type: A, answer: [1.2.3.4, 1.2.3.5]", "a.example.", "1.2.3.4"),
        ("type: AAAA, answer: 'fd00::1'", "a.example.", "fd00::1"),
        ("type: PTR, answer: b.example", "a.example.", b"b.example."),
        ("type: CNAME, answer: b.example", "a.example.", b"b.example."),
        ("type: TXT, answer: some text", "a.example.", [b"some text"]),
    ],
)
def test_questions_and_answers(dns: str, name: str, found: object) -> None:
    """To the service kube-dns unless it says otherwise."""
    ask, reply = packets(f"  - {{from: shop/web, dns: {{query: a.example, {dns}}}}}")
    assert (ask[IP].dst, ask[UDP].dport) == ("10.96.0.10", 53)
    assert ask[DNS].qd[0].qname == name.encode()
    assert reply[DNS].id == ask[DNS].id
    assert reply[DNS].an[0].rdata == found


def test_an_answer_of_a_service() -> None:
    """Priority, weight, port, target, as in a zone file."""
    _, reply = packets(
        "  - {from: shop/web, dns: {query: a, type: SRV, answer: 1 2 80 web.shop}}"
    )
    answer = reply[DNS].an[0]
    assert (answer.priority, answer.weight, answer.port) == (1, 2, 80)
    assert answer.target == b"web.shop."


def test_no_answer_and_no_such_name() -> None:
    """A name server may be silent, or know nothing."""
    assert len(packets("  - {from: shop/web, dns: {query: a, reply: false}}")) == 1
    _, reply = packets("  - {from: shop/web, dns: {query: a, rcode: NXDOMAIN}}")
    assert reply[DNS].rcode == 3


def test_repetitions_differ() -> None:
    """A port of its own each, a number, and digits that follow from it."""
    sent = packets(
        "  - {from: shop/web, count: 3, every: 2, dns:"
        " {query: 'x{n}.{hash}.example', reply: false}}"
    )
    assert [p[DNS].qd[0].qname[:3] for p in sent] == [b"x1.", b"x2.", b"x3."]
    assert len({p[DNS].qd[0].qname[3:] for p in sent}) == 3
    assert len({p[UDP].sport for p in sent}) == 3


def test_ends_take_turns() -> None:
    """One after another."""
    sent = packets(
        "  - {from: [shop/web, shop/db], to: 1.2.3.4, count: 3, icmp: {reply: false}}"
    )
    assert [p[IP].src for p in sent] == [WEB, DB, WEB]


def test_requests_and_responses() -> None:
    """Two on a connection, then both say what they like."""
    sent = packets("""
  - from: shop/web
    to: service/shop/web
    port: 8080
    http:
      - {method: POST, uri: /a, headers: {X-Y: z}, body: abc, status: 404}
      - {uri: /b, upgrade: tcp, then: [{server: "$ "}, {client: id}]}
""")
    asked = _data(sent, WEB)
    heard = b"".join(p[Raw].load for p in sent if Raw in p and p[TCP].sport == 8080)
    assert asked.startswith(b"POST /a HTTP/1.1\r\nHost: 10.96.0.100:8080\r\n")
    assert b"\r\nContent-Length: 3\r\nX-Y: z\r\n\r\nabcGET /b HTTP/1.1\r\n" in asked
    assert b"\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\nid" in asked
    assert heard.startswith(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
    assert heard.endswith(
        b"101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n$ "
    )


def test_a_header_takes_the_place_of_the_usual_one() -> None:
    """Whatever its case."""
    sent = packets(
        "  - {from: shop/web, to: shop/db,"
        " http: {headers: {host: other, user-agent: curl/8}}}"
    )
    asked = _data(sent, WEB)
    assert asked == b"GET / HTTP/1.1\r\nhost: other\r\nuser-agent: curl/8\r\n\r\n"


def test_a_scan() -> None:
    """Each target and port once, in the order that is said."""
    sent = packets(
        "  - {from: shop/web, every: 0.1, scan: {targets:"
        " [10.9.0.1-2, node/node-1], ports: [22, 80-81], answer: silent}}"
    )
    tried = [(p[IP].dst, p[TCP].dport) for p in sent]
    hosts = ("10.9.0.1", "10.9.0.2", NODE_1)
    assert tried == [(host, port) for host in hosts for port in (22, 80, 81)]


def test_a_scan_of_a_block() -> None:
    """Open ports answer, closed ones reset; nobody scans itself over a wire."""
    sent = packets(
        "  - {from: shop/web, scan: {targets: [10.244.0.0/30],"
        " ports: [22, 80], open: [80], order: targets}}"
    )
    assert WEB not in {p[IP].dst for p in sent if p[IP].src == WEB}
    answers = [(p[TCP].sport, str(p[TCP].flags)) for p in sent if p[IP].dst == WEB]
    assert answers == [(22, "RA")] * 3 + [(80, "SA")] * 3


def test_a_pcap_is_one() -> None:
    """With times to the microsecond."""
    sent = frames(TALK)
    with PcapReader(cast("str", io.BytesIO(pcap(sent)))) as reader:
        there = list(reader)
    assert [raw(p) for p in there] == [frame.data for frame in sent]
    assert [int(p.time * 1_000_000) for p in there] == [f.time for f in sent]


@pytest.mark.parametrize(
    ("traffic", "message"),
    [
        ("{from: shop/nobody, to: 1.2.3.4, icmp: {}}", "there is no such pod"),
        ("{from: shop/web, to: 1.2.3.4, scan: {ports: [0]}}", "22 or 8000-8010"),
        ("{from: shop/web, scan: {targets: [10.0.0.0/8], ports: [1]}}", "too large"),
        ("{from: shop/web, dns: {query: a, type: X}}", "no type of records"),
        ("{from: shop/web, dns: {query: a, type: SRV, answer: x}}", "does not fit"),
        ("{from: kube-system/agent, to: 'fd00::1', icmp: {}}", "of one family"),
    ],
)
def test_what_cannot_happen(traffic: str, message: str) -> None:
    """Names the item."""
    with pytest.raises(ScenarioError, match=message) as caught:
        frames(f"  - {traffic}")
    assert str(caught.value).startswith("traffic[0]: ")
