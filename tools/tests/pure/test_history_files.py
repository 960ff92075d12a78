"""Histories as files: what is opened, merged, written out, pruned, and how fast."""

import gzip
import json
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from bench import past
from k8s_sync import address, journal
from k8s_sync.cli import main
from k8s_sync.errors import FatalError
from k8s_sync.history.prune import Limits, prune, size
from k8s_sync.history.reader import Reader
from k8s_sync.history.writer import Writer
from k8s_sync.model import SECOND, Claim, Row
from k8s_sync.whois.answer import answer
from k8s_sync.whois.question import Question
from k8s_sync.whois.target import Target
from tests.pure import sample


@pytest.fixture
def path(tmp_path: Path) -> str:
    return str(tmp_path / "claims.db")


def fill(path: str, number: int, addresses: int) -> list[Claim]:
    """Writes claims of a busy cluster."""
    claims = [
        claim for claim, _ in zip(past.claims(addresses), range(number), strict=False)
    ]
    with Writer(path) as writer:
        writer.write((claim, None) for claim in claims)
    return claims


def rows(path: str) -> set[Row]:
    with Reader(path) as reader:
        return set(reader.rows())


def damaged(path: Path) -> None:
    path.write_bytes(b"SQLite format 3\x00" + b"\xff" * 5000)


def foreign(path: Path) -> None:
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE t (x)")
    other.close()


def newer(path: Path) -> None:
    Writer(str(path)).close()
    with sqlite3.connect(path) as other:
        other.execute("PRAGMA user_version = 2")
    other.close()


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda path: path.write_text("#fields\tcluster\n"), "not a history"),
        (damaged, "not a history"),
        (foreign, "an SQLite file, but not a history"),
        (newer, r"made by a newer k8s-sync \(schema 2, this one knows 1\)"),
        (lambda path: path.mkdir(), "no such file|unable to open"),
    ],
)
def test_what_is_no_history_is_left_alone(
    make: Callable[[Path], None], reason: str, tmp_path: Path
) -> None:
    file = tmp_path / "claims.db"
    make(file)
    before = file.read_bytes() if file.is_file() else b""
    for opened in (Writer, Reader):
        with pytest.raises(FatalError, match=rf"claims\.db: .*({reason})"):
            opened(str(file))
    assert before == (file.read_bytes() if file.is_file() else b"")


def test_reading_makes_no_file(path: str) -> None:
    with pytest.raises(FatalError, match="no such file"):
        Reader(path)
    assert not Path(path).exists()


def test_who_reads_sees_one_moment_while_others_write(path: str) -> None:
    first, second = fill(path, 2, 2)
    with Writer(path) as writer:
        with Reader(path) as reader:
            assert len(list(reader.rows())) == 2
            other = [row for row in sample.rows() if isinstance(row, Claim)]
            writer.write((row, None) for row in other)
            assert set(reader.rows()) == {first, second}
        with Reader(path) as reader:
            assert len(list(reader.rows())) == 2 + len(other)


def test_a_history_becomes_a_journal_and_one_again(path: str, tmp_path: Path) -> None:
    fill(path, 40, 10)
    with Writer(path) as writer:
        writer.write((row, None) for row in sample.rows())
    packed = str(tmp_path / "claims.log.gz")
    assert main(["history", "export", path, "--output", packed]) == 0
    assert gzip.decompress(Path(packed).read_bytes()).startswith(b"#separator \\x09\n")
    other = str(tmp_path / "other.db")
    assert main(["history", "import", other, packed]) == 0
    assert rows(other) == rows(path)
    part = str(tmp_path / "part.log")
    assert main(["history", "export", path, "-o", part, "--cluster", "c1"]) == 0
    assert set(journal.read(part, print).timeline) == set(sample.rows())


def test_histories_are_merged(
    path: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of journals and histories; what is there already is not taken in again."""
    fill(path, 10, 10)
    other, log = str(tmp_path / "other.db"), sample.journal_file(tmp_path)
    assert main(["history", "import", other, path, log]) == 0
    assert capsys.readouterr().err == (
        f"k8s-sync: {path}: 10 new, 0 known, 0 bad rows\n"
        f"k8s-sync: {log}: 8 new, 0 known, 0 bad rows\n"
    )
    assert rows(other) == rows(path) | set(sample.rows())
    assert main(["history", "import", path, other]) == 0
    assert "8 new, 10 known, 0 bad" in capsys.readouterr().err
    assert rows(path) == rows(other)
    assert main(["history", "import", path, path]) == 2
    Path(log).write_text("#fields\tcluster\nx\n")
    assert main(["history", "import", path, log]) == 1


def test_info(path: str, capsys: pytest.CaptureFixture[str]) -> None:
    claims = fill(path, 10, 10)
    with Writer(path) as writer:
        writer.write((row, 5 * SECOND) for row in sample.rows())
    assert main(["history", "info", path, "--json", "--check"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["damage"], found["owners"]) == (None, 16)
    c1, prod = found["clusters"]
    assert (prod["claims"], prod["held"], prod["heard"]) == (10, 0, None)
    assert (c1["claims"], c1["held"], c1["ranges"]) == (7, 6, 1)
    assert c1["heard"] == "1970-01-01T00:00:05.000000Z"
    assert claims[0].start == past.BEGIN
    assert main(["history", "info", path]) == 0
    assert "prod: 10 claims (0 held)" in capsys.readouterr().out


def test_damage_is_told(path: str, capsys: pytest.CaptureFixture[str]) -> None:
    fill(path, 500, 50)
    with Path(path).open("r+b") as file:
        file.seek(Path(path).stat().st_size // 2)
        file.write(b"\xff" * 8192)
    assert main(["history", "info", path, "--check"]) == 1
    said = capsys.readouterr()
    assert "damaged: " in said.out or "malformed" in said.err


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        ("DELETE FROM templates", "a claim lacks what belongs to it"),
        ("UPDATE templates SET labels = 'x'", "a claim lacks what belongs to it"),
        ("UPDATE claims SET proto = 7", "a claim lacks what belongs to it"),
        (
            "UPDATE places SET node = CAST(x'ff' AS TEXT) || id",
            "Could not decode to UTF-8",
        ),
        ("UPDATE domains SET network = CAST(x'ff' AS TEXT)", "Could not decode"),
        ("DROP TABLE domains", "no such table: domains"),
    ],
)
def test_a_damaged_history_is_no_answer(
    path: str, damage: str, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 1 would say that nobody is named."""
    fill(path, 10, 10)
    with Reader(path) as reader:
        [claim, *_] = [row for row in reader.rows() if isinstance(row, Claim)]
    with sqlite3.connect(path) as connection:
        connection.execute(damage)
    connection.close()
    where = address.text(claim.address)
    for argv, code in (
        (["whois", where, "--history", path], 3),
        (["whois", where, "--history", path, "--at", "0", "--revisions"], 3),
        (["history", "export", path], 1),
        (["history", "import", f"{path}.other", path], 1),
    ):
        if "--at" in argv and "domains" not in damage:
            continue  # there was nothing to read then
        assert main(argv) == code
        assert f"k8s-sync: {path}: " in (said := capsys.readouterr().err)
        assert message in said


def test_what_ended_long_ago_is_forgotten(path: str) -> None:
    """With its revisions and with what only it needed; all else stays."""
    claims = fill(path, 300, 30)
    cut = claims[200].end or 0
    held = [row for row in sample.rows() if row.end is None]
    with Writer(path) as writer:
        writer.write((claim_before(claim), None) for claim in claims)
        writer.write((row, None) for row in held)
        now = cut + 7 * SECOND
        while prune(writer, Limits(age=7 * SECOND), now, step=17):
            pass
        left = {claim for claim in claims if (claim.end or 0) >= cut}
        assert rows(path) == {*left, *held}
        execute = writer.connection.execute
        objects = {claim.owner.uid for claim in left}
        for table, expected in (("superseded", len(left)), ("templates", None)):
            (count,) = execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608
            assert expected is None or count == expected
        (owners,) = execute(
            "SELECT count(DISTINCT uid) FROM owners WHERE pod LIKE 'app-%'"
        ).fetchone()
        assert owners == len(objects)
        unused = "SELECT 1 FROM templates WHERE id NOT IN (SELECT template FROM owners)"
        assert execute(unused).fetchall() == []
        # What was forgotten may have had numbers that are given anew.
        writer.write((claim, None) for claim in claims)
        assert rows(path) == {*claims, *held}


def claim_before(claim: Claim) -> Claim:
    """The revision that a claim had while it was held."""
    return Claim(
        cluster=claim.cluster,
        address=claim.address,
        owner=claim.owner,
        start=claim.start,
        revision=claim.revision - 1,
    )


def test_pruning_what_is_damaged_ends(
    path: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where an index has claims that are not in the table, as here it seems."""
    fill(path, 10, 10)
    kept = "CREATE TRIGGER kept BEFORE DELETE ON claims BEGIN SELECT RAISE(IGNORE);"
    with sqlite3.connect(path) as connection:
        connection.execute(f"{kept} END")
    connection.close()
    assert main(["history", "prune", path, "--days", "1"]) == 1
    assert "damaged: what is too old cannot be found" in capsys.readouterr().err


def test_too_large_is_pruned_from_its_oldest_end(path: str) -> None:
    claims = fill(path, 5000, 500)
    limit = 1_000_000
    assert Path(path).stat().st_size > limit
    assert main(["history", "prune", path, "--megabytes", "1"]) == 0
    assert Path(path).stat().st_size <= limit
    left = rows(path)
    ends = sorted(claim.end or 0 for claim in claims)[-len(left) :]
    assert sorted(row.end or 0 for row in left) == ends
    assert len(left) > 500
    with Writer(path) as writer:
        assert size(writer.connection) <= limit


def test_held_claims_stay_whatever_the_size(path: str) -> None:
    held = [claim_before(claim) for claim in fill(path, 500, 500)]
    with Writer(path) as writer:
        assert prune(writer, Limits(size=1), 0) == 500
        writer.write((claim, None) for claim in held)
        assert prune(writer, Limits(age=1, size=1), 1 << 60) == 0
    assert rows(path) == set(held)


def test_an_answer_costs_the_same_in_a_history_ten_times_as_large(
    tmp_path: Path,
) -> None:
    """Counted in steps of SQLite's machine, which no other program disturbs."""
    steps = []
    for addresses in (300, 3000):
        path = str(tmp_path / f"{addresses}.db")
        claims = fill(path, 10 * addresses, addresses)
        one = claims[len(claims) // 2]
        with Reader(path) as reader:
            count = 0

            def step() -> None:
                nonlocal count
                count += 1

            reader.connection.set_progress_handler(step, 1)
            target = Target(one.address)
            report = answer(Question(text="", target=target, at=one.start), reader)
        assert len(report.claims) == 10
        assert report.owner == one.owner
        steps.append(count)
    assert steps[1] < 1.1 * steps[0]
