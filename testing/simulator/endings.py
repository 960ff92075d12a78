"""Ways to end that somebody asked for, and what else may happen to one pod."""

from simulator import kubelet
from simulator.clock import SECOND
from simulator.lives import Lives
from simulator.things import Pod


class Endings(Lives):
    """Ends lives."""

    def mark(self, pod: Pod, cause: str) -> None:
        """Notes what is special about how a pod's addresses change hands."""
        pod.cause = cause
        for holding in pod.holdings:
            holding.cause = cause

    def delete(self, pod: Pod) -> None:
        """Asks for a pod's deletion: it may take its grace period to end."""
        if pod.gone or pod.deletion is not None:
            return
        pod.deletion = self.loop.now
        node = pod.node
        if node is None:
            if pod in pod.cluster.waiting:
                pod.cluster.waiting.remove(pod)
            self.remove(pod)
            return
        self.write(pod)
        if pod.over:
            self.loop.after(self.dice.between(0.2, 2), self.remove, pod)
        elif not node.down:
            heard = self.loop.now + self.dice.between(0.05, 1)
            if node.deaf > heard:
                heard = node.deaf + self.dice.between(0.05, 3)
            self.loop.at(heard, self._terminate, pod)

    def _terminate(self, pod: Pod) -> None:
        """The kubelet asks the containers to end."""
        if pod.node is None or pod.node.down or pod.ended:
            return
        pod.turn += 1
        self.later(self._exit(pod), self._stop_deleted, pod)

    def _exit(self, pod: Pod) -> int:
        if not pod.ready:
            return 0
        deaf = pod.grace, pod.grace
        span = self.dice.mixed((0.7, 0.05, 2), (0.2, 0.5, 30), (0.1, *deaf))
        return min(span, pod.grace * SECOND)

    def _stop_deleted(self, pod: Pod) -> None:
        self.stop(pod)
        # Its last status is written when the sandbox is gone.
        self.loop.after(self.dice.between(1, 2.5), self.look, pod)

    def force_delete(self, pod: Pod) -> None:
        """Takes the object away at once (T14); the containers run on for a while."""
        if pod.gone:
            return
        pod.deletion = pod.deletion or self.loop.now
        if pod in pod.cluster.waiting:
            pod.cluster.waiting.remove(pod)
        self.remove(pod)
        node = pod.node
        if node is None or node.down or pod.ended:
            return
        heard = self.loop.now + self.dice.between(0.05, 1)
        if node.deaf > heard:
            heard = node.deaf + self.dice.between(0.05, 3)
        self.loop.at(heard, self._terminate, pod)

    def restart_containers(self, pod: Pod) -> None:
        """Its containers crash and start again, in the same sandbox."""
        if not pod.running or pod.deletion is not None:
            return
        now = self.loop.now
        for container in pod.containers:
            if not container.init and container.started is not None:
                container.finished = now
        self.notice(pod)
        self.later(self.dice.between(0.5, 20), self._restarted, pod)

    def _restarted(self, pod: Pod) -> None:
        for container in pod.containers:
            if container.started is not None and container.finished is not None:
                if container.init:
                    continue
                container.before = container.started, container.finished
                container.finished = None
                container.started = self.loop.now
                container.restarts += 1
        self.notice(pod)

    def move(self, pod: Pod) -> None:
        """Its sandbox dies; it goes on in a new one, at another address (T7)."""
        if not pod.running or pod.deletion is not None or pod.life is not None:
            return
        self.mark(pod, "moved")
        self.crash(pod)
        self.later(self.dice.between(0.3, 2.2), self._move, pod)

    def crash(self, pod: Pod) -> None:
        """All its containers die, but the pod is to go on."""
        pod.turn += 1
        now = self.loop.now
        for container in pod.containers:
            if container.started is not None:
                container.before = container.started, container.finished or now
                container.restarts += 1
            container.started = container.finished = None
        for holding in pod.holdings:
            holding.silent = now

    def _move(self, pod: Pod) -> None:
        self.release(pod)
        self.see(pod)
        if self.dice.one_in(0.6):  # else the next status comes first
            self.notice(pod)
        self.later(self.dice.between(0.1, 0.5), self.sandbox, pod)

    def mirror_again(self, pod: Pod) -> None:
        """A static pod's mirror is deleted and made anew; the pod runs on (T16)."""
        if not pod.running or pod.node is None or pod.node.deaf > self.loop.now:
            return
        self.telling.tell(
            pod.cluster.name,
            *("pods", pod.uid, kubelet.whole(pod), self.loop.now, pod.lag),
            gone=True,
        )
        pod.uid = self.dice.uid()
        pod.created = self.loop.now
        self.loop.after(self.dice.between(0.1, 2), self.write, pod)

    def relabel(self, pod: Pod) -> None:
        """Somebody changes a label."""
        if not pod.gone:
            pod.labels["release"] = f"r{self.dice.randrange(1000)}"
            self.write(pod)
