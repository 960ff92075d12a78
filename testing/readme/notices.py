"""The reference of the notices: what the scripts say, and what was tried."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from readme.markdown import TOP, code, table
from readme.scripts import documented, loading, module
from readme.zeek import DETECTIONS, options_of

SCENARIOS = TOP / "testing" / "scenarios" / "detect"

_NOTICES = re.compile(r"redef enum Notice::Type \+= \{")
_NOTICE = re.compile(r"(?P<name>[A-Z]\w*),?")
_LOAD = re.compile(r"@load \./(\w+)")
_SEVERITY = re.compile(r'\[(\w+)\] = "(\w+)"')
_TECHNIQUES = re.compile(r"\[(\w+)\] = set\(([^)]*)\)")
_PARTS = ("Next", "False alarms", "Needs")
_PART = re.compile(rf"\b({'|'.join(_PARTS)}): ")
_LONGEST = 160
"""Characters of a default that are shown."""
_KINDS = {
    ("positive", None): "Told of",
    ("negative", None): "Not told of",
    ("evasion", True): "Evasions that are caught",
    ("evasion", False): "Evasions that are not caught",
}


class Notice(NamedTuple):
    """One type of notice."""

    name: str
    severity: str
    techniques: str
    text: str
    parts: dict[str, str]


class Detection(NamedTuple):
    """One script with its notices."""

    script: Path
    intro: str
    notices: list[Notice]


def _read(script: Path) -> Iterator[Notice]:
    source = script.read_text()
    severities = dict(_SEVERITY.findall(source))
    techniques = dict(_TECHNIQUES.findall(source))
    inside = False
    for line in documented(script):
        if _NOTICES.match(line.text):
            inside = True
        elif line.text == "};":
            inside = False
        elif inside and (found := _NOTICE.fullmatch(line.text)):
            name = found["name"]
            text, *parts = _PART.split(line.comment)
            yield Notice(
                module(script) + name,
                severities[name],
                techniques[name].replace('"', ""),
                text.strip(),
                dict(zip(parts[::2], map(str.strip, parts[1::2]), strict=True)),
            )


def detections() -> Iterator[Detection]:
    """Yields the detections in the order in which they are loaded."""
    for name in _LOAD.findall((DETECTIONS / "__load__.zeek").read_text()):
        script = DETECTIONS / f"{name}.zeek"
        intro = " ".join(
            line.removeprefix("##!").strip()
            for line in script.read_text().splitlines()
            if line.startswith("##!")
        )
        yield Detection(script, intro.replace("``", "`"), list(_read(script)))


def notices() -> str:
    """The notices, in short."""
    rows = [
        (code(notice.name), notice.severity, notice.techniques, notice.text)
        for detection in detections()
        for notice in detection.notices
    ]
    return table(("Notice", "Severity", "ATT&CK", "What it says"), rows)


def reference() -> str:
    """All about the notices."""
    found = list(detections())
    own = {detection.script for detection in found}
    shared = [
        script for script in sorted(DETECTIONS.glob("*.zeek")) if script not in own
    ]
    options = _options(*shared)
    return "\n".join([*map(_section, found), f"## What they share\n\n{options}"])


def _section(detection: Detection) -> str:
    script = detection.script
    parts = [f"## {script.stem}", detection.intro, f"    @load {loading(script)}"]
    parts += map(_of_notice, detection.notices)
    parts.append(_options(script).rstrip("\n"))
    parts += _tried(script.stem)
    return "\n\n".join(parts) + "\n"


def _of_notice(notice: Notice) -> str:
    parts = [
        f"- **{name}:** {notice.parts[name]}" for name in _PARTS if name in notice.parts
    ]
    return (
        f"### `{notice.name}`\n\n{notice.severity}, {notice.techniques}.\n\n"
        f"{notice.text}\n\n" + "\n".join(parts)
    )


def _options(*scripts: Path) -> str:
    rows = [
        (code(option.name), code(_short(option.default)), option.comment)
        for script in scripts
        for option in options_of(script)
    ]
    return table(("Option", "Default", "What it does"), rows)


def _short(text: str) -> str:
    text = text.replace("`", "'")
    return text if len(text) <= _LONGEST else text[:_LONGEST] + " ..."


def _tried(detection: str) -> Iterator[str]:
    """Yields what its scenarios claim, which the tests hold them to."""
    titles: dict[tuple[str, bool | None], list[str]] = {kind: [] for kind in _KINDS}
    for path in sorted((SCENARIOS / detection).glob("*.yaml")):
        scenario: dict[str, Any] = yaml.safe_load(path.read_text())
        title = scenario["title"]
        kind = (scenario.get("kind", "positive"), scenario.get("caught"))
        link = path.relative_to(TOP).as_posix()
        titles[kind].append(f"- {title}. [scenario](../../{link})")
    for kind, lines in titles.items():
        if lines:
            yield f"**{_KINDS[kind]}:**\n\n" + "\n".join(lines)
