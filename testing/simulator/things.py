"""What there is in a cluster, as it really is.

What the API says of it is another matter: see `kubelet`.
"""

from dataclasses import dataclass, field
from typing import NamedTuple

from simulator.pools import Pool

Kubelet = str
"""How soon a kubelet says that a pod's network is up: ``new`` when it next looks,
``mid`` (1.29 to 1.34) when it has also pulled the first images, ``old`` never."""


class Maker(NamedTuple):
    """What made a pod: the object that its owner reference names."""

    kind: str
    name: str
    uid: str


@dataclass(slots=True, eq=False)
class Holding:
    """An address was this object's, and nobody else's."""

    cluster: str
    network: str
    address: bytes
    port: int
    proto: str
    uid: str
    cause: str
    """What is special about its end; empty: nothing."""
    begin: int
    end: int | None = None
    talks: int | None = None
    """When its first container started: before, only strangers' packets come."""
    silent: int | None = None
    """When its last container was gone, some time before the address was."""
    slow: bool = False
    """The daemon hears of its owner later than others."""


@dataclass(slots=True, eq=False)
class Container:
    """A container and how it is."""

    name: str
    image: str
    init: bool = False
    started: int | None = None
    finished: int | None = None
    before: tuple[int, int] | None = None
    """When the one before it started and finished, if this one is a restart."""
    restarts: int = 0
    lost: bool = False
    """Nobody can tell when it ended."""


@dataclass(slots=True, eq=False)
class Node:
    """A node."""

    name: str
    uid: str
    cluster: "Cluster"
    address: str
    kubelet: Kubelet
    room: int
    """How many pods the scheduler may put there."""
    pools: tuple[Pool, ...]
    cidrs: tuple[str, ...]
    created: int
    """When it was registered with the API server."""
    holding: Holding | None = None
    """Its own address."""
    pods: "dict[str, Pod]" = field(default_factory=dict)
    bound: int = 0
    """Pods that take room: neither over nor gone for the API server."""
    deaf: int = 0
    """Until when its kubelet does nothing and says nothing."""
    down: bool = False
    gone: bool = False

    @property
    def free(self) -> bool:
        """Takes another pod."""
        return not (self.down or self.gone) and self.bound < self.room


@dataclass(slots=True, eq=False)
class Pod:
    """A pod."""

    uid: str
    name: str
    namespace: str
    cluster: "Cluster"
    maker: Maker | None
    labels: dict[str, str]
    containers: list[Container]
    created: int
    lag: tuple[float, float]
    grace: int = 30
    host_network: bool = False
    ports: tuple[tuple[int, str], ...] = ()
    """On the node."""
    config_hash: str = ""
    """Of a static pod: its identity."""
    life: int | None = None
    """How long its containers run until they are done; unset: for ever."""
    second: str | None = None
    """Its address in the storage network."""
    wanted: Node | None = None
    """Where it has to run, as its disk is there."""
    node: Node | None = None
    begun: int | None = None
    """When the kubelet took it on."""
    addresses: tuple[str, ...] = ()
    ready: bool = False
    """It has a sandbox with a network."""
    stamp: int | None = None
    """When the kubelet saw `ready` change; what it saw is `seen`."""
    seen: bool = False
    busy: int = 0
    """Until when the kubelet is busy with it, and does not look."""
    deletion: int | None = None
    """When its deletion was asked for."""
    ended: bool = False
    """Its containers are gone for good."""
    over: bool = False
    """The API server knows."""
    gone: bool = False
    """The API server has no such object any more."""
    turn: int = 0
    """Makes void what was planned before, when the plan changes."""
    holdings: list[Holding] = field(default_factory=list)
    told: object = None
    """The last status that was written."""
    spec: object = None
    cause: str = ""

    @property
    def identity(self) -> str:
        """Who it is: a static pod's mirror comes and goes, the pod stays."""
        return self.config_hash or self.uid

    @property
    def running(self) -> bool:
        """Its containers run."""
        up = self.ready and self.node is not None and not self.node.down
        return up and not self.ended and self.containers[-1].started is not None


@dataclass(slots=True, eq=False)
class Cluster:
    """A cluster."""

    name: str
    number: int
    nodes: list[Node] = field(default_factory=list)
    waiting: list[Pod] = field(default_factory=list)
    """Pods that no node has room for."""
    pools: tuple[Pool, ...] = ()
    """For all nodes; empty: each has its own."""
    storage: Pool | None = None
    """The addresses of the storage network."""
