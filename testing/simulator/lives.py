"""The life of a pod on its node, from its beginning to its end, as a kubelet leads it.

    admit ─▶ sandbox ─▶ up ─▶ containers ─▶ stop ─▶ release

An address is a pod's from `up` until `release`. It is given away only when the
sandbox is really gone, whatever the API server thinks by then.
"""

from k8s_sync.address import pack
from k8s_sync.kube.objects import Status
from simulator import kubelet
from simulator.clock import SECOND, cut
from simulator.scheduler import Scheduler
from simulator.things import Holding, Node, Pod

SLOW = 1.0
"""A lag of so many seconds makes an object a late one."""
STORAGE = "default/storage"


class Lives(Scheduler):
    """Leads lives, and keeps the truth."""

    def admit(self, pod: Pod) -> None:
        """The kubelet takes a pod on, unless its ports are still in use (T8)."""
        node = pod.node
        assert node is not None
        if node.deaf > self.loop.now or self._ports_in_use(pod, node):
            wait = max(node.deaf - self.loop.now, SECOND)
            self.later(wait + self.dice.between(0.01, 1), self.admit, pod)
            return
        pod.begun = self.loop.now
        self._note(pod)
        # The last is a disk that is still at another node.
        volumes = self.dice.mixed((0.8, 0.1, 1.5), (0.15, 1, 20), (0.05, 20, 180))
        self.later(volumes + self.dice.between(0.2, 0.8), self.sandbox, pod)

    def _ports_in_use(self, pod: Pod, node: Node) -> bool:
        return bool(pod.ports) and any(
            other is not pod and other.ports == pod.ports and other.holdings
            for other in node.pods.values()
        )

    def sandbox(self, pod: Pod) -> None:
        """Makes the sandbox; without a free address the kubelet tries again."""
        node = pod.node
        assert node is not None
        if pod.host_network:
            self.up(pod, (node.address,))
            return
        pools = pod.cluster.pools or node.pools
        taken = [pool.take() for pool in pools]
        addresses = tuple(address for address in taken if address is not None)
        if len(addresses) < len(pools):
            for pool, address in zip(pools, taken, strict=True):
                if address is not None:
                    pool.give_back(address)
            self.later(self.dice.between(10, 15), self.sandbox, pod)
            return
        if pod.second is not None and pod.cluster.storage is not None:
            pod.second = pod.cluster.storage.take() or ""
        self.up(pod, addresses)

    def up(self, pod: Pod, addresses: tuple[str, ...]) -> None:
        """The sandbox has its network."""
        pod.addresses = addresses
        pod.ready = True
        self.hold(pod)
        pull = self.dice.one_in(0.1)
        wait = self.dice.between(2, 60) if pull else self.dice.between(0.1, 2)
        pod.busy = self.loop.now + wait
        self.notice(pod)
        self.later(wait, self._start, pod)

    def hold(self, pod: Pod) -> None:
        """Writes the truth: its addresses are its own from now on."""
        assert pod.node is not None
        own = () if pod.host_network else pod.addresses
        keys = [("", address, 0, "") for address in own]
        keys += [("", pod.node.address, *port) for port in pod.ports]
        if pod.second:
            keys.append((STORAGE, pod.second, 0, ""))
        pod.holdings = [
            Holding(
                *(pod.cluster.name, network, pack(address), port, proto),
                uid=pod.identity,
                cause=pod.cause,
                begin=self.loop.now,
                slow=pod.lag[1] > SLOW,
            )
            for network, address, port, proto in keys
        ]
        self.truth += pod.holdings

    def _start(self, pod: Pod) -> None:
        """Starts the next containers: those for the beginning one by one."""
        now = self.loop.now
        for holding in pod.holdings:
            holding.talks = holding.talks or now
        waits = [c for c in pod.containers if c.init and c.finished is None]
        if waits:
            waits[0].started = now
            self.notice(pod)
            self.later(self.dice.between(0.1, 5), self._initialised, pod)
            return
        for container in pod.containers:
            if not container.init:
                container.started = now
        self.notice(pod)
        if pod.life is not None:
            self.later(pod.life, self.finish, pod)

    def _initialised(self, pod: Pod) -> None:
        next(c for c in pod.containers if c.finished is None).finished = self.loop.now
        self.notice(pod)
        self.later(self.dice.between(0.05, 0.5), self._start, pod)

    # --- What the kubelet sees

    def notice(self, pod: Pod) -> None:
        """Lets the kubelet look at a pod soon: it relists containers every second."""
        late = self.dice.one_in(0.01)
        span = self.dice.between(2, 10) if late else self.dice.between(0.05, 2)
        self.loop.after(span, self.look, pod)

    def look(self, pod: Pod) -> None:
        """The kubelet looks at a pod, and writes its status if that has changed."""
        node = pod.node
        if pod.gone or node is None or node.down:
            return
        now = self.loop.now
        busy = pod.busy if node.kubelet != "new" and not pod.ended else 0
        if max(node.deaf, busy) > now:
            self.loop.at(
                max(node.deaf, busy) + self.dice.between(0.05, 2), self.look, pod
            )
            return
        self.see(pod)
        self._note(pod)

    def see(self, pod: Pod) -> None:
        """The kubelet sees whether a pod has its network."""
        if pod.ready != pod.seen or pod.stamp is None:
            pod.seen = pod.ready
            pod.stamp = cut(self.loop.now)

    def _note(self, pod: Pod) -> None:
        status = kubelet.status(pod)
        if status == pod.told:
            return
        if pod.ended and not pod.over and self.dice.one_in(0.01):
            for container in pod.containers:
                container.lost = True
            status = kubelet.status(pod)
        if pod.ended and not pod.over and self.dice.one_in(0.03):
            self._write_soon(pod, kubelet.status(pod, hide=True))
        self._write_soon(pod, status)

    def _write_soon(self, pod: Pod, status: Status) -> None:
        when = self.loop.now + self.dice.between(0.01, 0.3)
        self.loop.at(self.telling.write(pod.uid, when), self.write, pod, status)

    # --- Ends

    def finish(self, pod: Pod) -> None:
        """Its containers are done."""
        self.stop(pod)
        self.notice(pod)

    def stop(self, pod: Pod) -> None:
        """Its containers end for good; the sandbox goes a little later."""
        pod.turn += 1
        for container in pod.containers:
            if container.started is not None and container.finished is None:
                container.finished = self.loop.now
        pod.ended = True
        for holding in pod.holdings:
            holding.silent = self.loop.now
        self.loop.after(self.dice.between(0.05, 1), self.release, pod)

    def release(self, pod: Pod) -> None:
        """The sandbox is gone, and its addresses are free for others."""
        if not pod.ready:
            return
        self.end(pod)
        self.free(pod)

    def free(self, pod: Pod) -> None:
        """Gives back what addresses it has; its end may have been long before."""
        if not pod.ready:
            return
        pod.ready = False
        assert pod.node is not None
        if not pod.host_network:
            pools = pod.cluster.pools or pod.node.pools
            for pool, address in zip(pools, pod.addresses, strict=True):
                pool.give_back(address)
        if pod.second and pod.cluster.storage:
            pod.cluster.storage.give_back(pod.second)

    def end(self, pod: Pod) -> None:
        """Writes the truth: its addresses are not its own any more."""
        for holding in pod.holdings:
            holding.end = self.loop.now
            holding.silent = holding.silent or self.loop.now
        pod.holdings = []
