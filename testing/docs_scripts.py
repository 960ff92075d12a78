"""What the Zeek scripts say of themselves: their comments, options and names."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

TOP = Path(__file__).resolve().parents[1]

_OPTION = re.compile(r"(?P<kind>option|const) (?P<name>\w+)(?:: [^=]+)? = (?P<rest>.*)")


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


class Option(NamedTuple):
    """Something that a site may set."""

    kind: str
    name: str
    default: str
    comment: str


def options_of(script: Path) -> Iterator[Option]:
    """Yields what a site may set in a script."""
    lines = documented(script)
    for line in lines:
        found = _OPTION.match(line.text)
        if not found:
            continue
        rest = found["rest"]
        while not rest.endswith(";"):
            rest = f"{rest} {next(lines).text}"
        default = rest.removesuffix(";").removesuffix(" &redef")
        if found["kind"] == "option" or default != rest.removesuffix(";"):
            name = module(script) + found["name"]
            yield Option(found["kind"], name, default, line.comment)
