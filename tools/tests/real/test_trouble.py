"""Whatever happens to a real API server and to the way there, the end is the truth."""

import asyncio
import signal

from tests.real.cluster import claims, running
from tests.real.process import until
from tests.real.relay import Relay
from tests.real.stage import RESOURCES, Stage
from tests.real.users import LESSER, STRANGER


async def test_a_cut_costs_no_second_sync(stage: Stage) -> None:
    """The watches go on from where they were, and nothing is told twice."""
    cluster, zeek = stage.cluster, stage.zeek
    cluster.namespace("cut")
    cluster.pod("stays", "cut", "10.2.1.1")
    cluster.pod("goes", "cut", "10.2.1.2")
    async with (
        Relay(stage.plane.api.port) as relay,
        stage.daemon(server=relay.url) as daemon,
    ):
        await stage.equal(daemon)
        before = claims(zeek, "10.2.1.1")
        relay.cut()
        cluster.delete("pods", "goes", "cut")
        cluster.pod("comes", "cut", "10.2.1.3")
        await until(lambda: daemon.said("pods: GET https://"), "the loss is told")
        relay.mend()
        await stage.equal(daemon)
        assert await daemon.metric("syncs_total") == len(RESOURCES)
        assert claims(zeek, "10.2.1.1") == before
        assert claims(zeek, "10.2.1.2")[0].end is not None


async def test_history_that_is_lost(stage: Stage) -> None:
    """Nobody heard of what happened: a fresh list shows it, by what is missing."""
    plane, cluster, zeek = stage.plane, stage.cluster, stage.zeek
    cluster.namespace("lost")
    for n, name in enumerate(("stays", "goes", "moves", "heir")):
        cluster.pod(name, "lost", f"10.2.2.{n}")
    async with (
        Relay(plane.api.port) as relay,
        stage.daemon(server=relay.url) as daemon,
    ):
        await stage.equal(daemon)
        stays, [heir] = claims(zeek, "10.2.2.0"), claims(zeek, "10.2.2.3")
        daemon.send(signal.SIGSTOP)
        relay.cut()
        cluster.delete("pods", "goes", "lost")
        cluster.set_status("pods", "moves", running("10.2.2.8"), "lost")
        cluster.delete("pods", "heir", "lost")
        cluster.pod("heir", "lost", "10.2.2.3")
        cluster.pod("comes", "lost", "10.2.2.9")
        plane.compact()
        # What the API server itself remembers is forgotten by a restart.
        plane.api.stop()
        await asyncio.to_thread(plane.api.start)
        relay.mend()
        daemon.send(signal.SIGCONT)
        await stage.equal(daemon)
        assert await daemon.metric("failures_total", reason="gone") >= 1
        assert await daemon.metric("syncs_total", resource="pods") == 2
        assert claims(zeek, "10.2.2.0") == stays, "what has not changed is not told"
        assert [row.end is None for row in claims(zeek, "10.2.2.1")] == [False]
        assert [row.end is None for row in claims(zeek, "10.2.2.2")] == [False]
        held = {row.owner.uid: row.end is None for row in claims(zeek, "10.2.2.3")}
        assert not held.pop(heir.owner.uid)
        assert list(held.values()) == [True], "a pod of the same name took over"
        assert zeek.connections == 1


async def test_the_api_server_restarts(stage: Stage) -> None:
    """What is known stays known, and Zeek's session stays up.

    For a moment, the new one refuses everything: it does not know its roles yet.
    """
    plane, cluster, zeek = stage.plane, stage.cluster, stage.zeek
    cluster.namespace("restart")
    # If it could not be read any more, one would guess that this is a Deployment.
    replicas = cluster.replica_set("restart", "web", "Rollout")
    cluster.replica("restart", replicas, "10.2.3.1")
    async with stage.daemon() as daemon:
        await stage.equal(daemon)
        before = claims(zeek, "10.2.3.1")
        assert before[0].owner.workload == "Rollout/web"
        cluster.pod("b", "restart", "10.2.3.2")
        await asyncio.to_thread(plane.api.stop, signal.SIGTERM)
        try:
            await until(lambda: daemon.said("pods: GET https://"), "the loss is told")
            assert claims(zeek, "10.2.3.1") == before
        finally:
            await asyncio.to_thread(plane.api.start)
        cluster.delete("pods", "b", "restart")
        cluster.pod("c", "restart", "10.2.3.3")
        await stage.equal(daemon)
        assert claims(zeek, "10.2.3.1") == before
        assert [row.end is None for row in claims(zeek, "10.2.3.2")] == [False]
        assert zeek.connections == 1


async def test_a_kind_that_is_forbidden(stage: Stage) -> None:
    """Costs what it alone tells, which is said; the rest works."""
    cluster = stage.cluster
    cluster.namespace("less")
    replicas = cluster.replica_set("less", "web", "Rollout")
    cluster.replica("less", replicas, "10.2.4.1")
    async with stage.daemon(user=LESSER) as daemon:
        await stage.equal(daemon, unreadable=("replicasets",))
        [claim] = claims(stage.zeek, "10.2.4.1")
        assert claim.owner.workload == "Deployment/web", "a guess"
        assert daemon.said("replicasets", "403", "grant the role list and watch")
        others = [name for name in RESOURCES if name != "replicasets"]
        for name in others:
            assert await daemon.metric("failures_total", resource=name) == 0


async def test_what_is_nested_without_end(stage: Stage) -> None:
    """An API server keeps it, in an annotation or in managed fields, and tells it."""
    cluster = stage.cluster
    cluster.namespace("deep")
    status = '[{"name":' + "[" * 9_900 + "]" * 9_900 + "}]"
    annotations = {"k8s.v1.cni.cncf.io/network-status": status}
    async with stage.daemon() as daemon:
        cluster.pod("a", "deep", "10.2.6.1", metadata={"annotations": annotations})
        await stage.equal(daemon)
        cluster.bury(cluster.pod("b", "deep", "10.2.6.2"), levels=9_900)
        cluster.pod("c", "deep", "10.2.6.3")
        await stage.equal(daemon)
        assert daemon.said("pods deep/a: bad annotation")
    async with stage.daemon() as daemon:
        await stage.equal(daemon)
    # Other tests find nothing wrong.
    cluster.delete("pods", "a", "deep")


async def test_a_token_that_is_refused_until_it_is_replaced(stage: Stage) -> None:
    """The file is read again, and nobody sees what is in it."""
    plane, file = stage.plane, stage.folder / "token"
    file.write_text(plane.tokens[STRANGER])
    config = plane.kubeconfig(
        stage.folder / "config", credentials={"tokenFile": str(file)}
    )
    async with stage.daemon(config=str(config)) as daemon:
        await until(lambda: daemon.said("pods: ", "401"), "the refusal is told")
        assert "pods: not synced yet" in await daemon.unready()
        assert not stage.zeek.connections, "an empty snapshot would end all claims"
        file.write_text(plane.tokens["k8s-sync"])
        await stage.equal(daemon)
