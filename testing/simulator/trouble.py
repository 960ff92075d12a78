"""Nodes that are lost, cut off, or boot anew, and what becomes of their pods.

A pod on a node that does not answer is not gone because the API server says so: its
containers may run on, and its addresses are given away only when they do not.
"""

from collections.abc import Callable

from k8s_sync.address import pack
from simulator import kubelet
from simulator.clock import SECOND
from simulator.endings import Endings
from simulator.things import Holding, Node, Pod

_NOT_READY = 40 * SECOND
_TOLERATION = 300 * SECOND
"""How long pods tolerate a node that is not ready."""


class Trouble(Endings):
    """Gets nodes into trouble."""

    join: Callable[[Node], None] = staticmethod(lambda _: None)
    """Puts a new node in the place of one that is gone."""

    def _silence(self, node: Node, cause: str) -> list[Pod]:
        """The power goes: from now on nothing runs there."""
        node.down = True
        if node.holding is not None:
            node.holding.end = node.holding.silent = self.loop.now
        pods = [pod for pod in node.pods.values() if not pod.gone]
        for pod in node.pods.values():
            self.mark(pod, cause)
            pod.turn += 1
            self.end(pod)
        return pods

    def _power(self, node: Node) -> None:
        node.down = False
        self._hold_own(node)

    def _hold_own(self, node: Node) -> None:
        now = self.loop.now
        node.holding = Holding(
            *(node.cluster.name, "", pack(node.address), 0, "", node.uid, "node"),
            begin=now,
            talks=now,
        )
        self.truth.append(node.holding)

    def lose(self, node: Node) -> None:
        """The machine is gone for good; the cloud says so after a while."""
        self._silence(node, "node-loss")
        self.loop.after(self.dice.between(40, 120), self._forget, node)

    def _forget(self, node: Node) -> None:
        node.gone = True
        node.cluster.nodes.remove(node)
        self._tell_gone(node)
        for pod in list(node.pods.values()):
            self.loop.after(self.dice.between(20, 60), self._collect, pod)
        self.loop.after(self.dice.between(60, 180), self.join, node)

    def _tell_gone(self, node: Node) -> None:
        self.telling.tell(
            node.cluster.name,
            *("nodes", node.uid, kubelet.node_object(node), self.loop.now),
            gone=True,
        )

    def _collect(self, pod: Pod) -> None:
        """The garbage collector of pods: Failed, and gone at once (T14)."""
        self.loop.after(self.dice.between(0.5, 60), self.free, pod)
        if pod.gone:
            return
        if not pod.over:
            self.write(pod, kubelet.collected(pod.told))
        self.loop.after(self.dice.between(0.01, 0.2), self.remove, pod)

    def lose_and_find(self, node: Node) -> None:
        """The machine is off until long after its pods were evicted (T23)."""
        self._silence(node, "node-loss")
        self.loop.after(_NOT_READY + _TOLERATION, self._evict, node)
        self.loop.after(self.dice.between(400, 900), self._found, node)

    def _evict(self, node: Node) -> None:
        for pod in list(node.pods.values()):
            if not pod.over:
                self.delete(pod)

    def _found(self, node: Node) -> None:
        self._power(node)
        for pod in list(node.pods.values()):
            self._lost(pod)
        self.fill(node.cluster)

    def _lost(self, pod: Pod) -> None:
        """The kubelet is back and finds nothing of a pod: it says it has ended."""
        self.free(pod)
        if pod.gone:
            return
        if pod.over:
            if pod.deletion is not None:
                self.loop.after(self.dice.between(0.2, 2), self.remove, pod)
            return
        for container in pod.containers:
            container.lost = True
        pod.ended = True
        self.loop.after(self.dice.between(1, 10), self.look, pod)

    def reboot(self, node: Node) -> None:
        """The machine boots; its pods go on, with other addresses (T7)."""
        for pod in self._silence(node, "moved"):
            if not (pod.over or pod.ended or pod.deletion or pod.life):
                self.crash(pod)
        self.loop.after(self.dice.between(30, 150), self._booted, node)

    def _booted(self, node: Node) -> None:
        self._power(node)
        pods = list(node.pods.values())
        self.dice.shuffle(pods)
        for pod in pods:
            if pod.gone or pod.over or pod.ended or pod.deletion or pod.life:
                self._lost(pod)
            elif pod.begun is None:
                self.later(self.dice.between(1, 5), self.admit, pod)
            else:
                self.free(pod)
                self.loop.after(self.dice.between(0.2, 3), self._see_not_ready, pod)
                self.later(self.dice.between(3, 10), self.sandbox, pod)

    def _see_not_ready(self, pod: Pod) -> None:
        if not pod.ready:
            self.see(pod)
            if self.dice.one_in(0.6):
                self.look(pod)

    def cut_off(self, node: Node) -> None:
        """Nothing of a node is heard for a while; all on it runs on (T23)."""
        span = self.dice.spread(30, 900)
        node.deaf = self.loop.now + span
        for pod in node.pods.values():
            self.mark(pod, "node-loss")
        given_up = _NOT_READY + _TOLERATION
        if span > given_up:
            self.loop.after(given_up, self._evict, node)
            if self.dice.one_in(0.5):
                wait = min(given_up + self.dice.between(20, 60), span - SECOND)
                self.loop.after(wait, self._give_up, node)

    def _give_up(self, node: Node) -> None:
        """Somebody deletes the node's object; it makes a new one when it is back.

        To the cluster that is another node: until then nobody has its address, and
        what its old pods still do on its ports is no pod's any more.
        """
        self._tell_gone(node)
        if node.holding is not None:
            node.holding.end = node.holding.silent = self.loop.now
        for pod in node.pods.values():
            if pod.host_network:
                self.end(pod)
        for pod in list(node.pods.values()):
            if not pod.gone:
                if not pod.over and pod.node:
                    self.write(pod, kubelet.collected(pod.told))
                self.force_delete(pod)
        self.loop.at(node.deaf, self._register_again, node)

    def _register_again(self, node: Node) -> None:
        node.uid = self.dice.uid()
        node.created = self.loop.now
        self.register(node)

    def register(self, node: Node) -> None:
        """The kubelet registers its node."""
        now = self.loop.now
        obj = kubelet.node_object(node)
        self.telling.tell(node.cluster.name, "nodes", node.uid, obj, now)
        self._hold_own(node)
