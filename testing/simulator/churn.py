"""What people and controllers do to a cluster in an hour.

Rates are per pod and hour, so that a small cluster has the same life as a large one.
"""

import msgspec

from k8s_sync.address import pack
from k8s_sync.kube.objects import Object
from simulator import kubelet
from simulator.clock import BEGIN, HOUR, MINUTE, SECOND, iso
from simulator.people import KNOWN, People
from simulator.things import Cluster, Holding, Maker, Node, Pod
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
_MOVED = 0.02
_RESTARTED = 0.05
_RELABELED = 0.03
_MIRRORED = 0.2
_STATEFUL_RESTARTED = 0.6
_NODES_IN_TROUBLE = 0.12
"""Of the nodes, per hour."""


class App:
    """A Deployment, as far as its present ReplicaSet goes, or a StatefulSet."""

    def __init__(self, name: str, maker: Maker, size: int) -> None:
        """Has no pods yet."""
        self.name = name
        self.maker = maker
        self.size = size
        self.pods: list[Pod] = []


class Churn:
    """Lets things happen in one cluster."""

    def __init__(self, people: People, lives: Trouble, cluster: Cluster) -> None:
        """Works on `cluster`."""
        self._people = people
        self._lives = lives
        self._dice = lives.dice
        self._loop = lives.loop
        self._cluster = cluster
        self._apps: list[App] = []
        self._of: dict[str, App] = {}
        self._statics: list[Pod] = []
        self._daemons: dict[str, int] = {}
        self._jobs = 0
        self._replaced: set[str] = set()

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
        node = self._people.node(self._cluster, instead=instead)
        self._lives.telling.tell(
            *(self._cluster.name, "nodes", node.uid, kubelet.node_object(node)),
            self._loop.now,
        )
        self._own_address(node)
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

    def _own_address(self, node: Node) -> None:
        now = self._loop.now
        self._lives.truth.append(
            Holding(
                *(node.cluster.name, "", pack(node.address), 0, "", node.uid, "node"),
                begin=now,
                talks=now,
            )
        )

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

    def _app(self, name: str, kind: str, size: int) -> App:
        app = App(name, self._maker(name, kind), size)
        self._apps.append(app)
        return app

    def _maker(self, name: str, kind: str) -> Maker:
        uid = self._dice.uid()
        if kind == "ReplicaSet":
            name = f"{name}-{uid[:8]}"
            self._tell_maker("replicasets", name, uid, "Deployment")
        elif kind == "Job":
            self._tell_maker("jobs", name, uid, "CronJob")
        return Maker(kind, name, uid)

    def _tell_maker(self, resource: str, name: str, uid: str, above: str) -> None:
        owner = {"kind": above, "name": name.rpartition("-")[0], "uid": f"{uid}-o"}
        metadata = {
            **{"name": name, "namespace": "shop", "uid": uid},
            "creationTimestamp": iso(self._loop.now),
            "ownerReferences": [{**owner, "controller": True}],
        }
        obj = msgspec.convert({"metadata": metadata}, Object)
        telling = self._lives.telling
        telling.tell(
            self._cluster.name, resource, uid, obj, self._loop.now, telling.lag()
        )

    def _pod_of(self, app: App, ordinal: int | None = None) -> Pod:
        stateful = app.maker.kind == "StatefulSet"
        if ordinal is None:
            ordinal = len(app.pods)
        end = str(ordinal) if stateful else self._dice.uid()[:5]
        pod = self._people.pod(
            self._cluster,
            f"{app.maker.name}-{end}",
            app.maker,
            self._loop.now,
            app=app.name,
            second=stateful and self._dice.one_in(0.2),
        )
        app.pods.append(pod)
        self._of[pod.uid] = app
        return pod

    def _daemon(self, node: Node, name: str, port: int) -> Pod:
        maker = Maker("DaemonSet", name, f"{self._cluster.name}-{name}")
        turn = self._daemons[node.name] = self._daemons.get(node.name, 0) + 1
        label = f"{name}-{node.name}-{turn}"
        pod = self._people.pod(
            self._cluster, label, maker, self._loop.now, app=name, init=0
        )
        pod.host_network = True
        pod.ports = ((port, "tcp"), (port, "udp"))
        pod.wanted = node
        return pod

    def _service(self, name: str, address: bytes, now: int) -> None:
        uid = self._dice.uid()
        metadata = {"name": name, "namespace": "shop", "uid": uid}
        obj = msgspec.convert(
            {
                "metadata": {**metadata, "creationTimestamp": iso(now)},
                "spec": {"clusterIPs": [_text(address)], "selector": {"app": name}},
            },
            Object,
        )
        telling = self._lives.telling
        lag = telling.lag()
        telling.tell(self._cluster.name, "services", uid, obj, now, lag)
        holding = Holding(
            *(self._cluster.name, "", address, 0, "", uid, "service"),
            begin=now,
            talks=now,
        )
        self._lives.truth.append(holding)
        ends = self._loop.now + self._dice.about(2 * 3600)

        def end() -> None:
            moment = self._loop.now
            telling.tell(
                *(self._cluster.name, "services", uid, obj, moment, lag), gone=True
            )
            holding.end = holding.silent = moment
            self._loop.after(
                self._dice.between(0.2, 30), lambda: self._again(name, address)
            )

        self._loop.at(max(ends, BEGIN), end)

    def _again(self, name: str, address: bytes) -> None:
        self._service(f"{name}-next", address, self._loop.now)

    # --- What controllers do

    def over(self, pod: Pod) -> None:
        """A pod has ended by itself; a Job's is kept for a while."""
        if pod.maker and pod.maker.kind == "Job":
            self._loop.after(self._dice.spread(5, 900), self._lives.delete, pod)
            self._loop.after(self._dice.spread(0.5, 60), self._job)
        else:
            self._replace(pod)
            self._loop.after(self._dice.between(5, 60), self._lives.delete, pod)

    def gone(self, pod: Pod) -> None:
        """A pod is gone; what has to be there is made again."""
        if pod.node is not None:
            pod.node.pods.pop(pod.uid, None)
            if pod.ready:  # its containers run on
                pod.node.pods[f"{pod.uid} gone"] = pod
        self._replace(pod)

    def _replace(self, pod: Pod) -> None:
        if pod.uid in self._replaced:
            return
        self._replaced.add(pod.uid)
        app = self._of.pop(pod.uid, None)
        if app is not None:
            self._replace_in(app, pod)
        elif pod.maker and pod.maker.kind == "DaemonSet":
            node = pod.node or pod.wanted
            if node is not None and not node.gone and not pod.config_hash:
                port = pod.ports[0][0]
                new = self._daemon(node, pod.maker.name, port)
                self._loop.after(self._dice.between(0.1, 2), self._lives.create, new)
        elif pod.maker and pod.maker.kind == "Job" and not pod.over:
            self._loop.after(self._dice.spread(0.5, 60), self._job)

    def _replace_in(self, app: App, pod: Pod) -> None:
        app.pods = [other for other in app.pods if other is not pod]
        if app.maker.kind == "StatefulSet":
            new = self._pod_of(app, int(pod.name.rpartition("-")[2]))
            new.cause = "sts-restart"
            new.wanted = pod.node if self._dice.one_in(0.7) else None
        elif len(app.pods) < app.size:
            new = self._pod_of(app)
        else:
            return
        self._loop.after(self._dice.between(0.05, 1), self._create_now, new)

    def _create_now(self, pod: Pod) -> None:
        pod.created = self._loop.now
        self._lives.create(pod)

    def _job(self) -> None:
        self._jobs += 1
        name = f"report-{self._jobs}"
        maker = self._maker(f"{name}-{self._jobs}", "Job")
        pod = self._people.pod(self._cluster, name, maker, self._loop.now, app="report")
        pod.life = self._dice.spread(1, 600)
        pod.cause = "job-finished"
        self._lives.create(pod)

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
            self._often(_NODES_IN_TROUBLE * share, lambda a=act: self._node(a), nodes)

    def _often(self, rate, act, of: int = 0) -> None:  # type: ignore[no-untyped-def]
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

    def _with_one(self, act) -> None:  # type: ignore[no-untyped-def]
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
            self._lives.delete(self._dice.choice(pods))

    def _node(self, act) -> None:  # type: ignore[no-untyped-def]
        nodes = self._cluster.nodes
        fit = [n for n in nodes if not (n.down or n.deaf > self._loop.now)]
        if len(fit) > len(nodes) / 2:
            act(self._dice.choice(fit))


def _text(address: bytes) -> str:
    return ".".join(map(str, address[12:]))
