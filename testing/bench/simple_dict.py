"""A plain dictionary, doing a simpler job than enrich: one name for each address.

Usage: simple_dict.py MAP.json CONN.log

No time, no ports, no ranges, no doubt, no header.
"""

import json
import sys
from pathlib import Path


def main() -> None:
    """Adds two columns to each row."""
    names = json.loads(Path(sys.argv[1]).read_text())
    unset = ("-", "-")
    with Path(sys.argv[2]).open() as log:
        for line in log:
            if line.startswith("#"):
                continue
            cells = line.rstrip("\n").split("\t")
            cells += names.get(cells[2], unset)
            cells += names.get(cells[4], unset)
            sys.stdout.write("\t".join(cells) + "\n")


if __name__ == "__main__":
    main()
