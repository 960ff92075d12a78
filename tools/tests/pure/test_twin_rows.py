"""The C++ parser reads, refuses and writes as the Python one does."""

import subprocess
from pathlib import Path

import pytest

from k8s_sync import rows
from k8s_sync.model import Claim, Range, Row
from k8s_sync.row_reader import Problem, decode
from k8s_sync.timeline import Timeline
from tests.pure.twin import REPLAY, TOP, Twin, build

pytestmark = pytest.mark.long

CORPUS = sorted((TOP / "testing" / "vectors" / "rows").glob("*.rows"))
LONG = 150
"""Reasons that quote more than some 200 bytes are cut in C++, to bound them."""


def read(data: bytes) -> tuple[list[Row], list[Problem]]:
    problems: list[Problem] = []
    text = data.decode(errors="surrogateescape")
    return list(decode(text, problems.append)), problems


def text_of(row: Row) -> str:
    return rows.encode(row)


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.stem)
def test_both_read_the_same(path: Path) -> None:
    data = path.read_bytes()
    good, problems = read(data)
    timeline = Timeline()
    applied = sum(map(timeline.apply, good))
    with Twin() as twin:
        loaded = twin.load(data)
        assert loaded[:3] == (len(good), applied, len(problems))
        for ours, theirs in zip(loaded.problems, problems, strict=False):
            assert ours[:LONG] == str(theirs)[:LONG]
        assert sorted(map(text_of, twin.rows())) == sorted(map(text_of, timeline))
        for cluster in ("c1", "c2"):
            assert twin.digest(cluster) == timeline.digest(cluster)
            assert twin.held(cluster) == timeline.held(cluster)


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.stem)
def test_a_row_is_written_to_the_byte_as_in_python(path: Path) -> None:
    with Twin() as twin:
        twin.load(path.read_bytes())
        text = twin.write()
    header, lines = text[: len(rows.HEADER)], text[len(rows.HEADER) :]
    assert header == rows.HEADER
    expected = [text_of(row) for row in read(text.encode())[0]]
    assert [line + "\n" for line in lines.split("\n")[:-1]] == expected


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.stem)
def test_any_bytes_leave_the_sanitizers_silent(path: Path) -> None:
    build()
    done = subprocess.run(  # noqa: S603 -- our own program
        [REPLAY["rows"], path], check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


def test_only_the_first_ten_problems_are_told() -> None:
    with Twin() as twin:
        loaded = twin.load("#fields\tcluster\n" + "c1\n" * 12 + "c1\tx\n")
    assert loaded.bad == 13
    assert loaded.problems == [f"line {n}: no revision" for n in range(2, 12)]


def test_a_reason_is_bounded() -> None:
    with Twin() as twin:
        loaded = twin.load(
            "#fields\tcluster\taddr\tfrom\trevision\tkind\tuid\n"
            f"c1\t{'é' * 9000}\t1\t1\tpod\tu\n"
        )
    assert loaded.problems == [f"line 2: bad addr '{'é' * 100}'"]


def test_a_journal_gives_back_the_timeline() -> None:
    with Twin() as twin, Twin() as again:
        for path in CORPUS:
            twin.load(path.read_bytes())
        journal = twin.write()
        assert again.load(journal)[1:3] == (len(twin), 0)
        assert sorted(again.write().split("\n")) == sorted(journal.split("\n"))
        assert any(isinstance(row, Range) for row in again.rows())
        assert any(isinstance(row, Claim) for row in again.rows())


def test_the_corpus_is_there() -> None:
    assert len(CORPUS) >= 15


def test_a_journal_is_read_in_pieces_as_if_it_were_one_text(tmp_path: Path) -> None:
    """Line numbers and headers go on from piece to piece; the last line may be cut."""
    row = "c1\t10.{}.{}.{}\t1\t{}\tpod\tu{}\n"
    header = "#fields\tcluster\taddr\tfrom\trevision\tkind\tuid\n"
    lines = [header]
    lines += [row.format(n >> 16, n >> 8 & 255, n & 255, n, n) for n in range(60_000)]
    lines[50_000] = "junk\n"
    lines[55_000] = "#fields\tcluster\tuid\taddr\tfrom\trevision\tkind\n"
    lines[55_001:] = ["c1\tlate\t10.99.0.1\t1\t1\tpod\n", "x" * (3 << 20) + "\n", "end"]
    text = "".join(lines)
    path = tmp_path / "journal.log"
    path.write_text(text)
    with Twin() as whole, Twin() as pieces:
        expected = whole.load(text)
        assert pieces.load_journal(path) == expected
        assert expected.problems == [
            "line 50001: 1 cells, 6 expected",
            "line 55003: 1 cells, 6 expected",
            "line 55004: 1 cells, 6 expected",
        ]
        assert pieces.digest("c1") == whole.digest("c1")
        assert pieces.load_journal(tmp_path / "nowhere") == (0, 0, 0, [])
        assert pieces.load_journal(tmp_path) == (0, 0, 0, [])
