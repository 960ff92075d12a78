"""Kubernetes objects in, claims out. No I/O happens here and no clock is asked.

`Inventory` is told what the API server says about objects and answers with the rows
that changed. In whatever order objects of different kinds arrive, the rows come out
equal in the end, up to their revisions:

    kube/ ──Object──▶ Inventory.apply() ──Row──▶ timeline, feed, history

What is kept per object is what its rows need, not the object.
"""

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence

from k8s_sync.address import Subnet
from k8s_sync.claims.backends import Backends
from k8s_sync.claims.facts import Place, Reader, ServiceFacts
from k8s_sync.claims.freshness import Freshness
from k8s_sync.claims.ledger import Ledger, Recall, recall_nothing
from k8s_sync.claims.nodes import Change, Knew, Nodes, knew_nothing
from k8s_sync.claims.outside import Outside
from k8s_sync.claims.pod_facts import PodReader
from k8s_sync.claims.pod_ports import PodPorts
from k8s_sync.claims.pods import Pods
from k8s_sync.claims.problems import Problems, ignore
from k8s_sync.claims.ranges import Ranges
from k8s_sync.claims.roles import deriving
from k8s_sync.claims.services import Services
from k8s_sync.claims.site_roles import SiteRule
from k8s_sync.claims.slices import Service, SliceFacts, Slices, moved, read_slice
from k8s_sync.claims.workload import Workloads
from k8s_sync.kube.objects import Metadata, Object
from k8s_sync.model import Claim, Ended, Range, Row

RESOURCES = (
    "namespaces",
    "nodes",
    "servicecidrs",
    "replicasets",
    "jobs",
    "services",
    "endpointslices",
    "pods",
)
"""What claims are made from; any subset will do."""


class Inventory:
    """The objects of one cluster and the claims that follow from them.

    Attributes:
        problems: What was wrong with objects.
        cluster_uid: What tells clusters apart however they are called: the uid of
            the namespace kube-system; empty as long as it is unknown.
    """

    def __init__(  # noqa: PLR0913 -- most are options, by name
        self,
        cluster: str,
        ranges: Iterable[Range] = (),
        *,
        revise: Callable[[], int] | None = None,
        recall: Recall = recall_nothing,
        knew: Knew = knew_nothing,
        problem: Callable[[str], None] = ignore,
        unreadable: Iterable[str] = (),
        node_ports: bool = True,
        site_roles: Iterable[SiteRule] = (),
    ) -> None:
        """Starts empty.

        Args:
            cluster: The name of the cluster in rows.
            ranges: Blocks of addresses that are configured, such as the services'.
                Their cluster and revision are set here.
            revise: Gives the next revision; counts from 1 if there is none.
            recall: Finds what an earlier run has known of a claim: its start and
                its version are better known than they can be now.
            knew: Tells whether an earlier run has known a node or service: what it
                has now and had not then, it has not had from its beginning.
            problem: Is told once what is wrong with an object, and where.
            unreadable: Resources that may not be read: what they would tell is
                guessed where a guess is nearly certain.
            node_ports: Claim node ports on all nodes. These are nodes times node
                ports rows; a large cluster may want to do without.
            site_roles: Rules for roles that a site has added.
        """
        revise = revise or itertools.count(1).__next__
        self.problems = Problems(problem)
        self.cluster_uid = ""
        self._read = Reader(self.problems)
        self._pod = PodReader(self._read, self.problems).pod
        self._fresh = Freshness()
        self._ledger = ledger = Ledger(cluster, revise, recall)
        self._ranges = Ranges(cluster, ranges, revise)
        self._workloads = Workloads(unreadable)
        roles = deriving(site_roles)
        self._nodes = Nodes(ledger, self._ranges, roles, knew)
        self._services = Services(
            ledger, self._nodes, roles, knew, node_ports=node_ports
        )
        self._slices = Slices()
        services = self._services
        backends = Backends(services.selectors, self._slices, services.unselecting)
        ports = PodPorts(revise)
        self._pods = Pods(ledger, self._nodes, self._workloads, backends, ports, roles)
        self._outside = Outside(
            ledger, revise, self._slices, services, self._of_nodes_and_pods
        )

    def rows(self) -> Iterator[Row]:
        """Yields all that is known: ranges, and the claims of objects that exist.

        A claim with an end is among them if its object is still there, such as a
        pod that is done, or one that has changed its address.
        """
        yield from self._ranges
        yield from self._services.claims()
        yield from self._outside
        yield from self._of_nodes_and_pods()

    def _of_nodes_and_pods(self) -> Iterator[Claim]:
        for node in self._nodes:
            yield from node.claims
        yield from self._pods.claims()

    def forget(self, before: int) -> None:
        """Forgets what ended before a time, and is silent about it if it is news."""
        self._ledger.horizon = before

    def apply(
        self, resource: str, obj: Object, now: int, *, trusted: bool = True
    ) -> list[Row]:
        """Takes note of an object as it is now.

        Args:
            resource: The plural: one of `RESOURCES`.
            obj: The object.
            now: The time in microseconds, for what ended without saying when.
            trusted: What is older than what is known, or gone, is no news. False if
                the server's history was set back.

        Returns:
            The rows that are new or changed; none if nothing is.

        Raises:
            ValueError: The resource is none of `RESOURCES`.
        """
        _check(resource)
        metadata = obj.metadata
        if not self._is_news(resource, metadata, trusted=trusted):
            return []
        rows: Sequence[Row] = []
        match resource:
            case "pods":
                rows = self._pods.apply(self._pod(obj), now)
            case "nodes":
                node = self._read.node(obj)
                rows = self._spread(self._nodes.apply(node, now), node.name, now)
            case "services":
                rows = self._apply_service(obj, now)
            case "endpointslices":
                rows = self._put_slice(metadata.uid, read_slice(self._read, obj), now)
            case "servicecidrs":
                at = Place(resource, metadata)
                blocks = self._read.each(at, Subnet.parse, obj.spec.cidrs)
                rows = self._ranges.settle(metadata.uid, blocks, now, "service")
            case "namespaces":
                if metadata.name == "kube-system":
                    self.cluster_uid = metadata.uid
            case _ if self._workloads.apply(resource, obj):
                rows = self._pods.maker_changed(metadata.uid, now)
        return [*rows, *self._outside.heard(rows, now)]

    def delete(
        self, resource: str, uid: str, now: int, obj: Object | None = None
    ) -> list[Row]:
        """Takes note that an object is gone.

        Only its uid counts: a late deletion does no harm to what has taken over its
        name or its address.

        Args:
            resource: The plural: one of `RESOURCES`.
            uid: The object's.
            now: The time in microseconds; what it held ends then, unless before.
            obj: Its last state, if that came with the deletion.

        Returns:
            The rows that changed.

        Raises:
            ValueError: The resource is none of `RESOURCES`.
        """
        _check(resource)
        self._fresh.gone(uid, seen=obj is not None)
        # Without a last state nobody saw the end: a new list lacked it.
        ended: Ended = "deleted" if obj else "missing"
        rows: Sequence[Row] = []
        match resource:
            case "pods":
                last = self._pod(obj) if obj and obj.metadata.uid == uid else None
                rows = self._pods.delete(uid, now, last, ended)
            case "nodes":
                name = self._nodes.name(uid)
                used = self._pods.on_node(name)
                change = self._nodes.delete(uid, now, used=used, ended=ended)
                rows = self._spread(change, name, now)
            case "services":
                facts = self._services.facts(uid)
                rows = self._services.delete(uid, now, ended)
                rows = [*rows, *self._reselect(facts, None, now)]
            case "endpointslices":
                rows = self._put_slice(uid, None, now)
            case "servicecidrs":
                rows = self._ranges.settle(uid, (), now)
            case _:
                self._workloads.delete(uid, used=self._pods.made_by(uid))
        return [*rows, *self._outside.heard(rows, now)]

    def set_readable(self, resource: str, now: int, *, readable: bool) -> list[Row]:
        """Takes note of whether a resource may be read, which may change any time."""
        if not self._workloads.set_readable(resource, readable=readable):
            return []
        rows = self._pods.all_changed(now)
        return [*rows, *self._outside.heard(rows, now)]

    def _is_news(self, resource: str, metadata: Metadata, *, trusted: bool) -> bool:
        if metadata.uid:
            return self._fresh.is_news(metadata, trusted=trusted)
        self.problems.report(Place(resource, metadata), "no uid")
        return False

    def _apply_service(self, obj: Object, now: int) -> list[Row]:
        facts = self._read.service(obj)
        before = self._services.facts(facts.uid)
        rows: list[Row] = [*self._services.apply(facts, now)]
        return rows + self._reselect(before, facts, now)

    def _reselect(
        self, before: ServiceFacts | None, after: ServiceFacts | None, now: int
    ) -> list[Row]:
        """Looks again at what is, or has been, behind a service."""
        facts = after or before
        if facts is None:
            return []
        rows: list[Row] = []
        service = Service(facts.namespace, facts.name)
        selects = [one and (one.selector, one.alias) for one in (before, after)]
        if selects[0] != selects[1]:
            asked = [found[0] for found in selects if found]
            rows += self._pods.selectors_changed(facts.namespace, asked, now)
            named = {pod for one in self._slices.of(service) for pod in one.named()}
            rows += self._pods.backing_changed(named, now)
        return rows + self._outside.service_changed(service, now)

    def _put_slice(self, uid: str, facts: SliceFacts | None, now: int) -> list[Row]:
        before = self._slices.put(uid, facts)
        rows: list[Row] = [*self._pods.backing_changed(moved(before, facts), now)]
        return rows + self._outside.slice_changed(before, facts, now)

    def _spread(self, change: Change, node: str, now: int) -> list[Row]:
        """Adds to the rows of a node those of what depends on it."""
        rows = change.rows
        rows += self._services.serve(change.addresses, now)
        if change.seen:
            rows += self._pods.node_changed(node, now)
        return rows


def _check(resource: str) -> None:
    if resource not in RESOURCES:
        raise ValueError(f"no claims are made from {resource}")
