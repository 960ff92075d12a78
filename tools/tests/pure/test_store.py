"""What the daemon holds, and what it makes of an earlier run's journal."""

import io
import os
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

import msgspec
import pytest

from k8s_sync import address, row_reader
from k8s_sync.claims.inventory import Inventory
from k8s_sync.daemon.kept_journal import KeptJournal
from k8s_sync.daemon.store import Store
from k8s_sync.model import SECOND, Claim, Owner, Range, Row
from tests.pure.kubernetes import NOW as NOON
from tests.pure.kubernetes import at, node, pod, ran, service, us, where
from tests.pure.told import Told

EPOCH = 1_700_000_000_000_000
NOW = EPOCH + 60 * SECOND


def claim(n: int, revision: int, **changes: object) -> Claim:
    made = Claim(
        cluster="c1",
        address=address.pack(f"10.0.0.{n}"),
        owner=Owner(kind="pod", uid=f"u{n}"),
        start=EPOCH - 100 * SECOND,
        revision=revision,
    )
    return msgspec.structs.replace(made, **changes)


def ends(rows: Iterable[Row]) -> dict[str, int | None]:
    return {row.owner.uid: row.end for row in rows if isinstance(row, Claim)}


def test_what_an_earlier_run_knew_and_this_one_does_not_find_ends() -> None:
    store = Store("c1", EPOCH, lambda: NOW)
    ended = EPOCH - SECOND
    store.remember([claim(1, 7), claim(2, 8), claim(3, 9, end=ended)])
    store.remember([claim(4, 7, cluster="c2")])
    peer = store.peer()
    store.tell([claim(1, store.revise())])
    store.settle()
    assert ends(store.timeline) == {"u1": None, "u2": NOW, "u3": ended}
    assert peer.waiting == 2
    assert all(row.revision >= EPOCH for row in store.timeline if row.end != ended)


def test_an_earlier_run_whose_clock_was_ahead_is_overruled_all_the_same() -> None:
    store = Store("c1", EPOCH, lambda: NOW)
    ahead = EPOCH + 3600 * SECOND
    store.remember([claim(1, ahead), claim(2, ahead + 5), claim(3, (1 << 64) - 1)])
    store.remember([claim(4, ahead + 7)])
    store.settle()
    assert ends(store.timeline) == {"u1": NOW, "u2": NOW, "u3": None, "u4": NOW}
    store.tell([claim(1, store.revise())])
    assert ends(store.timeline)["u1"] is None
    assert all(row.revision > ahead + 7 for row in store.timeline)


def test_the_journal_tells_of_it() -> None:
    journal = io.StringIO()
    store = Store("c1", EPOCH, lambda: NOW)
    store.remember([claim(1, 7), claim(2, 8)])
    store.journal = KeptJournal(journal)
    store.tell([claim(1, store.revise())])
    store.settle()
    problems: list[object] = []
    rows = list(row_reader.decode(journal.getvalue(), problems.append))
    assert ends(rows) == {"u1": None, "u2": NOW}
    assert problems == []


def test_nothing_ends_without_an_earlier_run() -> None:
    store = Store("c1", EPOCH, lambda: NOW)
    store.tell([claim(1, store.revise())])
    store.settle()
    assert ends(store.timeline) == {"u1": None}
    assert store.changes == 1


def test_what_is_withdrawn_has_ended_all_of_it() -> None:
    store = Store("c1", EPOCH, lambda: NOW)
    store.remember([claim(1, 7)])
    store.tell([claim(2, store.revise())])
    peer = store.peer()
    store.withdraw()
    assert ends(store.timeline) == {"u1": NOW, "u2": NOW}
    assert peer.waiting == 2


def test_what_has_changed_nothing_is_not_told() -> None:
    store = Store("c1", EPOCH, lambda: NOW)
    woken: list[None] = []
    store.on_change(lambda: woken.append(None))
    first = claim(1, store.revise())
    store.tell([first])
    store.tell([first])
    assert len(woken) == 1
    store.tell([claim(1, store.revise(), end=NOW)])
    store.forget(NOW + 1)
    assert list(store.timeline) == []


def restarted(known: Iterable[Row]) -> tuple[Store, Inventory]:
    """A daemon that has begun, with the journal of the one before."""
    store = Store("demo", us("11:00:00"), lambda: us("12:00:00"))
    store.remember(known)
    return store, Inventory(
        "demo", revise=store.revise, recall=store.recall, knew=store.knew
    )


def test_what_an_earlier_run_saw_goes_on() -> None:
    before = Told()
    before.sees("pods", pod("web-1", "10.0.0.1", labels={"a": "1"}), "09:00:05")
    before.sees("pods", pod("web-1", "10.0.0.2", labels={"a": "1"}), "09:30:00")
    before.sees("pods", pod("web-1", "10.0.0.2", labels={"a": "2"}), "09:40:00")
    store, inventory = restarted(before.timeline)
    seen = pod("web-1", "10.0.0.2", labels={"a": "2"})
    store.tell(inventory.apply("pods", seen, NOON))
    store.tell(inventory.apply("pods", seen, NOON))
    store.settle()
    assert history(store) == [
        ("10.0.0.1", us("09:00:03"), us("09:30:00"), "moved", 0),
        ("10.0.0.2", us("09:30:00"), us("09:40:00"), "changed", 0),
        ("10.0.0.2", us("09:30:00"), None, "", 1),
    ]


def test_what_changed_while_nobody_looked_is_the_next_version() -> None:
    before = Told()
    before.sees("pods", pod("web-1", "10.0.0.1", labels={"a": "1"}), "09:00:05")
    store, inventory = restarted(before.timeline)
    seen = pod("web-1", "10.0.0.1", labels={"a": "2"})
    store.tell(inventory.apply("pods", seen, NOON))
    store.settle()
    assert history(store) == [
        ("10.0.0.1", us("09:00:03"), NOON, "changed", 0),
        ("10.0.0.1", us("09:00:03"), None, "", 1),
    ]


def test_what_was_over_when_it_was_seen_again_ends_as_told() -> None:
    before = Told()
    before.sees("pods", pod("job-1", "10.0.0.1", up=None), "09:00:05")
    store, inventory = restarted(before.timeline)
    status = {"containerStatuses": [ran("09:00:09", "10:00:00")]}
    over = pod("job-1", "10.0.0.1", phase="Failed", status=status)
    store.tell(inventory.apply("pods", over, NOON))
    store.settle()
    assert history(store) == [
        ("10.0.0.1", us("09:00:05"), us("10:00:01"), "finished", 0)
    ]


def test_what_is_not_found_again_is_missing() -> None:
    before = Told()
    before.sees("pods", pod("web-1", "10.0.0.1"), "09:00:05")
    store, inventory = restarted(before.timeline)
    store.tell(inventory.apply("pods", pod("web-2", "10.0.0.1"), NOON))
    store.settle()
    assert history(store) == [
        ("10.0.0.1", us("09:00:03"), NOON, "missing", 0),
        ("10.0.0.1", us("09:00:03"), None, "", 0),
    ]


def test_an_end_of_long_ago_is_told_of_what_an_earlier_run_knew() -> None:
    """Else it would have been held until now: whoever looks back would believe it."""
    before = Told()
    before.sees("pods", pod("job-1", "10.0.0.1"), "09:00:05")
    store, inventory = restarted(before.timeline)
    inventory.forget(NOON - 3600 * SECOND)
    status = {"containerStatuses": [ran("09:00:04", "09:10:00")]}
    over = pod("job-1", "10.0.0.1", phase="Succeeded", status=status)
    store.tell(inventory.apply("pods", over, NOON))
    store.settle()
    assert history(store) == [
        ("10.0.0.1", us("09:00:03"), us("09:10:01"), "finished", 0)
    ]


def test_what_a_service_took_over_while_nobody_looked_it_has_not_had_before() -> None:
    lent: dict[str, Any] = {"ingress": ["203.0.113.5"]}
    later: dict[str, Any] = {"creationTimestamp": at("08:30:00")}
    before = Told()
    before.sees("services", service("a", "10.96.0.1", **lent), "09:10:00")
    before.sees("services", service("b", "10.96.0.2", **later), "09:10:00")
    store, inventory = restarted(before.timeline)
    store.tell(inventory.apply("services", service("a", "10.96.0.1"), NOON))
    new = service("b", "10.96.0.2", ingress=lent["ingress"], **later)
    store.tell(inventory.apply("services", new, NOON))
    store.settle()
    told = Told(timeline=store.timeline)
    assert told.who("10.96.0.2", "09:30:00") == "exact uid-b"
    assert told.who("203.0.113.5", "09:30:00", 80) == "exact uid-a"
    assert told.who("203.0.113.5", "12:01:00", 80) == "exact uid-b"


def test_nodes_that_change_their_addresses_over_an_outage_of_all() -> None:
    before = Told()
    later: dict[str, Any] = {"creationTimestamp": at("08:30:00")}
    before.sees("nodes", node("n1", "192.0.2.1"), "09:10:00")
    before.sees("nodes", node("n2", "192.0.2.2", **later), "09:10:00")
    store, inventory = restarted(before.timeline)
    store.tell(inventory.apply("nodes", node("n1", "192.0.2.2"), NOON))
    store.tell(inventory.apply("nodes", node("n2", "192.0.2.1", **later), NOON))
    store.settle()
    told = Told(timeline=store.timeline)
    for clock, owners in (("09:30:00", ("n1", "n2")), ("12:01:00", ("n2", "n1"))):
        found = [told.who(f"192.0.2.{n}", clock) for n in (1, 2)]
        assert found == [f"exact uid-{name}" for name in owners]


def test_who_moved_while_nobody_looked_and_comes_back_goes_on() -> None:
    """Else the claim begins anew, and nobody has had the address before."""
    before = Told()
    before.sees("pods", pod("web-1", "10.0.0.1"), "09:00:05")
    store, inventory = restarted(before.timeline)
    store.tell(inventory.apply("pods", pod("web-1", "10.0.0.2"), NOON))
    store.settle()
    store.forget(NOON)
    back = inventory.apply("pods", pod("web-1", "10.0.0.1"), NOON + SECOND)
    store.tell(back)
    assert history(store) == [
        ("10.0.0.1", us("09:00:03"), None, "", 0),
        ("10.0.0.2", us("09:00:03"), NOON + SECOND, "moved", 0),
    ]


def test_who_comes_back_after_all_is_forgotten_begins_anew() -> None:
    before = Told()
    before.sees("pods", pod("web-1", "10.0.0.1"), "09:00:05")
    store, inventory = restarted(before.timeline)
    store.tell(inventory.apply("pods", pod("web-1", "10.0.0.2"), NOON))
    store.settle()
    store.forget(NOON + 1)
    back = inventory.apply("pods", pod("web-1", "10.0.0.1"), NOON + SECOND)
    store.tell(back)
    assert history(store)[0] == ("10.0.0.1", NOON + SECOND, None, "", 0)


def test_blocks_are_remembered_too() -> None:
    block = Range(cluster="demo", subnet=address.Subnet.parse("10.0.0.0/8"), kind="pod")
    store, _ = restarted([block])
    store.settle()
    assert [row.end for row in store.timeline] == [us("12:00:00")]


def test_a_journal_that_cannot_be_written_is_told_of_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    file = os.fdopen(writer, "w", encoding="utf-8")
    kept = KeptJournal(file)
    kept.note([claim(1, 7)])
    kept.note([claim(2, 8)])
    assert kept.problem == "the journal ends here: Broken pipe"
    assert len(caplog.records) == 1
    with suppress(OSError):
        file.close()


def history(store: Store) -> list[tuple[str, int, int | None, str, int]]:
    found = [row for row in store.timeline if isinstance(row, Claim)]
    return [
        (where(row), row.start, row.end, row.ended, row.version)
        for row in sorted(found, key=lambda row: (row.address, row.end or NOON + 1))
    ]
