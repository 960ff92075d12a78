"""Joins a conn.log with a table of the timeline, and prints it like zeek-cut.

Usage: duckdb_join.py CONN_LOG K8S_PARQUET

Prints time, ends and the columns of both ends, as zeek-cut prints them from a log
that has the columns.
"""

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

IDS = ("id.orig_h", "id.orig_p", "id.resp_h", "id.resp_p")
SIDES = ("orig", "resp")


def rows(log: Path) -> list[dict[str, str]]:
    """The rows of a log in TSV."""
    found: list[dict[str, str]] = []
    names: list[str] = []
    for line in log.read_text().splitlines():
        cells = line.split("\t")
        if cells[0] == "#fields":
            names = cells[1:]
        elif not line.startswith("#"):
            found.append(dict(zip(names, cells, strict=True)))
    return found


def main() -> None:
    """Joins, and prints."""
    log, table = map(Path, sys.argv[1:])
    conn = rows(log)
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(table, Path(folder) / "k8s.parquet")
        with Path(folder, "conn.json").open("w") as out:
            for row in conn:
                typed = {
                    "ts": float(row["ts"]),
                    "uid": row["uid"],
                    "proto": row["proto"],
                    **{name: row[name] for name in IDS},
                    **{name: int(row[name]) for name in IDS if name.endswith("_p")},
                }
                out.write(json.dumps(typed) + "\n")
        query = Path(__file__).with_name("duckdb_query.py")
        told = subprocess.run(
            [sys.executable, query, folder], stdout=subprocess.PIPE, check=True
        ).stdout
    owners = {(uid, side): owner for uid, side, *owner in json.loads(told)}
    for row in conn:
        cells = [row["ts"], *(row[name] for name in IDS)]
        for side in SIDES:
            cells += [value or "-" for value in owners[row["uid"], side]]
        print("\t".join(cells))


if __name__ == "__main__":
    main()
