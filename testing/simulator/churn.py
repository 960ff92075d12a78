"""What runs when the hour begins, and what happens to it by chance.

Rates are per pod and hour, so that a small cluster has the same life as a large one.
"""

from collections.abc import Callable
from functools import partial

from k8s_sync.address import pack
from simulator.clock import BEGIN, HOUR, SECOND
from simulator.controllers import App, Controllers
from simulator.people import KNOWN, People
from simulator.things import Cluster, Node, Pod
from simulator.trouble import Trouble

_JOBS = 0.04
_STATEFUL = 0.1
_EACH_NODE = (("proxy", 10256), ("logs", 24224))
_SERVICES = 40

_ROLLED = 0.6
"""Of the pods of Deployments, so many are replaced per hour by rollouts."""
_DELETED = 0.2
_FORCED = 0.2
"""Of what is deleted one by one, so much by force."""
_DAEMONS_FORCED = 0.1
_MOVED = 0.02
_RESTARTED = 0.05
_RELABELED = 0.03
_MIRRORED = 0.2
_STATEFUL_RESTARTED = 0.6
_NODES_IN_TROUBLE = 0.12
"""Of the nodes, per hour."""


class Churn(Controllers):
    """Lets things happen in one cluster."""

    def __init__(self, people: People, lives: Trouble, cluster: Cluster) -> None:
        """Works on `cluster`."""
        super().__init__(people, lives, cluster)
        self._statics: list[Pod] = []

    # --- What runs when the hour begins

    def populate(self, count: int, room: float = 1.02) -> None:
        """Fills the cluster with so many pods, on nodes that have just room enough."""
        wanted = count * (1 - _JOBS / 2) * room
        while sum(node.room for node in self._cluster.nodes) < wanted:
            self.new_node(known=True)
        pods = 0
        number = 0
        while pods < count * (1 - _JOBS):
            stateful = self._dice.one_in(_STATEFUL)
            number += 1
            size = self._dice.choice((1, 2, 2, 3, 3, 4, 6, 10, 20))
            kind, name = ("StatefulSet", "db") if stateful else ("ReplicaSet", "web")
            app = self._app(f"{name}-{number}", kind, size)
            for ordinal in range(size):
                pod = self._pod_of(app, ordinal)
                if not self._settle(pod):
                    return
                pods += 1
        for _ in range(round(count * _JOBS)):
            self._loop.at(BEGIN - self._dice.between(0, 50), self._job)
        for number in range(_SERVICES):
            self._service(f"svc-{number}", pack(f"10.96.0.{number + 10}"), KNOWN)

    def new_node(self, instead: Node | None = None, *, known: bool = False) -> None:
        """Adds a node, with what runs on every node."""
        node = self._people.node(self._cluster, self._loop.now, instead=instead)
        self._lives.register(node)
        for name, port in _EACH_NODE:
            pod = self._daemon(node, name, port)
            if known:
                self._people.settle(pod, node)
                node.bound -= 1
                self._begin(pod)
            else:
                self._lives.create(pod)
        if known:
            static = self._daemon(node, "static", 9100)
            static.config_hash = self._dice.uid().replace("-", "")
            self._people.settle(static, node)
            node.bound -= 1
            self._begin(static)
            self._statics.append(static)
        else:
            self._lives.fill(self._cluster)

    def _begin(self, pod: Pod) -> None:
        self._lives.hold(pod)
        for holding in pod.holdings:
            holding.talks = holding.begin
        self._people.known(pod)

    def _settle(self, pod: Pod) -> bool:
        nodes = [node for node in self._cluster.nodes if node.free]
        self._dice.shuffle(nodes)
        for node in nodes:
            if self._people.settle(pod, node):
                self._begin(pod)
                return True
        return False

    # --- What people do

    def start(self) -> None:
        """Lets all that happens by chance begin."""
        lives = self._lives
        self._often(_ROLLED / 5, self._roll_out)
        self._often(_DELETED * (1 - _FORCED), lambda: self._delete(force=False))
        self._often(_DELETED * _FORCED, lambda: self._delete(force=True))
        self._often(_STATEFUL * _STATEFUL_RESTARTED, self._restart_stateful)
        self._often(_MOVED, lambda: self._with_one(lives.move))
        self._often(_RESTARTED, lambda: self._with_one(lives.restart_containers))
        self._often(_RELABELED, lambda: self._with_one(lives.relabel))
        nodes = len(self._cluster.nodes)
        self._often(_MIRRORED, self._mirror, nodes)
        self._often(0.5, self._delete_daemon, nodes)
        for share, act in (
            (0.3, lives.lose),
            (0.2, lives.lose_and_find),
            (0.25, lives.reboot),
            (0.25, lives.cut_off),
        ):
            self._often(_NODES_IN_TROUBLE * share, partial(self._node, act), nodes)

    def _often(self, rate: float, act: Callable[[], object], of: int = 0) -> None:
        """Does something so often per hour, and per pod or what it is `of`."""
        count = of or sum(app.size for app in self._apps)
        mean = HOUR / SECOND / (rate * count)

        def again() -> None:
            act()
            self._loop.after(self._dice.about(mean), again)

        self._loop.at(BEGIN + self._dice.about(mean), again)

    def _some(self, kind: str = "") -> App:
        while True:
            app = self._dice.choice(self._apps)
            if app.pods and (not kind or app.maker.kind == kind):
                return app

    def _with_one(self, act: Callable[[Pod], None]) -> None:
        act(self._dice.choice(self._some().pods))

    def _delete(self, *, force: bool) -> None:
        pod = self._dice.choice(self._some().pods)
        if not force:
            self._lives.delete(pod)
            if pod.maker and pod.maker.kind == "ReplicaSet":
                self._replace(pod)
            return
        self._lives.mark(pod, "force-delete")
        self._lives.force_delete(pod)

    def _restart_stateful(self) -> None:
        if not any(app.maker.kind == "StatefulSet" for app in self._apps):
            return
        pod = self._dice.choice(self._some("StatefulSet").pods)
        self._lives.mark(pod, "sts-restart")
        self._lives.delete(pod)

    def _roll_out(self) -> None:
        """A new ReplicaSet takes over, one pod after the other."""
        app = self._some()
        if app.maker.kind != "ReplicaSet":
            return
        app.maker = self._maker(app.name, "ReplicaSet")
        old, app.pods = app.pods, []
        wait = 0
        for pod in old:
            self._of.pop(pod.uid, None)
            self._replaced.add(pod.uid)
            new = self._pod_of(app)
            self._loop.after(wait, self._create_now, new)
            wait += self._dice.between(2, 10)
            self._loop.after(wait, self._lives.delete, pod)

    def _mirror(self) -> None:
        if self._statics:
            self._lives.mirror_again(self._dice.choice(self._statics))

    def _delete_daemon(self) -> None:
        node = self._dice.choice(self._cluster.nodes)
        pods = [p for p in node.pods.values() if p.ports and not p.config_hash]
        if pods:
            pod = self._dice.choice(pods)
            if self._dice.one_in(_DAEMONS_FORCED):
                self._lives.force_delete(pod)
            else:
                self._lives.delete(pod)

    def _node(self, act: Callable[[Node], None]) -> None:
        nodes = self._cluster.nodes
        fit = [n for n in nodes if not (n.down or n.deaf > self._loop.now)]
        if len(fit) > len(nodes) / 2:
            act(self._dice.choice(fit))
