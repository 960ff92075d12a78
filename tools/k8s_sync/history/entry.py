"""A claim as the file has it, and which of its revisions count. Pure."""

import re
from collections.abc import Iterable
from typing import NamedTuple, get_args

from k8s_sync.model import Claim, Ended, Owner, Proto

# What numbers in the file stand for: never change one, only add.
_ENDED: tuple[Ended, ...] = get_args(Ended)
_ENDED_NUMBERS = {word: number for number, word in enumerate(_ENDED)}
_PROTOS: dict[int, Proto] = {0: "", 6: "tcp", 17: "udp", 132: "sctp"}
_PROTO_NUMBERS = {word: number for number, word in _PROTOS.items()}
_CHANGED = _ENDED_NUMBERS["changed"]
_SIGN = 1 << 63
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)


class Entry(NamedTuple):
    """One revision of a claim, in the order of the table's columns."""

    owner: int
    address: bytes
    domain: int
    start: int
    port: int
    proto: int
    version: int
    revision: int
    until: int | None
    ended: int
    terminating: int | None
    heard: int | None
    """When the daemon told it; unset if it came from a journal."""


COLUMNS = ", ".join(Entry._fields)


def entry(claim: Claim, owner: int, domain: int, heard: int | None) -> Entry:
    """Writes a claim, with the numbers that its owner and its domain have."""
    return Entry(
        owner,
        claim.address,
        domain,
        claim.start,
        claim.port,
        _PROTO_NUMBERS[claim.proto],
        claim.version,
        pack_revision(claim.revision),
        claim.end,
        _ENDED_NUMBERS[claim.ended],
        claim.terminating,
        heard,
    )


def claim_of(found: Entry, owner: Owner, cluster: str, network: str) -> Claim:
    """Reads a claim back."""
    ended = _ENDED[found.ended] if found.ended < len(_ENDED) else ""
    return Claim(
        cluster=cluster,
        network=network,
        address=found.address,
        owner=owner,
        start=found.start,
        end=found.until,
        ended=ended,
        terminating=found.terminating,
        revision=unpack_revision(found.revision),
        version=found.version,
        port=found.port,
        proto=_PROTOS[found.proto],
    )


def counting(revisions: Iterable[Entry]) -> set[Entry]:
    """Picks the revisions of one claim that count.

    The newest does, and of those that ended because the owner changed the newest with
    each end: nothing that comes later makes them untrue. What this picks of a set is
    what it picks of the picked and the rest, so that the order in which revisions are
    heard does not matter.
    """
    by_turn: dict[int | None, Entry] = {}
    for one in sorted(revisions, key=lambda one: one.revision):
        by_turn[None] = one
        if one.ended == _CHANGED:
            by_turn[one.until] = one
    return set(by_turn.values())


def pack_revision(revision: int) -> int:
    """Moves 0 to 2^64 - 1 to where SQLite's integers are, in the same order."""
    return revision - _SIGN


def unpack_revision(stored: int) -> int:
    """Undoes `pack_revision`."""
    return stored + _SIGN


def pack_uid(uid: str) -> bytes | str:
    """Writes a uid; nearly all are UUIDs, which need less than half as bytes."""
    return bytes.fromhex(uid.replace("-", "")) if _UUID.fullmatch(uid) else uid


def unpack_uid(stored: bytes | str) -> str:
    """Undoes `pack_uid`."""
    if isinstance(stored, str):
        return stored
    digits = stored.hex()
    parts = digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]
    return "-".join(parts)
