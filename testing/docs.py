"""Writes what is made from the code: in the README, and in the reference of notices.

    python testing/docs.py            rewrites them
    python testing/docs.py --check    tells whether they are what the code says

Each part stands between ``<!-- generated: NAME -->`` and ``<!-- /generated -->``.
"""

import argparse
import re
import sys
from collections.abc import Callable
from pathlib import Path

TOP = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(TOP / "tools"))  # works from a checkout, like tools/k8s-sync

from readme import bars, daemon, notices, proofs, queries, zeek  # noqa: E402

_PART = re.compile(
    r"(?P<begin><!-- generated: (?P<name>[\w-]+) -->\n).*?(?P<end><!-- /generated -->)",
    re.DOTALL,
)


class DocsError(Exception):
    """The README asks for what there is not."""


FILES: dict[Path, tuple[Callable[[], str], ...]] = {
    TOP / "README.md": (
        *(zeek.columns, zeek.options, notices.notices, zeek.telemetry),
        *(daemon.daemon, daemon.metrics, daemon.rbac),
        *(queries.duckdb, queries.clickhouse, queries.spark),
        *(proofs.simulator, proofs.verdicts, proofs.whois, proofs.enrich),
        *(proofs.feed, bars.bars),
    ),
    zeek.DETECTIONS / "README.md": (notices.reference,),
}


def generate(text: str, functions: tuple[Callable[[], str], ...]) -> str:
    """Replaces the generated parts of a text.

    Raises:
        DocsError: A part is asked for that there is not, or one is missing.
    """
    parts = {function.__name__: function for function in functions}
    names = [found["name"] for found in _PART.finditer(text)]
    if odd := set(names) ^ set(parts):
        raise DocsError(f"unknown or missing: {', '.join(sorted(odd))}")
    return _PART.sub(
        lambda found: f"{found['begin']}{parts[found['name']]()}{found['end']}", text
    )


def main() -> int:
    """Rewrites the files, or tells whether that would change them."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="change nothing")
    check = parser.parse_args().check
    for file, functions in FILES.items():
        name = file.relative_to(TOP)
        old = file.read_text()
        try:
            new = generate(old, functions)
        except DocsError as error:
            print(f"{name}: generated parts: {error}", file=sys.stderr)
            return 1
        if new != old and check:
            print(f"{name} is not what the code says: run `make docs`")
            return 1
        if new != old:
            file.write_text(new)
    return 0


if __name__ == "__main__":
    sys.exit(main())
