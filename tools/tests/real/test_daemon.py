"""What is in a real cluster, and what happens there, is what Zeek is told."""

import time

from k8s_sync.claims.api_time import parse
from k8s_sync.model import SECOND
from tests.real.api_server import ApiServer
from tests.real.cluster import claims, just_now, running
from tests.real.process import until
from tests.real.relay import Relay
from tests.real.stage import RESOURCES, Stage
from tests.real.users import SHOPPER, SHOPPER_NAMESPACE

MORE_THAN_A_PAGE = 520
FIRST, SECOND_ADDRESS, V6 = "10.1.1.1", "10.1.1.2", "fd00:1::1"


async def test_everything_that_is_there_is_named(stage: Stage) -> None:
    """As a stream of initial events, which this server offers."""
    cluster = stage.cluster
    cluster.namespace("shop")
    replicas = cluster.replica_set("shop", "web")
    service = cluster.create(
        "services",
        "front",
        "shop",
        spec={"type": "NodePort", "selector": {"app": "web"}, "ports": [{"port": 80}]},
    )
    pod = cluster.replica("shop", replicas)
    since = just_now()
    status = running(FIRST, V6, since=since)
    cluster.set_status("pods", pod["metadata"]["name"], status, "shop")
    async with stage.daemon() as daemon:
        await stage.equal(daemon)
        for text in (FIRST, V6):
            [claim] = claims(stage.zeek, text)
            owner = claim.owner
            assert (claim.start, claim.end) == (parse(since), None)
            assert owner.uid == pod["metadata"]["uid"]
            assert (owner.kind, owner.namespace) == ("pod", "shop")
            assert (owner.pod, owner.workload) == ("web-5d9c7b-x", "Deployment/web")
            assert (owner.node, owner.zone) == ("n1", "zone-a")
            assert (owner.service, owner.service_account) == ("front", "default")
            # Newer API servers add those of the node.
            assert {"app=web", "pod-template-hash=5d9c7b"} <= set(owner.labels)
            assert owner.images == ("registry.example/app:1",)
        [claim] = claims(stage.zeek, service["spec"]["clusterIP"])
        assert (claim.owner.kind, claim.owner.service) == ("service", "front")
        [claim] = claims(stage.zeek, "192.0.2.1")
        assert (claim.owner.kind, claim.owner.node) == ("node", "n1")
        [port] = service["spec"]["ports"]
        place = f" 192.0.2.1 {port['nodePort']}/tcp"
        assert place in {fact.place for fact in cluster.facts()}
        for name in RESOURCES:
            how = {"resource": name, "how": "stream"}
            assert await daemon.metric("syncs_total", **how) == 1, name
        assert await daemon.metric("syncs_total") == len(RESOURCES)
        assert await daemon.metric("failures_total") == 0
        assert await daemon.metric("problems_total") == 0


async def test_the_life_of_a_pod(stage: Stage) -> None:
    """It appears, gets an address, gets another, terminates, and is gone."""
    cluster, zeek = stage.cluster, stage.zeek
    cluster.namespace("life")
    one, two = "10.1.2.1", "10.1.2.2"
    async with stage.daemon() as daemon:
        await stage.equal(daemon)
        began = time.time_ns() // 1000
        uid = cluster.pod("p", "life")["metadata"]["uid"]
        await stage.equal(daemon)
        assert not any(row.owner.uid == uid for row in claims(zeek, one))
        cluster.set_status("pods", "p", running(one), "life")
        await until(lambda: len(claims(zeek, one)) == 1, "the pod has an address")
        [held] = claims(zeek, one)
        assert (held.owner.uid, held.end, held.terminating) == (uid, None, None)
        assert abs(held.start - began) < 30 * SECOND

        cluster.set_status("pods", "p", running(two), "life")
        await until(lambda: len(claims(zeek, two)) == 1, "the pod has moved")
        [left], [held] = claims(zeek, one), claims(zeek, two)
        assert left.end is not None
        assert left.start <= left.end <= held.start
        assert (held.owner.uid, held.end) == (uid, None)

        doomed = cluster.delete("pods", "p", "life", grace=30)["metadata"]
        await stage.equal(daemon)
        [held] = claims(zeek, two)
        deleted = parse(doomed["deletionTimestamp"]) - 30 * SECOND
        assert held.terminating == max(deleted, held.start)
        assert held.end is None

        cluster.delete("pods", "p", "life")
        await stage.equal(daemon)
        [gone] = claims(zeek, two)
        assert gone.end is not None
        assert gone.start <= gone.end < time.time_ns() // 1000

        heir = cluster.pod("p", "life", two)["metadata"]["uid"]
        await stage.equal(daemon)
        assert {row.owner.uid for row in claims(zeek, two)} == {uid, heir}
        assert [row.owner.uid for row in claims(zeek, two) if row.end is None] == [heir]
        assert await daemon.metric("failures_total") == 0


async def test_a_pod_that_is_done_gives_its_address_back(stage: Stage) -> None:
    """Although it stays there, and its status names the address for ever.

    The end is that of its container, and not when it was heard.
    """
    cluster, address = stage.cluster, "10.1.3.1"
    cluster.namespace("done")
    async with stage.daemon() as daemon:
        cluster.pod("p", "done", address)
        await stage.equal(daemon)
        [held] = claims(stage.zeek, address)
        finished = just_now()
        ended = {"exitCode": 0, "startedAt": finished, "finishedAt": finished}
        container = {"name": "c", "image": "", "imageID": "", "ready": False}
        container |= {"restartCount": 0, "state": {"terminated": ended}}
        status = {"phase": "Succeeded", "containerStatuses": [container]}
        cluster.set_status("pods", "p", status, "done")
        await stage.equal(daemon)
        [gone] = claims(stage.zeek, address)
        assert (gone.end, gone.ended) == (parse(finished) + SECOND, "finished")
        assert gone.owner == held.owner

    async with stage.daemon() as daemon:  # which begins when it is over
        await stage.equal(daemon)
        assert [row.end for row in claims(stage.zeek, address)] == [gone.end]


async def test_a_server_without_initial_events(
    stage: Stage, old_api: ApiServer
) -> None:
    """Pages are read, more than one of them, and the watch goes on from there."""
    cluster = stage.cluster
    cluster.namespace("many")
    for n in range(MORE_THAN_A_PAGE):
        cluster.create("services", f"s{n}", "many", spec={"ports": [{"port": 80}]})
    async with stage.daemon(server=old_api.url) as daemon:
        await stage.equal(daemon)
        assert len(cluster.facts()) > MORE_THAN_A_PAGE
        for name in RESOURCES:
            how = {"resource": name, "how": "pages"}
            assert await daemon.metric("syncs_total", **how) == 1, name
        assert await daemon.metric("syncs_total", how="stream") == 0
        cluster.pod("p", "many", "10.1.4.1")
        cluster.delete("services", "s1", "many")
        await stage.equal(daemon)
        assert len(claims(stage.zeek, "10.1.4.1")) == 1
        assert await daemon.metric("syncs_total") == len(RESOURCES)


async def test_from_one_api_server_to_another(stage: Stage, old_api: ApiServer) -> None:
    """They share an etcd, so what one has told, the other goes on from."""
    cluster = stage.cluster
    cluster.namespace("ha")
    async with (
        Relay(stage.plane.api.port) as relay,
        stage.daemon(server=relay.url) as daemon,
    ):
        await stage.equal(daemon)
        relay.cut()
        cluster.pod("p", "ha", "10.1.5.1")
        relay.port = old_api.port
        relay.mend()
        await stage.equal(daemon)
        assert len(claims(stage.zeek, "10.1.5.1")) == 1
        assert await daemon.metric("syncs_total") == len(RESOURCES)


async def test_one_namespace_and_a_role_in_it(stage: Stage) -> None:
    """Nothing outside of it is asked for, and nothing outside of it is told."""
    cluster = stage.cluster
    cluster.namespace(SHOPPER_NAMESPACE)
    cluster.namespace("other")
    replicas = cluster.replica_set(SHOPPER_NAMESPACE, "web")
    cluster.replica(SHOPPER_NAMESPACE, replicas, "10.1.6.1")
    cluster.pod("p", "other", "10.1.6.2")
    flag = f"--namespace={SHOPPER_NAMESPACE}"
    async with stage.daemon(flag, user=SHOPPER) as daemon:
        await until(lambda: len(claims(stage.zeek, "10.1.6.1")) == 1, "a pod is known")
        await until(lambda: daemon.delivered(stage.zeek), "Zeek holds all of it")
        [claim] = claims(stage.zeek, "10.1.6.1")
        assert claim.owner.workload == "Deployment/web"
        assert not claims(stage.zeek, "10.1.6.2")
        assert await daemon.unready() == ""
        assert await daemon.metric("failures_total") == 0


async def test_one_node_only(stage: Stage) -> None:
    """Its pods, and all that they talk to but the pods of other nodes."""
    cluster, zeek = stage.cluster, stage.zeek
    cluster.namespace("nodes")
    cluster.pod("here", "nodes", "10.1.9.1")
    cluster.pod("there", "nodes", "10.1.9.2", node="n2")
    service = cluster.create("services", "s", "nodes", spec={"ports": [{"port": 80}]})
    async with stage.daemon("--node=n1") as daemon:
        await until(lambda: bool(claims(zeek, "10.1.9.1")), "its pod is told")
        cluster.pod("later", "nodes", "10.1.9.3")
        await until(lambda: bool(claims(zeek, "10.1.9.3")), "and what follows")
        assert claims(zeek, service["spec"]["clusterIP"])
        assert claims(zeek, "192.0.2.1"), "of nodes it knows all"
        assert not claims(zeek, "10.1.9.2")
        assert await daemon.metric("failures_total") == 0
