"""Which workload a pod belongs to (T19)."""

from typing import Any

import pytest

from k8s_sync.claims.inventory import Inventory
from k8s_sync.kube.objects import Object
from tests.pure.kubernetes import NOW, controlled_by, live, meta, obj, pod, replica_set

HASH = {"pod-template-hash": "abc"}


@pytest.fixture
def inventory() -> Inventory:
    return Inventory("demo")


def workload(inventory: Inventory) -> str:
    (claim,) = live(inventory)
    return claim.owner.workload


def made_by(kind: str, name: str, **more: Any) -> Object:
    return pod("web-1", "10.0.0.1", ownerReferences=controlled_by(kind, name), **more)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("StatefulSet", "StatefulSet/db"),
        ("DaemonSet", "DaemonSet/db"),
        ("CloneSet", "CloneSet/db"),
        ("ReplicaSet", "ReplicaSet/db"),
        ("Job", "Job/db"),
        ("Node", "Pod/web-1"),
    ],
)
def test_t19_a_controller_is_named_as_it_is(
    inventory: Inventory, kind: str, expected: str
) -> None:
    inventory.apply("pods", made_by(kind, "db"), NOW)
    assert workload(inventory) == expected


def test_t19_a_bare_pod_is_its_own_workload(inventory: Inventory) -> None:
    inventory.apply("pods", pod("debug", "10.0.0.1"), NOW)
    assert workload(inventory) == "Pod/debug"


def test_t19_only_the_controller_counts(inventory: Inventory) -> None:
    owners = [
        *controlled_by("Bystander", "x", controller=False),
        *controlled_by("StatefulSet", "db"),
        *controlled_by("Bystander", "y", controller=False),
    ]
    inventory.apply("pods", pod("web-1", "10.0.0.1", ownerReferences=owners), NOW)
    assert workload(inventory) == "StatefulSet/db"
    owners = controlled_by("Bystander", "x", controller=False)
    inventory.apply("pods", pod("web-1", "10.0.0.1", ownerReferences=owners), NOW)
    assert workload(inventory) == "Pod/web-1"


@pytest.mark.parametrize("pod_first", [True, False])
@pytest.mark.parametrize(
    ("resource", "kind", "above"),
    [
        ("replicasets", "ReplicaSet", "Deployment"),
        ("replicasets", "ReplicaSet", "Rollout"),
        ("jobs", "Job", "CronJob"),
        ("jobs", "Job", "Workflow"),
    ],
)
def test_t19_what_stands_between_leads_further_up(
    inventory: Inventory,
    resource: str,
    kind: str,
    above: str,
    pod_first: bool,  # noqa: FBT001
) -> None:
    between = obj(
        metadata=meta("x-1", "shop", ownerReferences=controlled_by(above, "x"))
    )
    steps = [("pods", made_by(kind, "x-1")), (resource, between)]
    for name, made in steps if pod_first else reversed(steps):
        inventory.apply(name, made, NOW)
    assert workload(inventory) == f"{above}/x"
    assert inventory.apply(resource, between, NOW) == []


def test_t19_one_that_nothing_controls_is_the_workload(inventory: Inventory) -> None:
    inventory.apply("replicasets", replica_set("web-abc", ""), NOW)
    inventory.apply("pods", made_by("ReplicaSet", "web-abc", labels=HASH), NOW)
    assert workload(inventory) == "ReplicaSet/web-abc"


def test_t19_an_orphan_is_adopted(inventory: Inventory) -> None:
    inventory.apply("pods", made_by("ReplicaSet", "web-abc"), NOW)
    inventory.apply("replicasets", replica_set("web-abc", ""), NOW)
    assert inventory.apply("replicasets", replica_set("web-abc", "web"), NOW)
    assert workload(inventory) == "Deployment/web"


def test_t19_a_pod_changes_its_controller(inventory: Inventory) -> None:
    inventory.apply("replicasets", replica_set("web-abc", "web"), NOW)
    inventory.apply("replicasets", replica_set("api-abc", "api"), NOW)
    inventory.apply("pods", made_by("ReplicaSet", "web-abc"), NOW)
    inventory.apply("pods", made_by("ReplicaSet", "api-abc"), NOW)
    assert workload(inventory) == "Deployment/api"
    assert inventory.apply("replicasets", replica_set("web-abc", "other"), NOW) == []


def test_t19_pods_keep_their_workload_when_it_is_deleted_first(
    inventory: Inventory,
) -> None:
    inventory.apply("replicasets", replica_set(), NOW)
    inventory.apply("pods", made_by("ReplicaSet", "web-abc"), NOW)
    assert inventory.delete("replicasets", "uid-web-abc", NOW) == []
    assert inventory.apply("pods", made_by("ReplicaSet", "web-abc"), NOW) == []
    assert workload(inventory) == "Deployment/web"
    # With its last pod it is forgotten.
    inventory.delete("pods", "uid-web-1", NOW)
    inventory.apply("pods", made_by("ReplicaSet", "web-abc"), NOW)
    assert workload(inventory) == "ReplicaSet/web-abc"


def test_t19_without_pods_it_is_forgotten_at_once(inventory: Inventory) -> None:
    inventory.apply("replicasets", replica_set(), NOW)
    inventory.delete("replicasets", "uid-web-abc", NOW)
    inventory.apply("pods", made_by("ReplicaSet", "web-abc"), NOW)
    assert workload(inventory) == "ReplicaSet/web-abc"


def test_t19_what_lives_keeps_its_place_without_pods(inventory: Inventory) -> None:
    inventory.apply("replicasets", replica_set(), NOW)
    inventory.apply("pods", made_by("ReplicaSet", "web-abc"), NOW)
    inventory.delete("pods", "uid-web-1", NOW)
    inventory.apply("pods", made_by("ReplicaSet", "web-abc"), NOW)
    assert workload(inventory) == "Deployment/web"


# --- guesses, where it cannot be read


@pytest.mark.parametrize(
    ("name", "labels", "expected"),
    [
        ("web-abc", HASH, "Deployment/web"),
        ("web-x-abc", HASH | {"app": "web"}, "Deployment/web-x"),
        ("web-abc", {}, "ReplicaSet/web-abc"),
        ("web-abc", {"pod-template-hash": ""}, "ReplicaSet/web-abc"),
        ("web-abc", {"pod-template-hash": "bc"}, "ReplicaSet/web-abc"),
        ("web-abc", {"rollouts-pod-template-hash": "abc"}, "ReplicaSet/web-abc"),
    ],
)
def test_t19_a_deployment_is_guessed_by_the_hash_of_its_template(
    name: str, labels: dict[str, str], expected: str
) -> None:
    inventory = Inventory("demo", unreadable=["replicasets", "nodes"])
    inventory.apply("pods", made_by("ReplicaSet", name, labels=labels), NOW)
    assert workload(inventory) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        # 29893500 minutes since the epoch are 2026-11-02T09:00:00Z.
        ("report-29893500", "CronJob/report"),
        ("report-29893435", "CronJob/report"),
        ("report-29893501", "Job/report-29893501"),
        ("report-29123456", "Job/report-29123456"),
        ("report-20261102", "Job/report-20261102"),
        ("report", "Job/report"),
    ],
)
def test_t19_a_cron_job_is_guessed_by_the_minute_of_its_job(
    name: str, expected: str
) -> None:
    inventory = Inventory("demo", unreadable=["jobs"])
    inventory.apply("pods", made_by("Job", name), NOW)
    assert workload(inventory) == expected


def test_t19_what_is_known_is_not_guessed() -> None:
    inventory = Inventory("demo", unreadable=["replicasets"])
    inventory.apply("replicasets", replica_set("web-abc", "other"), NOW)
    inventory.apply("pods", made_by("ReplicaSet", "web-abc", labels=HASH), NOW)
    assert workload(inventory) == "Deployment/other"


def test_t19_what_can_be_read_may_change(inventory: Inventory) -> None:
    inventory.apply("pods", made_by("ReplicaSet", "web-abc", labels=HASH), NOW)
    assert inventory.set_readable("replicasets", NOW, readable=True) == []
    assert inventory.set_readable("nodes", NOW, readable=False) == []
    assert len(inventory.set_readable("replicasets", NOW, readable=False)) == 1
    assert workload(inventory) == "Deployment/web"
    assert len(inventory.set_readable("replicasets", NOW, readable=True)) == 1
    assert workload(inventory) == "ReplicaSet/web-abc"
