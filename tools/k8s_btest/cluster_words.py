"""The words for a cluster: what its objects are, and since when and until when.

All times are from the start of the scenario. What is left out is made up, always the
same way: names of nodes, addresses, images.
"""

import math
from collections.abc import Iterable

import msgspec

from k8s_btest.values import Address, Port, Subnet, Time
from k8s_sync.claims.site_roles import SiteRule

LONG_AGO = Time.of("-1h")


class _Words(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    pass


class Node(_Words, frozen=True, kw_only=True):
    """A node."""

    name: str
    address: Address | None = None
    """By default 192.168.50.11, .12... in the order of the list."""
    pod_range: Subnet | None = None
    """Its pods' addresses; by default 10.244.0.0/24, 10.244.1.0/24..."""
    control_plane: bool = False
    """Has the label that makes it one."""
    zone: str = ""
    labels: dict[str, str] = {}
    annotations: dict[str, str] = {}
    since: Time = LONG_AGO
    until: Time | None = None


class Change(_Words, frozen=True, kw_only=True):
    """What is different about a pod from a time on; the rest stays."""

    at: Time
    labels: dict[str, str] | None = None
    annotations: dict[str, str] | None = None
    images: tuple[str, ...] | None = None
    address: Address | None = None


class Pod(_Words, frozen=True, kw_only=True):
    """A pod, or several alike."""

    name: str
    namespace: str = "default"
    workload: str = ""
    """``Deployment/web``, ``DaemonSet/agent``, ``CronJob/report``...; by default
    nothing but itself has made it."""
    replicas: int = 1
    """More than one: they are called NAME-1, NAME-2..."""
    node: str = ""
    """By default the nodes take turns."""
    address: Address | None = None
    """By default the next free one of its node; for one pod only."""
    address_v6: Address | None = None
    labels: dict[str, str] = {}
    annotations: dict[str, str] = {}
    images: tuple[str, ...] = ()
    service_account: str = "default"
    host_network: bool = False
    ports: tuple[Port, ...] = ()
    """Of its containers; ``8080:80`` is open as 80 on its node, too."""
    networks: dict[str, Address] = {}
    """Addresses in secondary networks, as Multus annotates them."""
    since: Time = LONG_AGO
    until: Time | None = None
    """When it is gone."""
    terminating: Time | None = None
    """When its deletion begins; by default that is never told."""
    finished: Time | None = None
    """When its last container is done, while the object stays."""
    changes: tuple[Change, ...] = ()

    def __post_init__(self) -> None:
        """Refuses what contradicts itself."""
        if self.replicas < 1:
            raise ValueError("replicas: at least 1")
        if self.replicas > 1 and (self.address or self.address_v6 or self.networks):
            raise ValueError("replicas cannot share an address: leave it out")
        if self.host_network and (self.address or self.networks):
            raise ValueError("a host_network pod has its node's address: leave it out")
        if self.workload and "/" not in self.workload:
            raise ValueError(
                f"workload {self.workload!r}: write Kind/name, as Deployment/web"
            )
        for name in ("until", "finished", "terminating"):
            end = getattr(self, name)
            if end is not None and end < self.since:
                raise ValueError(f"{name} is before since")


class Service(_Words, frozen=True, kw_only=True):
    """A service."""

    name: str
    namespace: str = "default"
    address: Address | None = None
    """The ClusterIP; by default the next free one of 10.96.0.0/16."""
    headless: bool = False
    """It has no address."""
    ports: tuple[Port, ...] = ()
    """``80:30080/tcp`` has a node port."""
    selector: dict[str, str] = {}
    external_addresses: tuple[Address, ...] = ()
    load_balancer: tuple[Address, ...] = ()
    labels: dict[str, str] = {}
    annotations: dict[str, str] = {}
    since: Time = LONG_AGO
    until: Time | None = None


class Ranges(_Words, frozen=True, kw_only=True):
    """Blocks of addresses that are known beyond those that nodes tell."""

    pod: tuple[Subnet, ...] = ()
    service: tuple[Subnet, ...] = (Subnet("10.96.0.0/16"),)
    node: tuple[Subnet, ...] = ()


class Cluster(_Words, frozen=True, kw_only=True):
    """A cluster, or as much of it as matters."""

    name: str = "prod"
    ranges: Ranges = Ranges()
    nodes: tuple[Node, ...] | None = None
    """By default node-1 and node-2, unless there are `objects`."""
    services: tuple[Service, ...] = ()
    pods: tuple[Pod, ...] = ()
    roles: tuple[SiteRule, ...] = ()
    """A site's own roles, as in the file that ``k8s-sync --roles`` takes."""
    objects: tuple[str, ...] = ()
    """Files that ``kubectl get -o json`` or ``-o yaml`` wrote, relative to the
    scenario. Their times stay as they are: set ``start`` to fit."""

    def __post_init__(self) -> None:
        """Fills in the nodes; refuses what cannot be in one cluster."""
        for kind, things in (("pods", self.pods), ("services", self.services)):
            _refuse_twins(kind, things)
        if self.nodes is None:
            usual = () if self.objects else (Node(name="node-1"), Node(name="node-2"))
            msgspec.structs.force_setattr(self, "nodes", usual)


def _refuse_twins(kind: str, things: Iterable[Pod | Service]) -> None:
    """Refuses two of one name at a time; one may come back when the other is gone."""
    gone: dict[tuple[str, str], float] = {}
    for one in sorted(things, key=lambda one: one.since):
        name = one.namespace, one.name
        if one.since < gone.get(name, -math.inf):
            raise ValueError(
                f"{kind}: {'/'.join(name)} is there twice at a time: write until: for"
                " the first one, or give them different names"
            )
        gone[name] = math.inf if one.until is None else one.until
