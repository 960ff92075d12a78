"""A damaged cache: what was good is used, nothing else, and it is set aside."""

import random
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.pure.test_cache import NOW, claim, fill
from tests.pure.twin import Twin
from tests.pure.twin_cache import Cache, Mark, Restored, restore

pytestmark = pytest.mark.long


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A cache of 700 claims, to which 10 times another one was added."""
    path = tmp_path / "cache"
    with Twin() as twin, Cache(twin, path) as cache:
        fill(twin, 700)
        cache.set("c1", 1, 0, NOW)
        while not cache.rewrites:
            cache.step(250)
        for seq in range(1, 11):
            twin.apply(claim(700 + seq, 1000 + seq))
            cache.set("c1", 1, seq, NOW)
            cache.finish()
    return path


def read(path: Path) -> Restored:
    with Twin() as twin:
        restored = restore(twin, path)
        assert restored.rows == len(twin)
        mark = restored.marks.get("c1", Mark(0, 0))
        assert len(twin) >= (700 + mark.seq if mark.epoch else 0)
        for row in twin.rows():
            n = int(row.owner.pod.removeprefix("pod-"))  # type: ignore[union-attr]
            assert row == claim(n, n if n <= 700 else 300 + n), "as it was told"
        return restored


def test_as_it_was_written(path: Path) -> None:
    assert read(path) == (710, {"c1": Mark(1, 10, NOW)}, "")


@pytest.mark.parametrize("seed", range(40))
def test_cut_off(path: Path, seed: int) -> None:
    data = path.read_bytes()
    size = random.Random(seed).randrange(len(data))  # noqa: S311 -- no secret
    path.write_bytes(data[:size])
    restored = read(path)
    # What is cut off between two blocks is all good.
    assert restored.problem.endswith("cut off") or data[:size].count(b"#sum") >= 2
    assert not path.exists() or not restored.problem


@pytest.mark.parametrize("seed", range(40))
def test_a_byte_is_another_one(path: Path, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 -- no secret
    data = bytearray(path.read_bytes())
    data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    path.write_bytes(data)
    restored = read(path)
    assert restored.problem
    assert restored.rows < 710
    assert path.with_suffix(".damaged").read_bytes() == data
    assert not path.exists()


@pytest.mark.parametrize("seed", range(10))
def test_a_part_is_zeros_or_gone_or_there_twice(path: Path, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 -- no secret
    data = path.read_bytes()
    begin, end = sorted(chance.sample(range(len(data)), 2))
    for new in (bytes(end - begin), b"", 2 * data[begin:end]):
        path.write_bytes(data[:begin] + new + data[end:])
        assert read(path).problem


def test_a_block_is_gone(path: Path) -> None:
    """Each sum is over all that is before."""
    lines = path.read_text().splitlines(keepends=True)
    ends = [n for n, line in enumerate(lines) if line.startswith("#sum")]
    gone = slice(ends[-4] + 1, ends[-3] + 1)
    del lines[gone]
    path.write_text("".join(lines))
    restored = read(path)
    assert restored.marks == {"c1": Mark(1, 7, NOW)}
    assert restored.problem == f"after line {ends[-4] + 1}: wrong sum"


def test_without_the_end_of_all_rows_nothing_counts_as_complete(path: Path) -> None:
    data = path.read_bytes()
    path.write_bytes(data[: data.index(b"#sum") + 30])
    restored = read(path)
    assert restored.rows == 250
    assert restored.marks == {"c1": Mark(0, 0)}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "after line 0: cut off"),
        ("#cac", "after line 0: cut off"),
        ("#cache\t2\nx\n", "after line 0: not a cache of this version"),
        ("\0" * 5000, "after line 0: not a cache of this version"),
        ("#cache\t1\n" + "x" * (17 << 20), "after line 0: a block without an end"),
        ("#cache\t1\n#sum\t\n", "after line 0: wrong sum"),
        ("#cache\t1\n#sum\t12 \n", "after line 0: wrong sum"),
    ],
    ids=["empty", "short", "version", "zeros", "endless", "no sum", "bad sum"],
)
def test_something_else(path: Path, text: str, problem: str) -> None:
    path.write_text(text)
    assert read(path) == (0, {}, problem)
    assert path.with_suffix(".damaged").exists()


def test_a_directory_in_its_place_is_moved_away(path: Path) -> None:
    data = path.read_bytes()
    path.write_bytes(data[:-1])
    read(path)
    path.mkdir()
    with Twin() as twin:
        assert restore(twin, path).problem == "cannot be read: Invalid argument"
        with Cache(twin, path) as cache:
            cache.set("c1", 1, 1)
            assert cache.finish() == ""
    assert path.is_file()


@contextmanager
def full_disk(size: int) -> Iterator[None]:
    """Files cannot grow beyond a size."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


def test_a_full_disk_is_said_once_and_keeps_the_old_file(path: Path) -> None:
    old = path.read_bytes()
    with Twin() as twin, Cache(twin, path) as cache:
        restore(twin, path)
        fill(twin, 900)
        cache.set("c1", 1, 11)
        with full_disk(20_000):
            assert cache.finish() == f"cannot write {path}.new: File too large"
            twin.apply(claim(1, 5000))
            assert cache.step(500) == ""
            assert path.read_bytes() == old
            assert list(path.parent.iterdir()) == [path], "nothing takes up room"
            cache.start()
            assert cache.finish().endswith("File too large")
        cache.start()
        assert cache.finish() == ""
    with Twin() as again:
        assert restore(again, path)[1:] == ({"c1": Mark(1, 11)}, "")
        assert again.held("c1") == 900


def test_what_cannot_be_added_leaves_no_damage(path: Path) -> None:
    with Twin() as twin, Cache(twin, path) as cache:
        fill(twin, 100)
        cache.set("c1", 2, 1)
        cache.finish()
        size = path.stat().st_size
        fill(twin, 300)
        cache.set("c1", 2, 2)
        with full_disk(size + 1000):
            assert cache.finish() == f"cannot write {path}: File too large"
        assert path.stat().st_size == size
    with Twin() as again:
        assert restore(again, path) == (100, {"c1": Mark(2, 1)}, "")


def test_no_directory(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for parent in ("no/such", "file"):
        path = tmp_path / parent / "cache"
        with Twin() as twin, Cache(twin, path) as cache:
            cache.set("c1", 1, 1)
            assert cache.finish().startswith(f"cannot write {path}.new: No")
            assert cache.finish() == ""
