"""Runs rendered scenarios with btest."""

import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from k8s_btest.errors import BtestError

_REPORT = "results.xml"
_TEST = ".test"
"""What btest calls a scenario's test, after the scenario: the file's name."""
_OURS = "k8s-btest: "
_MOST = 20
"""Lines of the standard error of Zeek that are of interest."""


class Outcome(NamedTuple):
    """What became of one test."""

    passed: bool
    seconds: float
    reasons: list[str]


def run(folder: Path, btest: str, environment: Mapping[str, str], jobs: int) -> None:
    """Runs all tests of a folder; on a terminal a line says how far it is.

    Args:
        folder: As `folders.write` made it.
        btest: The program.
        environment: In which Zeek has the package.
        jobs: How many at a time.

    Raises:
        BtestError: btest does not run.
    """
    command = [sys.executable, btest, "-c", "btest.cfg", "-j", str(jobs), "-x", _REPORT]
    (folder / _REPORT).unlink(missing_ok=True)
    said = []
    done = 0
    with subprocess.Popen(  # noqa: S603 -- the arguments are our own
        command,
        cwd=folder,
        env=dict(environment),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        for line in process.stdout or ():
            said.append(line)
            if line.rstrip().endswith(("... ok", "... failed")):
                done += 1
                _progress(done)
    _progress(0)
    if not (folder / _REPORT).exists():
        raise BtestError(f"btest did not run: {''.join(said).strip()}")


def outcomes(folder: Path) -> dict[str, Outcome]:
    """Reads what became of the tests, by the names of their scenarios."""
    found = {}
    for case in _cases(folder / _REPORT):
        test = f"{case.get('classname')}.{case.get('name')}"
        name = test.removesuffix(_TEST)
        passed = case.find("failure") is None and case.find("error") is None
        seconds = float(case.get("time", "0"))
        reasons = [] if passed else _reasons(folder / ".tmp" / test)
        found[name] = Outcome(passed, seconds, reasons)
    return found


def _cases(path: Path) -> list[ET.Element]:
    root = ET.parse(path).getroot()  # noqa: S314 -- btest's own
    return list(root.iter("testcase"))


def _reasons(scratch: Path) -> list[str]:
    """What was wrong, and where to look."""
    said = []
    for name in (".stderr", ".stdout"):
        if (scratch / name).exists():
            text = (scratch / name).read_text(encoding="utf-8", errors="replace")
            said += text.splitlines()
    ours = [text.removeprefix(_OURS) for text in said if text.startswith(_OURS)]
    return [*(ours or said[-_MOST:]), f"Zeek's logs: {scratch}"]


def _progress(done: int) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{done} done" if done else "\r\x1b[K")
        sys.stderr.flush()
