"""How the claims of one object change when the object does.

A claim is never dropped while its object exists, it is ended; what is still true is
left alone, so that seeing the same object again changes nothing.
"""

from collections.abc import Callable, Mapping

import msgspec

from k8s_sync.model import Claim, Owner, Proto

Key = tuple[str, bytes, int, Proto]
"""Network, address, port and protocol: a claim's key within its owner."""

Claims = tuple[Claim, ...]

_ENDED = 8
"""Ended claims kept per object: a pod that is never well changes addresses for ever."""


def key(claim: Claim) -> Key:
    """Returns what tells a claim from its owner's others."""
    return claim.network, claim.address, claim.port, claim.proto


def changed(old: Claims, new: Claims) -> list[Claim]:
    """Returns the claims of `new` that are not the very same in `old`."""
    same = {id(claim) for claim in old}
    return [claim for claim in new if id(claim) not in same]


class Ledger:
    """Writes the claims of a cluster, each change with a revision of its own."""

    def __init__(self, cluster: str, revise: Callable[[], int]) -> None:
        """Takes the next revision from `revise`."""
        self._cluster = cluster
        self._revise = revise

    def settle(
        self,
        old: Claims,
        wanted: Mapping[Key, int],
        owner: Owner,
        *,
        at: int,
        terminating: int | None = None,
    ) -> Claims:
        """Brings the claims of an object that lives up to date.

        Args:
            old: Its claims so far.
            wanted: What it holds, and since when if that is new. What it held
                before, it has held since then: an end is taken back.
            owner: The object as it is now.
            at: When that ended which it does not hold any more.
            terminating: When its deletion began.

        Returns:
            Its claims, those that ended first.
        """
        if old and old[0].owner == owner:
            owner = old[0].owner
        known = {key(claim): claim for claim in old}
        lost = [
            self._update(claim, owner, _end(claim, at), claim.terminating)
            for held_before, claim in known.items()
            if held_before not in wanted
        ]
        held = []
        for new, since in wanted.items():
            before = known.get(new)
            start = before.start if before else since
            doomed = None if terminating is None else max(terminating, start)
            if before is None:
                network, packed, port, proto = new
                held.append(
                    Claim(
                        cluster=self._cluster,
                        network=network,
                        address=packed,
                        port=port,
                        proto=proto,
                        owner=owner,
                        start=start,
                        terminating=doomed,
                        revision=self._revise(),
                    )
                )
            else:
                held.append(self._update(before, owner, None, doomed))
        return (*lost[-_ENDED:], *held) if len(lost) > _ENDED else (*lost, *held)

    def own(self, old: Claims, owner: Owner) -> Claims:
        """Writes an owner that has changed into all claims, and nothing else."""
        return tuple(
            self._update(claim, owner, claim.end, claim.terminating) for claim in old
        )

    def close(
        self, old: Claims, at: int, *, owner: Owner | None = None, exact: bool = False
    ) -> Claims:
        """Ends all claims.

        Args:
            old: The claims.
            at: When they ended, unless they did before.
            owner: The object as it is now, if it has changed.
            exact: Take `at` also for what was thought to have ended later.
        """
        return tuple(
            self._update(
                claim,
                owner or claim.owner,
                _end(claim, at, exact=exact),
                claim.terminating,
            )
            for claim in old
        )

    def _update(
        self, claim: Claim, owner: Owner, end: int | None, terminating: int | None
    ) -> Claim:
        if (
            claim.end == end
            and claim.terminating == terminating
            and claim.owner == owner
        ):
            return claim
        return msgspec.structs.replace(
            claim,
            owner=owner,
            end=end,
            terminating=terminating,
            revision=self._revise(),
        )


def _end(claim: Claim, at: int, *, exact: bool = False) -> int:
    if claim.end is not None and not (exact and at < claim.end):
        return claim.end
    return max(claim.start, at)
