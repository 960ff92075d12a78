"""How the claims of one object change when the object does.

A claim is never dropped while its object exists, it is ended; what is still true is
left alone, so that seeing the same object again changes nothing.

What an object says of itself (its labels and images) is as of the time: when it
changes, the version that was held ends, and the next one goes on with the same start.
What other objects say of it (workload, zone, service) is the same truth for all
versions, whenever it was heard, so that the order in which it was does not matter.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping

import msgspec

from k8s_sync.model import SECOND, VERSIONS, Claim, Ended, Owner, Proto

Key = tuple[str, bytes, int, Proto]
"""Network, address, port and protocol: a claim's key within its owner and version."""

Claims = tuple[Claim, ...]

Recall = Callable[[str, Key], Claim | None]
"""Finds what an earlier run has known of an owner's claim, by its uid and key."""

Derive = Callable[[Owner], Owner]
"""Completes what an object says of itself by what others say of it."""

_BY_OBJECT: frozenset[Ended] = frozenset(("finished", "deleted"))
"""Ends of the owner itself, not only of what it held."""

_ENDED = 32
"""Ended claims kept per object: a pod that is never well changes addresses for ever.

What is learned later of its owner is not written into those that were before.
"""


def key(claim: Claim) -> Key:
    """Returns what tells a claim from its owner's others."""
    return claim.network, claim.address, claim.port, claim.proto


def changed(old: Claims, new: Claims) -> list[Claim]:
    """Returns the claims of `new` that are not the very same in `old`."""
    same = {id(claim) for claim in old}
    return [claim for claim in new if id(claim) not in same]


def recall_nothing(uid: str, place: Key) -> None:
    """Knows of no earlier run."""


def _as_it_is(owner: Owner) -> Owner:
    return owner


class Ledger:
    """Writes the claims of a cluster, each change with a revision of its own.

    Attributes:
        horizon: What ended before this time is forgotten at the next occasion, and
            not told if all of it is news. The end of what was told is, however late.
    """

    def __init__(
        self,
        cluster: str,
        revise: Callable[[], int],
        recall: Recall = recall_nothing,
    ) -> None:
        """Takes the next revision from `revise`."""
        self.horizon = 0
        self._cluster = cluster
        self._revise = revise
        self._recall = recall

    def settle(  # noqa: PLR0913 -- most are options, by name
        self,
        old: Claims,
        wanted: Mapping[Key, int],
        owner: Owner,
        *,
        at: int,
        moved: int | None = None,
        terminating: int | None = None,
        derive: Derive = _as_it_is,
    ) -> Claims:
        """Brings the claims of an object that lives up to date.

        Args:
            old: Its claims so far.
            wanted: What it holds, and since when if that is new. What it held
                before, it has held since then: an end is taken back.
            owner: The object as it is now.
            at: Now: when it became what it is now.
            moved: When that ended which it does not hold any more, if not now.
            terminating: When its deletion began.
            derive: Completes the owners of versions that are over.

        Returns:
            Its claims, those that ended first.
        """
        if not old and not any(self._recall(owner.uid, place) for place in wanted):
            # An object that is new, as all are at the start: nothing to compare with.
            every = wanted.items()
            return tuple(
                [self._open(place, since, owner, terminating) for place, since in every]
            )
        if old and old[-1].owner == owner:
            owner = old[-1].owner
        latest = {key(claim): claim for claim in old}
        new = wanted.keys() - {key(claim) for claim in old if claim.end is None}
        past, held = [], []
        for claim in old:
            place = key(claim)
            if place not in wanted:
                end, ended = _lost(claim, at if moved is None else moved, new)
                past.append(self._end(claim, end, ended, derive))
            elif claim is not latest[place]:
                past.append(self._own(claim, derive))
        for place, since in wanted.items():
            before = latest.get(place) or self._recalled(owner.uid, place)
            if before is None:
                held.append(self._open(place, since, owner, terminating))
            elif _describes(before.owner, owner):
                doomed = _doomed(terminating, before.start)
                held.append(
                    self._update(
                        before, owner=owner, end=None, ended="", terminating=doomed
                    )
                )
            else:
                end, ended = _over(before, at, "changed")
                past.append(self._end(before, end, ended, derive))
                version = (before.version + 1) % VERSIONS
                held.append(
                    self._open(place, before.start, owner, terminating, version)
                )
        return self._kept(old, (*past, *held))

    def restart(self, old: Claims, starts: Mapping[Key, int]) -> Claims:
        """Writes when claims, in all versions, began, for those that began before."""
        return tuple(
            self._update(
                claim, start=min(claim.start, starts.get(key(claim), claim.start))
            )
            for claim in old
        )

    def own(self, old: Claims, derive: Derive) -> Claims:
        """Writes what others say of the owner into all claims, and nothing else."""
        return self._kept(old, [self._own(claim, derive) for claim in old])

    def add(self, old: Claims, wanted: Mapping[Key, int], owner: Owner) -> Claims:
        """Adds what an object has held, to be closed: nothing else changes."""
        known = {key(claim) for claim in old}
        return (
            *old,
            *(
                self._recalled(owner.uid, place) or self._untold(place, since, owner)
                for place, since in wanted.items()
                if place not in known
            ),
        )

    def close(
        self,
        old: Claims,
        at: int,
        *,
        ended: Ended = "deleted",
        told: int | None = None,
        derive: Derive = _as_it_is,
    ) -> Claims:
        """Ends all claims.

        Args:
            old: The claims.
            at: When it was heard that they have ended; it may have been before.
            ended: Why.
            told: When they ended, if the object itself has told it.
            derive: Completes the owners.
        """
        return self._kept(
            old,
            [
                self._end(claim, *_closed(claim, at, ended, told), derive)
                for claim in old
            ],
        )

    def _recalled(self, uid: str, place: Key) -> Claim | None:
        claim = self._recall(uid, place)
        # Its revision tells that it has been found again.
        return claim and msgspec.structs.replace(claim, revision=self._revise())

    def _open(
        self,
        place: Key,
        start: int,
        owner: Owner,
        terminating: int | None = None,
        version: int = 0,
    ) -> Claim:
        network, packed, port, proto = place
        return Claim(
            cluster=self._cluster,
            network=network,
            address=packed,
            port=port,
            proto=proto,
            owner=owner,
            start=start,
            terminating=_doomed(terminating, start),
            version=version,
            revision=self._revise(),
        )

    def _untold(self, place: Key, start: int, owner: Owner) -> Claim:
        # Without a revision, as nobody has heard of it yet.
        return msgspec.structs.replace(self._open(place, start, owner), revision=0)

    def _end(self, claim: Claim, end: int, ended: Ended, derive: Derive) -> Claim:
        return self._update(claim, owner=derive(claim.owner), end=end, ended=ended)

    def _own(self, claim: Claim, derive: Derive) -> Claim:
        return self._update(claim, owner=derive(claim.owner))

    def _update(self, claim: Claim, **changes: object) -> Claim:
        if all(getattr(claim, name) == value for name, value in changes.items()):
            return claim
        return msgspec.structs.replace(claim, revision=self._revise(), **changes)

    def _kept(self, old: Claims, new: Iterable[Claim]) -> Claims:
        """Leaves out what ended long ago, or is too much of what ended before."""
        news = list(new)
        if any(c.end is not None and c.end < self.horizon for c in news):
            # What was told as held would be so for ever, if its end were not told.
            held = {(key(c), c.version) for c in old if c.end is None and c.revision}
            news = [
                c
                for c in news
                if c.end is None or c.end >= self.horizon or (key(c), c.version) in held
            ]
        ended_before = {id(claim) for claim in old if claim.end is not None}
        ended = sum(claim.end is not None for claim in news)
        return tuple(_without(news, ended_before, ended - _ENDED))


def _without(claims: Iterable[Claim], which: set[int], count: int) -> Iterator[Claim]:
    """Leaves out the first so many of which there are."""
    for claim in claims:
        if count > 0 and id(claim) in which:
            count -= 1
        else:
            yield claim


def _doomed(terminating: int | None, start: int) -> int | None:
    return None if terminating is None else max(terminating, start)


def _describes(before: Owner, now: Owner) -> bool:
    """Tells whether an object still says the same of itself."""
    return before.labels == now.labels and before.images == now.images


def _over(claim: Claim, at: int, ended: Ended) -> tuple[int, Ended]:
    """When and why a claim ended that is not held any more."""
    if claim.end is not None:
        return claim.end, claim.ended
    return max(claim.start, at), ended


def _lost(claim: Claim, at: int, new: Iterable[Key]) -> tuple[int, Ended]:
    """The end of a claim that its owner does not hold any more, but lives."""
    network, _, port, proto = key(claim)
    replaced = any((net, p, pr) == (network, port, proto) for net, _, p, pr in new)
    return _over(claim, at, "moved" if replaced else "missing")


def _closed(claim: Claim, at: int, ended: Ended, told: int | None) -> tuple[int, Ended]:
    """The end of a claim whose owner is no more.

    An end that is told is better than one that was heard: the owner may have been gone
    for a while by then. It is no end of an address that was gone before (T2, T7). Nor
    is it if the owner held the address when its deletion was asked for later: its
    containers were down at the time, to be started again. They may have been if the
    deletion was by force (T14), and otherwise the address was not free before it.
    """
    if (
        told is not None
        and claim.start < told
        and not (claim.terminating is not None and told <= claim.terminating)
    ):
        if claim.end is None or claim.ended in _BY_OBJECT:
            return told, "finished"
        # Ends are told in whole seconds, and rounded up.
        if told <= claim.end + (0 if claim.ended == "changed" else SECOND):
            return told, "finished"
    return _over(claim, at, ended)
