"""Figures that are kept in ``results.json``: the README shows them."""

import json
import os
import platform
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.figures import Figure
from k8s_sync import __version__

FILE = Path(__file__).with_name("results.json")
_CPUS = Path("/proc/cpuinfo")


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
        "version": __version__,
        "machine": _machine(),
        "figures": [figure._asdict() for figure in figures],
    }
    FILE.write_text(json.dumps(kept, indent=1) + "\n")


def _machine() -> str:
    python = f"Python {platform.python_version()}"
    return f"{os.cpu_count()} cores of {_cpu()}, {python}"


def _cpu() -> str:
    if _CPUS.exists():
        for line in _CPUS.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.machine()
