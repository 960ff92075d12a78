"""Which services a pod is a backend of: as a whole, and on each of its ports.

A service's selector says so, or for a service without one its slices. A pod of
several services has none of them as such; but where slices give a port to just one
of them, a claim on that port names it.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable

from k8s_sync.claims.selectors import Selectors
from k8s_sync.claims.slices import ALL_PORTS, Service, Slices
from k8s_sync.model import Owner, Proto

Place = tuple[bytes, int, Proto]


class Backends:
    """The services of pods."""

    def __init__(
        self,
        selectors: Selectors,
        slices: Slices,
        unselecting: Callable[[str], Iterable[Service]],
    ) -> None:
        """Looks things up; `unselecting` names the services without a selector."""
        self._selectors = selectors
        self._slices = slices
        self._unselecting = unselecting

    def service(self, owner: Owner, uid: str) -> str:
        """Names the one service of a pod; empty if it has none, or several.

        Args:
            owner: The pod.
            uid: That of its API object, which differs for static pods.
        """
        names = self._names(owner, uid)
        return names[0] if len(names) == 1 else ""

    def ports(self, owner: Owner, uid: str) -> dict[Place, str]:
        """Names the services of a pod that has several, where a port tells them."""
        names = self._names(owner, uid)
        if len(names) < 2:  # noqa: PLR2004 -- several
            return {}
        found: defaultdict[Place, set[str]] = defaultdict(set)
        for name in names:
            for one in self._slices.of(Service(owner.namespace, name)):
                for packed in one.places(uid):
                    for port, proto in one.ports:
                        found[packed, port, proto].add(name)
        decided = {}
        for (packed, port, proto), services in found.items():
            every = found.get((packed, *ALL_PORTS), set())
            if port and len(services | every) == 1:
                decided[packed, port, proto] = min(services)
        return decided

    def _names(self, owner: Owner, uid: str) -> tuple[str, ...]:
        """Lists the services of a pod.

        A slice may name any pod, also one of somebody else: only those of the pod's
        own namespace count.
        """
        names = self._selectors.services(owner.namespace, owner.labels)
        for service in self._unselecting(owner.namespace):
            if any(uid in one.named() for one in self._slices.of(service)):
                names = (*names, service.name)
        return names
