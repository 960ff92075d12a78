"""The rules: which of several claims on an address holds at a time.

A pure function over a set of claims. The order in which they were heard does
not matter, and there is no hidden clock. The rules are those of the README's
"How sure is it?"; the C++ twin in ``plugin/src/timeline`` gives the same
answers, held to them by ``testing/vectors`` and by tests that compare the two.
"""

import math
from collections.abc import Iterable

import msgspec

from k8s_sync.model import SECOND, Claim, Ended, Kind, Match, Owner

LINGER = 120 * SECOND
"""How long an address that nobody took over still resolves to its last owner."""
LEAD = 30 * SECOND
"""How long before the start that the API tells an address may have been used."""
SAME_START = SECOND
"""Starts this close cannot be ordered: the API server keeps whole seconds."""
TOLD: frozenset[Ended] = frozenset(("finished", "changed"))
"""Ends that were told: until then the owner surely had the address."""

TEARDOWN = SECOND
"""How long an address may be in use after the end of the last container."""

ELSEWHERE = 600 * SECOND
"""How long another cluster may use an address without its API saying so.

Before the start that is told, and after an end that is not. Within a cluster the owner
before or after tells more; between clusters nothing does. A kubelet that is cut off
stamps starts when it is back, and what it runs runs on: for minutes.
"""
REACH = max(LINGER, LEAD, ELSEWHERE)
"""A claim that is further from a time does not count then."""

_ACTIVE, _EARLY, _ENDED = 2, 1, 0
_TIER_MATCH: dict[int, Match] = {_ACTIVE: "exact", _EARLY: "early", _ENDED: "ended"}
_PRECEDENCE: dict[Kind, int] = {"pod": 2, "service": 1, "node": 0}


class Answer(msgspec.Struct, frozen=True):
    """Who owned an address, and how sure that is."""

    match: Match | None
    """None: the address is outside of every known range."""
    claim: Claim | None = None

    @property
    def owner(self) -> Owner | None:
        """The owner, where one can be named."""
        return self.claim.owner if self.claim else None


NOTHING = Answer(None)
"""No claim, and outside of every range."""
UNKNOWN = Answer("unknown")
"""No claim, but inside a range."""
_AMBIGUOUS = Answer("ambiguous")


class _Candidate(msgspec.Struct, frozen=True):
    """A claim that counts at the time asked about, with its place in the order."""

    claim: Claim
    rank: tuple[int, int, bool, bool]
    """Tier, kind, port before address, not terminating: rules 1, 4 and 5."""

    @property
    def order(self) -> tuple[tuple[int, int, bool, bool], int, bool, bytes, float]:
        """Which comes first: the greatest does.

        The end tells the versions of one claim apart, which start together: of those
        that have not ended the first to end holds, of those that have the last.
        """
        claim = self.claim
        end = math.inf if claim.end is None else claim.end
        until = end if self.rank[0] == _ENDED else -end
        # Of those that are yet to begin, the next one.
        start = -claim.start if self.rank[0] == _EARLY else claim.start
        return self.rank, start, claim.port > 0, claim.owner.uid.encode(), until


def _tier(claim: Claim, time: int, linger: int, lead: int) -> int | None:
    if time < claim.start:
        return _EARLY if claim.start - lead <= time else None
    if claim.end is None or time < claim.end:
        return _ACTIVE
    return _ENDED if time < claim.end + linger else None


def resolve(
    claims: Iterable[Claim], time: int, *, linger: int = LINGER, lead: int = LEAD
) -> Answer | None:
    """Decides between the claims on one address at one time.

    Args:
        claims: Those that are asked about, in any order.
        time: In microseconds since the epoch.
        linger: See `LINGER`.
        lead: See `LEAD`.

    Returns:
        The answer, or None if no claim counts at that time.
    """
    claims = tuple(claims)
    domains: dict[tuple[str, str], list[_Candidate]] = {}
    for claim in claims:
        tier = _tier(claim, time, linger, lead)
        if tier is None:
            continue
        terminating = claim.terminating is not None and claim.terminating <= time
        rank = (
            tier,
            _PRECEDENCE[claim.owner.kind],
            # A pod's claim on a port of its own address is as good as another pod's
            # on that address.
            claim.port > 0 and claim.owner.kind != "pod",
            tier == _ACTIVE and not terminating,
        )
        domain = claim.cluster, claim.network
        domains.setdefault(domain, []).append(_Candidate(claim, rank))
    if not domains:
        return None

    winners = {
        domain: max(candidates, key=lambda found: (found.order, found.claim.version))
        for domain, candidates in domains.items()
    }
    best_tier = max(winner.rank[0] for winner in winners.values())
    rivals = [domain for domain in winners if winners[domain].rank[0] == best_tier]
    domain = max(rivals, key=lambda domain: (winners[domain].order, _bytes(domain)))
    winner = winners[domain]
    before, after = _elsewhere(lead, linger)
    if any(
        (claim.cluster, claim.network) != domain
        and claim.owner.uid != winner.claim.owner.uid
        and claim.start - before <= time
        and not _gone(claim, time)
        and (claim.end is None or time < claim.end + after)
        for claim in claims
    ):
        return _AMBIGUOUS
    if any(_rivals(winner, other, time) for other in domains[domain]):
        return Answer("ambiguous", winner.claim)
    return Answer(_TIER_MATCH[best_tier], winner.claim)


def _elsewhere(lead: int, linger: int) -> tuple[int, int]:
    """Tells how long before its start and after its end a claim elsewhere counts."""
    return max(lead, ELSEWHERE), max(linger, ELSEWHERE)


def _bytes(domain: tuple[str, str]) -> tuple[bytes, bytes]:
    return domain[0].encode(), domain[1].encode()


def _gone(claim: Claim, time: int) -> bool:
    """Tells whether an owner had surely given its address up.

    Its end has been told, and its sandbox has had time to be taken down. Of one that
    was only found gone the containers may run on (a deletion by force, a lost node).
    """
    if claim.end is None or claim.ended not in TOLD:
        return False
    return claim.end + TEARDOWN <= time


def _may_be_gone(claim: Claim, time: int) -> bool:
    """Tells whether a live claim may have ended before: in its last second, too."""
    if claim.end is None or claim.ended not in TOLD:
        return True
    return claim.ended == "finished" and time >= claim.end - SECOND


def _rivals(winner: _Candidate, other: _Candidate, time: int) -> bool:
    """Tells whether what `other` says puts the winner in doubt."""
    mine, its = winner.claim, other.claim
    tier, its_tier = winner.rank[0], other.rank[0]
    if its.owner.uid == mine.owner.uid:
        return False
    its_class, my_class = other.rank[1:3], winner.rank[1:3]
    if its_class != my_class:
        # Where only the node is left, its pod may still have its port.
        over = tier == _ACTIVE and its_tier == _ENDED
        return over and its_class > my_class and not _gone(its, time)
    if other.rank == winner.rank and abs(its.start - mine.start) <= SAME_START:
        return True
    if tier != _ACTIVE:
        return False
    if its_tier == _EARLY:
        # It may have begun before its start was stamped, if the other had gone.
        return _may_be_gone(mine, time)
    # Within the second of the handover; and where one that began later is being
    # deleted or has ended, as the winner must have gone before it began.
    handover = time < mine.start + SAME_START and not _gone(its, time)
    return handover or its.start > mine.start


def edges(
    claims: Iterable[Claim], *, linger: int = LINGER, lead: int = LEAD
) -> list[int]:
    """The times at which an answer may change, in order.

    Between two of them, the first one included, every answer that these claims
    can give is the same.

    Args:
        claims: Those that are asked about.
        linger: See `LINGER`.
        lead: See `LEAD`.
    """
    claims = tuple(claims)
    several = len({(claim.cluster, claim.network) for claim in claims}) > 1
    before, after = _elsewhere(lead, linger)
    times: set[int] = set()
    for claim in claims:
        # The second after a start is that of the handover.
        times.update((claim.start - lead, claim.start, claim.start + SAME_START))
        if claim.terminating is not None:
            times.add(claim.terminating)
        if claim.end is not None:
            # The seconds around an end are those in which it may have been.
            times.update((claim.end - SECOND, claim.end, claim.end + TEARDOWN))
            times.add(claim.end + linger)
        if several:
            times.add(claim.start - before)
            times.update(() if claim.end is None else (claim.end + after,))
    return sorted(times)
