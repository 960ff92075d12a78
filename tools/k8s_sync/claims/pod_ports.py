"""Claims of pods on single ports: of a pod of several services, those that one has."""

from collections.abc import Callable, Iterator, Mapping

import msgspec

from k8s_sync.claims.backends import Place
from k8s_sync.claims.ledger import Claims
from k8s_sync.model import Claim, Proto

_Key = tuple[bytes, int, Proto, int]
"""Place, and version of the claim on the address."""


class PodPorts:
    """Claims on ports, which begin and end as those on the pods' addresses do."""

    def __init__(self, revise: Callable[[], int]) -> None:
        """Takes the next revision from `revise`."""
        self._revise = revise
        self._pods: dict[str, dict[_Key, Claim]] = {}

    def __iter__(self) -> Iterator[Claim]:
        for claims in self._pods.values():
            yield from claims.values()

    def follow(
        self, pod: str, claims: Claims, services: Mapping[Place, str], now: int
    ) -> list[Claim]:
        """Brings the claims on a pod's ports up to date.

        Args:
            pod: Under which it is kept.
            claims: All else that it claims.
            services: What is to be claimed of the addresses that it holds.
            now: When that ended which is not to be claimed any more, while the pod
                holds the address. It is not kept.

        Returns:
            The rows that changed.
        """
        old = self._pods.pop(pod, {})
        if not (old or services):
            return []
        wanted = {
            (packed, port, proto, claim.version): (claim, service)
            for claim in claims
            if _is_whole(claim) and claim.end is None
            for (packed, port, proto), service in services.items()
            if packed == claim.address
        }
        whole = {(c.address, c.version): c for c in claims if _is_whole(c)}
        rows: list[Claim] = []
        new: dict[_Key, Claim] = {}
        for key, before in old.items():
            above = whole.get((key[0], key[3]))
            if key in wanted or above is None:
                continue
            if above.end is None:
                rows.append(self._end(before, now))
            else:
                wanted[key] = above, before.owner.service
        for key, (above, service) in wanted.items():
            claim = new[key] = self._claim(above, key, service, old.get(key))
            if claim is not old.get(key):
                rows.append(claim)
        if new:
            self._pods[pod] = new
        return rows

    def forget(self, pod: str) -> None:
        """Forgets a pod that is gone, whose claims have ended."""
        self._pods.pop(pod, None)

    def _claim(
        self, above: Claim, key: _Key, service: str, before: Claim | None
    ) -> Claim:
        _, port, proto, _ = key
        claim = msgspec.structs.replace(
            above,
            port=port,
            proto=proto,
            owner=msgspec.structs.replace(above.owner, service=service),
            revision=before.revision if before else 0,
        )
        if claim == before:
            return before
        return msgspec.structs.replace(claim, revision=self._revise())

    def _end(self, claim: Claim, now: int) -> Claim:
        return msgspec.structs.replace(
            claim,
            end=max(claim.start, now),
            ended="changed",
            revision=self._revise(),
        )


def _is_whole(claim: Claim) -> bool:
    return not (claim.port or claim.network)
