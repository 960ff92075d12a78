"""Backends of services that are no objects of the cluster, as slices name them."""

from typing import Any

import pytest

from k8s_sync import address
from k8s_sync.claims.inventory import Inventory
from k8s_sync.kube.objects import Object
from k8s_sync.model import SECOND, Claim
from k8s_sync.timeline import Timeline
from tests.pure.kubernetes import (
    NOW,
    at,
    contents,
    endpoint_slice,
    host_pod,
    live,
    node,
    outside,
    pod,
    service,
    slices,
    spans,
    told,
    us,
    where,
)

LATER = NOW + 60 * SECOND
POD = pod("db-0", "10.0.0.1")
UDP = {"port": 53, "protocol": "UDP"}
EXT = ("services", service("ext", "10.96.0.9"))


def ports_of(inventory: Inventory) -> dict[str, tuple[int, int | None]]:
    return spans(c for c in live(inventory) if where(c) != "10.96.0.9")


def test_t18_an_endpoint_that_is_no_object_is_the_services() -> None:
    made = endpoint_slice(
        "a",
        "ext",
        outside("198.51.100.7"),
        outside("fd00::7"),
        ports=[5432, UDP],
        creationTimestamp=at("08:30:00"),
    )
    inventory = told(EXT, *slices(made))
    since = us("08:30:00"), None
    assert ports_of(inventory) == {
        "198.51.100.7:5432/tcp": since,
        "198.51.100.7:53/udp": since,
        "fd00::7:5432/tcp": since,
        "fd00::7:53/udp": since,
    }
    owners = {claim.owner.uid: claim.owner for claim in live(inventory)}
    assert [*owners] == ["uid-ext"]
    assert (owners["uid-ext"].kind, owners["uid-ext"].service) == ("service", "ext")


@pytest.mark.parametrize("ports", [[], [{"name": "all"}]])
def test_t18_without_ports_the_address_is(ports: list[Any]) -> None:
    made = endpoint_slice("a", "ext", outside("198.51.100.7"), ports=ports)
    assert ports_of(told(EXT, *slices(made))) == {
        "198.51.100.7": (us("08:00:00"), None)
    }


def test_t18_an_address_in_two_slices_is_claimed_once_from_the_first_on() -> None:
    one = endpoint_slice("a", "ext", outside("198.51.100.7", "198.51.100.7"))
    two = endpoint_slice(
        "b", "ext", outside("198.51.100.7"), creationTimestamp=at("09:30:00")
    )
    for made in (one, two), (two, one):
        inventory = told(EXT, *slices(*made))
        assert ports_of(inventory) == {"198.51.100.7:80/tcp": (us("08:00:00"), None)}
        assert inventory.delete("endpointslices", "uid-a", LATER) == []
    (row,) = inventory.delete("endpointslices", "uid-b", LATER)
    assert spans([row]) == {"198.51.100.7:80/tcp": (us("08:00:00"), LATER)}


def test_t18_names_in_the_dns_are_no_addresses() -> None:
    made = endpoint_slice("a", "ext", outside("db.example.org"), kind="FQDN")
    assert ports_of(told(EXT, *slices(made))) == {}


def test_an_endpoint_comes_and_goes() -> None:
    first, second = outside("198.51.100.7"), outside("198.51.100.8")
    inventory = told(EXT, *slices(endpoint_slice("a", "ext", first)))
    both = endpoint_slice("a", "ext", first, second)
    rows = inventory.apply("endpointslices", both, NOW)
    assert spans(rows) == {"198.51.100.8:80/tcp": (NOW, None)}
    rows = inventory.apply("endpointslices", endpoint_slice("a", "ext", second), LATER)
    assert spans(rows) == {"198.51.100.7:80/tcp": (us("08:00:00"), LATER)}
    assert [row.ended for row in rows if isinstance(row, Claim)] == ["deleted"]
    rows = inventory.delete("services", "uid-ext", LATER)
    assert spans(rows)["198.51.100.8:80/tcp"] == (NOW, LATER)
    assert live(inventory) == []


def test_a_service_is_not_older_than_itself() -> None:
    """Slices that a person made stay when a service is made anew."""
    made = endpoint_slice("a", "ext", outside("198.51.100.7"))
    inventory = told(EXT, *slices(made))
    anew = service("ext", "10.96.0.9", uid="uid-anew", creationTimestamp=at("11:00:00"))
    inventory.apply("services", anew, NOW)
    inventory.delete("services", "uid-ext", NOW)
    (claim,) = [claim for claim in live(inventory) if claim.port]
    assert (claim.owner.uid, claim.start) == ("uid-anew", us("11:00:00"))


OWN = [
    ("pods", POD, "10.0.0.1"),
    ("nodes", node("node-9", "192.168.50.19"), "192.168.50.19"),
    (
        "nodes",
        node("n", annotations={"network.cilium.io/ipv4-cilium-host": "10.0.9.1"}),
        "10.0.9.1",
    ),
]


@pytest.mark.parametrize(("resource", "made", "text"), OWN)
def test_t18_an_address_of_a_pod_or_node_is_not_outside(
    resource: str, made: Object, text: str
) -> None:
    """A claim on a port would win against theirs on the address."""
    steps = [(resource, made), EXT, *slices(endpoint_slice("a", "ext", outside(text)))]
    expected = contents(told(*steps))
    assert f"{text}:80/tcp" not in ports_of(told(*steps))
    for order in ([1, 2, 0], [2, 0, 1], [2, 1, 0], [0, 2, 1], [1, 0, 2]):
        assert contents(told(*(steps[n] for n in order))) == expected
    inventory = told(*steps)
    inventory.delete(resource, made.metadata.uid, LATER)
    assert ports_of(inventory)[f"{text}:80/tcp"] == (LATER, None)


def test_t18_what_was_told_before_a_pod_was_ends_where_it_begins() -> None:
    """Whoever asks about the past finds the pod from its beginning on."""
    inventory = told(EXT, *slices(endpoint_slice("a", "ext", outside("10.0.0.1"))))
    rows = inventory.apply("pods", POD, NOW)
    assert spans(rows) == {
        "10.0.0.1": (us("09:00:03"), None),
        "10.0.0.1:80/tcp": (us("08:00:00"), us("09:00:03")),
    }


def test_t10_an_address_in_another_network_is_another_one() -> None:
    status = '[{"name":"n/vlan","ips":["10.0.0.1"]}]'
    elsewhere = pod("x", annotations={"k8s.v1.cni.cncf.io/network-status": status})
    made = endpoint_slice("a", "ext", outside("10.0.0.1"))
    inventory = told(("pods", elsewhere), EXT, *slices(made))
    assert "10.0.0.1:80/tcp" in ports_of(inventory)


def test_t08_a_pod_in_the_host_network_has_no_address_of_its_own() -> None:
    """The address is the node's, which is not known here."""
    where_it_is = {"hostIPs": [{"ip": "192.168.50.11"}]}
    agent = host_pod("agent", {"containerPort": 9100}, status=where_it_is)
    made = endpoint_slice("a", "ext", outside("192.168.50.11"), ports=[9100, 6443])
    inventory = told(("pods", agent), EXT, *slices(made))
    timeline = Timeline()
    for row in inventory.rows():
        timeline.apply(row)
    found = {
        port: timeline.owner(address.pack("192.168.50.11"), NOW, port, "tcp").owner
        for port in (9100, 6443)
    }
    assert [owner and owner.kind for owner in found.values()] == ["pod", "service"]


def test_an_address_that_is_none_is_told() -> None:
    said: list[str] = []
    inventory = Inventory("demo", problem=said.append)
    made = endpoint_slice("a", "ext", outside("127.0.0.1"), ports=[99999])
    inventory.apply("endpointslices", made, NOW)
    assert said == [
        "endpointslices shop/a: bad addr '127.0.0.1'",
        "endpointslices shop/a: bad port '99999/'",
    ]


def test_former_versions_of_a_backend_end_once() -> None:
    made = endpoint_slice("a", "ext", outside("198.51.100.7"))
    inventory = told(EXT, *slices(made))
    renamed = service("ext", "10.96.0.9", labels={"a": "b"})
    inventory.apply("services", renamed, LATER)
    rows = inventory.delete("services", "uid-ext", LATER + SECOND, renamed)
    ended = [row for row in rows if where(row) == "198.51.100.7:80/tcp"]
    assert [row.end for row in ended] == [LATER + SECOND]
