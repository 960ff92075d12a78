"""Which addresses are a pod's, since when, and which pod it is."""

from typing import Any

import pytest

from k8s_sync.claims.inventory import Inventory
from tests.pure.kubernetes import (
    NOW,
    at,
    claims,
    held,
    live,
    node,
    only,
    pod,
    ran,
    runs,
    spans,
    us,
    where,
)
from tests.pure.told import Told


def test_a_pod_claims_its_address(inventory: Inventory) -> None:
    claim = only(inventory.apply("pods", pod("web-1", "10.244.1.5"), NOW))
    assert where(claim) == "10.244.1.5"
    assert (claim.cluster, claim.start, claim.end) == ("demo", us("09:00:03"), None)
    assert claim.terminating is None
    owner = claim.owner
    assert (owner.kind, owner.uid, owner.pod) == ("pod", "uid-web-1", "web-1")
    assert (owner.namespace, owner.node) == ("shop", "node-1")
    assert owner.service_account == "default"


def test_pod_ip_stands_in_for_pod_ips(inventory: Inventory) -> None:
    rows = inventory.apply("pods", pod(status={"podIP": "10.0.0.1"}), NOW)
    assert held(rows) == {"10.0.0.1": "uid-web-1"}


def test_labels_are_sorted_and_images_once_each_in_order(inventory: Inventory) -> None:
    images = ["b:1", "a:1", "", "b:1"]
    spec = {
        "containers": [{"name": str(i), "image": x} for i, x in enumerate(images)],
        "initContainers": [{"name": "init", "image": "init:1"}],
    }
    made = pod("web-1", "10.0.0.1", spec=spec, labels={"tier": "x", "app": "web"})
    owner = only(inventory.apply("pods", made, NOW)).owner
    assert owner.labels == ("app=web", "tier=x")
    assert owner.images == ("b:1", "a:1")


def test_seeing_a_pod_again_changes_nothing(inventory: Inventory) -> None:
    made = pod("web-1", "10.244.1.5")
    assert inventory.apply("pods", made, NOW)
    assert inventory.apply("pods", made, NOW + 1) == []


def test_every_row_has_a_fresh_revision() -> None:
    revisions = iter([7, 8, 9, 20])
    inventory = Inventory("demo", revise=lambda: next(revisions))
    first = inventory.apply("pods", pod("web-1", "10.0.0.1"), NOW)
    second = inventory.apply("pods", pod("web-1", "10.0.0.2"), NOW)
    assert [row.revision for row in first + second] == [7, 8, 9]


def test_pods_outside_of_the_api_have_no_uid() -> None:
    said: list[str] = []
    inventory = Inventory("demo", problem=said.append)
    assert inventory.apply("pods", pod("web-1", "10.0.0.1", uid=""), NOW) == []
    assert said == ["pods shop/web-1: no uid"]


def test_other_resources_are_refused(inventory: Inventory) -> None:
    with pytest.raises(ValueError, match="no claims are made from secrets"):
        inventory.apply("secrets", pod(), NOW)
    with pytest.raises(ValueError, match="no claims are made from secrets"):
        inventory.delete("secrets", "x", NOW)


# --- when a claim begins (T12)


@pytest.mark.parametrize(
    ("up", "status", "start"),
    [
        pytest.param("09:00:03", {}, "09:00:03", id="when the network is ready"),
        pytest.param(None, {}, "12:00:00", id="else when it was heard of"),
        pytest.param("13:00:00", {}, "12:00:00", id="which is no later than that"),
        pytest.param("soon", {}, "12:00:00", id="if it makes sense"),
        pytest.param(
            None,
            {"containerStatuses": [runs("09:30:00"), runs("09:20:00")]},
            "09:20:00",
            id="else when the first container began",
        ),
        pytest.param(
            "09:00:09",
            {"ephemeralContainerStatuses": [runs("09:00:05")]},
            "09:00:05",
            id="a container that runs proves that it was ready before",
        ),
        pytest.param(
            "09:00:09",
            {"startTime": "soon", "containerStatuses": [runs("09:00:00")]},
            "09:00:00",
            id="without a time of the kubelet's, nothing runs before it was created",
        ),
        pytest.param(
            "09:00:09",
            {"initContainerStatuses": [ran("09:00:04", "09:00:05")]},
            "09:00:04",
            id="a container that ran before proves that it was ready before",
        ),
        pytest.param(
            "09:00:09",
            {"containerStatuses": [ran(None, None), ran("08:00:00", None)]},
            "09:00:09",
            id="but not one that ran before the pod existed",
        ),
        pytest.param(
            "09:00:09",
            {"containerStatuses": [{"lastState": ran("09:00:02", None)["state"]}]},
            "09:00:09",
            id="nor one that may have been in another sandbox",
        ),
    ],
)
def test_t12_a_claim_begins_when_the_address_is_surely_the_pods(
    inventory: Inventory, up: str | None, status: dict[str, object], start: str
) -> None:
    rows = inventory.apply("pods", pod("web-1", "10.0.0.1", up=up, status=status), NOW)
    assert only(rows).start == us(start)


def test_t12_a_node_whose_clock_is_behind_takes_no_past_from_others() -> None:
    """It tells that its pod began when it was not yet created."""
    told = Told()
    told.sees("pods", pod("a", "10.0.0.1", up="09:00:03"), "09:00:05")
    told.loses("pods", "uid-a", "10:00:01")
    times: Any = {
        "up": "09:57:04",
        "status": {
            "startTime": at("09:57:03"),
            "containerStatuses": [runs("09:57:05")],
        },
        "creationTimestamp": at("10:00:02"),
    }
    told.sees("pods", pod("b", "10.0.0.1", **times), "10:00:07")
    assert told.who("10.0.0.1", "09:58:00") == "exact uid-a"
    assert told.who("10.0.0.1", "10:00:03") == "exact uid-b"
    # A static pod has run before its mirror is created.
    mirror: Any = {"annotations": {"kubernetes.io/config.mirror": "h"}}
    told.sees("pods", pod("s", "10.0.0.2", **times, **mirror), "10:00:07")
    assert told.who("10.0.0.2", "09:58:00") == "exact uid-s"


def test_t12_a_condition_that_is_not_true_says_nothing(inventory: Inventory) -> None:
    conditions = [
        {"type": "Ready", "status": "True", "lastTransitionTime": at("09:30:00")},
        {
            "type": "PodReadyToStartContainers",
            "status": "False",
            "lastTransitionTime": at("09:20:00"),
        },
    ]
    made = pod("web-1", "10.0.0.1", status={"conditions": conditions})
    assert only(inventory.apply("pods", made, NOW)).start == NOW


def test_t12_what_is_not_told_any_more_does_not_move_the_beginning(
    inventory: Inventory,
) -> None:
    inventory.apply("pods", pod("web-1", "10.0.0.1"), NOW)
    assert inventory.apply("pods", pod("web-1", "10.0.0.1", up=None), NOW) == []
    restarted = {"containerStatuses": [runs("10:00:00")]}
    made = pod("web-1", "10.0.0.1", up=None, status=restarted)
    assert inventory.apply("pods", made, NOW) == []


def test_t12_what_is_told_later_moves_the_beginning_back_in_all_versions(
    inventory: Inventory,
) -> None:
    made = pod("web-1", "10.0.0.1", "fd00::1", up=None, labels={"a": "1"})
    inventory.apply("pods", made, NOW)
    made = pod("web-1", "10.0.0.1", up=None, labels={"a": "2"})
    inventory.apply("pods", made, NOW + 5)
    made = pod("web-1", "10.0.0.1", up="09:30:00", labels={"a": "2"})
    inventory.apply("pods", made, NOW + 9)
    assert [(c.start, c.end, c.ended) for c in claims(inventory)] == [
        (us("09:30:00"), NOW + 5, "missing"),
        (us("09:30:00"), NOW + 5, "changed"),
        (us("09:30:00"), None, ""),
    ]


# --- T9, T13, T15, T16, T23


def test_t09_all_addresses_count_each_once(inventory: Inventory) -> None:
    made = pod("web-1", "10.0.0.1", "FD00:0::1", "::ffff:10.0.0.1")
    rows = inventory.apply("pods", made, NOW)
    assert [where(row) for row in rows] == ["10.0.0.1", "fd00::1"]


@pytest.mark.parametrize(
    "junk",
    [
        "10.0.0.300",
        "010.0.0.1",
        "x",
        "0.0.0.0",  # noqa: S104 -- data
        "::",
        "127.0.0.1",
        "::1",
        "fe80::1%e",
    ],
)
def test_t09_junk_is_told_once_and_left_out(junk: str) -> None:
    said: list[str] = []
    inventory = Inventory("demo", problem=said.append)
    for _ in range(2):
        inventory.apply("pods", pod("web-1", junk, "10.0.0.1"), NOW)
    assert held(live(inventory)) == {"10.0.0.1": "uid-web-1"}
    assert said == [f"pods shop/web-1: bad addr '{junk}'"]
    assert inventory.problems.count == 1


def test_t13_a_pod_that_is_gone_ends_now_and_is_forgotten(inventory: Inventory) -> None:
    inventory.apply("pods", pod("web-1", "10.0.0.1"), NOW)
    gone = only(inventory.delete("pods", "uid-web-1", NOW))
    assert gone.end == NOW
    assert claims(inventory) == []


def test_t13_the_last_state_tells_the_end_better(inventory: Inventory) -> None:
    inventory.apply("pods", pod("web-1", "10.0.0.1"), NOW)
    status = {"containerStatuses": [ran("09:00:04", "11:00:00")]}
    last = pod("web-1", "10.0.0.1", phase="Failed", status=status)
    claim = only(inventory.delete("pods", "uid-web-1", NOW, last))
    assert (claim.end, claim.ended) == (us("11:00:01"), "finished")


def test_t13_a_last_state_of_something_else_is_ignored(inventory: Inventory) -> None:
    inventory.apply("pods", pod("web-1", "10.0.0.1"), NOW)
    other = pod("web-2", "10.0.0.2")
    rows = inventory.delete("pods", "uid-web-1", NOW, other)
    assert spans(rows) == {"10.0.0.1": (us("09:00:03"), NOW)}
    assert claims(inventory) == []


def test_t13_an_end_is_not_before_the_beginning(inventory: Inventory) -> None:
    inventory.apply("pods", pod("web-1", "10.0.0.1"), NOW)
    assert only(inventory.delete("pods", "uid-web-1", 0)).end == us("09:00:03")


def test_t15_the_same_name_with_another_uid_is_another_claim(
    inventory: Inventory,
) -> None:
    inventory.apply("pods", pod("db-0", "10.0.0.1", uid="first"), NOW)
    inventory.apply("pods", pod("db-0", "10.0.0.2", uid="second"), NOW)
    inventory.delete("pods", "first", NOW)
    assert held(live(inventory)) == {"10.0.0.2": "second"}


def test_t23_pods_outlive_their_node(inventory: Inventory) -> None:
    zone = {"topology.kubernetes.io/zone": "a"}
    inventory.apply("nodes", node("node-1", "192.168.50.11", labels=zone), NOW)
    inventory.apply("pods", pod("web-1", "10.0.0.1"), NOW)
    rows = inventory.delete("nodes", "uid-node-1", NOW)
    assert [where(row) for row in rows] == ["192.168.50.11"]
    # Nor does it lose what it had from it.
    assert inventory.apply("pods", pod("web-1", "10.0.0.1"), NOW) == []
    assert held(live(inventory)) == {"10.0.0.1": "uid-web-1"}
