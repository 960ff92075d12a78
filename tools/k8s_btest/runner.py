"""Runs rendered scenarios with btest."""

import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from k8s_btest import seeds
from k8s_btest.errors import BtestError

_REPORT = "results.xml"
_FILE = "test.zeek"
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


class Btest(NamedTuple):
    """How tests are run."""

    program: str
    environment: Mapping[str, str]
    """In which Zeek has the package."""
    jobs: int
    """How many at a time."""


def run(
    folder: Path, names: Iterable[str], numbers: Sequence[int], btest: Btest
) -> dict[str, Outcome]:
    """Runs tests under one seed after the other, each until it fails.

    One that has failed is not run again: what it left shows why.

    Args:
        folder: As `folders.write` made it.
        names: Of the scenarios.
        numbers: Of the seeds.
        btest: How.

    Returns:
        What became of each, by the names of the scenarios.

    Raises:
        BtestError: btest does not run.
    """
    found = {name: Outcome(passed=True, seconds=0.0, reasons=[]) for name in names}
    for number in numbers:
        good = [name for name, outcome in found.items() if outcome.passed]
        if not good:
            break
        seeds.write(folder, number)
        _run(folder, good, btest)
        for name, outcome in _outcomes(folder).items():
            several = len(numbers) > 1 and not outcome.passed
            found[name] = Outcome(
                outcome.passed,
                found[name].seconds + outcome.seconds,
                [*([f"with --seed {number}:"] if several else []), *outcome.reasons],
            )
    return found


def _run(folder: Path, names: Iterable[str], btest: Btest) -> None:
    """Runs tests; on a terminal a line says how far it is."""
    command = [sys.executable, btest.program, "-c", "btest.cfg"]
    command += ["-j", str(btest.jobs), "-x", _REPORT]
    command += [f"{name}/{_FILE}" for name in names]
    (folder / _REPORT).unlink(missing_ok=True)
    said = []
    done = 0
    with subprocess.Popen(  # noqa: S603 -- the arguments are our own
        command,
        cwd=folder,
        env=dict(btest.environment),
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


def _outcomes(folder: Path) -> dict[str, Outcome]:
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
