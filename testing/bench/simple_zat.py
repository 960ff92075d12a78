"""zat's reader of logs and a plain dictionary: what a script with it comes to.

Usage: simple_zat.py MAP.json CONN.log

Runs in an environment of its own, which has zat.
"""

import json
import sys
from pathlib import Path

from zat import zeek_log_reader


def main() -> None:
    """Adds four keys to each row, and writes it as JSON."""
    names = json.loads(Path(sys.argv[1]).read_text())
    unset = ("-", "-")
    for row in zeek_log_reader.ZeekLogReader(sys.argv[2]).readrows():
        row["orig_namespace"], row["orig_pod"] = names.get(row["id.orig_h"], unset)
        row["resp_namespace"], row["resp_pod"] = names.get(row["id.resp_h"], unset)
        sys.stdout.write(json.dumps(row, default=str) + "\n")


if __name__ == "__main__":
    main()
