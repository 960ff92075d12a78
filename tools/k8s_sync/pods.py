"""The pods of a cluster and their claims."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

import msgspec

from k8s_sync.ledger import Claims, Key, Ledger, changed, key
from k8s_sync.model import Claim, Owner
from k8s_sync.nodes import Nodes
from k8s_sync.pod_facts import PodFacts
from k8s_sync.roles import roles
from k8s_sync.selectors import Selectors, selects
from k8s_sync.workload import BETWEEN, Workloads


class _Pod(msgspec.Struct, gc=False):
    facts: PodFacts
    claims: Claims = ()


class Pods:
    """All pods."""

    def __init__(
        self,
        ledger: Ledger,
        nodes: Nodes,
        workloads: Workloads,
        selectors: Selectors,
    ) -> None:
        """Writes claims into `ledger`; asks the others about the pods' owners."""
        self._ledger = ledger
        self._nodes = nodes
        self._workloads = workloads
        self._selectors = selectors
        self._pods: dict[str, _Pod] = {}
        self._mirrors: dict[str, str] = {}
        # Keys of pods.
        self._in_namespace: defaultdict[str, set[str]] = defaultdict(set)
        self._on_node: defaultdict[str, set[str]] = defaultdict(set)
        self._made_by: defaultdict[str, set[str]] = defaultdict(set)

    def claims(self) -> Iterator[Claim]:
        """Yields the claims of all pods that exist."""
        for pod in self._pods.values():
            yield from pod.claims

    def apply(self, facts: PodFacts, now: int) -> list[Claim]:
        """Takes note of a pod."""
        name = facts.key
        pod = self._pods.get(name)
        moved = now
        if pod is None:
            pod = self._pods[name] = _Pod(facts)
        else:
            facts, moved = _continue(pod, facts, now)
            self._unindex(name, pod.facts, facts)
            pod.facts = facts
        self._index(name, facts)
        if name != facts.object_uid:
            self._mirrors[facts.object_uid] = name
        return self._settle(pod, now, moved)

    def delete(self, uid: str, now: int, last: PodFacts | None) -> list[Claim]:
        """Takes note that a pod is gone; its last state may tell its end better."""
        name = self._mirrors.pop(uid, uid)
        pod = self._pods.get(name)
        # A static pod goes on if its mirror has been replaced.
        if pod is None or pod.facts.object_uid != uid:
            return []
        old = pod.claims
        if last is not None and last.key == name:
            self.apply(last, now)
            self._mirrors.pop(uid, None)
        self._unindex(name, pod.facts, None)
        del self._pods[name]
        return changed(old, self._ledger.close(pod.claims, now))

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
                if any(selects(s, self._pods[name].facts.labels) for s in asked)
            ],
            now,
        )

    def all_changed(self, now: int) -> list[Claim]:
        """Looks again at all pods."""
        return self._again(self._pods, now)

    def _again(self, names: Iterable[str], now: int) -> list[Claim]:
        return [
            claim
            for name in sorted(names)
            for claim in self._settle(self._pods[name], now, now)
        ]

    def _settle(self, pod: _Pod, now: int, moved: int) -> list[Claim]:
        facts, old = pod.facts, pod.claims
        owner = self._owner(facts)
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
            (network, packed, 0, ""): facts.start for network, packed in facts.addresses
        }
        if not facts.host_ports:
            return wants
        node = self._nodes.named(facts.node)
        addresses = dict.fromkeys(facts.host_addresses, facts.start)
        for packed, since in node.since.items() if node else ():
            addresses.setdefault(packed, max(facts.start, since))
        for only, port, proto in facts.host_ports:
            for packed in addresses if only is None else (only,):
                wants["", packed, port, proto] = addresses.get(packed, facts.start)
        return wants

    def _owner(self, facts: PodFacts) -> Owner:
        workload = self._workloads.resolve(
            facts.above, facts.name, facts.labels, facts.created
        )
        node = self._nodes.named(facts.node)
        return Owner(
            kind="pod",
            uid=facts.uid,
            namespace=facts.namespace,
            pod=facts.name,
            workload=workload,
            node=facts.node,
            service=self._selectors.service(facts.namespace, facts.labels),
            service_account=facts.service_account,
            labels=facts.labels,
            images=facts.images,
            zone=node.facts.zone if node else "",
            roles=roles(
                namespace=facts.namespace,
                workload=workload,
                host_network=facts.host_network,
                service_account=facts.service_account,
                labels=facts.labels,
                images=facts.images,
            ),
        )

    def _index(self, name: str, facts: PodFacts) -> None:
        self._in_namespace[facts.namespace].add(name)
        if facts.node:
            self._on_node[facts.node].add(name)
        if maker := _maker(facts):
            self._made_by[maker].add(name)

    def _unindex(self, name: str, facts: PodFacts, new: PodFacts | None) -> None:
        """Takes a pod out of what it does not belong to any more."""
        if new is None:
            _remove(self._in_namespace, facts.namespace, name)
        node, maker = facts.node, _maker(facts)
        left = new is None or new.node != node
        if node and left and _remove(self._on_node, node, name):
            self._nodes.unused(node)
        left = new is None or _maker(new) != maker
        if maker and left and _remove(self._made_by, maker, name):
            self._workloads.unused(maker)


def _continue(pod: _Pod, facts: PodFacts, now: int) -> tuple[PodFacts, int]:
    """Joins what is new of a pod with what is known.

    Returns:
        The facts, and the time when an address that is new replaced another (T7):
        when its network was reported to be up again, or else now.
    """
    before = pod.facts
    moved = now
    if facts.stamped is None:
        facts = msgspec.structs.replace(facts, stamped=before.stamped)
    elif before.stamped is not None and before.stamped < facts.stamped <= now:
        moved = facts.stamped
    if pod.claims:
        # When it began does not change with what is learned later.
        facts = msgspec.structs.replace(facts, start=before.start)
    return facts, moved


def _maker(facts: PodFacts) -> str:
    above = facts.above
    return above.uid if above and above.kind in BETWEEN else ""


def _remove(index: dict[str, set[str]], name: str, member: str) -> bool:
    """Removes a member; returns whether it was the last."""
    index[name].discard(member)
    if index[name]:
        return False
    del index[name]
    return True
