"""What controllers do: what is gone has to be there again."""

import msgspec

from k8s_sync.kube.objects import Object
from simulator.clock import BEGIN, iso
from simulator.people import People
from simulator.things import Cluster, Holding, Maker, Node, Pod
from simulator.trouble import Trouble


class App:
    """A Deployment, as far as its present ReplicaSet goes, or a StatefulSet."""

    def __init__(self, name: str, maker: Maker, size: int) -> None:
        """Has no pods yet."""
        self.name = name
        self.maker = maker
        self.size = size
        self.pods: list[Pod] = []


class Controllers:
    """The controllers of one cluster."""

    def __init__(self, people: People, lives: Trouble, cluster: Cluster) -> None:
        """Works on `cluster`."""
        self._people = people
        self._lives = lives
        self._dice = lives.dice
        self._loop = lives.loop
        self._cluster = cluster
        self._apps: list[App] = []
        self._of: dict[str, App] = {}
        self._daemons: dict[str, int] = {}
        self._jobs = 0
        self._replaced: set[str] = set()

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
            "name": name,
            "namespace": "shop",
            "uid": uid,
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


def _text(address: bytes) -> str:
    return ".".join(map(str, address[12:]))
