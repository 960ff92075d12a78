"""What the README shows of what was measured."""

import json
from typing import Any

from bench import saved
from readme.markdown import TOP, code, table
from simulator.report import markdown

_SIMULATED = TOP / "testing/simulator/results.json"
_PROGRAMS = ("zeek-k8s", "Zeek", "Python")
_FEED = ("join", "latency", "churn")
_VERDICTS = TOP / "testing/Baseline/tests.scenarios.verdicts/verdicts.cut"


def verdicts() -> str:
    """A row of conn.log for each match and each kind."""
    head = ("id.resp_h", "id.resp_p", "kind", "match", "namespace", "pod", "workload")
    rows = [
        [code(cell) if cell != "-" else "" for cell in line.split("\t")]
        for line in _VERDICTS.read_text().splitlines()
        if not line.startswith("#")
    ]
    return table((*head, "node", "service"), rows)


def simulator() -> str:
    """How right answers about simulated hours were, and those of simple strategies."""
    return markdown(json.loads(_SIMULATED.read_text()))


def whois() -> str:
    """How long questions to a long history take."""
    return _measured("history")


def enrich() -> str:
    """How fast logs are enriched, beside other ways to do less."""
    return _measured("peers")


def feed() -> str:
    """How fast nodes of a Zeek cluster hear of claims, and what memory that takes."""
    titles = {part: saved.load()[part]["title"] for part in _FEED}
    return "\n".join(
        f"**{title[0].upper()}{title[1:]}.** {_measured(part)}"
        for part, title in titles.items()
    )


def _measured(part: str) -> str:
    kept: dict[str, Any] = saved.load()[part]
    rows = [(one["what"], one["value"], one["bar"]) for one in kept["figures"]]
    machine, versions = kept["machine"], kept["versions"]
    where = f"{machine['cores']} cores of {machine['cpu']}"
    programs = ", ".join(
        f"{name} {versions[name]}" for name in _PROGRAMS if name in versions
    )
    return f"{where}; {kept['date']}, {programs}:\n\n" + table(
        ("What", "Measured", "Bar, or ratio"), rows
    )
