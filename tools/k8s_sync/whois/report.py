"""The answer to a question, as data: what programs get, and what people are shown."""

import msgspec

from k8s_sync.model import Match, Owner


class Sure(msgspec.Struct, frozen=True, kw_only=True):
    """How sure it was, for a while."""

    start: str = msgspec.field(name="from")
    to: str | None
    match: Match


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What was believed once."""

    heard: str | None
    """When the daemon told it; unset: nobody knows."""
    revision: int
    start: str = msgspec.field(name="from")
    to: str | None
    ended: str
    terminating: str | None
    owner: Owner


class Spell(msgspec.Struct, frozen=True, kw_only=True):
    """One claim, as it is told."""

    start: str = msgspec.field(name="from")
    """When the owner began to hold the address as it is described here."""
    to: str | None
    ended: str
    """Why it ended; see `k8s_sync.model.Ended`."""
    held_since: str
    """When the owner began to hold the address, however it was described then."""
    terminating: str | None
    address: str
    cluster: str
    network: str
    port: int
    proto: str
    version: int
    revision: int
    match: Match | None
    """How sure it is at the time that was asked about, if this is the answer then."""
    sure: list[Sure]
    """How sure it is, over time, that the owner had the address."""
    owner: Owner
    revisions: list[Told] = []
    """What was believed before, and last; only where that was asked for."""


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """All that is known about what was asked. Times are RFC 3339, in UTC."""

    asked: str
    address: str | None
    """Unset: an object was asked about."""
    at: str | None
    match: Match | None
    owner: Owner | None
    claims: list[Spell]
    notes: list[str]
    """What else one should know about this answer."""

    @property
    def named(self) -> bool:
        """Whether somebody is named."""
        if self.address is None or self.at is None:
            return bool(self.claims)
        return self.owner is not None
