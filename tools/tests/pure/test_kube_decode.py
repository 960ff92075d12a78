"""Bytes of the API become objects, and bad ones cost nobody else anything."""

import json
from typing import Any

import msgspec
import pytest

from k8s_sync.errors import BadAnswerError
from k8s_sync.kube.decode import Decoder, Problem
from k8s_sync.kube.lines import LineSplitter, LineTooLongError
from k8s_sync.kube.objects import Failure, Object

POD = {
    "metadata": {
        "name": "web",
        "namespace": "shop",
        "uid": "u1",
        "resourceVersion": "7",
        "creationTimestamp": "2026-01-01T00:00:00Z",
        "labels": {"app": "web"},
        "managedFields": [{"anything": [1, None]}],
        "ownerReferences": [
            {"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "r", "uid": "u2",
             "controller": True, "blockOwnerDeletion": True},
        ],
    },
    "spec": {
        "nodeName": "n1",
        "hostNetwork": True,
        "containers": [
            {"name": "c", "image": "i",
             "ports": [{"containerPort": 80, "hostPort": 8080, "hostIP": "10.0.0.1"}]}
        ],
    },
    "status": {
        "phase": "Running",
        "podIP": "10.0.0.2",
        "podIPs": [{"ip": "10.0.0.2"}, {"ip": "fd00::2"}],
        "hostIPs": [{"ip": "10.0.0.1"}],
        "conditions": [{"type": "Ready", "status": "True", "lastProbeTime": None}],
        "containerStatuses": [
            {"name": "c", "imageID": "x", "ready": False,
             "state": {"terminated": {"finishedAt": "2026-01-01T00:00:01Z"}}},
        ],
    },
}  # fmt: skip
SERVICE = {
    "metadata": {"name": "web"},
    "spec": {
        "clusterIP": "10.1.0.1",
        "clusterIPs": ["10.1.0.1"],
        "externalIPs": ["192.0.2.1"],
        "ports": [
            {"name": "http", "port": 80, "targetPort": "http", "nodePort": 30080}
        ],
        "selector": {"app": "web"},
    },
    "status": {"loadBalancer": {"ingress": [{"ip": "192.0.2.2", "ipMode": "VIP"}]}},
}
NODE = {
    "metadata": {"name": "n1"},
    "spec": {"podCIDR": "10.0.0.0/24", "podCIDRs": ["10.0.0.0/24", "fd00::/64"]},
    "status": {"addresses": [{"type": "InternalIP", "address": "10.9.0.1"}]},
}
SLICE = {
    "metadata": {"name": "s", "labels": {"kubernetes.io/service-name": "web"}},
    "addressType": "IPv4",
    "endpoints": [
        {
            "addresses": ["10.0.0.2"],
            "conditions": {"ready": True, "serving": True, "terminating": False},
            "targetRef": {
                "kind": "Pod", "namespace": "shop", "name": "web", "uid": "u1"
            },
            "nodeName": "n1",
            "zone": "a",
        },
        {"addresses": ["192.0.2.9"], "conditions": {}},
    ],
    "ports": [
        {"name": "http", "protocol": "TCP", "port": 80, "appProtocol": "http"},
        {"name": "every", "protocol": "UDP"},
    ],
}  # fmt: skip


def page(*items: Any, **more: Any) -> bytes:
    metadata = {"resourceVersion": "9", "continue": "", "remainingItemCount": 4}
    return json.dumps(
        {"kind": "PodList", "metadata": metadata, "items": items, **more}
    ).encode()


def event(kind: str, obj: Any) -> bytes:
    return json.dumps({"type": kind, "object": obj}).encode()


def test_a_pod() -> None:
    (obj,) = Decoder().page(page(POD)).items
    assert isinstance(obj, Object)
    assert obj.metadata.owner_references[0].controller
    assert obj.spec.host_network
    port = obj.spec.containers[0].ports[0]
    assert (port.container_port, port.host_port, port.host_ip) == (80, 8080, "10.0.0.1")
    assert [ip.ip for ip in obj.status.pod_ips] == ["10.0.0.2", "fd00::2"]
    terminated = obj.status.container_statuses[0].state.terminated
    assert terminated
    assert terminated.finished_at == "2026-01-01T00:00:01Z"
    assert obj.metadata.deletion_timestamp is None


def test_a_service_and_a_node() -> None:
    service, node = Decoder().page(page(SERVICE, NODE)).items
    assert isinstance(service, Object)
    assert isinstance(node, Object)
    assert service.spec.cluster_ips == ("10.1.0.1",)
    assert (service.spec.ports[0].port, service.spec.ports[0].node_port) == (80, 30080)
    assert service.status.load_balancer.ingress[0].ip == "192.0.2.2"
    assert node.spec.pod_cidrs == ("10.0.0.0/24", "fd00::/64")
    assert node.status.addresses[0].address == "10.9.0.1"


def test_a_slice() -> None:
    (made,) = Decoder().page(page(SLICE)).items
    assert isinstance(made, Object)
    assert made.metadata.labels == {"kubernetes.io/service-name": "web"}
    assert made.address_type == "IPv4"
    named, bare = made.endpoints or ()
    assert named.addresses == ("10.0.0.2",)
    assert named.target_ref
    assert named.target_ref.uid == "u1"
    assert bare.target_ref is None
    port, every = made.ports or ()
    assert (port.name, port.protocol, port.port) == ("http", "TCP", 80)
    assert every.port == 0


def test_a_slice_with_nobody_in_it_is_read_at_full_speed() -> None:
    """The API writes null for an empty list there."""
    empty = {**SLICE, "endpoints": None, "ports": None}
    made = msgspec.json.decode(json.dumps(empty), type=Object)
    assert (made.endpoints, made.ports) == (None, None)


def test_a_service_cidr() -> None:
    (made,) = Decoder().page(page({"spec": {"cidrs": ["10.96.0.0/16"]}})).items
    assert isinstance(made, Object)
    assert made.spec.cidrs == ("10.96.0.0/16",)


def test_one_bad_item_is_a_problem_with_its_place() -> None:
    bad = {"metadata": {"name": "bad", "uid": "u9"}, "spec": {"nodeName": [1]}}
    first, problem, last = Decoder().page(page(POD, bad, POD)).items
    assert first == last
    assert isinstance(problem, Problem)
    assert problem.metadata.uid == "u9"
    assert str(problem) == "bad: Expected `str`, got `array` - at `$.spec.nodeName`"


@pytest.mark.parametrize(
    "item", ["text", 5, [], {"metadata": 3}, {"metadata": {"uid": 1}}]
)
def test_items_of_any_shape(item: object) -> None:
    problem, good = Decoder().page(page(item, POD)).items
    assert isinstance(problem, Problem)
    assert isinstance(good, Object)


def test_nulls_are_as_good_as_nothing() -> None:
    """And numbers in quotes are as good as numbers."""
    spec = {"containers": None, "ports": [{"port": "80"}, None], "nodeName": None}
    labels = {"a": None, "b": "c"}
    item = {"metadata": {"name": "x", "labels": labels}, "spec": spec, "status": None}
    (obj,) = Decoder().page(page(item)).items
    assert isinstance(obj, Object)
    assert obj.metadata.labels == {"b": "c"}
    assert [port.port for port in obj.spec.ports] == [80]


def test_an_empty_list_may_be_null() -> None:
    assert Decoder().page(page(items=None)).items == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b'{"items":[]}',
        b'{"kind":"Status"}',
        page(kind="Status"),
        page(metadata={}),
    ],
)
def test_what_is_no_list(body: bytes) -> None:
    with pytest.raises(BadAnswerError):
        Decoder().page(body)


def test_metadata_only() -> None:
    """Whatever else comes is not even looked at."""
    replicaset = {**POD, "spec": {"selector": {"matchLabels": {"a": "b"}}}, "status": 5}
    decoder = Decoder(metadata_only=True)
    (obj,) = decoder.page(page(replicaset)).items
    assert isinstance(obj, Object)
    assert obj.metadata.name == "web"
    got = decoder.event(event("ADDED", replicaset))
    assert got.object == obj
    assert isinstance(Decoder().page(page(replicaset)).items[0], Problem)


def test_events() -> None:
    decoder = Decoder()
    good = decoder.event(event("ADDED", POD))
    assert isinstance(good.object, Object)
    bad = decoder.event(event("MODIFIED", {"spec": 3, "metadata": {"uid": "u"}}))
    assert isinstance(bad.object, Problem)
    assert bad.object.metadata.uid == "u"
    status = {"kind": "Status", "status": "Failure", "code": 410, "reason": "Expired"}
    for bare in (True, False):
        error = Decoder(metadata_only=bare).event(event("ERROR", status))
        assert error.object == Failure(code=410, reason="Expired")
    with pytest.raises(BadAnswerError):
        decoder.event(b'{"type": "ADDED"')


def test_lines_in_any_chunks() -> None:
    text = "ä\n\nbc\n\r\nd".encode()
    for size in range(1, len(text) + 1):
        splitter = LineSplitter()
        chunks = [text[i : i + size] for i in range(0, len(text), size)]
        lines = [line for chunk in chunks for line in splitter.feed(chunk)]
        assert lines == ["ä".encode(), b"bc"]
        assert splitter.pending


def test_what_never_ends_is_no_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("k8s_sync.kube.lines.LONGEST", 10)
    splitter = LineSplitter()
    splitter.feed(b"12345\n12345")
    with pytest.raises(LineTooLongError):
        splitter.feed(b"1234567")


def test_text_that_is_none_is_a_problem_of_its_object() -> None:
    line = event("ADDED", POD).replace(b"shop", b"sh\xffp")
    got = Decoder().event(line)
    assert isinstance(got.object, Problem)
    body = page(POD, POD).replace(b"shop", b"sh\xffp", 1)
    assert [type(item) for item in Decoder().page(body).items] == [Problem, Object]


def nested(levels: int) -> bytes:
    """An object with managed fields as deep as an API server takes them."""
    fields = b'{"f:a\\"]":' * levels + b"{}" + b"}" * levels
    bare = json.dumps({**POD, "managedFields": "@"}).encode()
    return bare.replace(b'"@"', b'[{"fieldsV1":' + fields + b"}]")


@pytest.mark.parametrize("bare", [False, True])
@pytest.mark.parametrize("levels", [50, 900, 9_990])
def test_what_is_nested_without_end_hides_nothing(levels: int, *, bare: bool) -> None:
    """A real API server keeps 10,000 levels, and a reader of JSON gives up before."""
    decoder = Decoder(metadata_only=bare)
    deep, others = nested(levels), page(POD, {**POD, "spec": {"nodeName": 5}})
    got = decoder.event(b'{"type":"ADDED","object":' + deep + b"}")
    assert got == decoder.event(event("ADDED", POD))
    body = others.replace(b"[", b"[" + deep + b",", 1)
    assert decoder.page(body).items == [got.object, *decoder.page(others).items]
    for cut in (body[:-1], body[: len(deep)]):
        with pytest.raises(BadAnswerError):
            decoder.page(cut)
