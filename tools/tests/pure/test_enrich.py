"""Logs are read and copies written whole, whatever they are packed in."""

import gzip
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from k8s_sync import streams
from k8s_sync.enrich import run as enrich
from k8s_sync.enrich.columns import Columns
from k8s_sync.errors import ConfigError, FatalError
from tests.pure import sample
from tests.pure.test_enrich_json import DONE, ROW
from tests.pure.tsv_logs import CONN, Run, conn, log

TEXT = (
    log("conn", CONN, conn("1700000000.0", "10.0.0.1 1", "1.1.1.1 80")) + "#close\t1\n"
)
DECORATED = Run(TEXT).text.encode()
TOOLS = Path(__file__).parents[2]


@pytest.fixture
def journal(tmp_path: Path) -> str:
    return sample.journal_file(tmp_path)


def run(journal: str, *logs: Path | str, output: Path | str = "-") -> int:
    names = tuple(str(log) for log in logs)
    return enrich.run(enrich.Options(journal=journal, logs=names, output=str(output)))


def write(path: Path, data: bytes | str) -> Path:
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def piped(journal: str, data: bytes) -> "subprocess.CompletedProcess[bytes]":
    return subprocess.run(  # noqa: S603 -- our own
        [sys.executable, TOOLS / "k8s-sync", "enrich", "--journal", journal],
        input=data,
        capture_output=True,
        check=False,
    )


def test_to_standard_output(
    journal: str, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert run(journal, write(tmp_path / "conn.log", TEXT)) == 0
    out, err = capfdbinary.readouterr()
    assert out == DECORATED
    assert err == b"k8s-sync: 1 log, 1 rows, 1 with something to say about them\n"


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (TEXT.encode(), DECORATED),
        (TEXT.encode().removesuffix(b"\n"), DECORATED.removesuffix(b"\n")),
        (gzip.compress(TEXT.encode()), DECORATED),
        (f"{ROW}\n".encode(), f"{DONE}\n".encode()),
        (ROW.encode(), DONE.encode()),
        (f"\n{ROW}\nbad\n".encode(), f"\n{DONE}\nbad\n".encode()),
        (b"", b""),
        (b"\n", b"\n"),
        (b"#fields\tts\thost", b"#fields\tts\thost\tk8s.kind"),
    ],
)
def test_through_a_pipe(journal: str, data: bytes, expected: bytes) -> None:
    done = piped(journal, data)
    assert done.returncode == 0
    assert done.stdout.startswith(expected)
    assert done.stdout.count(b"\n") == expected.count(b"\n")


def test_lines_are_passed_on_as_they_come(journal: str) -> None:
    with subprocess.Popen(  # noqa: S603
        [sys.executable, TOOLS / "k8s-sync", "enrich", "--journal", journal],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        assert process.stdin
        assert process.stdout
        process.stdin.write(f"{ROW}\n".encode())
        process.stdin.flush()
        assert process.stdout.readline() == f"{DONE}\n".encode()
        process.stdin.close()
        assert process.stdout.read() == b""


def test_copies_keep_name_packing_and_permissions(journal: str, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    plain = write(tmp_path / "conn.log", TEXT)
    plain.chmod(0o640)
    packed = write(tmp_path / "quic.12.log.gz", gzip.compress(TEXT.encode()))
    assert run(journal, plain, packed, output=out) == 0
    assert (out / "conn.log").read_bytes() == DECORATED
    assert (out / "conn.log").stat().st_mode & 0o777 == 0o640
    data = (out / "quic.12.log.gz").read_bytes()
    assert data.startswith(b"\x1f\x8b")
    assert gzip.decompress(data) == DECORATED
    assert len(list(out.iterdir())) == 2


@pytest.mark.parametrize("name", ["new.log", "new.log.gz"])
def test_to_a_file(journal: str, tmp_path: Path, name: str) -> None:
    source = write(tmp_path / "conn.log", TEXT)
    assert run(journal, source, output=tmp_path / name) == 0
    data = (tmp_path / name).read_bytes()
    assert (gzip.decompress(data) if name.endswith(".gz") else data) == DECORATED


@pytest.mark.parametrize(
    ("logs", "output", "reason"),
    [
        (["a.log", "b.log"], "-", "2 logs need --output"),
        (["a.log", "b.log"], "{tmp}/no", "2 logs need --output"),
        (["a.log", "x/a.log"], "{tmp}", "would both become"),
        (["{tmp}/a.log"], "{tmp}", "would replace the log itself"),
        (["{tmp}/a.log"], "{tmp}/a.log", "would replace the log itself"),
        (["-"], "{tmp}", "has no name"),
    ],
)
def test_what_cannot_be(
    journal: str, tmp_path: Path, logs: list[str], output: str, reason: str
) -> None:
    write(tmp_path / "a.log", TEXT)
    with pytest.raises(ConfigError, match=reason):
        run(
            journal,
            *(log.format(tmp=tmp_path) for log in logs),
            output=output.format(tmp=tmp_path),
        )


def test_standard_input_is_one_thing() -> None:
    with pytest.raises(ConfigError, match="both the journal and a log"):
        run("-")


@pytest.mark.parametrize("cut", [15, -6])
def test_truncated_gzip_leaves_no_copy(
    journal: str, tmp_path: Path, cut: int, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    bad = write(tmp_path / "bad.log.gz", gzip.compress(TEXT.encode() * 100)[:cut])
    good = write(tmp_path / "good.log", TEXT)
    assert run(journal, bad, good, tmp_path / "missing.log", output=out) == 1
    assert [file.name for file in out.iterdir()] == ["good.log"]
    err = capsys.readouterr().err
    assert f"{bad}: truncated or damaged" in err
    assert "missing.log: No such file or directory" in err
    assert err.endswith("1 log, 1 rows, 1 with something to say about them; 2 lost\n")


def test_problems_are_told_once_and_counted(
    journal: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(tmp_path / "conn.log", TEXT + "x\ny\n" + TEXT.replace("10.0.0.1", "z"))
    assert run(journal, path, output=tmp_path / "new.log") == 0
    assert capsys.readouterr().err.splitlines() == [
        f"k8s-sync: {path}:11: 1 cells, 8 expected",
        f"k8s-sync: {path}:21: bad addr 'z'",
        f"k8s-sync: {path}: 2 wrong numbers of cells, 1 bad addresses",
        "k8s-sync: 1 log, 2 rows, 1 with something to say about them",
    ]


def test_journal_without_rows(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    empty = write(tmp_path / "claims.log", "")
    assert run(str(empty), write(tmp_path / "conn.log", TEXT)) == 0
    assert "the journal is empty" in capfd.readouterr().err


@pytest.mark.parametrize("size", [3, 7, 1000])
def test_pieces_do_not_show(
    journal: str, tmp_path: Path, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "CHUNK", size)
    for name, data in (("a.log", TEXT.encode() * 3), ("b.log.gz", TEXT.encode() * 3)):
        packed = name.endswith(".gz")
        path = write(tmp_path / name, gzip.compress(data) if packed else data)
        assert run(journal, path, output=tmp_path / "out.log") == 0
        assert (tmp_path / "out.log").read_bytes() == DECORATED * 3


def test_line_without_end(
    journal: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "LINE_LIMIT", 100)
    path = write(tmp_path / "conn.log", b"#" + b"x" * 1000)
    with (
        streams.open_input(str(path)) as source,
        pytest.raises(FatalError, match="a line of more than 100 bytes"),
    ):
        list(source.blocks())
    assert run(journal, path, output=tmp_path / "out") == 1
    assert not (tmp_path / "out").exists()


def test_columns_reach_the_rows(journal: str, tmp_path: Path) -> None:
    path = write(tmp_path / "conn.json", f"{ROW}\n")
    options = enrich.Options(
        journal=journal,
        logs=(str(path),),
        output=str(tmp_path / "out"),
        columns=Columns(("zone",)),
    )
    assert enrich.run(options) == 0
    assert json.loads((tmp_path / "out").read_bytes())["id.orig_k8s.zone"] == "z1"


def test_reader_that_leaves(journal: str, tmp_path: Path) -> None:
    path = write(tmp_path / "conn.log", TEXT * 20_000)
    read, write_end = os.pipe()
    with subprocess.Popen(  # noqa: S603
        [sys.executable, TOOLS / "k8s-sync", "enrich", "--journal", journal, path],
        stdout=write_end,
        stderr=subprocess.PIPE,
    ) as process:
        os.close(write_end)
        os.close(read)
        assert process.stderr
        assert process.stderr.read() == b""
    assert process.returncode == 141


def test_a_full_disk_is_told_of(
    journal: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(tmp_path / "conn.log", TEXT)
    assert run(journal, path, output="/dev/full") == 1
    assert "/dev/full: No space left on device" in capsys.readouterr().err


def test_a_sensor_sees_one_cluster(journal: str, tmp_path: Path) -> None:
    rows = Path(journal).read_text()
    others = rows.replace("\nc1", "\nc2").replace("u-web", "v-web")
    others = others.replace("\tweb-", "\telsewhere-")
    both = write(tmp_path / "both.log", rows + others)
    path = write(tmp_path / "conn.json", f"{ROW}\n")
    found = []
    for cluster in ("", "c1", "c2"):
        options = enrich.Options(
            journal=str(both),
            logs=(str(path),),
            output=str(tmp_path / "out"),
            cluster=cluster,
        )
        assert enrich.run(options) == 0
        row = json.loads((tmp_path / "out").read_bytes())
        found.append((row["id.orig_k8s.match"], row.get("id.orig_k8s.pod")))
    assert found == [("ambiguous", None), ("exact", "web-1"), ("exact", "elsewhere-1")]
