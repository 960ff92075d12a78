"""Answers a question from what a ground has."""

from collections.abc import Iterator

from k8s_sync import address
from k8s_sync.history.reader import Revision
from k8s_sync.model import SECOND, Claim
from k8s_sync.rules import LEAD, LINGER, REACH, Answer
from k8s_sync.selector import FOREVER, Window
from k8s_sync.times import rfc3339
from k8s_sync.whois.grounds import Ground
from k8s_sync.whois.question import Question
from k8s_sync.whois.report import Report, Spell, Sure, Told
from k8s_sync.whois.scene import Scene, clipped, identity
from k8s_sync.whois.target import Target

LIMIT = 5000
"""Claims in one report: more than anybody reads, as many as are found in a second."""
AROUND = 3600 * SECOND
"""How much of an address's story is told before and after a time, unless said."""
_TOO_MANY = f"these are the first {LIMIT} claims only: narrow it with --from and --to"


def answer(question: Question, ground: Ground) -> Report:
    """Answers a question.

    Raises:
        FatalError: The history cannot be read.
    """
    target, at = question.target, question.at
    since = -FOREVER if question.since is None else question.since
    until = FOREVER if question.until is None else question.until
    best = None
    everybody = None
    if isinstance(target, Target):
        if at is not None and question.since is question.until is None:
            since, until = at - AROUND, at + AROUND
        window = Window(question.cluster, since, until, LIMIT + 1)
        found = ground.on(target.address, window)
        told = [claim for claim in found if _is_meant(claim, target)]
        if (since, until) == (-FOREVER, FOREVER) and len(found) <= LIMIT:
            everybody = found
        if at is not None:
            around = _around(question.cluster, at, at)
            claims = ground.on(target.address, around)
            scene = Scene(target.address, claims, ground.ranges(question.cluster))
            best = scene.ask(at, target.port, target.protos)
    else:
        if at is not None:
            since, until = at - LINGER, at + LEAD + 1
        window = Window(question.cluster, since, until, LIMIT + 1)
        found = told = ground.of(target, window)
    return Report(
        asked=question.text,
        address=address.text(target.address) if isinstance(target, Target) else None,
        at=None if at is None else rfc3339(at),
        match=best.match if best else None,
        owner=best.owner if best else None,
        claims=list(_spells(question, ground, told[:LIMIT], best, everybody)),
        notes=[_TOO_MANY] if len(found) > LIMIT else [],
    )


def _is_meant(claim: Claim, target: Target) -> bool:
    """With a port only what is on it; without one all that is on the address."""
    if not target.port or not claim.port:
        return True
    return claim.port == target.port and claim.proto in target.protos


def _around(cluster: str, first: int, last: int | None) -> Window:
    """The claims that have a say in who had an address from `first` to `last`."""
    until = FOREVER if last is None else last + REACH + 1
    return Window(cluster, first - REACH, until)


def _spells(
    question: Question,
    ground: Ground,
    claims: list[Claim],
    best: Answer | None,
    everybody: list[Claim] | None,
) -> Iterator[Spell]:
    """Tells of claims, in their order.

    The claims on one address are seen together. Those of an object are few on each
    address, and may be far apart in time: each is seen with its own neighbours.

    Args:
        question: What was asked.
        ground: Where neighbours are looked up.
        claims: Those to tell of.
        best: The answer about the address, if one was asked for.
        everybody: All claims on the address, where they are known already.
    """
    together = isinstance(question.target, Target)
    for group in [claims] if together else [[claim] for claim in claims]:
        if not group:
            continue
        where = group[0].address
        ends = [claim.end for claim in group if claim.end is not None]
        last = max(ends) if len(ends) == len(group) else None
        window = _around(question.cluster, group[0].start, last)
        neighbours = ground.on(where, window) if everybody is None else everybody
        scene = Scene(where, neighbours)
        sure = scene.sureness(group)
        for claim in group:
            if question.at is not None and not together:
                protos = (claim.proto,) if claim.port else ()
                best = scene.ask(question.at, claim.port, protos)
            mine = best and best.claim and identity(best.claim) == identity(claim)
            told = ground.revisions(claim) if question.revisions else []
            yield Spell(
                start=rfc3339(scene.begin(claim)),
                to=_time(claim.end),
                ended=claim.ended,
                held_since=rfc3339(claim.start),
                terminating=_time(claim.terminating),
                address=address.text(where),
                cluster=claim.cluster,
                network=claim.network,
                port=claim.port,
                proto=claim.proto,
                version=claim.version,
                revision=claim.revision,
                match=best.match if best and mine else None,
                sure=[
                    Sure(start=rfc3339(one.start), to=_time(one.end), match=one.match)
                    for each in sure[identity(claim)]
                    if (one := clipped(each, question.since, question.until))
                ],
                owner=claim.owner,
                revisions=[_told(one) for one in told],
            )


def _told(one: Revision) -> Told:
    return Told(
        heard=_time(one.heard),
        revision=one.claim.revision,
        start=rfc3339(one.claim.start),
        to=_time(one.claim.end),
        ended=one.claim.ended,
        terminating=_time(one.claim.terminating),
        owner=one.claim.owner,
    )


def _time(time: int | None) -> str | None:
    return None if time is None else rfc3339(time)
