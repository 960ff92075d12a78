"""What is kept of each pod, and of static pods while they have no mirror."""

from collections.abc import Iterator

import msgspec

from k8s_sync.claims.ledger import Claims
from k8s_sync.claims.pod_facts import PodFacts
from k8s_sync.claims.pod_index import Where
from k8s_sync.claims.workload import BETWEEN, Controller
from k8s_sync.model import Claim, Owner


class KeptPod(msgspec.Struct, gc=False):
    """What is kept of a pod: there are many, so no more than is needed."""

    object_uid: str
    owner: Owner
    above: Controller | None
    created: int
    start: int | None
    """Since when it has had its network; unset: it has had none yet."""
    stamped: int | None
    host_network: bool
    over: bool
    facts: PodFacts | None
    """All of it, if its claims depend on its node."""
    held: Claim | Claims = ()
    """Its claims. Most pods have one, which needs no tuple around it."""

    @property
    def claims(self) -> Claims:
        """What it claims, and has claimed."""
        held = self.held
        return (held,) if isinstance(held, Claim) else held

    @claims.setter
    def claims(self, claims: Claims) -> None:
        self.held = claims[0] if len(claims) == 1 else claims

    def labels(self) -> Iterator[tuple[str, ...]]:
        """Yields its labels, those of former versions, too."""
        yield self.owner.labels
        for claim in self.claims:
            if claim.owner is not self.owner:
                yield claim.owner.labels

    def where(self) -> Where:
        """By what it is found."""
        above = self.above
        maker = above.uid if above and above.kind in BETWEEN else ""
        return Where(self.owner.namespace, self.owner.node, maker, self.owner.labels)


class Statics:
    """Static pods whose mirror is gone: they may run on, and get another one (T16)."""

    def __init__(self) -> None:
        """There are none yet."""
        self._pods: dict[str, KeptPod] = {}

    def keep(self, name: str, pod: KeptPod) -> None:
        """Keeps a pod whose mirror is gone."""
        self._pods[name] = pod

    def goes_on(self, facts: PodFacts) -> KeptPod | None:
        """Gives the pod that a new mirror is of, if it has run on meanwhile."""
        static = self._pods.pop(facts.key, None)
        if static is None or facts.times.start is None:
            return None
        ends = (claim.end for claim in static.claims if claim.end is not None)
        return static if facts.times.start < max(ends, default=0) else None

    def forget(self, before: int) -> None:
        """Forgets the pods that ended before a time."""
        for name, pod in list(self._pods.items()):
            if all(one.end is not None and one.end < before for one in pod.claims):
                del self._pods[name]
