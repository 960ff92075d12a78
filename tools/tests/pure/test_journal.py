"""A journal comes back as it was written, and says what in it makes no sense."""

import gzip
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from k8s_sync import journal
from k8s_sync.errors import FatalError
from k8s_sync.model import Row
from k8s_sync.rows import HEADER, encode
from tests.pure import sample


@pytest.mark.parametrize("name", ["claims.log", "claims.log.gz"])
def test_round_trip(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    assert journal.write(str(path), sample.rows()) == len(sample.rows())
    assert path.read_bytes().startswith(b"\x1f\x8b") == name.endswith(".gz")
    assert [file.name for file in tmp_path.iterdir()] == [name]
    read = journal.read(str(path), pytest.fail)
    assert list(read.timeline) == sample.rows()
    assert (read.rows, read.problems) == (len(sample.rows()), 0)


def test_bad_rows_are_told_and_skipped(tmp_path: Path) -> None:
    path = tmp_path / "claims.log"
    good = encode(sample.rows()[1])
    text = HEADER + good + "too\tshort\n" + good.replace("10.0.0.1", "10.0.0.300")
    path.write_bytes(text.encode() + b"\xff" + encode(sample.rows()[0]).encode())
    told: list[str] = []
    read = journal.read(str(path), told.append)
    assert (read.rows, read.problems) == (1, 3)
    assert told == [
        f"{path}:9: 2 cells, 24 expected",
        f"{path}:10: bad addr '10.0.0.300'",
        f"{path}:11: bad utf-8",
    ]


def test_many_bad_rows_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "claims.log"
    path.write_text(HEADER + "x\n" * 30 + encode(sample.rows()[0]))
    told: list[str] = []
    assert journal.read(str(path), told.append).problems == 30
    assert len(told) == 11
    assert told[-1] == f"{path}: 20 more bad rows"


def test_another_file_is_no_journal(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("hello\n")
    with pytest.raises(FatalError, match="not a journal: line 1: row before #fields"):
        journal.read(str(path), lambda _: None)


def test_empty_file(tmp_path: Path) -> None:
    path = tmp_path / "claims.log"
    path.touch()
    assert journal.read(str(path), pytest.fail).rows == 0


def test_missing_file() -> None:
    with pytest.raises(FatalError, match="/nowhere/x: No such file or directory"):
        journal.read("/nowhere/x", pytest.fail)


def test_directory(tmp_path: Path) -> None:
    with pytest.raises(FatalError, match="Is a directory"):
        journal.read(str(tmp_path), pytest.fail)


@pytest.mark.parametrize("cut", [5, 15, -4])
def test_truncated_gzip(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "claims.log.gz"
    path.write_bytes(gzip.compress(HEADER.encode())[:cut])
    with pytest.raises(FatalError, match="truncated or damaged"):
        journal.read(str(path), pytest.fail)


def test_failed_write_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "claims.log"
    path.write_text("old")

    def rows() -> Iterator[Row]:
        yield sample.rows()[0]
        raise RuntimeError

    with pytest.raises(RuntimeError):
        journal.write(str(path), rows())
    assert path.read_text() == "old"
    assert len(list(tmp_path.iterdir())) == 1


def test_permissions_and_links_stay(tmp_path: Path) -> None:
    real, link = tmp_path / "real.log", tmp_path / "link.log"
    real.touch(mode=0o640)
    real.chmod(0o640)
    link.symlink_to(real)
    journal.write(str(link), sample.rows())
    assert link.is_symlink()
    assert real.stat().st_mode & 0o777 == 0o640
    assert real.stat().st_size


def test_devices_are_not_replaced() -> None:
    journal.write("/dev/null", sample.rows())
    assert Path("/dev/null").is_char_device()


def test_unwritable_place() -> None:
    with pytest.raises(FatalError, match="/nowhere/x"):
        journal.write("/nowhere/x", [])
    with pytest.raises(FatalError, match="nnn: "):
        journal.write("n" * 300, [])


def test_standard_output(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    journal.write("-", sample.rows())
    sys.stdout.flush()
    assert capfdbinary.readouterr().out.startswith(HEADER.encode())
