"""What Zeek learned too late replaces what the lines with that uid say."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from k8s_sync.enrich import run as enrich
from k8s_sync.enrich.columns import DEFAULT, Columns
from k8s_sync.enrich.naming import Naming
from k8s_sync.errors import ConfigError, FatalError
from tests.program import PROGRAM
from tests.pure import sample
from tests.pure import test_enrich_json as in_json
from tests.pure.test_enrich import write
from tests.pure.tsv_logs import CONN, HTTP, Run, conn, log

FIELDS = {
    "ts": "time",
    "uid": "string",
    "side": "string",
    "address": "addr",
    "written": "time",
    "was": "string",
    **{f"k8s.{name}": "string" for name in DEFAULT},
}
LATE = ["pod", "exact", "shop", "late\\x2d1", "Deployment/late", "node-b", "-"]
TOLD = ["pod", "exact", "shop", "late-1", "Deployment/late", "node-b", "-"]
AMENDMENTS = log(
    "k8s_amendments",
    FIELDS,
    f"1700000000.0 C1 orig 10.0.9.9 1700000001.0 unknown {' '.join(LATE)}",
    "1700000000.0 C3 resp 10.0.9.9 1700000001.0 exact - ambiguous - - - - -",
)
ROWS = [
    conn("1700000000.0", "10.0.9.9 1", "10.0.0.1 80"),
    conn("1700000000.0", "10.0.9.9 1", "10.0.0.1 80").replace("C1", "C2"),
    conn("1700000000.0", "10.0.0.1 1", "10.0.9.9 80").replace("C1", "C3"),
    # The uid is that of another address: nobody speaks of it.
    conn("1700000000.0", "10.0.8.8 1", "10.0.0.1 80"),
]
PLAIN = log("conn", CONN, *ROWS)
DECORATED = Run(PLAIN).text


@pytest.fixture
def amendments(tmp_path: Path) -> str:
    return str(write(tmp_path / "k8s_amendments.log", AMENDMENTS))


def run(tmp_path: Path, text: str, **options: Any) -> str:
    path = write(tmp_path / "conn.log", text)
    out = tmp_path / "out.log"
    found = enrich.Options(logs=(str(path),), output=str(out), **options)
    assert enrich.run(found) == 0
    return out.read_text()


def side(text: str, prefix: str, row: int) -> list[str]:
    lines = [line.split("\t") for line in text.splitlines()]
    [names] = [cells[1:] for cells in lines if cells[0] == "#fields"]
    rows = [cells for cells in lines if not cells[0].startswith("#")]
    return [rows[row][names.index(f"{prefix}.{name}")] for name in DEFAULT]


@pytest.mark.parametrize("known", ["amendments", "journal as well"])
def test_decorated_lines(tmp_path: Path, amendments: str, known: str) -> None:
    journal = sample.journal_file(tmp_path) if "journal" in known else ""
    done = run(tmp_path, DECORATED, amendments=(amendments,), journal=journal)
    assert side(done, "id.orig_k8s", 0) == TOLD
    assert side(done, "id.resp_k8s", 2) == ["-", "ambiguous", *["-"] * 5]
    before, after = DECORATED.split("\n"), done.split("\n")
    changed = [at for at, line in enumerate(before) if after[at] != line]
    assert changed == [8, 10]
    # Once more is no more.
    assert run(tmp_path, done, amendments=(amendments,), journal=journal) == done


def test_undecorated_lines_need_a_journal(tmp_path: Path, amendments: str) -> None:
    assert run(tmp_path, PLAIN, amendments=(amendments,)) == PLAIN
    journal = sample.journal_file(tmp_path)
    done = run(tmp_path, PLAIN, amendments=(amendments,), journal=journal)
    assert done == run(tmp_path, DECORATED, amendments=(amendments,))


def test_further_columns_of_another_owner_go_away(
    tmp_path: Path, amendments: str
) -> None:
    text = Run(PLAIN.replace("10.0.9.9", "10.0.0.1"), Columns(("zone",))).text
    assert "\tz1" in text
    told = AMENDMENTS.replace("10.0.9.9", "10.0.0.1")
    path = write(tmp_path / "other.log", told)
    lines = run(tmp_path, text, amendments=(amendments, str(path))).split("\n")
    assert lines[8].split("\t")[6:14] == [*TOLD, "-"]


def test_every_log_with_the_uid(tmp_path: Path, amendments: str) -> None:
    http = Run(log("http", HTTP, "1700000000.0 C1 10.0.9.9 9 10.0.0.1 80 h")).text
    done = run(tmp_path, http, amendments=(amendments,))
    assert side(done, "id.orig_k8s", 0) == TOLD
    text = log("x", {"ts": "time", "host": "addr"}, "1700000000.0 10.0.9.9")
    assert run(tmp_path, Run(text).text, amendments=(amendments,)) == Run(text).text


@pytest.mark.parametrize("dialect", ["zeek", "ecs", "otel", "ocsf"])
def test_json(tmp_path: Path, dialect: Any) -> None:
    naming = Naming(dialect=dialect)
    told = {
        "ts": 1700000000.0,
        "uid": "C1",
        "side": "orig",
        "address": "10.0.0.1",
        **{f"k8s.{k}": v for k, v in zip(DEFAULT, TOLD, strict=True) if v != "-"},
    }
    late = str(write(tmp_path / "late.log", json.dumps(told) + "\n"))
    line = in_json.Run(in_json.ROW, naming=naming).lines[0]
    done = run(tmp_path, f"{line}\nbad\n", amendments=(late,), naming=naming)
    assert done.endswith("}\nbad\n")
    before, after = json.loads(line), json.loads(done.split("\n")[0])
    fields = naming.added("id.orig_k8s", Columns())
    values = dict(zip(DEFAULT, TOLD, strict=True)) | {"service": ""}
    for field in fields:
        assert after.pop(field.name, "") == field.pick(values)
        before.pop(field.name, None)
    assert after == before


def test_what_the_amendments_are_not_about_stays(
    tmp_path: Path, amendments: str
) -> None:
    broken = DECORATED + "C1\n"
    done = run(tmp_path, broken, amendments=(amendments,))
    assert done.endswith("\nC1\n")
    fields = {"ts": "time", "uid": "string", "id.resp_h": "addr"}
    one_end = Run(log("x", fields, "1700000000.0 C1 10.0.0.1")).text
    assert run(tmp_path, one_end, amendments=(amendments,)) == one_end
    line = in_json.Run(in_json.ROW).lines[0] + "\n"  # C1, but another address
    assert run(tmp_path, line, amendments=(amendments,)) == line


def test_what_is_no_log_of_amendments(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="nothing to tell"):
        run(tmp_path, PLAIN)
    with pytest.raises(ConfigError, match="both the amendments and a log"):
        enrich.run(enrich.Options(amendments=("-",)))


def told(tmp_path: Path, text: str, how: str) -> str:
    """Amends DECORATED into ``out`` by what is in a file, or comes through a pipe.

    Returns:
        Why that is refused; empty if it is not.
    """
    amendments = "-" if how == "pipe" else str(write(tmp_path / "told.log", text))
    logs = (str(write(tmp_path / "conn.log", DECORATED)),)
    out = str(tmp_path / "out")
    if how == "file":
        try:
            options = enrich.Options(logs=logs, output=out, amendments=(amendments,))
            enrich.run(options)
        except FatalError as error:
            return str(error)
        return ""
    done = subprocess.run(  # noqa: S603 -- our own
        [sys.executable, PROGRAM, "enrich", "--amendments", "-", *logs, "-o", out],
        input=text,
        capture_output=True,
        text=True,
        check=False,
    )
    assert not done.stdout
    if not done.returncode:
        return ""
    assert done.returncode == 1
    return done.stderr.removeprefix("k8s-sync: ").removesuffix("\n")


@pytest.mark.parametrize("how", ["file", "pipe"])
@pytest.mark.parametrize(
    "text",
    [
        PLAIN,
        log("conn", CONN),
        PLAIN + AMENDMENTS,
        AMENDMENTS + PLAIN,
        in_json.ROW + "\n",
        "hello\n",
        "\n",
    ],
)
def test_another_log_is_refused_however_it_comes(
    tmp_path: Path, text: str, how: str
) -> None:
    name = "standard input" if how == "pipe" else tmp_path / "told.log"
    assert told(tmp_path, text, how) == (
        f"{name}: no log of amendments: k8s_amendments.log, as Zeek writes it, has uid,"
        " side, address and k8s.* in each row"
    )
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("how", ["file", "pipe"])
@pytest.mark.parametrize(
    ("text", "amended"),
    [(AMENDMENTS, 2), (log("k8s_amendments", FIELDS), 0), ("", 0)],
)
def test_amendments_however_they_come(
    tmp_path: Path, text: str, amended: int, how: str
) -> None:
    """None are those of a quiet day."""
    assert not told(tmp_path, text, how)
    before, after = DECORATED.split("\n"), (tmp_path / "out").read_text().split("\n")
    assert sum(a != b for a, b in zip(before, after, strict=True)) == amended
