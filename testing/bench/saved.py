"""Figures that are kept as JSON, part by part."""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.environment import machine, versions
from bench.figures import Figure
from bench.seeds import SEEDS

SHOWN = Path(__file__).with_name("results.json")
"""Those of the README."""


def load(file: Path = SHOWN) -> dict[str, Any]:
    """What was kept, by part; nothing if nothing was."""
    if not file.exists():
        return {}
    kept: dict[str, Any] = json.loads(file.read_text())
    return kept


def part(title: str, figures: Iterable[Figure]) -> dict[str, Any]:
    """What is kept of a part."""
    return {
        "title": title,
        "date": datetime.now(UTC).date().isoformat(),
        "machine": machine(),
        "versions": versions(),
        "seeds": SEEDS,
        "figures": [figure._asdict() for figure in figures],
    }


def save(file: Path, parts: Mapping[str, Any]) -> None:
    """Keeps the figures of parts, in place of those that were kept of them before."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps({**load(file), **parts}, indent=1) + "\n")
