"""Traps T1 to T7: who has an address while pods begin, end, and change theirs."""

from typing import Any

import pytest

from k8s_sync.kube.objects import Object
from tests.pure.kubernetes import at, pod, ran, runs, us
from tests.pure.told import Told, ends, when

IP = "10.0.0.1"
OTHER = "10.0.0.2"
NETWORK = {
    "k8s.v1.cni.cncf.io/network-status": '[{"name": "a/b", "ips": ["172.16.0.5"]}]'
}


def done(*ips: str, end: str | None = "09:10:00", **more: Any) -> Object:
    """A pod whose container has ended."""
    status = {"containerStatuses": [ran("09:00:04", end)]}
    return pod("job-1", *ips, phase="Succeeded", status=status, **more)


# --- T1: a pod that is over shows its address for hours


def test_t01_a_finished_pod_gives_up_its_address() -> None:
    told = Told()
    told.sees("pods", pod("job-1", IP), "09:00:05")
    assert ends(told.sees("pods", done(IP), "09:10:03")) == [
        (us("09:10:01"), "finished")
    ]
    assert told.who(IP, "09:10:00.9") == "exact uid-job-1"
    assert told.who(IP, "09:10:01") == "ended uid-job-1"
    told.sees("pods", pod("web-1", IP, up="09:11:00"), "09:11:02")
    assert told.who(IP, "09:11:02") == "exact uid-web-1"
    assert told.who(IP) == "exact uid-web-1"


def test_t01_one_that_was_over_before_it_was_seen_tells_its_end() -> None:
    told = Told()
    told.sees("pods", pod("web-1", IP, up="09:11:00"))
    told.sees("pods", done(IP))
    assert told.who(IP, "09:09:00") == "exact uid-job-1"
    assert told.who(IP, "09:12:00") == "exact uid-web-1"


def test_t01_one_that_does_not_tell_its_end_has_it_when_that_is_heard() -> None:
    told = Told()
    told.sees("pods", pod("job-1", IP), "09:00:05")
    assert ends(told.sees("pods", done(IP, end=None), "09:10:03.5")) == [
        (when("09:10:03.5"), "deleted")
    ]
    # It may have been gone before: the next one may have had it already.
    told.sees("pods", pod("web-1", IP, up="09:10:20"), "09:10:22")
    assert told.who(IP, "09:10:02") == "ambiguous uid-job-1"


def test_t01_over_is_over() -> None:
    told = Told()
    told.sees("pods", pod("job-1", IP), "09:00:05")
    told.sees("pods", done(IP), "09:10:03")
    assert told.sees("pods", pod("job-1", IP), "09:10:04") == []
    assert told.who(IP) == "nothing -"


def test_t01_a_static_pod_that_was_over_begins_anew() -> None:
    static: Any = {
        "annotations": {
            "kubernetes.io/config.mirror": "",
            "kubernetes.io/config.hash": "h",
        }
    }
    told = Told()
    told.sees("pods", done(IP, **static), "09:10:03")
    told.sees("pods", pod("job-1", IP, **static), "09:10:04")
    assert told.who(IP) == "exact h"


def test_t01_the_end_is_that_of_the_last_container() -> None:
    states = [
        ran("09:00:01", "09:00:02", "init"),
        ran("09:00:04", "09:10:00"),
        # It is waiting to be started again, which it will not be.
        {"name": "c", "lastState": ran("09:00:04", "09:10:07")["state"]},
        {"name": "never began", "state": {"waiting": {}}},
    ]
    status = {"initContainerStatuses": states[:1], "containerStatuses": states[1:]}
    told = Told()
    over = pod("job-1", IP, phase="Failed", status=status)
    assert ends(told.sees("pods", over)) == [(us("09:10:08"), "finished")]


def test_t01_an_end_is_not_told_if_nobody_knows_that_of_a_container() -> None:
    told = Told()
    told.sees("pods", pod("job-1", IP), "09:00:05")
    states = [ran("09:00:04", "09:10:00"), ran("09:00:04", None, "lost")]
    over = pod("job-1", IP, phase="Failed", status={"containerStatuses": states})
    assert ends(told.sees("pods", over, "09:20:00")) == [(us("09:20:00"), "deleted")]
    states[1] = ran("09:00:04", "09:12:00")
    over = pod("job-1", IP, phase="Failed", status={"containerStatuses": states})
    assert ends(told.sees("pods", over, "09:21:00")) == [(us("09:12:01"), "finished")]


# --- T2: an address may vanish, and come back


def test_t02_an_address_that_vanishes_lingers_and_gives_way() -> None:
    told = Told()
    told.sees("pods", pod("web-1", IP), "09:00:05")
    told.sees("pods", pod("web-1"), "09:30:00")
    assert told.who(IP, "09:30:30") == "ended uid-web-1"
    told.sees("pods", pod("web-2", IP, up="09:30:40"), "09:30:41")
    assert told.who(IP, "09:31:00") == "exact uid-web-2"


def test_t02_an_address_that_comes_back_was_there_all_the_time() -> None:
    told = Told()
    told.sees("pods", pod("web-1", IP), "09:00:05")
    assert ends(told.sees("pods", pod("web-1"), "09:30:00")) == [
        (us("09:30:00"), "missing")
    ]
    told.sees("pods", pod("web-1", IP), "09:30:02")
    assert told.who(IP, "09:30:01") == "exact uid-web-1"


def test_t02_an_address_that_vanishes_first_still_ends_as_told() -> None:
    told = Told()
    told.sees("pods", pod("job-1", IP), "09:00:05")
    told.sees("pods", pod("job-1"), "09:10:00.7")
    assert ends(told.sees("pods", done(), "09:10:02")) == [(us("09:10:01"), "finished")]
    told.sees("pods", done(IP), "09:10:03")
    assert told.who(IP, "09:10:02") == "ended uid-job-1"


def test_t02_what_ended_after_the_address_was_lost_says_nothing_about_it() -> None:
    told = Told()
    told.sees("pods", pod("job-1", IP), "09:00:05")
    told.sees("pods", pod("job-1"), "09:08:00")
    assert told.sees("pods", done(end="09:10:00"), "09:10:02") == []


# --- T3: pending pods talk


def test_t03_a_pending_pod_has_its_address() -> None:
    told = Told()
    status = {"initContainerStatuses": [runs("09:00:04")]}
    told.sees("pods", pod("web-1", IP, phase="Pending", status=status), "09:00:06")
    assert told.who(IP, "09:00:10") == "exact uid-web-1"


# --- T4: pods that are deleted still talk


def test_t04_a_pod_that_is_deleted_has_its_address_until_another_has_it() -> None:
    told = Told()
    doomed = pod(
        "web-1",
        IP,
        up="10:00:00",
        deletionTimestamp=at("11:00:30"),
        deletionGracePeriodSeconds=30,
    )
    told.sees("pods", pod("web-1", IP, up="10:00:00"), "10:00:01")
    told.sees("pods", doomed, "11:00:00.2")
    assert told.who(IP, "11:00:10") == "exact uid-web-1"
    # Although this one is older, as far as can be told.
    told.sees("pods", pod("web-0", IP, up="09:00:00"), "11:00:11")
    assert told.who(IP, "11:00:05").endswith(" uid-web-0")
    assert told.who(IP, "10:59:59") == "exact uid-web-1"


# --- T5: two pods with one address


def test_t05_of_two_pods_the_newer_has_it_and_the_other_when_that_is_gone() -> None:
    for names in (("old", "new"), ("new", "old")):
        told = Told()
        for name in names:
            up = "09:30:00" if name == "new" else "09:00:03"
            told.sees("pods", pod(name, IP, up=up), "10:00:00")
        assert told.who(IP, "10:00:00") == "exact uid-new"
        told.loses("pods", "uid-new", "11:00:00", pod("new", IP, up="09:30:00"))
        assert told.who(IP, "10:30:00") == "exact uid-new"
        assert told.who(IP, "11:00:01") == "ambiguous uid-old"


# --- T6: a late DELETE


def test_t06_a_late_delete_ends_its_own_claims_only() -> None:
    told = Told()
    old = pod("db-0", IP, uid="old")
    told.sees("pods", old, "09:00:05")
    told.sees("pods", pod("db-0", IP, uid="new", up="09:30:00"), "09:30:01")
    assert [row.owner.uid for row in told.loses("pods", "old", "09:31:00", old)] == [
        "old"
    ]
    assert told.loses("pods", "old", "09:32:00", old) == []
    assert told.who(IP, "09:33:00") == "exact new"
    assert told.who(IP, "09:15:00") == "exact old"


# --- T7: an address changes in place


def test_t07_another_address_replaces_the_first_at_once() -> None:
    told = Told()
    told.sees("pods", pod("web-1", IP), "09:00:05")
    rows = told.sees("pods", pod("web-1", OTHER), "09:30:00")
    assert ends(rows) == [(us("09:30:00"), "moved"), (None, "")]
    assert told.who(IP, "09:29:59") == "exact uid-web-1"
    assert told.who(IP, "09:30:00") == "ended uid-web-1"
    # What it did not have before may have been somebody else's.
    assert told.who(OTHER, "09:29:59") == "early uid-web-1"
    assert told.who(OTHER, "09:20:00") == "nothing -"
    assert told.who(OTHER, "09:30:00") == "exact uid-web-1"


def test_t07_a_new_sandbox_tells_when_it_was() -> None:
    told = Told()
    told.sees("pods", pod("web-1", IP), "09:00:05")
    told.sees("pods", pod("web-1", OTHER, up="09:29:58"), "09:30:00")
    assert told.who(IP, "09:29:59") == "ended uid-web-1"
    assert told.who(OTHER, "09:29:58") == "exact uid-web-1"


@pytest.mark.parametrize("ips", [(OTHER,), (OTHER, IP)])
def test_t07_what_began_before_the_move_does_not_date_the_new_address(
    ips: tuple[str, ...],
) -> None:
    told = Told()
    told.sees("pods", pod("web-1", IP), "09:00:05")
    told.sees("pods", pod("web-1"), "09:30:00")
    status = {"containerStatuses": [runs("09:00:01")]}
    told.sees("pods", pod("web-1", *ips, status=status), "09:31:00")
    assert told.who(OTHER, "09:20:00") == "nothing -"


def test_t07_a_network_that_appears_with_the_new_sandbox_is_as_new() -> None:
    told = Told()
    told.sees("pods", pod("web-1", IP), "09:00:05")
    told.sees("pods", pod("web-1", OTHER, annotations=NETWORK), "09:31:00")
    assert told.who("172.16.0.5", "09:20:00") == "nothing -"
    assert told.who("172.16.0.5", "09:31:00") == "exact uid-web-1"


def test_t07_a_network_that_appears_in_the_same_sandbox_is_as_old() -> None:
    told = Told()
    told.sees("pods", pod("web-1", IP), "09:00:05")
    told.sees("pods", pod("web-1", IP, annotations=NETWORK), "09:00:09")
    assert told.who("172.16.0.5", "09:00:04") == "exact uid-web-1"
