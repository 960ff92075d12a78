"""What the README lists of Zeek: columns, options, telemetry."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from readme.markdown import TOP, code, table
from readme.scripts import documented, loading, module, scripts

DETECTIONS = TOP / "scripts" / "detect"
PLUGIN = TOP / "plugin" / "src" / "zeek" / "Plugin.cc"

_OPTION = re.compile(r"(?P<kind>option|const) (?P<name>\w+)(?:: [^=]+)? = (?P<rest>.*)")
_FIELD = re.compile(r"(?P<name>\w+): (?P<type>\w+(?:\[\w+\])?) &log &optional;")
_OWNER = re.compile(r"(?:type Owner: record|redef record Owner \+=) \{")
_LOGGED = re.compile(r"redef record Owner\$(?P<name>\w+) \+= \{ &log \} ?;")
_INSTANCE = re.compile(
    r'(?P<type>Counter|Gauge)Instance\("(?P<prefix>\w+)", "(?P<name>\w+)",'
    r'\s*\{(?P<labels>.*?)\},\s*"(?P<help>[^"]*)"'
)
_FAMILY = re.compile(
    r'register_(?P<type>counter|gauge)_family\(.*?\$prefix="(?P<prefix>\w+)",'
    r'\s*\$name="(?P<name>\w+)",\s*\$unit="1?(?P<unit>[a-z]*)",'
    r'\s*\$help_text="(?P<help>[^"]*)"(?:,\s*\$label_names=vector\((?P<labels>.*?)\))?',
    re.DOTALL,
)


def columns() -> str:
    """The columns about an owner."""
    rows = []
    for script in scripts():
        inside = False
        for line in documented(script):
            if found := _LOGGED.match(line.text):
                load = f"`@load {loading(script)}`"
                rows.append((code(found["name"]), "string", load, line.comment))
            elif _OWNER.match(line.text):
                inside = True
            elif line.text == "};":
                inside = False
            elif inside and (found := _FIELD.match(line.text)):
                opt_in = script.is_relative_to(TOP / "scripts")
                load = f"`@load {loading(script)}`" if opt_in else "always"
                rows.append((code(found["name"]), found["type"], load, line.comment))
    return table(("Column", "Type", "There with", "What it says"), rows)


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


def options() -> str:
    """What can be set in Zeek."""
    rows = []
    for script in scripts():
        if script.parent == DETECTIONS:  # these are in the reference
            continue
        for option in options_of(script):
            when = "also while it runs" if option.kind == "option" else "at start"
            rows.append((code(option.name), code(option.default), when, option.comment))
    return table(("Option", "Default", "Set", "What it does"), rows)


def telemetry() -> str:
    """What the plugin and the scripts count in Zeek."""
    texts = [(_INSTANCE, PLUGIN.read_text(), r'\{"(\w+)"')]
    texts += [(_FAMILY, script.read_text(), r'"(\w+)"') for script in scripts()]
    rows = []
    for pattern, text, label in texts:
        for found in pattern.finditer(text):
            sort = found["type"].lower()
            parts = found.groupdict(default="")
            name = "_".join(
                filter(None, (found["prefix"], found["name"], parts.get("unit")))
            )
            name += "_total" if sort == "counter" else ""
            labels = ", ".join(map(code, re.findall(label, f"{{{found['labels']}")))
            rows.append((code(name), sort, labels, found["help"] + "."))
    return table(("Metric", "Type", "Labels", "What it counts"), rows)
