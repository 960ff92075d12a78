"""A cache gives a timeline back: all of it, and never more than there was."""

import itertools
import random
import shutil
import time
from pathlib import Path

import pytest

from k8s_sync import address, journal
from k8s_sync.model import SECOND, Claim, Owner, Range, Row
from tests.pure.twin import Twin
from tests.pure.twin_cache import Cache, Mark, restore

pytestmark = pytest.mark.long

NOW = 1_700_000_000 * SECOND
_STEPS, _MARKS = 400, 5


def claim(n: int, revision: int = 0, *, cluster: str = "c1", end: int = 0) -> Claim:
    return Claim(
        cluster=cluster,
        address=address.pack(f"10.0.{n // 250}.{n % 250}"),
        owner=Owner(kind="pod", uid=f"uid-{n}", pod=f"pod-{n}"),
        start=NOW,
        end=end or None,
        revision=revision or n,
    )


def fill(twin: Twin, count: int, cluster: str = "c1") -> None:
    twin.apply(*(claim(n, cluster=cluster) for n in range(1, count + 1)))


def pods(subnet: str, revision: int) -> Range:
    parsed = address.Subnet.parse(subnet)
    return Range(cluster="c1", subnet=parsed, kind="pod", revision=revision)


def same(one: Twin, other: Twin) -> bool:
    return sorted(one.write().split("\n")) == sorted(other.write().split("\n"))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "cache"


def test_there_and_back(path: Path) -> None:
    with Twin() as twin, Twin() as again:
        twin.apply(pods("10.0.0.0/16", 1))
        fill(twin, 1200)
        with Cache(twin, path) as cache:
            cache.set("c1", 7, 12, NOW)
            assert cache.finish() == ""
        assert restore(again, path) == (1201, {"c1": Mark(7, 12, NOW)}, "")
        assert same(twin, again)
        assert again.digest("c1") == twin.digest("c1")


def test_it_is_a_journal(path: Path) -> None:
    with Twin() as twin:
        fill(twin, 30)
        with Cache(twin, path) as cache:
            cache.set("c1", 7, 12)
            cache.finish()
    said: list[str] = []
    assert journal.read(str(path), said.append).rows == 30
    assert not said


def test_what_changes_is_added(path: Path) -> None:
    with Twin() as twin, Twin() as again, Cache(twin, path) as cache:
        fill(twin, 100)
        cache.set("c1", 1, 1)
        cache.finish()
        before = cache.bytes
        twin.apply(claim(5, 200, end=NOW + SECOND), claim(101, 201))
        twin.apply(pods("10.1.0.0/16", 202))
        cache.set("c1", 1, 2)
        cache.finish()
        assert before < cache.bytes < before + 1000, "and nothing else"
        assert cache.bytes == path.stat().st_size
        assert cache.rewrites == 1
        assert restore(again, path)[1:] == ({"c1": Mark(1, 2)}, "")
        assert same(twin, again)


def test_in_small_steps_while_rows_come_in(path: Path) -> None:
    chance = random.Random(1)  # noqa: S311 -- no secret
    with Twin() as twin, Twin() as again, Cache(twin, path) as cache:
        fill(twin, 500)
        for revision in range(1000, 1300):
            twin.apply(claim(chance.randint(1, 600), revision))
            cache.set("c1", 1, revision)
            assert cache.step(4) == ""
        cache.finish()
        assert restore(again, path).marks == {"c1": Mark(1, 1299)}
        assert same(twin, again)


def test_a_mark_is_never_ahead_of_its_rows(path: Path, tmp_path: Path) -> None:
    """Whenever Zeek is killed, its file has all rows up to the mark that it tells."""
    chance = random.Random(2)  # noqa: S311 -- no secret
    copy = tmp_path / "copy"
    told: set[int] = set()
    # A thread writes it, when the disk lets it.
    until = time.monotonic() + 120
    with Twin() as twin, Cache(twin, path) as cache:
        for seq in itertools.count(1):
            if time.monotonic() > until or (seq >= _STEPS and len(told) > _MARKS):
                break
            twin.apply(claim(chance.randint(1, 50), seq))
            cache.set("c1", 1, seq)
            cache.step(chance.choice([0, 1, 1, 2, 100]))
            if not path.exists():
                time.sleep(0.001)
                continue
            shutil.copy(path, copy)
            with Twin() as again:
                mark = restore(again, copy).marks.get("c1", Mark(0, 0))
                told.add(mark.seq)
                held = {row.owner.uid: row for row in _claims(again)}
                for row in _claims(twin):
                    if row.revision <= mark.seq:
                        assert held[row.owner.uid] == row
    assert len(told) > _MARKS


def _claims(twin: Twin) -> list[Claim]:
    return [row for row in twin.rows() if isinstance(row, Claim)]


def test_what_a_sweep_has_ended_stays_ended(path: Path) -> None:
    """Such claims keep their revision, so adding their rows would tell nothing."""
    with Twin() as twin, Twin() as again, Cache(twin, path) as cache:
        fill(twin, 100)
        cache.set("c1", 1, 1)
        cache.finish()
        twin.set_generation("c1", 1)
        fill(twin, 60)
        assert twin.sweep("c1", 1, NOW + SECOND) == 40
        cache.set("c1", 2, 9)
        cache.finish()
        assert cache.rewrites == 2
        assert restore(again, path).marks == {"c1": Mark(2, 9)}
        assert same(twin, again)
        assert again.held("c1") == 60


def test_what_is_forgotten_is_not_written(path: Path) -> None:
    with Twin() as twin, Twin() as again, Cache(twin, path) as cache:
        cache.set("c1", 1, 1)
        fill(twin, 10)
        cache.finish()
        twin.apply(*(claim(n, 100 + n, end=NOW + SECOND) for n in range(1, 6)))
        twin.apply(claim(11, 200))
        twin.evict(NOW + 2 * SECOND)
        twin.apply(claim(12, 201))
        cache.set("c1", 1, 2)
        assert cache.finish() == ""
        assert restore(again, path).problem == ""
        assert again.digest("c1") != twin.digest("c1"), "their ends are lost"
        cache.start()
        cache.finish()
    with Twin() as third:
        assert restore(third, path).rows == 7


def test_the_file_is_bounded(path: Path) -> None:
    with Twin() as twin, Twin() as again, Cache(twin, path) as cache:
        largest = 0
        for revision in range(1, 60_000, 500):
            twin.apply(*(claim(n % 300, revision + n) for n in range(500)))
            cache.set("c1", 1, revision)
            while cache.bytes != (cache.step(500), cache.bytes)[1]:
                pass
            largest = max(largest, cache.bytes)
        cache.finish()
        assert cache.rewrites > 2
        assert largest < 1.5 * (1 << 20)
        restore(again, path)
        assert same(twin, again)


def test_what_is_not_trusted_gives_way_to_any_row(path: Path) -> None:
    """A daemon whose clock was put back has lower revisions than its last run."""
    rows: list[Row] = [claim(1, 1), claim(2, 2), pods("10.0.0.0/16", 1)]
    with Twin() as twin, Twin() as fresh, Cache(twin, path) as cache:
        cache.set("c1", 9, 9)
        fill(twin, 3)
        twin.apply(*(claim(n, 1000 + n) for n in range(1, 4)), pods("10.0.0.0/16", 99))
        twin.apply(claim(1, 2000, cluster="other"))
        cache.finish()
        twin.distrust("c1")
        assert twin.held("c1") == 3
        twin.set_generation("c1", 1)
        assert twin.apply(*rows).applied == 3
        assert twin.sweep("c1", 1, NOW) == 1
        fresh.apply(*rows)
        expected = fresh.digest("c1")
        assert twin.digest("c1") == expected
        assert twin.apply(claim(1, 1500, cluster="other")).applied == 0
        cache.set("c1", 8, 1)
        cache.finish()
    with Twin() as again:
        restore(again, path)
        assert again.digest("c1") == expected


def test_only_claims_of_sources_are_kept(path: Path) -> None:
    """Nobody would ever end those of a journal that was loaded at start."""
    with Twin() as twin, Twin() as again, Cache(twin, path) as cache:
        fill(twin, 10, "journal")
        fill(twin, 5)
        assert cache.finish() == ""
        assert not path.exists()
        cache.set("c1", 1, 1)
        cache.finish()
        twin.apply(claim(11, 20, cluster="journal"))
        cache.set("c1", 1, 2)
        cache.finish()
        assert restore(again, path) == (5, {"c1": Mark(1, 2)}, "")


def test_a_source_that_is_dropped_is_gone_from_the_next_file(path: Path) -> None:
    with Twin() as twin, Twin() as again, Cache(twin, path) as cache:
        for cluster in ("c1", "c2"):
            fill(twin, 5, cluster)
            cache.set(cluster, 1, 1)
        cache.finish()
        twin.sweep("c2", 1, NOW + SECOND)
        cache.drop("c2")
        cache.finish()
        assert restore(again, path) == (5, {"c1": Mark(1, 1)}, "")


@pytest.mark.parametrize("name", ["", "x" * 2000, b"\xff"])
def test_a_strange_name_is_not_kept(path: Path, name: str | bytes) -> None:
    with Twin() as twin, Twin() as again, Cache(twin, path) as cache:
        cache.set(name, 1, 1)
        cache.set("a b\\x09#", 1, 1)
        cache.finish()
        assert restore(again, path).problem == ""
        assert len(path.read_text().split("#source")) == 3


def test_a_tab_in_a_name_is_no_end_of_it(path: Path) -> None:
    with Twin() as twin, Twin() as again:
        with Cache(twin, path) as cache:
            cache.set("a\tb\n#sum", 3, 4)
            cache.finish()
        assert list(restore(again, path).marks.values()) == [Mark(3, 4)]
