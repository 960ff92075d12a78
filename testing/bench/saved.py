"""Figures that are kept in ``results.json``: the README shows them."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.environment import machine, versions
from bench.figures import Figure
from bench.seeds import SEEDS

FILE = Path(__file__).with_name("results.json")


def load() -> dict[str, Any]:
    """What was kept, by part; nothing if nothing was."""
    if not FILE.exists():
        return {}
    kept: dict[str, Any] = json.loads(FILE.read_text())
    return kept


def save(part: str, title: str, figures: Iterable[Figure]) -> None:
    """Keeps the figures of a part, in place of those that were kept before."""
    kept = load()
    kept[part] = {
        "title": title,
        "date": datetime.now(UTC).date().isoformat(),
        "machine": machine(),
        "versions": versions(),
        "seeds": SEEDS,
        "figures": [figure._asdict() for figure in figures],
    }
    FILE.write_text(json.dumps(kept, indent=1) + "\n")
