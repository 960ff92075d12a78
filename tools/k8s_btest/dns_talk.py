"""Questions to a name server, and its answers."""

import struct
from collections.abc import Iterator
from itertools import starmap
from typing import Any

from scapy.layers.dns import DNS, DNSQR, DNSRR, DNSRRMX, DNSRRSOA, DNSRRSRV, dnstypes
from scapy.packet import Packet

from k8s_btest.errors import ScenarioError
from k8s_btest.talk import Spoken
from k8s_btest.traffic_words import Dns

_RCODES = ("NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED")
_TTL = 30
_TYPES = {name: number for number, name in dnstypes.items()} | {
    "ANY": 255,
    "AXFR": 252,
    "NULL": 10,
}


def exchange(said: Dns, query: str, number: int) -> Iterator[Spoken]:
    """Asks a question; over TCP each message has its length before it.

    Args:
        said: What is asked, but for the name.
        query: The name.
        number: Of the question: its id.

    Raises:
        ScenarioError: The answer does not fit the question.
    """
    kind = _TYPES.get(said.type.upper())
    if kind is None:
        raise ScenarioError(f"dns.type {said.type}: no type of records; try A, SRV")
    question = DNSQR(qname=query, qtype=kind)
    ask = DNS(id=number & 0xFFFF, rd=1, qd=question)
    yield Spoken(client=True, data=_message(ask, said.over))
    if not said.reply:
        return
    answers = [said.answer] if isinstance(said.answer, str) else said.answer
    reply = DNS(
        id=number & 0xFFFF,
        qr=1,
        rd=1,
        ra=1,
        aa=1,
        rcode=_RCODES.index(said.rcode),
        qd=question,
        an=list(starmap(_record, ((query, kind, text) for text in answers))),
    )
    yield Spoken(client=False, data=_message(reply, said.over))


def _message(message: DNS, over: str) -> bytes:
    data = bytes(message)
    return struct.pack(">H", len(data)) + data if over == "tcp" else data


def _record(name: str, kind: int, text: str) -> Packet:
    """Makes a record of an answer as a person writes it."""
    words = text.split()
    common: dict[str, Any] = {"rrname": name, "ttl": _TTL}
    try:
        match dnstypes.get(kind):
            case "SRV":
                priority, weight, port = map(int, words[:3])
                return DNSRRSRV(
                    **common,
                    priority=priority,
                    weight=weight,
                    port=port,
                    target=words[3],
                )
            case "MX":
                return DNSRRMX(**common, preference=int(words[0]), exchange=words[1])
            case "SOA":
                return DNSRRSOA(**common, mname=words[0], rname=words[1])
            case "TXT":
                return DNSRR(**common, type=kind, rdata=[text.encode()])
    except (ValueError, IndexError):
        raise ScenarioError(
            f"dns.answer {text!r} does not fit; an SRV is"
            " '0 100 80 web.shop.svc.cluster.local', an MX '10 mail.example.org', a SOA"
            " 'ns.example.org admin.example.org'"
        ) from None
    if kind in (_TYPES["ANY"], _TYPES["AXFR"]):
        kind = _TYPES["AAAA" if ":" in text else "A"]
    return DNSRR(**common, type=kind, rdata=text)
