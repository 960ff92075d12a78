"""Traps T12 to T16 and T21 to T23: what is heard late, twice, or never."""

from typing import Any

import pytest

from tests.pure.kubernetes import at, host_pod, node, pod, ran, runs, us
from tests.pure.told import Told, ends, when

IP = "10.0.0.1"


# --- T12: a start is not when it was heard, and not when the kubelet began


def test_t12_a_start_is_when_the_address_was_surely_the_pods() -> None:
    told = Told()
    told.sees("pods", pod("old", IP), "09:00:05")
    # Its volumes took ten minutes, in which the other pod still had the address.
    status = {"startTime": at("09:20:00")}
    new = pod("new", IP, up="09:30:00", status=status)
    told.sees("pods", new, "09:30:20")
    assert told.who(IP, "09:25:00") == "exact uid-old"
    assert told.who(IP, "09:29:50") == "ambiguous uid-old"
    assert told.who(IP, "09:30:10") == "exact uid-new"


def test_t12_without_a_sign_it_is_when_it_was_heard_until_there_is_one() -> None:
    told = Told()
    told.sees("pods", pod("old", IP), "09:00:05")
    status: dict[str, Any] = {"startTime": at("09:20:00")}
    told.sees("pods", pod("new", IP, up=None, status=status), "09:30:20")
    assert told.who(IP, "09:25:00") == "exact uid-old"
    assert told.who(IP, "09:30:15") == "ambiguous uid-old"
    status["containerStatuses"] = [runs("09:30:11")]
    told.sees("pods", pod("new", IP, up=None, status=status), "09:31:00")
    assert told.who(IP, "09:30:15") == "exact uid-new"
    status["containerStatuses"] = [runs("09:40:00")]
    assert told.sees("pods", pod("new", IP, up=None, status=status), "09:41:00") == []


def test_t12_so_for_host_ports_whenever_their_node_is_heard_of() -> None:
    port = {"containerPort": 80, "hostPort": 8080}
    first = host_pod("agent", port, up="09:30:00")
    again = host_pod(
        "agent", port, up="09:30:00", status={"containerStatuses": [runs("09:29:57")]}
    )
    where = node("node-1", "192.168.50.11", creationTimestamp=at("09:29:58"))
    starts = set()
    for number in range(3):
        told = Told()
        steps = [("pods", first), ("pods", again)]
        steps.insert(number, ("nodes", where))
        for resource, made in steps:
            told.sees(resource, made, "09:31:00")
        (found,) = told.inventory._pods.claims()
        starts.add(found.start)
    assert starts == {us("09:29:58")}


# --- T13: what is gone lingers, and gives way


def test_t13_what_is_gone_lingers() -> None:
    told = Told()
    told.sees("pods", pod("web-1", IP), "09:00:05")
    told.loses("pods", "uid-web-1", "09:30:00", pod("web-1", IP))
    assert told.who(IP, "09:29:00") == "exact uid-web-1"
    assert told.who(IP, "09:31:59") == "ended uid-web-1"
    assert told.who(IP, "09:32:00") == "nothing -"
    told.sees("pods", pod("web-2", IP, up="09:30:20"), "09:30:21")
    assert told.who(IP, "09:31:59") == "exact uid-web-2"


def test_t13_what_a_new_list_lacks_is_missing() -> None:
    told = Told()
    told.sees("pods", pod("web-1", IP))
    told.sees("nodes", node("node-1", "192.168.50.11"))
    for resource, uid in (("pods", "uid-web-1"), ("nodes", "uid-node-1")):
        assert ends(told.loses(resource, uid)) == [(when(""), "missing")]
    # It was not, after all.
    told.sees("pods", pod("web-1", IP), "12:00:09")
    assert told.who(IP, "12:00:05") == "exact uid-web-1"


def test_t13_the_last_state_does_not_make_a_version() -> None:
    told = Told()
    told.sees("pods", pod("web-1", IP, labels={"a": "1"}))
    last = pod("web-1", IP, labels={"a": "2"})
    assert ends(told.loses("pods", "uid-web-1", "", last)) == [(when(""), "deleted")]
    assert told.labels(IP, "11:00:00") == ("a=1",)


# --- T14: gone by force, or with the node


def test_t14_a_pod_deleted_by_force_may_run_on() -> None:
    told = Told()
    status = {"containerStatuses": [ran("09:00:04", "09:29:50")]}
    # It had crashed at the time, and may have been started again since.
    forced = pod("web-1", IP, status=status, deletionTimestamp=at("09:30:00"))
    told.sees("pods", pod("web-1", IP), "09:00:05")
    assert ends(told.loses("pods", "uid-web-1", "09:30:01", forced)) == [
        (us("09:30:01"), "deleted")
    ]
    told.sees("pods", pod("web-2", IP, up="09:30:20"), "09:30:22")
    assert told.who(IP, "09:30:00") == "ambiguous uid-web-1"


@pytest.mark.parametrize(
    "sign",
    [
        {"reason": "NodeLost"},
        {
            "conditions": [
                {
                    "type": "DisruptionTarget",
                    "status": "True",
                    "reason": "DeletionByPodGC",
                    "lastTransitionTime": at("09:29:59"),
                }
            ]
        },
    ],
)
def test_t14_what_others_than_the_kubelet_call_over_may_run_on(
    sign: dict[str, Any],
) -> None:
    told = Told()
    told.sees("pods", pod("web-1", IP), "09:00:05")
    status = {"containerStatuses": [ran("09:00:04", "09:20:00")]} | sign
    lost = pod("web-1", IP, phase="Failed", status=status)
    assert ends(told.sees("pods", lost, "09:30:01")) == [(us("09:30:01"), "deleted")]


def test_t14_a_pod_that_ends_as_asked_tells_its_end() -> None:
    """As kubelets before 1.27 do, without a phase that says so."""
    told = Told()
    told.sees("pods", pod("web-1", IP), "09:00:05")
    status = {"containerStatuses": [ran("09:00:04", "09:30:02")]}
    last = pod("web-1", IP, status=status, deletionTimestamp=at("09:30:01"))
    assert ends(told.loses("pods", "uid-web-1", "09:30:09", last)) == [
        (us("09:30:03"), "finished")
    ]


def test_t14_a_pod_whose_containers_were_down_had_its_address_until_later() -> None:
    told = Told()
    doomed: dict[str, Any] = {"deletionTimestamp": at("09:30:00")}
    down = {"containerStatuses": [ran("09:00:04", "09:27:00")]}
    told.sees("pods", pod("web-1", IP, status=down, **doomed), "09:30:00.2")
    over = pod("web-1", IP, phase="Failed", status=down, **doomed)
    assert ends(told.sees("pods", over, "09:30:02")) == [(us("09:30:02"), "deleted")]
    assert told.who(IP, "09:29:00") == "exact uid-web-1"


# --- T15: names come back


def test_t15_a_name_that_comes_back_is_somebody_else() -> None:
    told = Told()
    first = pod("db-0", IP, uid="first")
    told.sees("pods", first, "09:00:05")
    told.sees("pods", pod("db-0", "10.0.0.2", uid="second", up="09:30:00"), "09:30:01")
    told.loses("pods", "first", "09:30:02", first)
    assert told.who(IP, "09:29:00") == "exact first"
    assert told.who(IP, "09:31:00") == "ended first"
    assert told.who("10.0.0.2", "09:31:00") == "exact second"


# --- T16: static pods

MIRROR = {"kubernetes.io/config.mirror": "h", "kubernetes.io/config.hash": "h"}


def test_t16_a_static_pod_outlives_its_mirror() -> None:
    told = Told()
    first = pod("etcd", IP, uid="mirror-1", annotations=MIRROR)
    second = pod("etcd", IP, uid="mirror-2", annotations=MIRROR)
    told.sees("pods", first, "09:00:05")
    told.sees("pods", second, "09:30:00")
    told.loses("pods", "mirror-1", "09:30:01", first)
    assert told.who(IP) == "exact h"
    told.loses("pods", "mirror-2", "10:00:00", second)
    told.sees("pods", pod("etcd", IP, uid="mirror-3", annotations=MIRROR), "10:00:02")
    assert told.who(IP, "10:00:01") == "exact h"


# --- T21: a selector shows the state before the end, not the end


def test_t21_the_state_before_the_end_is_not_the_end() -> None:
    told = Told()
    told.sees("pods", pod("job-1", IP), "09:00:05")
    status = {"containerStatuses": [ran("09:00:04", "09:09:00")]}
    before = pod("job-1", IP, status=status)
    assert ends(told.loses("pods", "uid-job-1", "09:10:03", before)) == [
        (us("09:10:03"), "deleted")
    ]


# --- T22: an API server that lags behind


def test_t22_what_an_older_server_tells_again_is_no_news() -> None:
    told = Told()
    old = pod("web-1", IP, resourceVersion="99", labels={"a": "1"})
    told.sees("pods", old)
    told.sees("pods", pod("web-1", "10.0.0.2", resourceVersion="100"))
    assert told.sees("pods", old) == []
    assert told.who("10.0.0.2") == "exact uid-web-1"
    told.loses("pods", "uid-web-1", "12:00:01", pod("web-1", "10.0.0.2"))
    assert told.sees("pods", old, "12:00:02") == []
    # If history was set back, it is so again.
    told.sees("pods", old, "12:00:03", trusted=False)
    assert told.who(IP, "12:00:04") == "exact uid-web-1"


def test_t22_versions_that_are_no_numbers_are_taken_as_they_come() -> None:
    told = Told()
    for version, ip in (("b", IP), ("a", "10.0.0.2")):
        told.sees("pods", pod("web-1", ip, resourceVersion=version))
    assert told.who("10.0.0.2") == "exact uid-web-1"


def test_t22_only_so_much_is_remembered_of_what_is_gone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("k8s_sync.claims.freshness._REMEMBERED", 1)
    told = Told()
    for name in ("web-1", "web-2"):
        told.sees("pods", pod(name, IP))
        told.loses("pods", f"uid-{name}", "", pod(name, IP))
    assert told.sees("pods", pod("web-2", IP)) == []
    assert told.sees("pods", pod("web-1", IP)) != []


# --- T23: pods outlive their node


def test_t23_pods_keep_their_addresses_when_their_node_is_gone() -> None:
    told = Told()
    made = node("node-1", "192.168.50.11")
    told.sees("nodes", made)
    told.sees("pods", pod("web-1", IP), "09:00:05")
    port = {"containerPort": 80, "hostPort": 8080}
    told.sees("pods", host_pod("agent", port), "09:00:05")
    told.loses("nodes", "uid-node-1", "09:30:00", made)
    lost = {"reason": "NodeLost", "conditions": [{"type": "Ready", "status": "False"}]}
    told.sees("pods", pod("web-1", IP, phase="Unknown", status=lost), "09:31:00")
    told.sees("pods", host_pod("agent", port), "09:31:00")
    assert told.who(IP) == "exact uid-web-1"
    assert told.who("192.168.50.11", port=8080) == "exact uid-agent"
