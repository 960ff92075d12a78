"""EndpointSlices and ServiceCIDRs as a real API server keeps and tells them."""

from typing import Any

from k8s_sync.address import Subnet
from k8s_sync.model import Range
from tests.real.cluster import Cluster, Json, claims, known
from tests.real.process import CLUSTER, until
from tests.real.stage import Stage

POD, OUTSIDE = "10.3.1.1", "198.51.100.7"


def behind(cluster: Cluster, service: str, namespace: str, **content: Any) -> None:
    """Makes a slice of a service."""
    labels = {"kubernetes.io/service-name": service}
    cluster.create(
        "endpointslices",
        f"{service}-x",
        namespace,
        metadata={"labels": labels},
        addressType="IPv4",
        **content,
    )


def target(pod: Json) -> Json:
    """The endpoint of a pod."""
    metadata = pod["metadata"]
    names = ("namespace", "name", "uid")
    reference = {"kind": "Pod", **{name: metadata[name] for name in names}}
    return {"addresses": [POD], "targetRef": reference}


async def test_slices(stage: Stage) -> None:
    """A port tells the service of a pod; an empty slice is read like any other."""
    cluster, there = stage.cluster, "slices"
    cluster.namespace(there)
    for name, selector in (("a", {"app": "x"}), ("b", {"app": "x"}), ("ext", None)):
        spec: Json = {"ports": [{"port": 80}]}
        if selector:
            spec["selector"] = selector
        cluster.create("services", name, there, spec=spec)
    pod = cluster.pod("p", there, POD, metadata={"labels": {"app": "x"}})
    both, one = {"name": "both", "port": 80}, {"name": "one", "port": 8080}
    behind(cluster, "a", there, endpoints=[target(pod)], ports=[both])
    behind(cluster, "b", there, endpoints=[target(pod)], ports=[both, one])
    ends = [{"addresses": [OUTSIDE], "conditions": {"ready": False}}]
    behind(cluster, "ext", there, endpoints=ends, ports=[{"port": 5432}])
    behind(cluster, "nothing", there, endpoints=[])
    async with stage.daemon() as daemon:
        await stage.equal(daemon)
        facts = {fact.place: fact.owner for fact in known(stage.zeek)}
        assert [claim.owner.service for claim in claims(stage.zeek, POD)] == [""]
        assert facts[f" {POD} 8080/tcp"].service == "b"
        assert facts[f" {POD} 8080/tcp"].pod == "p"
        assert f" {POD} 80/tcp" not in facts
        owner = facts[f" {OUTSIDE} 5432/tcp"]
        assert (owner.kind, owner.service) == ("service", "ext")
        cluster.delete("endpointslices", "ext-x", there)
        cluster.delete("services", "a", there)
        await stage.equal(daemon)
        [held] = claims(stage.zeek, POD)
        assert held.owner.service == "b"
        places = {fact.place for fact in known(stage.zeek)}
        assert not {f" {OUTSIDE} 5432/tcp", f" {POD} 8080/tcp"} & places
        assert await daemon.metric("problems_total") == 0


async def test_service_cidrs(stage: Stage) -> None:
    """The server makes one of its own flag; more may be added, and taken away."""
    own, more = Subnet.parse("10.96.0.0/16"), Subnet.parse("10.97.0.0/24")

    def ranges() -> set[Subnet]:
        return {
            row.subnet
            for row in stage.zeek.node.timeline
            if isinstance(row, Range) and row.kind == "service" and row.end is None
        }

    async with stage.daemon() as daemon:
        await until(lambda: ranges() == {own}, f"the range of {CLUSTER} is known")
        stage.cluster.create("servicecidrs", "more", spec={"cidrs": [str(more)]})
        await until(lambda: ranges() == {own, more}, "one more is known")
        stage.cluster.delete("servicecidrs", "more")
        await until(lambda: ranges() == {own}, "it is gone")
        await stage.equal(daemon)
