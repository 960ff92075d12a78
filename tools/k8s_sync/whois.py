"""Answers who owned an address, for people and for programs."""

import re

import msgspec

from k8s_sync import address, journal
from k8s_sync.console import say, show
from k8s_sync.enrich.question import ANY, ask
from k8s_sync.errors import ConfigError
from k8s_sync.model import Claim, Match, Owner, Proto
from k8s_sync.rules import NOTHING, Answer
from k8s_sync.timeline import Timeline
from k8s_sync.times import rfc3339

NOBODY = 1
"""Exit code if nobody can be named."""

_TARGET = re.compile(
    r"(?:\[(?P<six>[^\]]*)\]|(?P<four>[0-9.]+)|(?P<bare>[0-9A-Fa-f:.]+?))"
    r"(?::(?P<port>[0-9]{1,5})(?:/(?P<proto>tcp|udp|sctp))?)?"
)
_PROTOS: dict[str, tuple[Proto, ...]] = {
    "tcp": ("tcp",),
    "udp": ("udp",),
    "sctp": ("sctp",),
}
_PORTS = 1 << 16


class Target(msgspec.Struct, frozen=True):
    """What is asked about."""

    address: bytes
    port: int = 0
    protos: tuple[Proto, ...] = ()


class Spell(msgspec.Struct, frozen=True, kw_only=True):
    """One claim, as it is told."""

    start: str = msgspec.field(name="from")
    to: str | None
    terminating: str | None
    cluster: str
    network: str
    port: int
    proto: str
    owner: Owner


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """All that is known about an address."""

    address: str
    at: str | None
    match: Match | None
    owner: Owner | None
    claims: list[Spell]


def parse_target(text: str) -> Target:
    """Reads ``10.0.0.1``, ``10.0.0.1:53``, ``10.0.0.1:53/udp`` or ``[fd00::1]:443``.

    Raises:
        ConfigError: It is something else.
    """
    if ":" in text and "[" not in text and "." not in text:
        found, host = None, text
    else:
        found = _TARGET.fullmatch(text)
        if not found:
            raise ConfigError(f"'{text}' is not ADDRESS, ADDRESS:PORT or [IPV6]:PORT")
        host = found["six"] or found["four"] or found["bare"] or ""
    try:
        packed = address.pack(host)
    except ValueError as error:
        raise ConfigError(
            f"{error}: give ADDRESS, ADDRESS:PORT or [IPV6]:PORT"
        ) from None
    if not found or not found["port"]:
        return Target(packed)
    port = int(found["port"])
    if not 0 < port < _PORTS:
        raise ConfigError(f"bad port '{port}'")
    return Target(packed, port, _PROTOS.get(found["proto"] or "", ANY))


def run(target: Target, journal_path: str, at: int | None, *, as_json: bool) -> int:
    """Tells what a journal knows about an address.

    Args:
        target: What is asked about.
        journal_path: The journal.
        at: When, in microseconds; None asks for the whole story.
        as_json: Writes one JSON object instead of a table.

    Returns:
        0 if somebody is named, else `NOBODY`.

    Raises:
        SyncError: The journal cannot be read.
    """
    timeline = journal.read(journal_path, say).timeline
    claims = story(timeline, target)
    if at is None:
        answer = NOTHING
    else:
        answer = ask(timeline, target.address, at, target.port, target.protos)
    report = Report(
        address=address.text(target.address),
        at=None if at is None else rfc3339(at),
        match=answer.match,
        owner=answer.owner,
        claims=[_spell(claim) for claim in claims],
    )
    if as_json:
        show(msgspec.json.encode(report).decode() + "\n")
    else:
        show(_table(report, answer))
    named = claims if at is None else answer.owner
    return 0 if named else NOBODY


def story(timeline: Timeline, target: Target) -> list[Claim]:
    """The claims on an address, oldest first; with a port, also those on it."""
    claims = [
        claim
        for claim in timeline.claims(target.address)
        if (not target.port or claim.port in (0, target.port))
        and (not claim.port or not target.port or claim.proto in target.protos)
    ]
    return sorted(claims, key=lambda claim: (claim.start, claim.owner.uid, claim.port))


def _spell(claim: Claim) -> Spell:
    return Spell(
        start=rfc3339(claim.start),
        to=None if claim.end is None else rfc3339(claim.end),
        terminating=None if claim.terminating is None else rfc3339(claim.terminating),
        cluster=claim.cluster,
        network=claim.network,
        port=claim.port,
        proto=claim.proto,
        owner=claim.owner,
    )


def _table(report: Report, answer: Answer) -> str:
    lines: list[str] = []
    if report.at is not None:
        lines.append(f"{report.address} at {report.at}: {_sentence(answer)}")
    if report.claims:
        lines.append("" if lines else report.address)
        rows: list[tuple[str, ...]] = [
            ("FROM", "TO", "KIND", "OWNER", "WORKLOAD", "NODE", "CLUSTER", "PORT")
        ]
        rows += [_cells(spell) for spell in report.claims]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        lines += [
            "  ".join(map(str.ljust, row, widths)).rstrip()  # a column each
            for row in rows
        ]
    elif report.at is None:
        lines.append(f"{report.address}: nobody, as far as this journal knows")
    return "\n".join(lines) + "\n"


def _sentence(answer: Answer) -> str:
    if answer.owner is not None:
        return f"{name(answer.owner)} ({answer.match})"
    return {
        "unknown": "unknown: in a range of the cluster, but nobody claims it",
        "ambiguous": "ambiguous: several clusters claim it",
    }.get(answer.match or "", "nobody, and in no range of a cluster")


def _cells(spell: Spell) -> tuple[str, ...]:
    owner = spell.owner
    to = spell.to or ("terminating" if spell.terminating else "still held")
    port = f"{spell.port}/{spell.proto}" if spell.port else "-"
    where = f"{spell.cluster}/{spell.network}" if spell.network else spell.cluster
    return (
        spell.start,
        to,
        owner.kind,
        name(owner),
        owner.workload or "-",
        owner.node or "-",
        where,
        port,
    )


def name(owner: Owner) -> str:
    """Names an owner as kubectl does, ``namespace/name``."""
    own = {"pod": owner.pod, "service": owner.service, "node": owner.node}[owner.kind]
    own = own or owner.uid
    return f"{owner.namespace}/{own}" if owner.namespace else own
