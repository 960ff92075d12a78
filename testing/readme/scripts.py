"""Zeek scripts and the ``##`` comments in them."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from readme.markdown import TOP


class Line(NamedTuple):
    """A line of a Zeek script with the ``##`` comment before it."""

    text: str
    comment: str


def documented(script: Path) -> Iterator[Line]:
    """Reads the lines of a Zeek script that say something."""
    comment: list[str] = []
    for line in script.read_text().splitlines():
        text = line.strip()
        if text.startswith("## "):
            comment.append(text[3:].strip())
        elif text and not text.startswith("#"):
            yield Line(text, " ".join(comment).replace("``", "`"))
            comment.clear()


def scripts() -> list[Path]:
    """The Zeek scripts, those of the plugin first."""
    return [
        *sorted((TOP / "plugin" / "scripts").glob("*.zeek")),
        *sorted((TOP / "scripts").rglob("*.zeek")),
    ]


def module(script: Path) -> str:
    """The module that a script declares its names in, as ``K8s::``."""
    found = re.search(r"^module (.*);", script.read_text(), re.MULTILINE)
    return f"{found[1]}::" if found else ""


def loading(script: Path) -> str:
    """What has to be loaded to get a script."""
    name = script.relative_to(TOP / "scripts").with_suffix("").as_posix()
    return f"zeek-k8s/{name}".removesuffix("/__load__")
