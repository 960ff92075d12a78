"""A damaged cache: nothing of it is used, and it is set aside.

What is in front of the damage may be long out of date.
"""

import random
import resource
import sys
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
        if restored.problem:
            assert restored[:2] == (0, {})
            assert len(twin) == 0
            assert not path.exists()
        return restored


def test_as_it_was_written(path: Path) -> None:
    assert read(path) == (710, {"c1": Mark(1, 10, NOW)}, "")


@pytest.mark.parametrize("seed", range(40))
def test_cut_off(path: Path, seed: int) -> None:
    data = path.read_bytes()
    size = random.Random(seed).randrange(len(data))  # noqa: S311 -- no secret
    path.write_bytes(data[:size])
    assert read(path).problem.endswith("cut off")


@pytest.mark.parametrize("seed", range(40))
def test_a_byte_is_another_one(path: Path, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 -- no secret
    data = bytearray(path.read_bytes())
    data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    path.write_bytes(data)
    assert read(path).problem
    assert path.with_suffix(".damaged").read_bytes() == data


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
    assert read(path).problem == f"after line {ends[-4] + 1}: wrong sum"


def test_between_blocks_it_ends_where_it_ends(path: Path) -> None:
    """That is how the file of a Zeek looks that was killed."""
    lines = path.read_text().splitlines(keepends=True)
    ends = [n for n, line in enumerate(lines) if line.startswith("#sum")]
    path.write_text("".join(lines[: ends[-2] + 1]))
    assert read(path) == (709, {"c1": Mark(1, 9, NOW)}, "")


def test_rows_of_another_release_are_missing_and_all_is_told_again(
    path: Path,
) -> None:
    """The rest of the file is as new as ever."""
    text = path.read_text().replace("\tpod\tuid-3\t", "\tjob\tuid-3\t")
    with_sums(path, text)
    with Twin() as twin:
        restored = restore(twin, path)
        assert restored[:2] == (709, {"c1": Mark(0, 0, NOW)})
        assert restored.problem == "line 12: bad kind 'job'"
        assert path.with_suffix(".damaged").exists()


def with_sums(path: Path, text: str) -> None:
    """Writes a text with the sums that it should have, by the rule of `SumOf`."""
    total, block = 0, b""
    with path.open("wb") as out:
        for line in text.encode().splitlines(keepends=True):
            if line.startswith(b"#sum"):
                total = sum_of(total, block)
                out.write(block + f"#sum\t{total:016x}\n".encode())
                block = b""
            else:
                block += line


def sum_of(before: int, text: bytes) -> int:
    mask = (1 << 64) - 1
    total = before ^ len(text)
    for at in range(0, len(text), 8):
        word = int.from_bytes(text[at : at + 8], sys.byteorder)
        total = (total << 29 | total >> 35) & mask
        total = (total ^ word) * 0x9E3779B97F4A7C15 & mask
    return total ^ total >> 32


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
