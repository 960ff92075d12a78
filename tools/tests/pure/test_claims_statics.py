"""Static pods and their mirrors."""

from k8s_sync.claims.inventory import Inventory
from k8s_sync.model import SECOND
from tests.pure.kubernetes import (
    NOW,
    held,
    live,
    only,
    pod,
    ran,
    us,
)

MIRROR = {"kubernetes.io/config.mirror": "hash", "kubernetes.io/config.hash": "hash"}


def test_t16_a_new_mirror_is_the_same_static_pod(inventory: Inventory) -> None:
    mirror = pod("etcd", "10.0.0.1", uid="mirror-1", annotations=MIRROR)
    assert only(inventory.apply("pods", mirror, NOW)).owner.uid == "hash"
    again = pod("etcd", "10.0.0.1", uid="mirror-2", annotations=MIRROR)
    assert inventory.apply("pods", again, NOW) == []
    assert inventory.delete("pods", "mirror-1", NOW, mirror) == []
    assert held(live(inventory)) == {"10.0.0.1": "hash"}
    assert only(inventory.delete("pods", "mirror-2", NOW, again)).end == NOW
    assert inventory.delete("pods", "mirror-2", NOW) == []


def test_t16_a_static_pod_without_a_mirror_for_a_while_runs_on(
    inventory: Inventory,
) -> None:
    mirror = pod("etcd", "10.0.0.1", uid="mirror-1", annotations=MIRROR)
    begun = only(inventory.apply("pods", mirror, NOW)).start
    inventory.delete("pods", "mirror-1", NOW, mirror)
    again = pod("etcd", "10.0.0.1", uid="mirror-2", up="10:00:00", annotations=MIRROR)
    back = only(inventory.apply("pods", again, NOW + SECOND))
    assert (back.start, back.end) == (begun, None)
    inventory.delete("pods", "mirror-2", NOW + SECOND, again)
    anew = pod("etcd", "10.0.0.1", uid="mirror-3", up="12:30:00", annotations=MIRROR)
    later = only(inventory.apply("pods", anew, NOW + 3600 * SECOND))
    assert later.start == us("12:30:00")


def test_t16_what_a_static_pod_held_long_ago_is_forgotten(
    inventory: Inventory,
) -> None:
    mirror = pod("etcd", "10.0.0.1", uid="mirror-1", annotations=MIRROR)
    begun = only(inventory.apply("pods", mirror, NOW)).start
    inventory.delete("pods", "mirror-1", NOW, mirror)
    inventory.forget(NOW + SECOND)
    other = dict.fromkeys(MIRROR, "other")
    inventory.apply("pods", pod("x", "10.0.0.2", uid="m-x", annotations=other), NOW)
    inventory.delete("pods", "m-x", NOW + 2 * SECOND)
    again = pod("etcd", "10.0.0.1", uid="mirror-2", up="12:30:00", annotations=MIRROR)
    later = only(inventory.apply("pods", again, NOW + 3600 * SECOND))
    assert begun < later.start == us("12:30:00")


def test_t16_a_static_pod_is_older_than_its_mirror(inventory: Inventory) -> None:
    status = {"containerStatuses": [ran("07:00:00", None)]}
    mirror = pod("etcd", "10.0.0.1", annotations=MIRROR, status=status)
    assert only(inventory.apply("pods", mirror, NOW)).start == us("07:00:00")


def test_t16_one_manifest_on_two_nodes_is_two_pods(inventory: Inventory) -> None:
    for name in ("node-1", "node-2"):
        ip = f"10.0.0.{name[-1]}"
        mirror = pod(name, ip, node=name, uid=f"m-{name}", annotations=MIRROR)
        inventory.apply("pods", mirror, NOW)
    assert held(live(inventory)) == {"10.0.0.1": "hash", "10.0.0.2": "hash"}
    inventory.delete("pods", "m-node-1", NOW)
    assert held(live(inventory)) == {"10.0.0.2": "hash"}


def test_t16_a_static_pod_without_a_hash_goes_by_its_mirror(
    inventory: Inventory,
) -> None:
    annotations = {"kubernetes.io/config.mirror": "x"}
    mirror = pod("etcd", "10.0.0.1", annotations=annotations)
    assert only(inventory.apply("pods", mirror, NOW)).owner.uid == "uid-etcd"
