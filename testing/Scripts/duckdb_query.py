"""Runs the README's query, or another one after it, and prints its rows as JSON.

Usage: duckdb_query.py FOLDER [QUERY]

The folder has ``conn.json`` and ``k8s.parquet``.
"""

import json
import sys
from pathlib import Path

import duckdb

QUERY = Path(__file__).resolve().parents[1] / "queries" / "duckdb.sql"


def main() -> None:
    """Asks."""
    folder, *more = sys.argv[1:]
    with duckdb.connect() as database:
        database.execute(f"SET file_search_path='{folder}'")
        for query in (QUERY.read_text(), *more):
            database.execute(query)
        print(json.dumps(database.fetchall()))


if __name__ == "__main__":
    main()
