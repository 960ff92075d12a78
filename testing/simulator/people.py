"""Makes clusters, nodes and pods, and what runs when the hour begins."""

from k8s_sync.kube.objects import Status
from simulator import kubelet
from simulator.clock import BEGIN, HOUR, MINUTE, SECOND, Dice, cut
from simulator.pools import HostLocal, LowestFree, Pool
from simulator.telling import SOON, Telling
from simulator.things import Cluster, Container, Kubelet, Maker, Node, Pod

KNOWN = BEGIN - MINUTE
"""When the daemon had heard of all that runs when the hour begins."""
_KUBELETS: dict[Kubelet, float] = {"new": 0.5, "mid": 0.45, "old": 0.05}
_PODS_PER_NODE = 40
_ROOMY = (3, 4)
"""Of five nodes, those with more addresses than pods."""
_TIGHT = 29
"""Addresses of a /27 for pods; a node may have so many pods that it runs out."""


class People:
    """Makes things up."""

    def __init__(self, dice: Dice, telling: Telling) -> None:
        """Draws with `dice`."""
        self._dice = dice
        self._telling = telling
        self._count = 0
        self._blocks: dict[str, int] = {}

    def cluster(self, name: str, number: int, *, shared: bool) -> Cluster:
        """Makes a cluster whose nodes share one range of addresses, or do not.

        All clusters have the same IPv4 addresses, and IPv6 addresses of their own.
        """
        cluster = Cluster(name, number)
        if shared:
            fours = [f"10.244.{n >> 8}.{n & 255}" for n in range(1, 1 << 14)]
            sixes = [f"fd00:{number}::{n:x}" for n in range(1, 1 << 14)]
            cluster.pools = LowestFree(fours), LowestFree(sixes)
        storage = [f"10.99.{n >> 8}.{n & 255}" for n in range(1, 1 << 12)]
        cluster.storage = LowestFree(storage)
        return cluster

    def node(self, cluster: Cluster, now: int, *, instead: Node | None = None) -> Node:
        """Makes a node, with the range of one that is gone if there is one."""
        self._count += 1
        number = self._count
        block = self._blocks.get(cluster.name, 0)
        pools: tuple[Pool, ...] = ()
        cidrs: tuple[str, ...] = ()
        room = _PODS_PER_NODE
        if not cluster.pools:
            if instead is not None:
                block = int(instead.cidrs[0].split(".")[2])
                room = instead.room
            else:
                self._blocks[cluster.name] = block + 1
                room = 2 * _TIGHT if block % 5 in _ROOMY else _TIGHT + 1
            last = _TIGHT if room <= _TIGHT + 1 else 125
            fours = [f"10.244.{block}.{n}" for n in range(2, 2 + last)]
            sixes = [f"fd00:{cluster.number}:{block:x}::{n:x}" for n in range(2, 64)]
            pools = HostLocal(fours), HostLocal(sixes)
            cidrs = (
                f"10.244.{block}.0/{27 if last == _TIGHT else 25}",
                f"fd00:{cluster.number}:{block:x}::/122",
            )
        made = Node(
            name=f"node-{number}",
            uid=self._dice.uid(),
            cluster=cluster,
            address=f"172.{18 + cluster.number}.{number >> 8}.{number & 255}",
            kubelet=self._dice.choices(tuple(_KUBELETS), tuple(_KUBELETS.values()))[0],
            room=room,
            pools=pools,
            cidrs=cidrs,
            created=now,
        )
        cluster.nodes.append(made)
        return made

    def pod(  # noqa: PLR0913 -- most are options, by name
        self,
        cluster: Cluster,
        name: str,
        maker: Maker | None,
        now: int,
        *,
        app: str = "",
        second: bool = False,
        init: float = 0.25,
    ) -> Pod:
        """Makes a pod that has just been created."""
        dice = self._dice
        containers = [Container("main", f"registry.example/{app or name}:v1")]
        if dice.one_in(0.3):
            containers.append(Container("mesh", "registry.example/mesh:v2"))
        if dice.one_in(init):
            containers.insert(0, Container("setup", "registry.example/sh:1", init=True))
        return Pod(
            uid=dice.uid(),
            name=name,
            namespace="shop",
            cluster=cluster,
            maker=maker,
            labels={"app": app or name},
            containers=containers,
            created=now,
            lag=self._telling.lag(),
            grace=dice.choices((30, 60, 5, 1), (80, 10, 5, 5))[0],
            second="" if second else None,
        )

    def settle(self, pod: Pod, node: Node) -> bool:
        """Gives a pod what it has had since some hours before the hour began.

        Returns:
            Whether there was an address for it.
        """
        pools = () if pod.host_network else pod.cluster.pools or node.pools
        addresses = tuple(a for a in (pool.take() for pool in pools) if a is not None)
        if len(addresses) < len(pools):
            return False
        if pod.second is not None and pod.cluster.storage is not None:
            pod.second = pod.cluster.storage.take()
        pod.node = node
        node.pods[pod.uid] = pod
        node.bound += 1
        since = KNOWN - HOUR - self._dice.between(0, 20 * 3600)
        pod.created, pod.begun = since, since + self._dice.between(0.1, 2)
        pod.addresses = addresses or (node.address,)
        pod.ready = pod.seen = True
        pod.stamp = cut(pod.begun + self._dice.between(1, 5))
        for container in pod.containers:
            container.started = pod.begun + 3 * SECOND
            if container.init:
                container.finished = pod.begun + 4 * SECOND
        pod.told = kubelet.status(pod)
        return True

    def known(self, pod: Pod) -> None:
        """Tells of a pod that runs when the hour begins."""
        assert isinstance(pod.told, Status)
        obj = kubelet.whole(pod)
        at_most = KNOWN, SOON
        self._telling.tell(pod.cluster.name, "pods", pod.uid, obj, *at_most)
