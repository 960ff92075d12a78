"""The pods of a cluster and their claims."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

import msgspec

from k8s_sync.claims.backends import Backends
from k8s_sync.claims.ledger import Claims, Key, Ledger, changed, key
from k8s_sync.claims.nodes import Nodes
from k8s_sync.claims.pod_facts import PodFacts
from k8s_sync.claims.pod_ports import PodPorts
from k8s_sync.claims.roles import roles
from k8s_sync.claims.selectors import selects
from k8s_sync.claims.workload import BETWEEN, Controller, Workloads
from k8s_sync.model import Claim, Owner

# Few members each: a list takes a tenth of what a set does.
_Index = defaultdict[str, list[str]]


class _Pod(msgspec.Struct, gc=False):
    """What is kept of a pod: there are many, so no more than is needed."""

    object_uid: str
    owner: Owner
    above: Controller | None
    created: int
    start: int
    stamped: int | None
    host_network: bool
    facts: PodFacts | None
    """All of it, if its claims depend on its node."""
    claims: Claims = ()


class Pods:
    """All pods."""

    def __init__(
        self,
        ledger: Ledger,
        nodes: Nodes,
        workloads: Workloads,
        backends: Backends,
        ports: PodPorts,
    ) -> None:
        """Writes claims into `ledger`; asks the others about the pods' owners."""
        self._ledger = ledger
        self._nodes = nodes
        self._workloads = workloads
        self._backends = backends
        self._ports = ports
        self._pods: dict[str, _Pod] = {}
        self._mirrors: dict[str, str] = {}
        # Keys of pods.
        self._in_namespace: defaultdict[str, set[str]] = defaultdict(set)
        self._on_node: _Index = defaultdict(list)
        self._made_by: _Index = defaultdict(list)

    def claims(self) -> Iterator[Claim]:
        """Yields the claims of all pods that exist."""
        for pod in self._pods.values():
            yield from pod.claims
        yield from self._ports

    def apply(self, facts: PodFacts, now: int) -> list[Claim]:
        """Takes note of a pod."""
        rows = self._take(facts, now)
        return rows + self._follow(facts.key, now)

    def _take(self, facts: PodFacts, now: int) -> list[Claim]:
        name = facts.key
        before = self._pods.get(name)
        moved = now
        if before is not None:
            facts, moved = _continue(before, facts, now)
        pod = self._pods[name] = _Pod(
            object_uid=facts.object_uid,
            owner=facts.owner,
            above=facts.above,
            # Only what a Job's pods belong to may depend on it.
            created=facts.created if facts.above and facts.above.kind == "Job" else 0,
            start=facts.start,
            stamped=facts.stamped,
            host_network=facts.host_network,
            facts=facts if facts.host_ports else None,
            claims=before.claims if before else (),
        )
        self._index(name, before, pod)
        if name != facts.object_uid:
            self._mirrors[facts.object_uid] = name
        return self._settle(pod, facts, now, moved)

    def delete(self, uid: str, now: int, last: PodFacts | None) -> list[Claim]:
        """Takes note that a pod is gone; its last state may tell its end better."""
        name = self._mirrors.pop(uid, uid)
        pod = self._pods.get(name)
        # A static pod goes on if its mirror has been replaced.
        if pod is None or pod.object_uid != uid:
            return []
        old = pod.claims
        if last is not None and last.key == name:
            self._take(last, now)
            self._mirrors.pop(uid, None)
            pod = self._pods[name]
        pod.claims = self._ledger.close(pod.claims, now)
        rows = changed(old, pod.claims) + self._follow(name, now)
        self._ports.forget(name)
        self._index(name, self._pods.pop(name), None)
        return rows

    def on_node(self, node: str) -> bool:
        """Tells whether there are pods on a node."""
        return node in self._on_node

    def made_by(self, uid: str) -> bool:
        """Tells whether there are pods that a ReplicaSet or Job has made."""
        return uid in self._made_by

    def node_changed(self, node: str, now: int) -> list[Claim]:
        """Looks again at the pods on a node."""
        return self._again(self._on_node.get(node, ()), now)

    def maker_changed(self, uid: str, now: int) -> list[Claim]:
        """Looks again at the pods that a ReplicaSet or Job has made."""
        return self._again(self._made_by.get(uid, ()), now)

    def selectors_changed(
        self, namespace: str, selectors: Iterable[tuple[str, ...]], now: int
    ) -> list[Claim]:
        """Looks again at the pods that one of the selectors selects."""
        asked = [selector for selector in selectors if selector]
        return self._again(
            [
                name
                for name in self._in_namespace.get(namespace, ())
                if any(selects(s, self._pods[name].owner.labels) for s in asked)
            ],
            now,
        )

    def backing_changed(self, uids: Iterable[str], now: int) -> list[Claim]:
        """Looks again at pods, named by their API objects, that back a service."""
        names = {self._mirrors.get(uid, uid) for uid in uids}
        return self._again(names & self._pods.keys(), now)

    def all_changed(self, now: int) -> list[Claim]:
        """Looks again at all pods."""
        return self._again(self._pods, now)

    def _again(self, names: Iterable[str], now: int) -> list[Claim]:
        return [
            claim
            for name in sorted(names)
            for claim in (
                *self._settle_again(self._pods[name], now),
                *self._follow(name, now),
            )
        ]

    def _follow(self, name: str, now: int) -> list[Claim]:
        """Brings the claims on a pod's ports in line with all else about it."""
        pod = self._pods[name]
        services = {}
        if not pod.owner.service:
            services = self._backends.ports(pod.owner, pod.object_uid)
        return self._ports.follow(name, pod.claims, services, now)

    def _settle_again(self, pod: _Pod, now: int) -> list[Claim]:
        if pod.facts is not None:
            return self._settle(pod, pod.facts, now, now)
        old = pod.claims
        pod.owner = self._resolve(pod)
        pod.claims = self._ledger.own(old, pod.owner)
        return changed(old, pod.claims)

    def _settle(self, pod: _Pod, facts: PodFacts, now: int, moved: int) -> list[Claim]:
        old = pod.claims
        pod.owner = owner = self._resolve(pod)
        wants = self._wants(facts)
        lost = {c.network for c in old if not c.port and key(c) not in wants}
        for want in wants:
            network, _, port, _ = want
            if not port and network in lost:
                wants[want] = moved
        if facts.over:
            pod.claims = self._finish(old, wants, owner, facts.finished, now)
        else:
            pod.claims = self._ledger.settle(
                old, wants, owner, at=moved, terminating=facts.terminating
            )
        return changed(old, pod.claims)

    def _finish(
        self,
        old: Claims,
        wants: dict[Key, int],
        owner: Owner,
        finished: int | None,
        now: int,
    ) -> Claims:
        """Ends all claims of a pod that is over.

        An address that stays in its status may have been given away (T1), and one
        that left it may have done so before the end was told (T2).
        """
        for claim in old:
            wants.pop(key(claim), None)
        claims = (*old, *self._ledger.settle((), wants, owner, at=now))
        begun = max((claim.start for claim in claims), default=now)
        if finished is not None and begun <= finished <= now:
            return self._ledger.close(claims, finished, owner=owner, exact=True)
        return self._ledger.close(claims, now, owner=owner)

    def _wants(self, facts: PodFacts) -> dict[Key, int]:
        wants: dict[Key, int] = {
            ("", packed, 0, ""): facts.start for packed in facts.addresses
        }
        for network, packed in facts.secondary:
            wants[network, packed, 0, ""] = facts.start
        if not facts.host_ports:
            return wants
        addresses = dict.fromkeys(facts.host_addresses, facts.start)
        for packed, since in self._nodes.addresses(facts.owner.node).items():
            addresses.setdefault(packed, max(facts.start, since))
        for only, port, proto in facts.host_ports:
            for packed in addresses if only is None else (only,):
                wants["", packed, port, proto] = addresses.get(packed, facts.start)
        return wants

    def _resolve(self, pod: _Pod) -> Owner:
        """Completes the owner by what other objects tell; keeps it if it is so."""
        owner = pod.owner
        workload = self._workloads.resolve(
            pod.above, owner.pod, owner.labels, pod.created
        )
        node = self._nodes.named(owner.node)
        resolved = msgspec.structs.replace(
            owner,
            workload=workload,
            service=self._backends.service(owner, pod.object_uid),
            zone=node.facts.zone if node else "",
            roles=roles(
                namespace=owner.namespace,
                workload=workload,
                host_network=pod.host_network,
                service_account=owner.service_account,
                labels=owner.labels,
                images=owner.images,
            ),
        )
        for claim in pod.claims:
            if claim.owner == resolved:
                return claim.owner
        return resolved

    def _index(self, name: str, old: _Pod | None, new: _Pod | None) -> None:
        """Moves a pod to where it belongs now; it never changes its namespace."""
        if old is None and new is not None:
            self._in_namespace[new.owner.namespace].add(name)
        elif old is not None and new is None:
            namespace = old.owner.namespace
            self._in_namespace[namespace].remove(name)
            if not self._in_namespace[namespace]:
                del self._in_namespace[namespace]
        node, maker = _node(old), _maker(old)
        if node != _node(new):
            _add(self._on_node, _node(new), name)
            if _remove(self._on_node, node, name):
                self._nodes.unused(node)
        if maker != _maker(new):
            _add(self._made_by, _maker(new), name)
            if _remove(self._made_by, maker, name):
                self._workloads.unused(maker)


def _continue(before: _Pod, facts: PodFacts, now: int) -> tuple[PodFacts, int]:
    """Joins what is new of a pod with what is known.

    Returns:
        The facts, and the time when an address that is new replaced another (T7):
        when its network was reported to be up again, or else now.
    """
    moved = now
    if facts.stamped is None:
        facts = msgspec.structs.replace(facts, stamped=before.stamped)
    elif before.stamped is not None and before.stamped < facts.stamped <= now:
        moved = facts.stamped
    if before.claims:
        # When it began does not change with what is learned later.
        facts = msgspec.structs.replace(facts, start=before.start)
    return facts, moved


def _node(pod: _Pod | None) -> str:
    return pod.owner.node if pod else ""


def _maker(pod: _Pod | None) -> str:
    above = pod.above if pod else None
    return above.uid if above and above.kind in BETWEEN else ""


def _add(index: _Index, group: str, member: str) -> None:
    if group:
        index[group].append(member)


def _remove(index: _Index, group: str, member: str) -> bool:
    """Removes a member; returns whether it was the last."""
    if not group:
        return False
    index[group].remove(member)
    if index[group]:
        return False
    del index[group]
    return True
