"""What an object says of itself is as of the time: each change makes a version."""

from typing import Any

import pytest

from k8s_sync.kube.objects import Object
from k8s_sync.model import VERSIONS
from tests.pure.kubernetes import (
    NOW,
    claims,
    controlled_by,
    endpoint_slice,
    host_pod,
    node,
    only,
    pod,
    ran,
    replica_set,
    service,
    target,
    us,
)
from tests.pure.told import Told, ends

IP = "10.0.0.1"


def labelled(number: int, *ips: str, **more: Any) -> Object:
    return pod("web-1", *(ips or (IP,)), labels={"n": str(number)}, **more)


def imaged(image: str) -> Object:
    return pod("web-1", IP, spec={"containers": [{"image": image}]})


@pytest.mark.parametrize(
    ("before", "after"),
    [(labelled(1), labelled(2)), (imaged("web:1"), imaged("web:2"))],
)
def test_a_change_ends_one_version_and_opens_the_next(
    before: Object, after: Object
) -> None:
    told = Told()
    first = only([*told.sees("pods", before, "10:00:00")])
    assert (first.version, first.end) == (0, None)
    old, new = told.sees("pods", after, "11:00:00")
    assert (old.version, old.end, old.ended) == (0, us("11:00:00"), "changed")
    assert (new.version, new.end, new.ended) == (1, None, "")
    assert old.start == new.start == us("09:00:03")
    assert old.owner == first.owner != new.owner
    assert told.sees("pods", after, "11:00:01") == []
    assert told.who(IP, "11:00:00") == "exact uid-web-1"


def test_each_version_answers_for_its_time() -> None:
    told = Told()
    for number in range(4):
        told.sees("pods", labelled(number), f"10:0{number}:00")
    for number in range(4):
        assert told.labels(IP, f"10:0{number}:30") == (f"n={number}",)
    assert told.labels(IP, "09:00:03") == ("n=0",)


def test_versions_are_numbered_in_a_circle() -> None:
    told = Told()
    for number in range(VERSIONS + 2):
        told.sees("pods", labelled(number), f"10:{number:02}:00")
    held = [c for c in claims(told.inventory) if c.end is None]
    assert [(c.version, c.owner.labels) for c in held] == [(1, ("n=17",))]
    assert len(told.timeline) == VERSIONS
    assert told.labels(IP, "10:16:30") == ("n=16",)
    assert told.labels(IP, "10:02:30") == ("n=2",)


def test_all_claims_of_a_pod_have_versions_of_their_own() -> None:
    told = Told()
    told.sees("pods", labelled(1, IP, "10.0.0.2"), "10:00:00")
    told.sees("pods", labelled(1, IP), "10:01:00")
    told.sees("pods", labelled(2, IP), "10:02:00")
    rows = told.sees("pods", labelled(2, IP, "10.0.0.3"), "10:03:00")
    assert [(row.version, row.owner.labels) for row in rows] == [(0, ("n=2",))]
    # What was held no more is as it was then.
    assert told.labels("10.0.0.2", "10:00:30") == ("n=1",)
    assert told.labels("10.0.0.2", "10:02:30") == ("n=1",)


def test_a_version_that_was_not_held_any_more_is_left_alone() -> None:
    told = Told()
    told.sees("pods", labelled(1), "10:00:00")
    told.sees("pods", labelled(1, ""), "10:01:00")
    (new,) = told.sees("pods", labelled(2), "10:02:00")
    assert (new.version, new.start) == (1, us("09:00:03"))
    assert told.labels(IP, "10:00:30") == ("n=1",)
    assert told.labels(IP, "10:01:30") == ("n=2",)


def test_what_is_over_has_no_more_versions() -> None:
    told = Told()
    status = {"containerStatuses": [ran("09:00:04", "10:00:00")]}
    over: Any = {"phase": "Succeeded", "status": status}
    told.sees("pods", labelled(1), "09:30:00")
    told.sees("pods", labelled(1, **over), "10:00:01")
    assert told.sees("pods", labelled(2, **over), "11:00:00") == []


def test_an_end_that_is_told_after_a_change_was_before_it() -> None:
    told = Told()
    told.sees("pods", labelled(1), "09:30:00")
    told.sees("pods", labelled(2), "10:00:03")
    status = {"containerStatuses": [ran("09:00:04", "10:00:00")]}
    rows = told.sees("pods", labelled(2, phase="Succeeded", status=status), "10:00:05")
    assert ends(rows) == [(us("10:00:01"), "finished")] * 2


def test_what_others_say_is_said_of_all_versions() -> None:
    references = controlled_by("ReplicaSet", "web-abc")
    told = Told()
    for number in (1, 2):
        told.sees("pods", labelled(number, ownerReferences=references), "10:00:00")
    zone = {"topology.kubernetes.io/zone": "a"}
    told.sees("nodes", node("node-1", "192.168.50.11", labels=zone), "10:30:00")
    told.sees("replicasets", replica_set(), "10:31:00")
    web = service("web", spec={"selector": {"n": "1"}})
    told.sees("services", web, "10:32:00")
    pods = [c for c in claims(told.inventory) if c.owner.kind == "pod"]
    owners = [(c.owner.workload, c.owner.zone, c.owner.service) for c in pods]
    # The service selects the pod as it was.
    assert owners == [("Deployment/web", "a", "web"), ("Deployment/web", "a", "")]
    assert [c.version for c in pods] == [0, 1]


def test_roles_follow_from_what_the_pod_was() -> None:
    told = Told()
    told.sees("pods", pod("web-1", IP, labels={"app": "prometheus"}), "10:00:00")
    told.sees("pods", pod("web-1", IP, labels={"app": "web"}), "10:01:00")
    told.sees("services", service(spec={"selector": {"app": "prometheus"}}))
    assert [c.owner.roles for c in claims(told.inventory)] == [("scraper",), ()]


@pytest.mark.parametrize("resource", ["nodes", "services"])
def test_nodes_and_services_have_versions_too(resource: str) -> None:
    made: Any = {
        "nodes": lambda **more: node("node-1", "192.168.50.11", **more),
        "services": lambda **more: service("web", "192.168.50.11", **more),
    }[resource]
    told = Told()
    told.sees(resource, made(labels={"a": "1"}), "10:00:00")
    assert told.sees(resource, made(labels={"a": "1"}), "10:00:10") == []
    rows = told.sees(resource, made(labels={"a": "2"}), "10:01:00")
    assert ends(rows) == [(us("10:01:00"), "changed"), (None, "")]
    assert told.labels("192.168.50.11", "10:00:30") == ("a=1",)
    assert told.labels("192.168.50.11", "10:01:00") == ("a=2",)


def test_a_heartbeat_makes_no_version() -> None:
    told = Told()
    told.sees("nodes", node("node-1", "192.168.50.11"))
    told.sees("pods", host_pod("agent", {"containerPort": 9100}))
    beat = node("node-1", "192.168.50.11", resourceVersion="7")
    assert told.sees("nodes", beat, "12:05:00") == []


def test_many_claims_that_end_at_once_are_all_told() -> None:
    ports = [{"port": number} for number in range(1, 30)]
    told = Told()
    many = service("lb", spec={"ports": ports}, ingress=["203.0.113.5"])
    assert len(told.sees("services", many)) == 29
    none = service("lb", spec={"ports": []}, ingress=["203.0.113.5"])
    assert ends(told.sees("services", none)) == [(NOW, "missing")] * 29


def test_an_end_of_long_ago_is_told_of_what_was_held() -> None:
    """After an outage that was longer than ended claims are kept."""
    told = Told()
    told.sees("services", service("a", spec={"selector": {"a": "b"}}), "09:00:05")
    told.sees("services", service("b", spec={"selector": {"a": "b"}}), "09:00:05")
    ports = endpoint_slice("s", "a", target("job-1", IP), ports=[80])
    told.sees("endpointslices", ports, "09:00:05")
    told.sees("pods", pod("job-1", IP, labels={"a": "b"}), "09:00:05")
    told.sees("pods", pod("web-1", "10.0.0.2"), "09:00:05")
    told.inventory.forget(us("11:00:00"))
    status = {"containerStatuses": [ran("09:00:04", "09:10:00")]}
    over: Any = {"phase": "Succeeded", "status": status, "labels": {"a": "b"}}
    rows = told.sees("pods", pod("job-1", IP, **over))
    assert ends(rows) == [(us("09:10:01"), "finished")] * 2, "address and port"
    told.sees("pods", pod("web-1", "10.0.0.3", up="09:20:00"))
    assert told.who("10.0.0.2") == "nothing -"
    # Once is enough.
    assert told.sees("pods", pod("job-1", IP, **over)) == []
    assert told.loses("pods", "uid-job-1") == []


def test_what_ended_long_ago_is_not_told() -> None:
    told = Told()
    told.inventory.forget(us("11:00:00"))
    status = {"containerStatuses": [ran("09:00:04", "10:59:58")]}
    over = pod("job-1", IP, phase="Succeeded", status=status)
    assert told.sees("pods", over) == []
    status = {"containerStatuses": [ran("09:00:04", "10:59:59")]}
    over = pod("job-2", IP, phase="Succeeded", status=status, labels={"a": "b"})
    assert len(told.sees("pods", over)) == 1
    told.inventory.forget(us("11:00:01"))
    # It would be told again, and forgotten again.
    assert told.sees("services", service(spec={"selector": {"a": "b"}})) == []
    assert claims(told.inventory) == []
