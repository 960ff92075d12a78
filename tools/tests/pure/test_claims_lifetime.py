"""Until when an address is a pod's, whatever its status goes through (T1 to T7)."""

from typing import Any

import pytest

from k8s_sync.claims.inventory import Inventory
from tests.pure.kubernetes import (
    NOW,
    at,
    claims,
    held,
    live,
    only,
    pod,
    ran,
    spans,
    us,
    where,
)


@pytest.mark.parametrize("phase", ["Succeeded", "Failed"])
def test_t01_a_pod_that_is_over_ends_although_it_shows_its_address(
    inventory: Inventory, phase: str
) -> None:
    inventory.apply("pods", pod("job-1", "10.0.0.1"), NOW)
    ends = [ran("09:00:04", "09:10:00"), ran("09:00:04", "09:11:00")]
    status = {"containerStatuses": ends}
    over = pod("job-1", "10.0.0.1", phase=phase, status=status)
    claim = only(inventory.apply("pods", over, NOW))
    # What happened in a second is told as its beginning.
    assert (claim.end, claim.ended) == (us("09:11:01"), "finished")
    assert inventory.apply("pods", over, NOW + 1) == []


@pytest.mark.parametrize("finished", [None, "08:00:00", "13:00:00"])
def test_t01_an_end_that_cannot_be_true_is_when_it_was_heard(
    inventory: Inventory, finished: str | None
) -> None:
    inventory.apply("pods", pod("job-1", "10.0.0.1"), NOW - 1)
    status = {"containerStatuses": [ran("09:00:04", finished)]}
    over = pod("job-1", "10.0.0.1", phase="Failed", status=status)
    claim = only(inventory.apply("pods", over, NOW))
    assert (claim.end, claim.ended) == (NOW, "deleted")
    assert inventory.apply("pods", over, NOW + 1) == []


def test_t01_of_what_was_over_before_it_was_seen_the_last_sign_of_life_counts(
    inventory: Inventory,
) -> None:
    status = {
        "containerStatuses": [ran("09:00:04", "09:10:00"), ran("09:00:05", None, "b")]
    }
    over = pod("job-1", "10.0.0.1", phase="Failed", status=status)
    claim = only(inventory.apply("pods", over, NOW))
    assert (claim.end, claim.ended) == (us("09:10:00"), "deleted")
    assert inventory.apply("pods", over, NOW + 1) == []


def test_t01_the_next_owner_of_the_address_is_alone(inventory: Inventory) -> None:
    inventory.apply("pods", pod("web-1", "10.0.0.1"), NOW)
    status = {"containerStatuses": [ran("08:59:00", "08:59:30")]}
    over = pod("job-1", "10.0.0.1", phase="Succeeded", status=status)
    inventory.apply("pods", over, NOW)
    assert held(claims(inventory)) == {"10.0.0.1": "uid-web-1"}


def test_t02_an_address_that_vanishes_ends_and_comes_back(inventory: Inventory) -> None:
    inventory.apply("pods", pod("web-1", "10.0.0.1"), NOW)
    gone = only(inventory.apply("pods", pod("web-1"), NOW))
    assert (gone.end, gone.ended) == (NOW, "missing")
    assert inventory.apply("pods", pod("web-1"), NOW + 5) == []
    back = only(inventory.apply("pods", pod("web-1", "10.0.0.1"), NOW + 9))
    assert (back.start, back.end, back.ended) == (us("09:00:03"), None, "")


def test_t02_an_address_that_vanished_before_the_end_was_told(
    inventory: Inventory,
) -> None:
    inventory.apply("pods", pod("web-1", "10.0.0.1"), NOW)
    inventory.apply("pods", pod("web-1"), NOW)
    status = {"containerStatuses": [ran("09:00:04", "11:59:58")]}
    over = pod("web-1", phase="Succeeded", status=status)
    claim = only(inventory.apply("pods", over, NOW + 9))
    assert (claim.end, claim.ended) == (us("11:59:59"), "finished")
    # Over is over, even if the address returns.
    over = pod("web-1", "10.0.0.1", phase="Succeeded", status=status)
    assert inventory.apply("pods", over, NOW + 10) == []


def test_t02_an_address_that_vanished_stays_ended_when_no_better_end_is_told(
    inventory: Inventory,
) -> None:
    inventory.apply("pods", pod("web-1", "10.0.0.1"), NOW)
    inventory.apply("pods", pod("web-1"), NOW)
    assert inventory.apply("pods", pod("web-1", phase="Failed"), NOW + 9) == []


def test_t03_a_pending_pod_with_an_address_is_live(inventory: Inventory) -> None:
    inventory.apply("pods", pod("web-1", "10.0.0.1", phase="Pending"), NOW)
    assert held(live(inventory)) == {"10.0.0.1": "uid-web-1"}


def test_t04_deletion_begins_a_grace_period_before_its_time(
    inventory: Inventory,
) -> None:
    inventory.apply("pods", pod("web-1", "10.0.0.1"), NOW)
    doomed = pod(
        "web-1",
        "10.0.0.1",
        deletionTimestamp=at("11:00:30"),
        deletionGracePeriodSeconds=30,
    )
    claim = only(inventory.apply("pods", doomed, NOW))
    assert (claim.terminating, claim.end) == (us("11:00:00"), None)
    assert inventory.apply("pods", doomed, NOW) == []


@pytest.mark.parametrize("grace", [None, 0, 86_400])
def test_t04_deletion_does_not_begin_before_the_pod(
    inventory: Inventory, grace: int | None
) -> None:
    doomed = pod(
        "web-1",
        "10.0.0.1",
        deletionTimestamp=at("09:00:02"),
        deletionGracePeriodSeconds=grace,
    )
    assert only(inventory.apply("pods", doomed, NOW)).terminating == us("09:00:03")


def test_t04_what_was_terminating_keeps_that_when_it_is_over(
    inventory: Inventory,
) -> None:
    doomed: Any = {"deletionTimestamp": at("11:00:00")}
    inventory.apply("pods", pod("web-1", "10.0.0.1", **doomed), NOW)
    over = pod("web-1", "10.0.0.1", phase="Failed", **doomed)
    claim = only(inventory.apply("pods", over, NOW))
    assert (claim.terminating, claim.end) == (us("11:00:00"), NOW)


def test_t05_two_live_pods_on_one_address_are_both_claimed(
    inventory: Inventory,
) -> None:
    inventory.apply("pods", pod("old", "10.0.0.1"), NOW)
    inventory.apply("pods", pod("new", "10.0.0.1", up="09:30:00"), NOW)
    assert [claim.owner.pod for claim in live(inventory)] == ["old", "new"]
    inventory.delete("pods", "uid-new", NOW)
    assert held(live(inventory)) == {"10.0.0.1": "uid-old"}


def test_t06_late_delete_does_not_remove_the_new_owner(inventory: Inventory) -> None:
    inventory.apply("pods", pod("old", "10.0.0.1"), NOW)
    inventory.apply("pods", pod("new", "10.0.0.1"), NOW)
    gone = only(inventory.delete("pods", "uid-old", NOW + 5))
    assert (gone.owner.pod, gone.end) == ("old", NOW + 5)
    assert held(live(inventory)) == {"10.0.0.1": "uid-new"}
    assert inventory.delete("pods", "uid-old", NOW + 6) == []


def test_t07_another_address_replaces_at_once(inventory: Inventory) -> None:
    inventory.apply("pods", pod("web-1", "10.0.0.1", "fd00::1"), NOW)
    rows = inventory.apply("pods", pod("web-1", "10.0.0.2"), NOW)
    assert spans(rows) == {
        "10.0.0.1": (us("09:00:03"), NOW),
        "fd00::1": (us("09:00:03"), NOW),
        "10.0.0.2": (NOW, None),
    }


def test_t07_a_new_sandbox_tells_when_the_address_changed(inventory: Inventory) -> None:
    inventory.apply("pods", pod("web-1", "10.0.0.1"), NOW)
    rows = inventory.apply("pods", pod("web-1", "10.0.0.2", up="11:30:00"), NOW)
    assert spans(rows) == {
        "10.0.0.1": (us("09:00:03"), us("11:30:00")),
        "10.0.0.2": (us("11:30:00"), None),
    }


def test_t07_a_new_sandbox_after_a_time_without_address(inventory: Inventory) -> None:
    inventory.apply("pods", pod("web-1", "10.0.0.1"), NOW)
    inventory.apply("pods", pod("web-1", up=None), NOW)
    later = NOW + us("00:10:00") - us("00:00:00")
    made = pod("web-1", "10.0.0.2", up="12:09:00")
    rows = inventory.apply("pods", made, later)
    assert spans(rows) == {"10.0.0.2": (us("12:09:00"), None)}


def test_t07_a_sandbox_from_the_future_is_not_believed(inventory: Inventory) -> None:
    inventory.apply("pods", pod("web-1", "10.0.0.1"), NOW)
    rows = inventory.apply("pods", pod("web-1", "10.0.0.2", up="13:00:00"), NOW)
    assert spans(rows)["10.0.0.2"] == (NOW, None)


def test_t07_a_second_address_of_the_same_sandbox_is_as_old(
    inventory: Inventory,
) -> None:
    inventory.apply("pods", pod("web-1", "10.0.0.1"), NOW)
    rows = inventory.apply("pods", pod("web-1", "10.0.0.1", "fd00::1"), NOW)
    assert spans(rows) == {"fd00::1": (us("09:00:03"), None)}


def test_t07_and_that_does_not_change_with_what_is_learned_later(
    inventory: Inventory,
) -> None:
    inventory.apply("pods", pod("web-1", "10.0.0.1"), NOW)
    made = pod("web-1", "10.0.0.1", "fd00::1", up=None)
    rows = inventory.apply("pods", made, NOW)
    assert spans(rows) == {"fd00::1": (us("09:00:03"), None)}


def test_t07_only_so_many_former_addresses_are_kept(inventory: Inventory) -> None:
    for number in range(1, 60):
        inventory.apply("pods", pod("web-1", f"10.0.0.{number}"), NOW + number)
    kept = [*range(27, 59), 59]
    assert [where(c) for c in claims(inventory)] == [f"10.0.0.{i}" for i in kept]
