"""Writes the tables of the README that are made from the code.

    python testing/docs.py            rewrites them
    python testing/docs.py --check    tells whether they are what the code says

A table stands between ``<!-- generated: NAME -->`` and ``<!-- /generated -->``.
"""

import argparse
import re
import sys
from collections.abc import Callable
from pathlib import Path

TOP = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(TOP / "tools"))  # works from a checkout, like tools/k8s-sync

from readme import daemon, proofs, zeek  # noqa: E402

README = TOP / "README.md"

_PART = re.compile(
    r"(?P<begin><!-- generated: (?P<name>[\w-]+) -->\n).*?(?P<end><!-- /generated -->)",
    re.DOTALL,
)


class DocsError(Exception):
    """The README asks for what there is not."""


PARTS: dict[str, Callable[[], str]] = {
    part.__name__: part
    for part in (
        *(zeek.columns, zeek.options, zeek.notices, zeek.telemetry),
        *(daemon.daemon, daemon.metrics, daemon.rbac),
        proofs.verdicts,
    )
}


def generate(text: str) -> str:
    """Replaces the generated parts of a text.

    Raises:
        DocsError: A part is asked for that there is not, or one is missing.
    """
    names = [found["name"] for found in _PART.finditer(text)]
    if odd := set(names) ^ set(PARTS):
        raise DocsError(f"unknown or missing: {', '.join(sorted(odd))}")
    return _PART.sub(
        lambda found: f"{found['begin']}{PARTS[found['name']]()}{found['end']}", text
    )


def main() -> int:
    """Rewrites the README, or tells whether that would change it."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="change nothing")
    check = parser.parse_args().check
    old = README.read_text()
    try:
        new = generate(old)
    except DocsError as error:
        print(f"{README.name}: generated parts: {error}", file=sys.stderr)
        return 1
    if new == old:
        return 0
    if check:
        print(f"{README.name} is not what the code says: run `make docs`")
        return 1
    README.write_text(new)
    return 0


if __name__ == "__main__":
    sys.exit(main())
