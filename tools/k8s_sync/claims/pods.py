"""The pods of a cluster and their claims."""

from collections.abc import Iterable, Iterator
from functools import partial

import msgspec

from k8s_sync.claims.backends import Backends
from k8s_sync.claims.kept_pods import KeptPod, Statics
from k8s_sync.claims.ledger import Key, Ledger, changed, key
from k8s_sync.claims.nodes import Nodes
from k8s_sync.claims.pod_facts import PodFacts
from k8s_sync.claims.pod_index import NOWHERE, PodIndex
from k8s_sync.claims.pod_places import date, moved, places, start
from k8s_sync.claims.pod_ports import PodPorts
from k8s_sync.claims.roles import Derive
from k8s_sync.claims.selectors import Labels, selects
from k8s_sync.claims.workload import Workloads
from k8s_sync.model import Claim, Ended, Owner


class Pods:
    """All pods."""

    def __init__(  # noqa: PLR0913, PLR0917 -- what an owner is made from
        self,
        ledger: Ledger,
        nodes: Nodes,
        workloads: Workloads,
        backends: Backends,
        ports: PodPorts,
        roles: Derive,
    ) -> None:
        """Writes claims into `ledger`; asks the others about the pods' owners."""
        self._roles = roles
        self._ledger = ledger
        self._nodes = nodes
        self._workloads = workloads
        self._backends = backends
        self._ports = ports
        self._pods: dict[str, KeptPod] = {}
        self._mirrors: dict[str, str] = {}
        self._statics = Statics()
        self._where = PodIndex()
        self._relabelled: set[str] = set()
        """Those that claim something with labels that are not theirs any more."""

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
        indexed = before = self._pods.get(name)
        if before is None:
            before = self._statics.goes_on(facts)
        if before and before.over and not facts.over and name == facts.object_uid:
            # Once over, always over (T1); only what is in a manifest begins anew.
            return []
        pod = self._pods[name] = KeptPod(
            object_uid=facts.object_uid,
            owner=facts.owner,
            above=facts.above,
            # Only what a Job's pods belong to may depend on it.
            created=facts.created if facts.above and facts.above.kind == "Job" else 0,
            start=start(before.start if before else None, facts, now),
            stamped=facts.times.stamped,
            host_network=facts.host_network,
            over=facts.over,
            facts=facts if facts.host_ports else None,
            held=before.held if before else (),
        )
        self._index(name, indexed, pod)
        if name != facts.object_uid:
            self._mirrors[facts.object_uid] = name
        at = now
        if before is not None:
            at = moved(before.stamped, facts, now)
            if facts.times.stamped is None:
                pod.stamped = before.stamped
            self._restart(pod, before.start, facts)
        self._settle(pod, facts, now, at, seen=before is not None and not before.over)
        return changed(before.claims if before else (), pod.claims)

    def delete(
        self, uid: str, now: int, last: PodFacts | None, ended: Ended = "deleted"
    ) -> list[Claim]:
        """Takes note that a pod is gone.

        Args:
            uid: That of its object.
            now: When that was heard.
            last: Its last state, which may tell better when it ended.
            ended: Why its claims end, unless it has told when.
        """
        name = self._mirrors.pop(uid, uid)
        pod = self._pods.get(name)
        # A static pod goes on if its mirror has been replaced.
        if pod is None or pod.object_uid != uid:
            return []
        old = pod.claims
        told = None
        if last is not None and last.key == name:
            # How it is described changed with its end, if at all, and not before.
            self._take(_described(last, pod.owner), now)
            self._mirrors.pop(uid, None)
            told = _told(last, now)
            pod = self._pods[name]
        pod.claims = self._ledger.close(pod.claims, now, ended=ended, told=told)
        rows = changed(old, pod.claims) + self._follow(name, now)
        self._ports.forget(name)
        self._index(name, self._pods.pop(name), None)
        if name != uid:
            self._statics.keep(name, pod)
            self._statics.forget(before=self._ledger.horizon)
        return rows

    def on_node(self, node: str) -> bool:
        """Tells whether there are pods on a node."""
        return bool(self._where.on_node(node))

    def made_by(self, uid: str) -> bool:
        """Tells whether there are pods that a ReplicaSet or Job has made."""
        return bool(self._where.made_by(uid))

    def node_changed(self, node: str, now: int) -> list[Claim]:
        """Looks again at the pods on a node."""
        return self._again(self._where.on_node(node), now)

    def maker_changed(self, uid: str, now: int) -> list[Claim]:
        """Looks again at the pods that a ReplicaSet or Job has made."""
        return self._again(self._where.made_by(uid), now)

    def selectors_changed(
        self, namespace: str, selectors: Iterable[Labels], now: int
    ) -> list[Claim]:
        """Looks again at the pods that one of the selectors selects, or has."""
        asked = [selector for selector in selectors if selector]

        def wanted(labels: Labels) -> bool:
            return any(selects(selector, labels) for selector in asked)

        names = {*self._where.labelled(namespace, wanted)}
        for name in self._relabelled:
            pod = self._pods[name]
            if pod.owner.namespace == namespace and any(map(wanted, pod.labels())):
                names.add(name)
        return self._again(names, now)

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

    def _settle_again(self, pod: KeptPod, now: int) -> list[Claim]:
        old = pod.claims
        if pod.facts is not None:
            self._settle(pod, pod.facts, now, now, seen=False)
        else:
            pod.owner = self._resolve(pod, pod.owner)
            pod.claims = self._ledger.own(old, partial(self._resolve, pod))
        return changed(old, pod.claims)

    def _settle(
        self, pod: KeptPod, facts: PodFacts, now: int, moved: int, *, seen: bool
    ) -> None:
        """Brings the claims of a pod up to date; `seen`: it was not over before."""
        pod.owner = self._resolve(pod, pod.owner)
        derive = partial(self._resolve, pod)
        wanted = self._places(pod, facts)
        if not facts.over:
            pod.claims = self._ledger.settle(
                pod.claims,
                date(wanted, pod.claims, moved) if pod.claims else wanted,
                pod.owner,
                at=now,
                moved=moved,
                terminating=facts.terminating,
                derive=derive,
            )
            return
        # An address that stays in its status may have been given away (T1), and one
        # that left it may have done so before the end was told (T2). If that is not
        # told, it ends when it is heard of; if it was over before it was seen, when
        # its status speaks of it for the last time.
        pod.claims = self._ledger.close(
            self._ledger.add(pod.claims, wanted, pod.owner),
            now if seen else min(facts.times.last, now),
            told=facts.times.finished_by(now),
            derive=derive,
        )

    def _restart(self, pod: KeptPod, known: int | None, facts: PodFacts) -> None:
        """Lets what began with the pod begin earlier, if the pod did."""
        if known is None or pod.start is None or pod.start >= known:
            return
        places = self._places(pod, facts)
        pod.claims = self._ledger.restart(
            pod.claims,
            {
                key(claim): places.get(key(claim), pod.start)
                for claim in pod.claims
                if claim.start == known
            },
        )

    def _places(self, pod: KeptPod, facts: PodFacts) -> dict[Key, int]:
        open_at = self._nodes.addresses(facts.owner.node) if facts.host_ports else {}
        return places(facts, pod.start, open_at)

    def _resolve(self, pod: KeptPod, owner: Owner) -> Owner:
        """Completes what a pod says of itself, now or before, by what others say.

        What is so already is kept: owners are shared between claims.
        """
        workload = self._workloads.resolve(
            pod.above, owner.pod, owner.labels, pod.created
        )
        node = self._nodes.named(owner.node)
        resolved = msgspec.structs.replace(
            owner,
            workload=workload,
            service=self._backends.service(owner, pod.object_uid),
            zone=node.facts.zone if node else "",
            roles=self._roles(
                namespace=owner.namespace,
                workload=workload,
                host_network=pod.host_network,
                service_account=owner.service_account,
                labels=owner.labels,
                images=owner.images,
            ),
        )
        for known in (owner, pod.owner, *(claim.owner for claim in pod.claims)):
            if known == resolved:
                return known
        return resolved

    def _index(self, name: str, old: KeptPod | None, new: KeptPod | None) -> None:
        if old:
            self._relabelled.discard(name)
        if new and new.held and any(one != new.owner.labels for one in new.labels()):
            self._relabelled.add(name)
        left = self._where.move(
            name, old.where() if old else NOWHERE, new.where() if new else NOWHERE
        )
        if left.node:
            self._nodes.unused(left.node)
        if left.maker:
            self._workloads.unused(left.maker)


def _described(facts: PodFacts, owner: Owner) -> PodFacts:
    """Describes a pod as it was before."""
    before = msgspec.structs.replace(
        facts.owner, labels=owner.labels, images=owner.images
    )
    return msgspec.structs.replace(facts, owner=before)


def _told(last: PodFacts, now: int) -> int | None:
    """When a pod ended, if its last state tells it.

    Kubelets before 1.27 let the phase of a pod that is deleted be Running to its end.
    If nobody asked for its deletion, it is not its last state (T21), and what has ended
    in it may have begun again.
    """
    return None if last.terminating is None else last.times.finished_by(now)
