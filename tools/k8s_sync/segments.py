"""The timeline as a table: who owned an address from when until when.

Each address is cut at the times at which an answer may change, and the rules are
asked about each part, so that who has the parts needs to know no rules. Pure.
"""

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from k8s_sync.model import Claim, Owner, Proto
from k8s_sync.rules import REACH, Answer, edges, resolve
from k8s_sync.timeline import Timeline


class Segment(msgspec.Struct, frozen=True):
    """The answer for an address, or a port on it, is the same from `start` to `end`.

    Those of one address and port leave no gap from the first to the last, which has no
    end. Before the first the answer is what it is for an address without claims. The
    segments of a port know what is claimed on the whole address as well; an address
    has segments of its own for ports with claims only.
    """

    address: bytes
    port: int
    """0: the address as a whole, and each port without segments."""
    proto: Proto
    start: int
    end: int | None
    answer: Answer


def segments(timeline: Timeline) -> Iterator[Segment]:
    """Cuts a timeline into segments, ordered by address, port and time."""
    for address in sorted(timeline.addresses()):
        claims = timeline.claims(address)
        whole = [claim for claim in claims if not claim.port]
        ported: dict[tuple[int, Proto], list[Claim]] = {}
        for claim in claims:
            if claim.port:
                ported.setdefault((claim.port, claim.proto), []).append(claim)
        if whole:
            yield from _cut(timeline, address, (0, ""), whole)
        for asked in sorted(ported):
            yield from _cut(timeline, address, asked, [*whole, *ported[asked]])


def _cut(
    timeline: Timeline,
    address: bytes,
    asked: tuple[int, Proto],
    claims: Sequence[Claim],
) -> Iterator[Segment]:
    """Cuts one address, for one port and protocol."""
    times = edges(claims)
    nobody = timeline.owner(address, times[0] - 1)
    answers = _answers(claims, times, nobody)
    start, held = next(answers)
    for time, answer in answers:
        if _told(answer) != _told(held):
            yield Segment(address, *asked, start, time, held)
            start, held = time, answer
    yield Segment(address, *asked, start, None, held)


def _answers(
    claims: Iterable[Claim], times: Iterable[int], nobody: Answer
) -> Iterator[tuple[int, Answer]]:
    """Asks at each time; about the claims that can count then, which are few."""
    coming = sorted(claims, key=lambda claim: claim.start, reverse=True)
    counting: list[Claim] = []
    for time in times:
        while coming and coming[-1].start - REACH <= time:
            counting.append(coming.pop())
        counting = [
            claim for claim in counting if claim.end is None or time < claim.end + REACH
        ]
        yield time, resolve(counting, time) or nobody


def _told(answer: Answer) -> tuple[str | None, str, str, Owner | None]:
    """What is said of an owner: two claims that say the same are one segment."""
    claim = answer.claim
    if claim is None:
        return answer.match, "", "", None
    return answer.match, claim.cluster, claim.network, claim.owner
