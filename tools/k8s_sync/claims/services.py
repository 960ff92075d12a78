"""The services of a cluster and their claims."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

import msgspec

from k8s_sync.claims.facts import ServiceFacts
from k8s_sync.claims.ledger import Claims, Key, Ledger, changed
from k8s_sync.claims.nodes import Knew, Nodes
from k8s_sync.claims.roles import Derive
from k8s_sync.claims.selectors import Selectors
from k8s_sync.claims.slices import Service
from k8s_sync.model import Claim, Ended, Owner

_NONE: Mapping[str, str] = {}


class Known(msgspec.Struct):
    """A service and its claims."""

    facts: ServiceFacts
    owner: Owner
    claims: Claims
    on_nodes: dict[bytes, Claims]
    """Claims of node ports, by the address of the node."""


class Services:
    """All services."""

    def __init__(
        self,
        ledger: Ledger,
        nodes: Nodes,
        roles: Derive,
        knew: Knew,
        *,
        node_ports: bool,
    ) -> None:
        """Writes claims into `ledger`, those of node ports only if asked to."""
        self._roles = roles
        self._knew = knew
        self._ledger = ledger
        self._nodes = nodes
        self._node_ports = node_ports
        self._services: dict[str, Known] = {}
        self._named: defaultdict[Service, dict[str, Known]] = defaultdict(dict)
        self._with_node_ports: dict[str, Known] = {}
        self._unselecting: defaultdict[str, dict[str, str]] = defaultdict(dict)
        """Names of services without a selector by their uids, by namespace."""
        self.selectors = Selectors()

    def claims(self) -> Iterator[Claim]:
        """Yields the claims of all services that exist."""
        for service in self._services.values():
            yield from service.claims
            for claims in service.on_nodes.values():
                yield from claims

    def facts(self, uid: str) -> ServiceFacts | None:
        """What is known of a service."""
        service = self._services.get(uid)
        return service.facts if service else None

    def named(self, name: Service) -> Known | None:
        """Finds a service; the newest, if it came back and the old is not yet gone."""
        return max(
            self._named.get(name, {}).values(),
            key=lambda service: (service.facts.created, service.facts.uid),
            default=None,
        )

    def unselecting(self, namespace: str) -> Iterator[Service]:
        """Names the services that leave it to slices what their backends are."""
        for name in sorted(set(self._unselecting.get(namespace, _NONE).values())):
            newest = self.named(Service(namespace, name))
            if newest and not (newest.facts.selector or newest.facts.alias):
                yield Service(namespace, name)

    def apply(self, facts: ServiceFacts, now: int) -> list[Claim]:
        """Takes note of a service."""
        owner = _owner(facts, self._roles)
        service = self._services.get(facts.uid)
        if service is None:
            # What a service has when first seen, it has had from the beginning;
            # but not what an earlier run, which has seen it, did not see.
            start = now if self._knew(facts.uid) else facts.created
            service = Known(facts, owner, (), {})
            self._services[facts.uid] = service
            self._named[Service(facts.namespace, facts.name)][facts.uid] = service
        else:
            start = now
            self.selectors.remove(facts.namespace, facts.uid, service.facts.selector)
        self._note(facts, unselecting=not (facts.selector or facts.alias))
        self.selectors.add(facts.namespace, facts.uid, facts.selector, facts.name)
        service.facts, service.owner = facts, owner
        if facts.node_ports and self._node_ports:
            self._with_node_ports[facts.uid] = service
        else:
            self._with_node_ports.pop(facts.uid, None)
        wants: dict[Key, int] = {("", ip, 0, ""): start for ip in facts.addresses}
        for packed, port, proto in facts.shared:
            wants["", packed, port, proto] = start
        old = service.claims
        service.claims = self._ledger.settle(
            old, wants, owner, at=now, terminating=facts.terminating
        )
        rows = changed(old, service.claims)
        hosts = dict.fromkeys(service.on_nodes)
        if facts.uid in self._with_node_ports:
            hosts |= dict.fromkeys(self._nodes.hosts())
        for packed in hosts:
            rows += self._settle(service, packed, start, now)
        return rows

    def delete(self, uid: str, now: int, ended: Ended = "deleted") -> list[Claim]:
        """Takes note that a service is gone, and how that was heard."""
        service = self._services.pop(uid, None)
        if service is None:
            return []
        self._with_node_ports.pop(uid, None)
        name = Service(service.facts.namespace, service.facts.name)
        del self._named[name][uid]
        if not self._named[name]:
            del self._named[name]
        self._note(service.facts, unselecting=False)
        self.selectors.remove(service.facts.namespace, uid, service.facts.selector)
        rows = []
        for claims in (service.claims, *service.on_nodes.values()):
            rows += changed(claims, self._ledger.close(claims, now, ended=ended))
        return rows

    def _note(self, facts: ServiceFacts, *, unselecting: bool) -> None:
        if unselecting:
            self._unselecting[facts.namespace][facts.uid] = facts.name
        elif facts.namespace in self._unselecting:
            self._unselecting[facts.namespace].pop(facts.uid, None)
            if not self._unselecting[facts.namespace]:
                del self._unselecting[facts.namespace]

    def serve(self, addresses: Iterable[bytes], now: int) -> list[Claim]:
        """Opens or closes node ports on addresses that nodes have got or lost."""
        rows = []
        for packed in sorted(addresses):
            for service in self._with_node_ports.values():
                rows += self._settle(service, packed, service.facts.created, now)
        return rows

    def _settle(
        self, service: Known, packed: bytes, start: int, now: int
    ) -> list[Claim]:
        since = self._nodes.since(packed)
        wants: dict[Key, int] = {}
        if since is not None:
            for port, proto in service.facts.node_ports:
                wants["", packed, port, proto] = max(start, since)
        old = service.on_nodes.get(packed, ())
        new = self._ledger.settle(
            old,
            wants,
            service.owner,
            at=now,
            terminating=service.facts.terminating,
        )
        if since is not None and new:
            service.on_nodes[packed] = new
        else:
            # Nodes come and go: what was on them is not kept.
            service.on_nodes.pop(packed, None)
        return changed(old, new)


def _owner(facts: ServiceFacts, roles: Derive) -> Owner:
    return Owner(
        kind="service",
        uid=facts.uid,
        namespace=facts.namespace,
        service=facts.name,
        labels=facts.labels,
        roles=roles(
            kind="service",
            namespace=facts.namespace,
            name=facts.name,
            labels=facts.labels,
        ),
    )
