"""Writes the tables of the README that are made from the code.

    python testing/docs.py            rewrites them
    python testing/docs.py --check    tells whether they are what the code says

A table stands between ``<!-- generated: NAME -->`` and ``<!-- /generated -->``.
"""

import argparse
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from prometheus_client.core import Metric

TOP = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(TOP / "tools"))  # works from a checkout, like tools/k8s-sync

from k8s_sync.config import Key, keys  # noqa: E402
from k8s_sync.daemon.metrics import PREFIX, Metrics  # noqa: E402
from k8s_sync.kube.resources import ALL  # noqa: E402

README = TOP / "README.md"
PLUGIN = TOP / "plugin" / "src" / "zeek" / "Plugin.cc"

_PART = re.compile(
    r"(?P<begin><!-- generated: (?P<name>[\w-]+) -->\n).*?(?P<end><!-- /generated -->)",
    re.DOTALL,
)
_OPTION = re.compile(r"(?P<kind>option|const) (?P<name>\w+)(?:: [^=]+)? = (?P<rest>.*)")
_FIELD = re.compile(r"(?P<name>\w+): (?P<type>\w+(?:\[\w+\])?) &log &optional;")
_OWNER = re.compile(r"(?:type Owner: record|redef record Owner \+=) \{")
_NOTICES = re.compile(r"redef enum Notice::Type \+= \{")
_NOTICE = re.compile(r"(?P<name>[A-Z]\w*),?")
_INSTANCE = re.compile(
    r'(?P<type>Counter|Gauge)Instance\("(?P<prefix>\w+)", "(?P<name>\w+)",'
    r'\s*\{(?P<labels>.*?)\},\s*"(?P<help>[^"]*)"'
)


class DocsError(Exception):
    """The README asks for what there is not."""


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


def columns() -> str:
    """The columns about an owner."""
    rows = []
    for script in scripts():
        inside = False
        for line in documented(script):
            if _OWNER.match(line.text):
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
        for option in options_of(script):
            when = "also while it runs" if option.kind == "option" else "at start"
            rows.append((code(option.name), code(option.default), when, option.comment))
    return table(("Option", "Default", "Set", "What it does"), rows)


def notices() -> str:
    """The notices."""
    rows = []
    for script in scripts():
        inside = False
        for line in documented(script):
            if _NOTICES.match(line.text):
                inside = True
            elif line.text == "};":
                inside = False
            elif inside and (found := _NOTICE.fullmatch(line.text)):
                name = code(module(script) + found["name"])
                rows.append((name, f"`@load {loading(script)}`", line.comment))
    if not rows:
        return "There are none yet: this release has no detections.\n"
    return table(("Notice", "There with", "What it says"), rows)


def _default(key: Key) -> str:
    if isinstance(key.default, bool):
        return code(str(key.default).lower())
    if isinstance(key.default, tuple):
        return code(", ".join(key.default))
    return code(str(key.default))


def daemon() -> str:
    """The daemon's configuration."""
    rows = []
    for key in keys():
        choices = f" One of {', '.join(map(code, key.choices))}." if key.choices else ""
        elsewhere = () if key.only_in_file else (key.flag, key.variable)
        names = map(code, (key.name, *(elsewhere or ("", ""))))
        rows.append((*names, _default(key), key.help + choices))
    return table(("Key", "Flag", "Variable", "Default", "What it says"), rows)


def _families() -> list[Metric]:
    registry = Metrics((), (), lambda: 0.0)._registry  # noqa: SLF001 -- all of them
    return [one for one in registry.collect() if one.name.startswith(PREFIX)]


def _labels(family: Metric) -> str:
    # Without samples a family tells its labels nowhere else.
    return ", ".join(map(code, vars(family)["_labelnames"]))


def metrics() -> str:
    """The daemon's metrics."""
    rows = [
        (
            code(family.name + ("_total" if family.type == "counter" else "")),
            family.type,
            _labels(family),
            family.documentation,
        )
        for family in _families()
    ]
    return table(("Metric", "Type", "Labels", "What it counts"), rows)


def telemetry() -> str:
    """What the plugin counts in Zeek."""
    rows = []
    for found in _INSTANCE.finditer(PLUGIN.read_text()):
        total = "_total" if found["type"] == "Counter" else ""
        labels = ", ".join(map(code, re.findall(r'\{"(\w+)"', f"{{{found['labels']}")))
        name = f"{found['prefix']}_{found['name']}{total}"
        rows.append((code(name), found["type"].lower(), labels, found["help"] + "."))
    return table(("Metric", "Type", "Labels", "What it counts"), rows)


def rbac() -> str:
    """What the daemon has to be allowed, for all namespaces."""
    groups: dict[str, list[str]] = {}
    for resource in ALL:
        groups.setdefault(resource.group, []).append(resource.name)
    rules = "".join(
        f'  - apiGroups: ["{group}"]\n'
        f"    resources: [{', '.join(names)}]\n"
        "    verbs: [list, watch]\n"
        for group, names in groups.items()
    )
    return f"""```yaml
apiVersion: v1
kind: ServiceAccount
metadata: {{name: k8s-sync, namespace: zeek}}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {{name: k8s-sync}}
rules:
{rules}---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {{name: k8s-sync}}
roleRef: {{apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: k8s-sync}}
subjects:
  - {{kind: ServiceAccount, name: k8s-sync, namespace: zeek}}
```
"""


PARTS: dict[str, Callable[[], str]] = {
    part.__name__: part
    for part in (columns, options, notices, daemon, metrics, telemetry, rbac)
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
