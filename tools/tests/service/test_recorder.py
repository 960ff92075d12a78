"""The thread that writes the daemon's history: what it does when it cannot."""

import sqlite3
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from k8s_sync import address
from k8s_sync.daemon.store import Store
from k8s_sync.history import recorder as module
from k8s_sync.history.prune import Limits
from k8s_sync.history.reader import Reader
from k8s_sync.history.recorder import Recorder
from k8s_sync.model import SECOND, Claim, Owner, Row

NOW = 1_700_000_000 * SECOND


def claim(n: int, **changes: object) -> Claim:
    values: dict[str, object] = {
        "cluster": "c1",
        "address": address.pack(f"10.0.{n // 250}.{n % 250}"),
        "owner": Owner(kind="pod", uid=f"u{n}", labels=(f"n={n}" * 20,)),
        "start": NOW,
        "revision": 1,
    }
    return Claim(**(values | changes))  # type: ignore[arg-type]


def until(fact: Callable[[], bool], what: str) -> None:
    patience = time.monotonic() + 20
    while not fact():
        assert time.monotonic() < patience, what
        time.sleep(0.01)


def rows(path: str) -> set[Row]:
    with Reader(path) as reader:
        return set(reader.rows())


@pytest.fixture
def path(tmp_path: Path) -> str:
    return str(tmp_path / "claims.db")


@pytest.fixture
def kept(path: str) -> Iterator[Recorder]:
    made = Recorder(path, Limits(), lambda: NOW, queue=50)
    yield made
    made.close()


def test_rows_are_there_soon(kept: Recorder) -> None:
    kept.put([claim(1)])
    until(lambda: kept.waiting == 0, "it is written")
    assert rows(kept.path) == {claim(1)}
    with Reader(kept.path) as reader:
        assert dict(reader.exported()) == {claim(1): NOW}


def test_the_end_writes_the_rest_at_once(path: str) -> None:
    kept = Recorder(path, Limits(), lambda: NOW)
    kept.put(claim(n) for n in range(20_000))
    kept.close()
    assert not Path(f"{path}-wal").exists()
    assert (len(rows(path)), kept.written, kept.lost) == (20_000, 20_000, 0)


def test_what_a_full_disk_does_not_take_waits(kept: Recorder) -> None:
    """And is told; what is too much is counted, and then told anew."""
    store = Store("c1", NOW, lambda: NOW)
    store.history = kept
    pages = kept._writer.connection.execute("PRAGMA page_count").fetchone()[0]
    limit = "PRAGMA max_page_count = {}"
    kept._writer.connection.execute(limit.format(pages + 1))
    store.tell(claim(n) for n in range(40))
    until(lambda: bool(kept.problem), "it says so")
    assert kept.problem == "the history cannot be written: database or disk is full"
    assert (kept.waiting, kept.lost, kept.take_gap()) == (40, 0, False)
    store.tell(claim(n) for n in range(40, 80))
    until(lambda: kept.waiting == 50, "the oldest are dropped")
    assert kept.lost == 30
    kept._writer.connection.execute(limit.format(1 << 30))
    until(lambda: kept.waiting == 0, "the rest is written")
    assert (kept.problem, kept.lost, len(rows(kept.path))) == ("", 30, 50)
    assert kept.take_gap()
    assert not kept.take_gap()


def test_what_was_lost_is_told_anew(path: str) -> None:
    kept = Recorder(path, Limits(), lambda: NOW, queue=1)
    store = Store("c1", NOW, lambda: NOW)
    store.tell([claim(1), claim(2)])
    store.history = kept
    store.tell([claim(3), claim(4)])
    until(lambda: kept.waiting == 0, "one is written")
    assert (rows(path), kept.lost) == ({claim(4)}, 1)
    kept._limit = 10
    assert kept.take_gap()
    store.tell_history()
    kept.close()
    assert rows(path) == {claim(n) for n in (1, 2, 3, 4)}


def test_somebody_else_may_write_in_between(kept: Recorder) -> None:
    """Who keeps the file for long makes rows wait."""
    other = sqlite3.connect(kept.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    kept._writer.connection.execute("PRAGMA busy_timeout = 10")
    kept.put([claim(1)])
    until(lambda: "another program" in kept.problem, "it says so")
    other.execute("COMMIT")
    other.close()
    until(lambda: kept.waiting == 0, "it is written")
    assert (kept.problem, kept.lost) == ("", 0)


def test_what_fits_no_history_is_counted(kept: Recorder) -> None:
    odd = claim(2, owner=Owner(kind="pod", uid="\udcff"))
    kept.put([claim(1), odd, claim(3)])
    until(lambda: kept.waiting == 0, "it is written")
    assert (kept.written, kept.lost) == (2, 1)
    assert rows(kept.path) == {claim(1), claim(3)}


def test_it_forgets_by_itself(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PRUNE_EVERY", 0.05)
    kept = Recorder(path, Limits(age=10 * SECOND), lambda: NOW + 20 * SECOND)
    kept.put([claim(1, end=NOW + 5 * SECOND), claim(2, end=NOW + 15 * SECOND)])
    until(lambda: kept.written == 2 and len(rows(path)) == 1, "one is forgotten")
    assert {row.end for row in rows(path)} == {NOW + 15 * SECOND}
    kept.close()


def test_a_fault_does_not_end_quietly(
    kept: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: object) -> None:
        raise KeyError("x")

    monkeypatch.setattr(kept._writer, "write", fail)
    kept.put([claim(1)])
    until(lambda: "not kept any more" in kept.problem, "it says so")
    kept._thread.join(20)
    assert not kept._thread.is_alive()
