"""A cluster over time: which objects the API told when, and who was where.

No I/O: objects of files are handed in. What is left out of a scenario (addresses,
nodes) is filled in here.
"""

import ipaddress
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

import msgspec

from k8s_btest import objects
from k8s_btest.cluster_words import Change, Cluster, Node, Pod, Service
from k8s_btest.errors import ScenarioError
from k8s_btest.objects import Json
from k8s_sync.claims.inventory import RESOURCES
from k8s_sync.kube.objects import Object

_ALWAYS = -(10**15)
"""Since when what files tell of is there."""
_FIRST_SERVICE = 100
"""Below, clusters keep addresses for those that ask for one."""


class Step(NamedTuple):
    """The API tells of an object, or (`gone`) that there is none any more."""

    at: int
    resource: str
    object: Json
    gone: bool = False


class Place(NamedTuple):
    """Where an object is reachable, from a time on."""

    kind: str
    namespace: str
    name: str
    since: int
    addresses: tuple[str, ...]
    node: str


class World(NamedTuple):
    """What there is, in the order of time; times are microseconds since the epoch."""

    steps: list[Step]
    places: list[Place]


def build(
    cluster: Cluster, started: int, found: Iterable[tuple[str, Object]] = ()
) -> World:
    """Makes the objects of a cluster, and the places where they are.

    Args:
        cluster: What was said.
        started: When the scenario starts.
        found: Resource and object of each that came from a file.

    Raises:
        ScenarioError: Something does not fit together.
    """
    builder = _Builder(cluster, started)
    places = [*builder.run(), *_places_of(found)]
    builder.steps.sort(key=lambda step: (step.at, RESOURCES.index(step.resource)))
    return World(builder.steps, places)


class _Builder:
    """Fills in what was left out."""

    def __init__(self, cluster: Cluster, started: int) -> None:
        self.steps: list[Step] = []
        self._cluster = cluster
        self._started = started
        self._nodes: dict[str, tuple[str, Callable[[], str]]] = {}
        asking: list[Node | Service | Pod] = [*(cluster.nodes or ()), *cluster.services]
        asking += _pods(cluster)
        self._taken = {str(said.address) for said in asking if said.address}

    def run(self) -> Iterator[Place]:
        """Adds the steps and yields the places."""
        for number, node in enumerate(self._cluster.nodes or ()):
            yield self._node(number, node)
        ranges = self._cluster.ranges.service
        fresh = self._free(ranges[0], _FIRST_SERVICE) if ranges else None
        for service in self._cluster.services:
            yield self._service(service, fresh)
        makers = set()
        for number, pod in enumerate(_pods(self._cluster)):
            for made in objects.makers(pod, self._started):
                if made["metadata"]["uid"] not in makers:
                    makers.add(made["metadata"]["uid"])
                    resource = made["kind"].lower() + "s"
                    self._add(pod.since, resource, made)
            yield from self._pod(number, pod)

    def _node(self, number: int, said: Node) -> Place:
        address = str(said.address or f"192.168.50.{number + 11}")
        block = str(said.pod_range or f"10.244.{number}.0/24")
        made = objects.node(said, address, block, self._started)
        self._add(said.since, "nodes", made, said.until)
        self._nodes[said.name] = (address, self._free(block, 2))
        return Place("node", "", said.name, said.since, (address,), address)

    def _service(self, said: Service, fresh: Callable[[], str] | None) -> Place:
        address = str(said.address or "")
        if not address and not said.headless:
            if fresh is None:
                raise ScenarioError(
                    f"service {said.name}: give it an address, or"
                    " cluster.ranges.service a block"
                )
            address = fresh()
        made = objects.service(said, address, self._started)
        self._add(said.since, "services", made, said.until)
        ips = (address,) if address else ()
        return Place("service", said.namespace, said.name, said.since, ips, "")

    def _pod(self, number: int, said: Pod) -> Iterator[Place]:
        if not self._nodes:
            raise ScenarioError("cluster.nodes: a pod needs one")
        names = list(self._nodes)
        name = said.node or names[number % len(names)]
        if name not in self._nodes:
            raise ScenarioError(f"pod {said.name}: there is no node {name}")
        host, fresh = self._nodes[name]
        said = msgspec.structs.replace(said, node=name)
        own: list[str] = []
        if not said.host_network:
            own = [str(said.address or fresh())]
            own += [str(said.address_v6)] if said.address_v6 else []
        for since, pod, addresses in self._versions(said, own):
            made = objects.pod(pod, addresses, host, self._started)
            at = max(since, said.since)
            self._add(at, "pods", made)
            ips = tuple(addresses) or (host,)
            yield Place("pod", said.namespace, said.name, at, ips, host)
        self._end(said, made)

    def _versions(
        self, said: Pod, own: list[str]
    ) -> Iterator[tuple[int, Pod, list[str]]]:
        """Yields the pod as it is first, and after each change."""
        yield said.since, said, own
        for change in sorted(said.changes, key=lambda change: change.at):
            if change.address:
                own = [str(change.address), *own[1:]]
            said = msgspec.structs.replace(said, **_changed(change))
            yield change.at, said, own

    def _end(self, said: Pod, made: Json) -> None:
        if said.terminating is not None:
            made = objects.terminating(made, self._started + said.terminating)
            self._add(said.terminating, "pods", made)
        if said.finished is not None:
            made = objects.finished(made, self._started + said.finished)
            self._add(said.finished, "pods", made)
        if said.until is not None:
            self.steps.append(Step(self._started + said.until, "pods", made, gone=True))

    def _add(
        self, at: int, resource: str, made: Json, until: int | None = None
    ) -> None:
        self.steps.append(Step(self._started + at, resource, made))
        if until is not None:
            self.steps.append(Step(self._started + until, resource, made, gone=True))

    def _free(self, block: str, first: int) -> Callable[[], str]:
        """Hands out the addresses of a block that nobody has asked for by name."""
        network = ipaddress.ip_network(block)
        numbers = iter(range(first, network.num_addresses))

        def fresh() -> str:
            for number in numbers:
                address = str(network[number])
                if address not in self._taken:
                    return address
            raise ScenarioError(f"{block} is full: give the node a larger pod_range")

        return fresh


def _pods(cluster: Cluster) -> Iterator[Pod]:
    """Yields the pods, each replica for itself."""
    for said in cluster.pods:
        if said.replicas == 1:
            yield said
        for number in range(1, said.replicas + 1) if said.replicas > 1 else ():
            yield msgspec.structs.replace(said, name=f"{said.name}-{number}")


def _changed(change: Change) -> dict[str, object]:
    words = ("labels", "annotations", "images")
    said = {word: getattr(change, word) for word in words}
    return {word: value for word, value in said.items() if value is not None}


def _places_of(found: Iterable[tuple[str, Object]]) -> Iterator[Place]:
    """Yields where the objects of files are; they are there all the time."""
    hosts = []
    rest = []
    for resource, one in found:
        if resource == "nodes":
            ips = [a.address for a in one.status.addresses if a.type == "InternalIP"]
            ips = ips or [""]
            hosts.append(
                Place("node", "", one.metadata.name, _ALWAYS, tuple(ips), ips[0])
            )
        elif resource == "services":
            rest.append(
                ("service", one, one.spec.cluster_ips or (one.spec.cluster_ip,))
            )
        elif resource == "pods":
            status = one.status
            ips = [ip.ip for ip in status.pod_ips] or [status.pod_ip]
            rest.append(("pod", one, tuple(ips)))
    yield from hosts
    named = {place.name: place.node for place in hosts}
    for kind, one, addresses in rest:
        real = tuple(ip for ip in addresses if ip not in ("", "None"))
        node = named.get(one.spec.node_name, "")
        metadata = one.metadata
        yield Place(kind, metadata.namespace, metadata.name, _ALWAYS, real, node)
