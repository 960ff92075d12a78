"""Tables, and where things are."""

from collections.abc import Iterable
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Writes a table."""
    head = tuple(head)
    lines = [head, ("---",) * len(head), *rows]
    return "".join(
        "| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |\n"
        for line in lines
    )


def code(text: str) -> str:
    """Sets a text as code; an empty one stays empty."""
    return f"`{text}`" if text else ""
