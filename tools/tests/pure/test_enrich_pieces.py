"""A log taken apart, and decorated by whoever is free, is what it was in one go."""

import fcntl
import gzip
import io
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from k8s_sync import cli, streams
from k8s_sync.enrich import copying
from k8s_sync.enrich import run as enrich
from k8s_sync.enrich.pieces import Desk, pieces
from k8s_sync.enrich.setting import Setting
from k8s_sync.packing import Packing, pack
from tests.pure import sample
from tests.pure.test_enrich import TEXT, TOOLS, write
from tests.pure.test_enrich_json import ROW
from tests.pure.tsv_logs import CONN, HTTP, Run, conn, log

ROWS = [conn("1700000000.0", f"10.0.0.{n} 1", "1.1.1.1 80") for n in range(3)]
HOST = {"ts": "time", "host": "addr"}
ENRICH = (sys.executable, TOOLS / "k8s-sync", "enrich", "--jobs", "2")
FRAGMENTS = (
    log("conn", CONN, *ROWS),
    log("x", HOST, "1700000000.0 10.0.0.1", "soon 10.0.0.1"),
    log("http", HTTP, "1700000000.0 C1 1.1.1.1 9 192.0.2.1 53 h"),
    log("quic", HTTP, "1700000000.0 C1 1.1.1.1 9 192.0.2.1 53 h"),
    log("x", HOST, "1700000000.0 10.0.0.1").replace("\t", "|").replace("\\x09", "|"),
    "#fields\tts\thost\n1700000000.0\t10.0.0.1\n",
    "#fields\tts\thost\n#types\ttime\tstring\n1700000000.0\t10.0.0.1\n",
    "#fields\tts\thost\n#x\n#types\ttime\tstring\n1700000000.0\t10.0.0.1\n",
    "#types\ttime\tstring\n1700000000.0\t10.0.0.1\n",
    "#unset_field\tU\n#set_separator\t;\n",
    "#close\t2023-11-14-22-13-20\n",
    "#fields\tts\thost\n",
    "\n",
    "one\n",
    "1700000000.0\t10.0.0.1\n",
)


@given(
    st.lists(st.sampled_from(FRAGMENTS), max_size=6),
    st.lists(st.integers(1, 8), min_size=1),
    st.sampled_from(["", "\n"]),
)
def test_pieces_come_to_the_same(
    fragments: list[str], sizes: list[int], end: str
) -> None:
    text = "".join(fragments)
    text = text.removesuffix("\n") + end if text else ""
    lines = text.encode().splitlines(keepends=True)
    blocks: list[bytes] = []
    while lines:
        size = sizes[len(blocks) % len(sizes)]
        blocks.append(b"".join(lines[:size]))
        del lines[:size]
    setting = Setting(sample.timeline())
    found = b""
    at = 0
    for piece in pieces(blocks, "x.log", ""):
        assert piece.line == at
        at += piece.data.count(b"\n")
        # Whoever decorates it has seen nothing of what went before.
        found += Desk(setting).decorate(piece).data
    assert found.decode() == Run(text).text


@pytest.fixture
def journal(tmp_path: Path) -> str:
    return sample.journal_file(tmp_path)


@pytest.mark.parametrize("packing", ["", "gzip", "zstd"])
@pytest.mark.parametrize("text", [TEXT * 40, f"{ROW}\nbad\n" * 300])
def test_all_cores_on_one_log(
    journal: str,
    tmp_path: Path,
    text: str,
    packing: Packing,
    *,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(streams, "CHUNK", 1000)
    monkeypatch.setattr(copying, "ALONE", 2000)
    path = write(tmp_path / "conn.log", pack(text.encode(), packing))
    said = []
    for jobs in (1, 3):
        options = enrich.Options(
            journal=journal,
            logs=(str(path),),
            output=str(tmp_path / f"{jobs}.log"),
            jobs=jobs,
        )
        assert enrich.run(options) == 0
        said.append(capsys.readouterr().err)
    assert (tmp_path / "1.log").read_bytes() == (tmp_path / "3.log").read_bytes()
    assert (tmp_path / "1.log").read_bytes().count(b"web-1") >= 40
    assert said[0] == said[1]


def test_all_cores_on_many_logs(
    journal: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(copying, "ALONE", 0)
    logs = tmp_path / "logs"
    logs.mkdir()
    for number in range(9):
        write(logs / f"conn.{number}.log", TEXT * number)
    write(logs / "bad.log.gz", gzip.compress(TEXT.encode())[:-6])
    write(logs / "odd.log", TEXT + "x\n")
    for jobs in (1, 3):
        options = enrich.Options(
            journal=journal,
            logs=(str(logs),),
            output=str(tmp_path / str(jobs)),
            jobs=jobs,
        )
        assert enrich.run(options) == 1
        err = capsys.readouterr().err
        assert f"{logs}/bad.log.gz: truncated or damaged" in err
        assert f"{logs}/odd.log:11: 1 cells, 8 expected" in err
        assert "10 logs, 37 rows, 37 with something to say about them; 1 lost" in err
    for path in (tmp_path / "1").glob("*.log"):
        assert (tmp_path / "3" / path.name).read_bytes() == path.read_bytes()
    assert len(list((tmp_path / "3").glob("*.log"))) == 10


@pytest.mark.parametrize("packing", ["gzip", "zstd"])
def test_a_truncated_log_costs_itself_only_on_all_cores(
    journal: str, tmp_path: Path, packing: Packing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "CHUNK", 1000)
    monkeypatch.setattr(copying, "ALONE", 2000)
    data = pack(TEXT.encode() * 500, packing)
    path = write(tmp_path / "conn.log.gz", data[:-6])
    options = enrich.Options(
        journal=journal, logs=(str(path),), output=str(tmp_path / "out.log"), jobs=3
    )
    assert enrich.run(options) == 1
    assert not (tmp_path / "out.log").exists()
    assert not list(tmp_path.glob(".out*"))


def test_a_pipe_that_pauses_does_not_hold_back_what_is_done(journal: str) -> None:
    rows = f"{ROW}\n".encode() * 60_000
    with subprocess.Popen(  # noqa: S603 -- our own
        [*ENRICH, "--journal", journal],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        bufsize=0,
    ) as process:
        assert process.stdin
        assert process.stdout
        stream = io.BufferedWriter(process.stdin)

        def write_all() -> None:
            stream.write(rows)
            stream.flush()

        writer = threading.Thread(target=write_all)
        writer.start()
        lines = 0
        while lines < 60_000:  # all of them, and the pipe is still open
            lines += process.stdout.read(1 << 16).count(b"\n")
        writer.join()
        stream.close()
        assert process.stdout.read() == b""


def test_what_a_killed_run_left_is_removed_by_the_next(
    journal: str, tmp_path: Path
) -> None:
    log, out = tmp_path / "conn.log", tmp_path / "out.log"
    write(log, TEXT)
    left, written, other = (
        tmp_path / name
        for name in (
            ".out.log.unfinished-aaaaaaaa",
            ".out.log.unfinished-bbbbbbbb",
            ".out.log.backup",
        )
    )
    for path in (left, written, other):
        path.touch()
        os.utime(path, (time.time() - 5,) * 2)
    with written.open("wb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        os.utime(written, (time.time() - 5,) * 2)
        assert cli.main(["enrich", "--journal", journal, "-o", str(out), str(log)]) == 0
    assert not left.exists()
    assert written.exists()
    assert other.exists()


def test_interrupted_it_leaves_nothing_half_written(
    journal: str, tmp_path: Path
) -> None:
    logs, out = tmp_path / "logs", tmp_path / "out"
    logs.mkdir()
    for number in range(4):
        write(logs / f"conn.{number}.log", TEXT * 40_000)
    # Whoever runs in the background ignores interrupts, and so does all that it starts.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    with subprocess.Popen(  # noqa: S603
        [*ENRICH, "--journal", journal, "--output", out, logs],
        stderr=subprocess.PIPE,
    ) as process:
        signal.signal(signal.SIGINT, before)
        assert process.stderr
        deadline = time.monotonic() + 20
        while not list(out.glob(".conn*")):
            assert time.monotonic() < deadline
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        assert process.stderr.read() == b""
    assert process.returncode == 130
    assert not list(out.glob(".conn*"))
    for path in out.glob("conn*"):
        assert path.read_bytes().count(b"\n") == 10 * 40_000
