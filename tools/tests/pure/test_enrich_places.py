"""Directories and patterns of logs become directories of copies, once."""

import gzip
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from k8s_sync.enrich import run as enrich
from k8s_sync.enrich.columns import Columns
from k8s_sync.enrich.places import MARKER, find_logs
from k8s_sync.errors import ConfigError, FatalError
from k8s_sync.packing import pack, packing_for
from k8s_sync.streams import Input, open_input
from tests.pure import sample
from tests.pure.test_enrich import DECORATED, TEXT, write

LOGS = (
    "2023-11-14/conn.00:00:00-01:00:00.log.gz",
    "2023-11-14/conn.01:00:00-02:00:00.log.gz",
    "2023-11-15/conn.00:00:00-01:00:00.log.gz",
    "2023-11-15/http.00:00:00-01:00:00.log.zst",
    "conn.log",
    "stats.json",
)


@pytest.fixture
def journal(tmp_path: Path) -> str:
    return sample.journal_file(tmp_path)


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    """As Zeek rotates them, with what else lies about there."""
    top = tmp_path / "logs"
    for name in LOGS:
        path = top / name
        path.parent.mkdir(parents=True, exist_ok=True)
        data = TEXT.encode()
        if name.endswith(".gz"):
            data = gzip.compress(data)
        if name.endswith(".zst"):
            data = pack(data, "zstd")
        write(path, data)
        os.utime(path, (1_700_000_000, 1_700_000_000))
    write(top / ".hidden.log", TEXT)
    write(top / "README", "no log")
    (top / "current").symlink_to(top / "2023-11-15")
    return top


def run(
    journal: str,
    *logs: Path | str,
    output: Path,
    force: bool = False,
    columns: Columns | None = None,
    amendments: tuple[str, ...] = (),
) -> int:
    options = enrich.Options(
        journal=journal,
        amendments=amendments,
        logs=tuple(map(str, logs)),
        output=str(output),
        force=force,
        columns=columns or Columns(),
    )
    return enrich.run(options)


def names(top: Path) -> list[str]:
    """All files below a directory but the marker."""
    files = (path for path in top.rglob("*") if path.is_file())
    return sorted(str(file.relative_to(top)) for file in files if file.name != MARKER)


def content(path: Path) -> bytes:
    with open_input(str(path)) as source:
        assert source.packing == packing_for(path.name)
        return source.stream.read()


def test_a_directory_of_rotated_logs(journal: str, logs: Path, tmp_path: Path) -> None:
    out = tmp_path / "owned"
    assert run(journal, logs, output=out) == 0
    assert names(out) == sorted(LOGS)
    for name in LOGS:
        assert content(out / name) == DECORATED


def test_copies_inside_the_directory_are_no_logs(journal: str, logs: Path) -> None:
    out = logs / "owned"
    out.mkdir()
    for _ in range(2):
        assert run(journal, logs, output=out) == 0
        assert names(out) == sorted(LOGS)


def test_a_name_with_a_slash_is_a_directory(
    journal: str, logs: Path, tmp_path: Path
) -> None:
    log = logs / LOGS[0]
    options = enrich.Options(
        journal=journal, logs=(str(log),), output=f"{tmp_path}/owned/"
    )
    assert enrich.run(options) == 0
    assert content(tmp_path / "owned" / log.name) == DECORATED


def test_a_log_that_grows_meanwhile_is_not_done(
    journal: str, logs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Zeek writes on while its log is copied: the copy lacks what came then."""
    log, out = logs / "conn.log", tmp_path / "owned"
    more = TEXT.encode().splitlines(keepends=True)[-1]
    blocks = Input.blocks

    def overtaken(source: Input) -> Iterator[bytes]:
        yield from blocks(source)
        if source.name == str(log):
            time.sleep(0.02)
            write(log, TEXT.encode() + more)
            time.sleep(0.02)

    with monkeypatch.context() as patch:
        patch.setattr(Input, "blocks", overtaken)
        assert run(journal, logs, output=out) == 0
    assert content(out / "conn.log") == DECORATED
    assert run(journal, logs, output=out) == 0
    assert content(out / "conn.log").count(b"\n") == DECORATED.count(b"\n") + 1


def test_a_pattern_keeps_what_it_matched(
    journal: str, logs: Path, tmp_path: Path
) -> None:
    out = tmp_path / "owned"
    out.mkdir()
    assert run(journal, f"{logs}/2023*/conn.*", output=out) == 0
    assert names(out) == [name for name in LOGS if "/conn." in name]
    assert run(journal, f"{logs}/**/stats.json", output=out) == 0
    assert "stats.json" in names(out)


def test_a_pattern_may_match_directories(
    journal: str, logs: Path, tmp_path: Path
) -> None:
    out = tmp_path / "owned"
    out.mkdir()
    assert run(journal, f"{logs}/2023*", output=out) == 0
    assert names(out) == [name for name in LOGS if name.startswith("2023")]


def test_logs_to_read_are_found_as_those_to_copy(logs: Path) -> None:
    found = find_logs([str(logs), str(logs / "conn.log")])
    assert sorted(path for path, _ in found) == sorted(str(logs / x) for x in LOGS)
    assert all(size for _, size in found)
    (logs / "empty").mkdir()
    with pytest.raises(FatalError, match="no logs in"):
        find_logs([str(logs / "empty")])


def test_names_that_collide_are_refused(
    journal: str, logs: Path, tmp_path: Path
) -> None:
    same = sorted(logs.glob("2023*/conn.00*"))
    with pytest.raises(ConfigError, match=r"would both become .*: name the directory"):
        run(journal, *same, output=tmp_path)


def test_what_is_not_there(
    journal: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "owned"
    out.mkdir()
    assert run(journal, f"{tmp_path}/no*.log", output=out) == 1
    assert "no*.log: No such file or directory" in capsys.readouterr().err
    with pytest.raises(FatalError, match="no logs in"):
        run(journal, out, output=out)
    with pytest.raises(ConfigError, match="a directory need"):
        enrich.run(enrich.Options(journal=journal, logs=(str(tmp_path),)))


def test_the_next_run_goes_on(
    journal: str, logs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "owned"
    bad = logs / LOGS[1]
    good = bad.read_bytes()
    write(bad, good[:-6])
    assert run(journal, logs, output=out) == 1
    assert names(out) == sorted(set(LOGS) - {LOGS[1]})
    before = {name: (out / name).stat().st_ino for name in names(out)}

    write(bad, good)
    capsys.readouterr()
    assert run(journal, logs, output=out) == 0
    assert capsys.readouterr().err.endswith("; 5 done before\n")
    assert content(out / LOGS[1]) == DECORATED
    after = {name: (out / name).stat().st_ino for name in before}
    assert before == after


@pytest.mark.parametrize("why", ["log", "columns", "force", "gone"])
def test_what_is_outdated_is_done_again(
    journal: str, logs: Path, tmp_path: Path, why: str
) -> None:
    out = tmp_path / "owned"
    assert run(journal, logs, output=out) == 0
    before = {name: (out / name).stat().st_ino for name in LOGS}
    if why == "log":
        os.utime(logs / "conn.log", (4e9, 4e9))
    if why == "gone":
        (out / "conn.log").unlink()
    columns = Columns(("zone",)) if why == "columns" else None
    assert run(journal, logs, output=out, columns=columns, force=why == "force") == 0
    after = {name: (out / name).stat().st_ino for name in LOGS}
    changed = {name for name in LOGS if before[name] != after[name]}
    one = why in ("log", "gone")
    assert changed == ({"conn.log"} if one else set(LOGS)) or why == "gone"
    assert content(out / "conn.log").count(b"zone") == (2 if why == "columns" else 0)


def test_a_run_with_other_options_that_was_cut_off_goes_on(
    journal: str, logs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "owned"
    zone = Columns(("zone",))
    assert run(journal, logs, output=out) == 0
    bad = logs / LOGS[1]
    good = bad.read_bytes()
    write(bad, good[:-6])
    assert run(journal, logs, output=out, columns=zone) == 1
    # What is left there of the first run is not taken for one of the second.
    write(bad, good)
    os.utime(bad, (1_700_000_000, 1_700_000_000))
    capsys.readouterr()
    assert run(journal, logs, output=out, columns=zone) == 0
    assert capsys.readouterr().err.endswith("; 5 done before\n")
    assert b"zone" in content(out / LOGS[1])


def test_a_journal_that_changed_is_told_of(
    journal: str, logs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "owned"
    assert run(journal, logs, output=out) == 0
    os.utime(journal, (4e9, 4e9))
    capsys.readouterr()
    assert run(journal, logs, output=out) == 0
    told = "6 done before, 6 of them before the journal changed (see --force)\n"
    assert capsys.readouterr().err.endswith(told)


def test_amendments_that_changed_are_told_of(
    journal: str, logs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "owned"
    late = write(tmp_path / "late.log", "")
    assert run(journal, logs, output=out, amendments=(str(late),)) == 0
    os.utime(late, (4e9, 4e9))
    capsys.readouterr()
    assert run(journal, logs, output=out, amendments=(str(late),)) == 0
    told = "6 of them before the journal or the amendments changed (see --force)\n"
    assert capsys.readouterr().err.endswith(told)


def test_files_by_name_are_always_done(
    journal: str, logs: Path, tmp_path: Path
) -> None:
    out = tmp_path / "owned"
    out.mkdir()
    for extra in ((), ("zone",)):
        columns = Columns(extra)
        assert run(journal, logs / "conn.log", output=out, columns=columns) == 0
    assert b"zone" in content(out / "conn.log")
    assert not (out / MARKER).exists()
