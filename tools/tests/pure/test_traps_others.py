"""Traps T17, T19 and T20: services, owners of owners, clusters."""

from typing import Any

import pytest

from k8s_sync.timeline import Timeline
from tests.pure.kubernetes import (
    at,
    controlled_by,
    node,
    obj,
    pod,
    replica_set,
    service,
)
from tests.pure.told import Told

IP = "10.0.0.1"


# --- T17: services


@pytest.mark.parametrize("spec", [{"clusterIPs": ["None"]}, {"type": "ExternalName"}])
def test_t17_a_service_without_an_address_has_none(spec: dict[str, Any]) -> None:
    told = Told(problem=pytest.fail)
    ips = ["10.96.0.7"] if "type" in spec else []
    assert told.sees("services", service("web", *ips, spec=spec)) == []


def test_t17_services_that_share_an_address_have_their_ports() -> None:
    told = Told()
    for name, port in (("a", 80), ("b", 443)):
        spec = {"ports": [{"port": port}]}
        told.sees("services", service(name, spec=spec, ingress=["203.0.113.5"]))
    assert told.who("203.0.113.5", port=80) == "exact uid-a"
    assert told.who("203.0.113.5", port=443) == "exact uid-b"
    assert told.who("203.0.113.5", port=22) == "nothing -"


def test_t17_a_node_port_is_the_services_and_a_pod_goes_first() -> None:
    told = Told()
    told.sees("nodes", node("node-1", "192.168.50.11"))
    spec = {"ports": [{"port": 80, "nodePort": 30080}]}
    told.sees("services", service("web", "10.96.0.7", spec=spec))
    assert told.who("192.168.50.11", port=30080) == "exact uid-web"
    assert told.who("192.168.50.11") == "exact uid-node-1"
    told.sees("pods", pod("odd", "10.96.0.7"))
    assert told.who("10.96.0.7") == "exact uid-odd"


def test_t17_an_address_goes_from_one_service_to_the_next() -> None:
    told = Told()
    old = service("old", "10.96.0.7")
    told.sees("services", old)
    told.loses("services", "uid-old", "09:30:00", old)
    new = service("new", "10.96.0.7", creationTimestamp=at("09:31:00"))
    told.sees("services", new, "09:31:00")
    assert told.who("10.96.0.7", "09:29:00") == "exact uid-old"
    assert told.who("10.96.0.7", "09:30:10") == "ended uid-old"
    assert told.who("10.96.0.7", "09:31:30") == "exact uid-new"


# --- T19: who made what made it


def workload(told: Told) -> str:
    (claim,) = told.inventory._pods.claims()
    return claim.owner.workload


def test_t19_only_the_controller_leads_up() -> None:
    owners = controlled_by("Bystander", "x", controller=False)
    told = Told()
    references = [*owners, *controlled_by("ReplicaSet", "web-abc")]
    told.sees("pods", pod("web-1", IP, ownerReferences=references))
    assert workload(told) == "ReplicaSet/web-abc"
    told.sees("replicasets", replica_set())
    assert workload(told) == "Deployment/web"


def test_t19_what_is_heard_of_an_owner_later_counts_for_all_versions() -> None:
    references = controlled_by("ReplicaSet", "web-abc")
    told = Told()
    for number in range(3):
        labels = {"n": str(number)}
        made = pod("web-1", IP, labels=labels, ownerReferences=references)
        told.sees("pods", made, f"10:0{number}:00")
    told.sees("replicasets", replica_set())
    assert [claim.owner.workload for claim in told.inventory._pods.claims()] == [
        "Deployment/web"
    ] * 3
    assert told.labels(IP, "10:00:30") == ("n=0",)
    assert told.labels(IP, "10:01:30") == ("n=1",)
    assert told.labels(IP) == ("n=2",)


# --- T20: clusters with the same addresses


def test_t20_two_clusters_may_have_the_same_addresses() -> None:
    both = Timeline()
    for cluster in ("east", "west"):
        told = Told(cluster, both)
        told.sees("pods", pod("web-1", IP, uid=f"{cluster}-1"))
    assert told.who(IP) == "ambiguous -"
    assert told.who(IP, cluster="east") == "exact east-1"
    assert told.who(IP, cluster="west") == "exact west-1"


def test_t20_a_cluster_is_known_by_the_uid_of_kube_system() -> None:
    told = Told()
    for name in ("default", "kube-system"):
        told.sees("namespaces", obj(metadata={"name": name, "uid": f"uid-{name}"}))
    assert told.inventory.cluster_uid == "uid-kube-system"
