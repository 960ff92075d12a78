"""What a person deployed: follows a pod's controller up to it.

Only references with ``controller: true`` are followed. Guesses from names are made
only where the objects that would tell cannot be read.
"""

import re
from collections.abc import Iterable

import msgspec

from k8s_sync.kube.objects import Object, OwnerReference
from k8s_sync.model import SECOND

_KIND = {"replicasets": "ReplicaSet", "jobs": "Job"}
BETWEEN = frozenset(_KIND.values())
"""Kinds that stand between a pod and what a person deployed."""

_TEMPLATE_HASH = "pod-template-hash="
_SCHEDULED = re.compile(r"(.+)-([0-9]{8,9})")
_MINUTE = 60 * SECOND
_FRESH = 7 * 24 * 60 * _MINUTE


class Controller(msgspec.Struct, frozen=True, gc=False):
    """Who is responsible for an object."""

    kind: str
    uid: str
    title: str
    """``Kind/name``."""

    @property
    def name(self) -> str:
        """What it is called."""
        return self.title.removeprefix(f"{self.kind}/")


def controller(references: Iterable[OwnerReference]) -> Controller | None:
    """Returns the one reference that has `controller` set, if there is one."""
    for reference in references:
        if reference.controller:
            title = f"{reference.kind}/{reference.name}"
            return Controller(reference.kind, reference.uid, title)
    return None


class Workloads:
    """The ReplicaSets and Jobs of a cluster, as far as they lead further up."""

    def __init__(self, unreadable: Iterable[str] = ()) -> None:
        """Knows nothing yet; `unreadable` names resources that may not be read."""
        self._unreadable = {_KIND[name] for name in unreadable if name in _KIND}
        self._above: dict[str, str] = {}
        self._gone: set[str] = set()

    def set_readable(self, resource: str, *, readable: bool) -> bool:
        """Notes whether a resource can be read; returns whether that is news."""
        kind = _KIND.get(resource)
        if kind is None or readable == (kind not in self._unreadable):
            return False
        self._unreadable ^= {kind}
        return True

    def apply(self, resource: str, obj: Object) -> bool:
        """Learns of a ReplicaSet or Job; returns whether its pods may now differ."""
        above = controller(obj.metadata.owner_references)
        name = above.title if above else f"{_KIND[resource]}/{obj.metadata.name}"
        uid = obj.metadata.uid
        self._gone.discard(uid)
        if self._above.get(uid) == name:
            return False
        self._above[uid] = name
        return True

    def delete(self, uid: str, *, used: bool) -> None:
        """Forgets an object, but not before the last pod that it made.

        A Deployment's deletion removes the ReplicaSet first and the pods later: they
        must not change their workload on the way out.
        """
        if used:
            self._gone.add(uid)
        else:
            self._above.pop(uid, None)

    def unused(self, uid: str) -> None:
        """Notes that the last pod of an object is gone."""
        if uid in self._gone:
            self._gone.remove(uid)
            self._above.pop(uid, None)

    def resolve(
        self,
        above: Controller | None,
        pod: str,
        labels: tuple[str, ...],
        created: int,
    ) -> str:
        """Names the workload of a pod as ``Kind/name``.

        Args:
            above: The pod's controller.
            pod: The pod's name: a pod that nothing controls is its own workload, as
                is a static pod, which its node controls.
            labels: The pod's, ``key=value``.
            created: When the pod was created, in microseconds.
        """
        if above is None or above.kind == "Node":
            return f"Pod/{pod}"
        known = self._above.get(above.uid)
        if known is not None:
            return known
        if above.kind in self._unreadable:
            return _guess(above, labels, created)
        return above.title


def _guess(above: Controller, labels: tuple[str, ...], created: int) -> str:
    if above.kind == "ReplicaSet":
        for label in labels:
            if label.startswith(_TEMPLATE_HASH):
                suffix = "-" + label.removeprefix(_TEMPLATE_HASH)
                if above.name.endswith(suffix):
                    return f"Deployment/{above.name.removesuffix(suffix)}"
    elif found := _SCHEDULED.fullmatch(above.name):
        # A CronJob names its Jobs after the minute for which they were due. Digits
        # that are no such minute near the pod's creation are part of a person's name.
        due = int(found[2]) * _MINUTE
        if 0 <= created - due <= _FRESH:
            return f"CronJob/{found[1]}"
    return above.title
