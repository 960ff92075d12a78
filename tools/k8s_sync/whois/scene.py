"""The rules, asked of the claims on one address. Pure.

Whatever the claims come from, it is `k8s_sync.rules` that decide.
"""

import math
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import pairwise

import msgspec

from k8s_sync.enrich.question import ask
from k8s_sync.model import Claim, Match, Proto, Range
from k8s_sync.rules import REACH, Answer, edges
from k8s_sync.timeline import ClaimKey, claim_key, owner_among

Identity = tuple[ClaimKey, int]


class Stretch(msgspec.Struct, frozen=True):
    """How long one answer holds."""

    start: int
    end: int | None
    """Unset: for ever."""
    match: Match
    claim: Claim | None
    """Unset: nobody can be named."""

    def goes_on(self, other: "Stretch") -> bool:
        """Tells whether another one says the same and follows at once."""
        return self.end == other.start and (self.match, self.claim) == (
            other.match,
            other.claim,
        )


class Scene:
    """The claims on one address, and the ranges that there are."""

    def __init__(
        self, address: bytes, claims: Iterable[Claim], ranges: Iterable[Range] = ()
    ) -> None:
        """Takes all claims that count at the times that will be asked about."""
        self.address = address
        self.claims = list(claims)
        self._ranges = list(ranges)

    def owner(
        self, address: bytes, time: int, port: int = 0, proto: Proto = ""
    ) -> Answer:
        """Says who owned the address; see `Timeline.owner`."""
        return owner_among(self.claims, self._ranges, address, time, port, proto)

    def ask(self, time: int, port: int, protos: tuple[Proto, ...]) -> Answer:
        """Says who owned the address, with a port whose protocol may be unknown."""
        return ask(self, self.address, time, port, protos)

    def stretches(self, port: int = 0, proto: Proto = "") -> list[Stretch]:
        """Says who owned the address, or a port of it, at all times.

        Each answer differs from the one before; there is none where nobody is known.
        """
        claims = [
            claim
            for claim in self.claims
            if not claim.port or (claim.port == port and claim.proto == proto)
        ]
        found: list[Stretch] = []
        for start, end, some in _scenes(claims):
            answer = owner_among(some, (), self.address, start, port, proto)
            if answer.match is None:
                continue
            new = Stretch(start, end, answer.match, answer.claim)
            if found and found[-1].goes_on(new):
                new = msgspec.structs.replace(new, start=found.pop().start)
            found.append(new)
        return found

    def sureness(self, claims: Iterable[Claim]) -> dict[Identity, list[Stretch]]:
        """Tells how sure it is, over time, that owners had the address.

        Also shortly before a claim begins and after its end. Where nobody can be named
        that is so of every claim that is held then.

        Args:
            claims: Those to tell about. One on a port is about that port only.
        """
        by_port: dict[tuple[int, Proto], list[Claim]] = {}
        for claim in claims:
            by_port.setdefault((claim.port, claim.proto), []).append(claim)
        sure: dict[Identity, list[Stretch]] = {}
        for (port, proto), group in by_port.items():
            here: dict[Identity, list[Stretch]] = {identity(one): [] for one in group}
            nobody: list[Stretch] = []
            for stretch in self.stretches(port, proto):
                if stretch.claim is None:
                    nobody.append(stretch)
                elif (mine := here.get(identity(stretch.claim))) is not None:
                    mine.append(stretch)
            for claim in group:
                mine = here[identity(claim)]
                mine += _meanwhile(claim, nobody)
                mine.sort(key=lambda one: one.start)
            sure |= here
        return sure

    def begin(self, claim: Claim) -> int:
        """When a version of a claim began: when the one before it ended."""
        return self._begins.get(identity(claim), claim.start)

    @cached_property
    def _begins(self) -> dict[Identity, int]:
        versions: dict[tuple[object, ...], list[Claim]] = {}
        for claim in self.claims:
            versions.setdefault((claim_key(claim)[:-1], claim.start), []).append(claim)
        begins: dict[Identity, int] = {}
        for group in versions.values():
            group.sort(key=lambda one: math.inf if one.end is None else one.end)
            for before, claim in pairwise(group):
                begins[identity(claim)] = before.end or claim.start
        return begins


def _scenes(claims: Sequence[Claim]) -> Iterator[tuple[int, int | None, list[Claim]]]:
    """Cuts time where an answer may change; tells the claims that count in between."""
    times = edges(claims)
    waiting = sorted(claims, key=lambda claim: claim.start, reverse=True)
    here: list[Claim] = []
    for since, until in pairwise([*times, None]):
        assert since is not None  # noqa: S101 -- only the last one is
        while waiting and waiting[-1].start - REACH <= since:
            here.append(waiting.pop())
        here = [one for one in here if one.end is None or since < one.end + REACH]
        yield since, until, here


def _meanwhile(claim: Claim, others: Sequence[Stretch]) -> Iterator[Stretch]:
    """The parts of `others`, which are in order, during which a claim is held."""
    first = bisect_right(others, claim.start, key=lambda one: one.start)
    for one in others[max(0, first - 1) :]:
        if claim.end is not None and one.start >= claim.end:
            break
        if cut := clipped(one, claim.start, claim.end):
            yield cut


def clipped(one: Stretch, since: int | None, until: int | None) -> Stretch | None:
    """The part of a stretch that is in a window, if there is one."""
    start = one.start if since is None else max(one.start, since)
    end = min((end for end in (one.end, until) if end is not None), default=None)
    if end is not None and end <= start:
        return None
    return msgspec.structs.replace(one, start=start, end=end)


def identity(claim: Claim) -> Identity:
    """Tells a claim from all others, also if it comes from two places."""
    return claim_key(claim), claim.revision
