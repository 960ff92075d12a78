"""What the API server and its scheduler do with a pod."""

from collections.abc import Callable

from k8s_sync.kube.objects import Status
from simulator import kubelet
from simulator.clock import Dice, Loop
from simulator.telling import Telling
from simulator.things import Cluster, Holding, Node, Pod


class Scheduler:
    """Creates pods, binds them to nodes with room, and takes them out again.

    Attributes:
        truth: Who held which address when.
        on_over: Is told when the API server knows that a pod ended by itself.
        on_gone: Is told when the API server has no such pod any more.
    """

    def __init__(self, dice: Dice, loop: Loop, telling: Telling) -> None:
        """Starts with nobody."""
        self.dice = dice
        self.loop = loop
        self.telling = telling
        self.truth: list[Holding] = []
        self.on_over: Callable[[Pod], None] = lambda _: None
        self.on_gone: Callable[[Pod], None] = lambda _: None

    def admit(self, pod: Pod) -> None:
        """Gives a pod to the kubelet of its node."""
        raise NotImplementedError

    # --- What is planned

    def later(self, span: int, act: Callable[[Pod], None], pod: Pod) -> None:
        """Plans something for a pod, unless its plan changes before."""
        self.loop.after(span, self._unless_void, act, pod, pod.turn)

    def _unless_void(self, act: Callable[[Pod], None], pod: Pod, turn: int) -> None:
        if pod.turn == turn:
            act(pod)

    # --- What the API server knows

    def write(self, pod: Pod, status: Status | None = None) -> None:
        """Lets the API server take note of a pod as it is now."""
        if pod.gone:
            return
        if status is not None:
            pod.told = status
        obj = kubelet.whole(pod)
        self.telling.tell(
            pod.cluster.name, "pods", pod.uid, obj, self.loop.now, pod.lag
        )
        if obj.status.phase in ("Succeeded", "Failed") and not pod.over:
            pod.over = True
            self._make_room(pod)
            if pod.deletion is None:
                self.on_over(pod)
            elif pod.node and not pod.node.down:
                self.loop.after(self.dice.between(0.1, 2), self.remove, pod)

    def remove(self, pod: Pod) -> None:
        """Takes a pod out of the API server."""
        if pod.gone:
            return
        self.telling.tell(
            pod.cluster.name,
            *("pods", pod.uid, kubelet.whole(pod), self.loop.now, pod.lag),
            gone=True,
        )
        pod.gone = True
        if not pod.over:
            pod.over = True
            self._make_room(pod)
        self.on_gone(pod)

    def _make_room(self, pod: Pod) -> None:
        node = pod.node
        if node is not None:
            node.bound -= 1
        self.fill(pod.cluster)

    def fill(self, cluster: Cluster) -> None:
        """Gives pods that wait to nodes that have room."""
        while cluster.waiting:
            found = self._room(cluster, cluster.waiting[0])
            if found is None:
                return
            self._bind(cluster.waiting.pop(0), found)

    # --- From creation to the first packet

    def create(self, pod: Pod) -> None:
        """Creates a pod; the scheduler finds it a node."""
        self.write(pod)
        self.later(self.dice.between(0.02, 0.3), self._place, pod)

    def _place(self, pod: Pod) -> None:
        found = self._room(pod.cluster, pod)
        if found is None:
            pod.cluster.waiting.append(pod)
        else:
            self._bind(pod, found)

    def _room(self, cluster: Cluster, pod: Pod) -> Node | None:
        if pod.wanted is not None and not pod.wanted.gone:
            if pod.host_network or pod.wanted.free:
                return pod.wanted
            pod.wanted = None
        for node in self.dice.sample(cluster.nodes, min(4, len(cluster.nodes))):
            if node.free:
                return node
        return next((node for node in cluster.nodes if node.free), None)

    def _bind(self, pod: Pod, node: Node) -> None:
        if pod.gone:
            return
        pod.node = node
        node.bound += 1
        node.pods[pod.uid] = pod
        self.later(self.dice.between(0.05, 0.4), self._bound, pod)

    def _bound(self, pod: Pod) -> None:
        self.write(pod)
        self.later(self.dice.between(0.01, 0.5), self.admit, pod)
