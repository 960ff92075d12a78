"""The vocabulary: owners, claims and ranges. Data only, no behaviour.

All times are integers, microseconds since the epoch in UTC; addresses are 16
packed bytes (see `address`). An unset string is empty.
"""

from typing import Literal

import msgspec

from k8s_sync.address import Subnet

Kind = Literal["pod", "node", "service"]
Match = Literal["exact", "ambiguous", "early", "ended", "unknown"]
Proto = Literal["", "tcp", "udp", "sctp"]
Ended = Literal["", "finished", "changed", "deleted", "moved", "missing"]
"""Why a claim ended.

finished: its end was told, by the last of the pod's containers.
changed: labels or images did; the next version goes on.
deleted: the object is gone; when it was in use last is not known.
moved: another address has replaced it.
missing: it was not found any more, after a restart or a gap.
"""

VERSIONS = 16
"""Versions of a claim that are kept; the one after the last replaces the first."""

SECOND = 1_000_000
"""One second in the unit of all times here."""


class Owner(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The object behind an address, with all that a log may say about it."""

    kind: Kind
    uid: str
    namespace: str = ""
    pod: str = ""
    workload: str = ""
    """What a person deployed, as ``Kind/name``; empty for nodes and services."""
    node: str = ""
    service: str = ""
    service_account: str = ""
    labels: tuple[str, ...] = ()
    """``key=value``, sorted."""
    images: tuple[str, ...] = ()
    zone: str = ""
    roles: tuple[str, ...] = ()


class Claim(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """An address belonged to an owner from `start` until `end`.

    The key is (cluster, network, address, port, proto, owner.uid, version).
    """

    cluster: str
    address: bytes
    owner: Owner
    start: int
    end: int | None = None
    """Unset: still held."""
    ended: Ended = ""
    """Why it ended; empty while it is held, or if that is not known."""
    terminating: int | None = None
    """When the deletion of the owner began; unset: it did not."""
    revision: int = 0
    """Only grows; the newest revision of a key wins."""
    version: int = 0
    """Counts the changes of the owner's description, modulo `VERSIONS`. All versions
    have the same `start`; each holds until its `end`."""
    network: str = ""
    """Empty: the pod network. Otherwise the name of a secondary network."""
    port: int = 0
    """0: the address as a whole."""
    proto: Proto = ""


class Range(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A block of addresses that a cluster hands out to one kind of owner.

    An address inside that nobody claims is `unknown`; one outside of every
    range is nobody's business.
    """

    cluster: str
    subnet: Subnet
    kind: Kind
    revision: int = 0
    end: int | None = None
    """Set: withdrawn."""
    network: str = ""


Row = Claim | Range
