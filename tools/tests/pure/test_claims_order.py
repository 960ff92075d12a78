"""In whatever order and however often objects arrive, the rows are the same."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from k8s_sync.claims.inventory import Inventory
from k8s_sync.kube.files import Found, read_file
from k8s_sync.kube.objects import Object
from tests.pure.kubernetes import (
    DEMO,
    NOW,
    at,
    contents,
    controlled_by,
    endpoint_slice,
    host_pod,
    meta,
    node,
    obj,
    outside,
    pod,
    ran,
    replica_set,
    service,
    service_cidr,
    target,
)

WEB = {"app": "web", "pod-template-hash": "abc"}
BY_SET = controlled_by("ReplicaSet", "web-abc")
AGENT = {"containerPort": 9100, "hostPort": 9100}
WEB_2 = target("web-2", "10.0.1.5")

CLUSTER: list[tuple[str, Object]] = [
    ("namespaces", obj(metadata=meta("kube-system"))),
    ("nodes", node("node-1", "192.168.50.11", spec={"podCIDR": "10.0.0.0/24"})),
    (
        "nodes",
        node(
            "node-2",
            "192.168.50.12",
            "fd00::12",
            labels={"topology.kubernetes.io/zone": "b"},
            annotations={"network.cilium.io/ipv4-cilium-host": "10.0.1.1"},
            spec={"podCIDR": "10.0.1.0/24"},
        ),
    ),
    # A node that has come back, while its old object is still there.
    ("nodes", node("node-2", "192.168.50.12", uid="uid-node-2b")),
    ("replicasets", replica_set()),
    (
        "jobs",
        obj(
            metadata=meta("n-1", "shop", ownerReferences=controlled_by("CronJob", "n"))
        ),
    ),
    ("services", service("web", "10.96.0.7", spec={"selector": {"app": "web"}})),
    ("services", service("all", spec={"selector": {"tier": "x"}})),
    (
        "services",
        service(
            "lb",
            spec={"ports": [{"port": 443, "nodePort": 30443}]},
            ingress=["203.0.113.5"],
        ),
    ),
    ("pods", pod("web-1", "10.0.0.5", labels=WEB, ownerReferences=BY_SET)),
    (
        "pods",
        pod(
            "web-2",
            "10.0.1.5",
            node="node-2",
            labels=WEB | {"tier": "x"},
            ownerReferences=BY_SET,
            deletionTimestamp=at("11:00:00"),
        ),
    ),
    ("pods", host_pod("agent-1", AGENT)),
    ("pods", host_pod("agent-2", AGENT, node="node-2", up="08:30:00")),
    (
        "pods",
        pod(
            "n-1-x",
            "10.0.0.5",
            phase="Succeeded",
            ownerReferences=controlled_by("Job", "n-1"),
            status={"containerStatuses": [ran("09:00:04", "09:10:00")]},
        ),
    ),
    ("pods", host_pod("was-here", AGENT, node="node-2", phase="Failed")),
    ("pods", pod("pending", phase="Pending", up=None, node="")),
    ("servicecidrs", service_cidr("kubernetes", "10.96.0.0/16")),
    ("servicecidrs", service_cidr("more", "10.97.0.0/16", "10.96.0.0/16")),
    # Two services select web-2: 8080 is both's, 8443 and 9090 are one's each.
    ("endpointslices", endpoint_slice("web-a", "web", WEB_2, ports=[8080])),
    (
        "endpointslices",
        endpoint_slice(
            "web-b", "web", WEB_2, target("web-1", "10.0.0.5"), ports=[8080, 8443]
        ),
    ),
    ("endpointslices", endpoint_slice("all-a", "all", WEB_2, ports=[8080, 9090])),
    # One has no selector: it has a pod, what is outside, and what others have.
    ("services", service("mixed", "10.96.0.8")),
    (
        "endpointslices",
        endpoint_slice(
            "mixed-a",
            "mixed",
            target("web-1", "10.0.0.5", conditions={"ready": False}),
            outside("198.51.100.9"),
            outside("192.168.50.12"),
            outside("10.0.0.5"),
            outside("10.0.1.1"),
            ports=[5432],
        ),
    ),
    (
        "endpointslices",
        endpoint_slice(
            "mixed-b",
            "mixed",
            outside("198.51.100.9", "198.51.100.10"),
            ports=[5432, 5433],
            creationTimestamp=at("08:20:00"),
        ),
    ),
    (
        "endpointslices",
        endpoint_slice("mixed-c", "mixed", outside("198.51.100.11"), ports=[]),
    ),
    (
        "endpointslices",
        endpoint_slice("mixed-d", "mixed", outside("db.example"), kind="FQDN"),
    ),
    ("endpointslices", endpoint_slice("stray", "gone", outside("198.51.100.12"))),
]


def build(steps: list[tuple[str, Object]]) -> Inventory:
    inventory = Inventory("demo")
    for resource, made in steps:
        inventory.apply(resource, made, NOW)
    return inventory


EXPECTED = contents(build(CLUSTER))


@given(st.permutations(CLUSTER))
def test_the_order_of_objects_does_not_matter(steps: list[tuple[str, Object]]) -> None:
    assert contents(build(steps)) == EXPECTED


@given(st.permutations(CLUSTER), st.integers(min_value=0, max_value=10**9))
def test_seeing_objects_again_yields_nothing(
    steps: list[tuple[str, Object]], later: int
) -> None:
    inventory = build(CLUSTER)
    for resource, made in steps:
        assert inventory.apply(resource, made, NOW + later) == []


@given(st.permutations(CLUSTER))
def test_the_rows_that_were_returned_add_up_to_all(
    steps: list[tuple[str, Object]],
) -> None:
    inventory = Inventory("demo")
    newest = {}
    revisions = []
    for resource, made in steps:
        for row in inventory.apply(resource, made, NOW):
            newest[str(key_of(row))] = row
            revisions.append(row.revision)
    told = {repr(row): row.end for row in newest.values()}
    known = {repr(row) for row in inventory.rows()}
    assert known <= told.keys()
    # A claim on a port that turns out not to be a service's own ends, and is not kept.
    assert {text for text, end in told.items() if end is None} <= known
    assert len(set(revisions)) == len(revisions)


@given(st.permutations(CLUSTER), st.permutations(CLUSTER))
def test_deleting_everything_leaves_nothing(
    made: list[tuple[str, Object]], gone: list[tuple[str, Object]]
) -> None:
    inventory = build(made)
    for resource, one in gone:
        for row in inventory.delete(resource, one.metadata.uid, NOW):
            assert row.revision
    assert list(inventory.rows()) == []
    assert left_over(inventory) == []


@pytest.fixture(scope="module")
def demo() -> list[Found]:
    return list(read_file(str(DEMO), pytest.fail))


@pytest.mark.parametrize("seed", range(20))
def test_the_demo_cluster_comes_out_the_same(demo: list[Found], seed: int) -> None:
    steps = [(found.resource, found.object) for found in demo]
    expected = contents(build(steps))
    random.Random(seed).shuffle(steps)  # noqa: S311
    assert contents(build(steps)) == expected


def key_of(row: object) -> list[object]:
    names = ("network", "address", "port", "proto", "subnet", "kind")
    owner = getattr(row, "owner", None)
    return [owner and owner.uid, *(getattr(row, name, None) for name in names)]


def left_over(inventory: Inventory) -> list[object]:
    """What an inventory still holds on to of objects that are gone."""
    pods, nodes = inventory._pods, inventory._nodes
    services, workloads = inventory._services, inventory._workloads
    tables = [
        pods._pods,
        pods._mirrors,
        pods._relabelled,
        pods._where._in_namespace,
        pods._where._on_node,
        pods._where._made_by,
        nodes._nodes,
        nodes._named,
        nodes._hosts,
        services._services,
        services._with_node_ports,
        services._named,
        inventory._slices._slices,
        inventory._slices._of,
        services._unselecting,
        inventory._outside._claims,
        inventory._outside._since,
        inventory._outside._users,
        inventory._outside._holders,
        pods._ports._pods,
        services.selectors._by_label,
        workloads._above,
        workloads._gone,
        inventory._ranges._ranges,
        inventory._ranges._holders,
        inventory._ranges._held,
    ]
    return [table for table in tables if table]
