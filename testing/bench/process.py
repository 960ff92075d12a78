"""Runs a program and says what it cost."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

_RSS_UNIT = 1 if sys.platform == "darwin" else 1024
_LAUNCH = Path(__file__).with_name("launch.py")
_LAST = 2000
"""Characters of a program's output that are shown if it fails."""


_SCHEDULED = Path("/proc/thread-self/schedstat")


def waited() -> float:
    """Seconds for which this thread has waited for a processor.

    Nobody tells where there is no Linux: then it is 0.
    """
    if not _SCHEDULED.exists():
        return 0.0
    return int(_SCHEDULED.read_text().split()[1]) / 1e9


class Cost(NamedTuple):
    """What a run cost: times in seconds, memory in bytes."""

    wall: float
    user: float
    cpu: float
    rss: int


def run(
    command: Sequence[str | Path],
    folder: Path,
    env: Mapping[str, str] | None = None,
    *,
    output: Path | None = None,
) -> Cost:
    """Runs a program to its end.

    Args:
        command: The program and its arguments.
        folder: Where it runs.
        env: Its environment; ours by default.
        output: What takes its standard output; thrown away by default.

    Raises:
        RuntimeError: It failed; says what it wrote.
    """
    errors, report = folder / "stderr", folder / "cost"
    launch: list[str | Path] = [sys.executable, "-ES", _LAUNCH, report]
    with (
        Path(output or os.devnull).open("wb") as out,
        errors.open("wb") as err,
    ):
        done = subprocess.run(
            [*launch, *command],
            cwd=folder,
            env=env,
            stdout=out,
            stderr=err,
            check=False,
        )
    told: dict[str, float] = {"code": done.returncode}
    if not done.returncode:
        told = json.loads(report.read_text())
    if told["code"]:
        said = errors.read_text(errors="replace")[-_LAST:]
        line = " ".join(map(str, command))
        raise RuntimeError(f"exit code {told['code']} of {line}:\n{said}")
    cpu = told["user"] + told["system"]
    return Cost(told["wall"], told["user"], cpu, int(told["memory"]) * _RSS_UNIT)
