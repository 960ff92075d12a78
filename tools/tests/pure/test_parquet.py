"""The timeline as a table: DuckDB joins it and gets what enrich writes."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from k8s_sync import address, cli, journal
from k8s_sync.enrich.columns import DEFAULT
from k8s_sync.model import SECOND
from tests.pure import sample

TESTING = Path(__file__).resolve().parents[3] / "testing"
T = sample.T // SECOND
ENDS = (
    ("10.0.0.1", 1),
    ("10.0.9.9", 1),
    ("fd00::1", 443),
    ("fd00::2", 443),
    ("192.0.2.1", 53),
    ("192.0.2.1", 30080),
    ("192.0.2.1", 1),
    ("1.1.1.1", 53),
    ("2001:db8::1", 53),
)
TIMES = (-1000, -30, -0.000001, 0, 0.000001, 999.999999, 1000, 1120, 1970, 2000, 9e6)


def rows() -> list[dict[str, Any]]:
    """Connections between all ends, at times where answers change."""
    found: list[dict[str, Any]] = []
    for time in TIMES:
        for number, (addr, port) in enumerate(ENDS):
            for proto in ("tcp", "udp", "icmp"):
                other, other_port = ENDS[(number + len(found)) % len(ENDS)]
                found.append(
                    {
                        "ts": round(T + time, 6),
                        "uid": f"C{len(found)}",
                        "id.orig_h": other,
                        "id.orig_p": other_port,
                        "id.resp_h": addr,
                        "id.resp_p": port,
                        "proto": proto,
                    }
                )
    return found


def enriched(folder: Path, claims: str) -> list[tuple[str | None, ...]]:
    """What enrich says of both ends of each row of ``conn.json``."""
    out = folder / "owned.json"
    arguments = ["enrich", "--journal", claims, "-o", str(out)]
    assert cli.main([*arguments, str(folder / "conn.json")]) == 0
    found = []
    for line in out.read_text().splitlines():
        row = json.loads(line)
        for side in ("orig", "resp"):
            told = [row.get(f"id.{side}_k8s.{name}") for name in DEFAULT]
            found.append((row["uid"], side, *told))
    return sorted(found)


def ask(folder: Path, *question: str) -> list[tuple[Any, ...]]:
    """What the README's query finds, or another one in the same place after it."""
    # In a process of its own: DuckDB complains at the end of ours.
    done = subprocess.run(  # noqa: S603 -- our own
        [sys.executable, TESTING / "Scripts" / "duckdb_query.py", folder, *question],
        stdout=subprocess.PIPE,
        check=True,
    )
    return [tuple(row) for row in json.loads(done.stdout)]


def prepare(folder: Path, claims: str) -> None:
    lines = (json.dumps(row) + "\n" for row in rows())
    (folder / "conn.json").write_text("".join(lines))
    table = str(folder / "k8s.parquet")
    arguments = ["export", "--format", "parquet", "--from", claims, "--output", table]
    assert cli.main(arguments) == 0


def test_the_query_of_the_readme_gives_what_enrich_gives(tmp_path: Path) -> None:
    claims = sample.journal_file(tmp_path)
    prepare(tmp_path, claims)
    wanted = enriched(tmp_path, claims)
    assert len(wanted) == 2 * len(rows())
    matches = {row[3] for row in wanted}
    assert matches == {None, "exact", "early", "ended", "unknown"}
    assert {row[8] for row in wanted} >= {"front", "dns", "dns2"}
    assert ask(tmp_path) == wanted


def test_without_gaps_the_end_says_the_same(tmp_path: Path) -> None:
    """A database without ASOF joins on both ends of the time: one row, no more."""
    prepare(tmp_path, sample.journal_file(tmp_path))
    found = ask(
        tmp_path,
        """
        SELECT asked.uid, side, count(owner.addr), max(owner.match), max(owner.pod)
        FROM asked LEFT JOIN k8s AS owner
            ON asked.addr = owner.addr AND asked.port = owner.port
            AND asked.proto = owner.proto AND asked.seen >= owner.valid_from
            AND (owner.valid_to IS NULL OR asked.seen < owner.valid_to)
        GROUP BY ALL ORDER BY asked.uid, side
        """,
    )
    wanted = ask(tmp_path)
    assert [row[:2] for row in found] == [row[:2] for row in wanted]
    assert {row[2] for row in found} == {0, 1}
    for (*_, count, match, pod), row in zip(found, wanted, strict=True):
        if count:
            assert (match, pod) == (row[3], row[5])


@pytest.mark.parametrize(
    "text",
    ["::", "::1", "fd00::1", "2001:db8::ff:1", "1:2:3:4:5:6:7:8", "fe80::", "10.0.0.9"],
)
def test_addresses_as_digits(tmp_path: Path, text: str) -> None:
    prepare(tmp_path, sample.journal_file(tmp_path))
    found = ask(tmp_path, f"SELECT digits('{text}')")
    assert found == [(address.pack(text).hex(),)]


def test_journals_can_be_put_together(tmp_path: Path) -> None:
    claims = sample.journal_file(tmp_path)
    other = tmp_path / "other.log"
    other.write_text(Path(claims).read_text().replace("c1", "c2").replace("u-", "v-"))
    out = tmp_path / "both.log.zst"
    arguments = ["--from", claims, "--from", str(other), "--output", str(out)]
    assert cli.main(["export", *arguments]) == 0
    known = journal.read(str(out), pytest.fail).timeline
    assert known.owner(address.pack("10.0.0.1"), sample.T).match == "ambiguous"
    assert len(known) == 2 * len(sample.rows())


def test_without_pyarrow(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    claims = sample.journal_file(tmp_path)
    out = tmp_path / "k8s.parquet"
    arguments = ["export", "--format", "parquet", "--from", claims, "-o", str(out)]
    assert cli.main(arguments) == 2
    assert "pip install 'zeek-k8s[parquet]'" in capsys.readouterr().err
    assert not out.exists()
