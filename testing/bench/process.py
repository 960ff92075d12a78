"""Runs a program and says what it cost."""

import os
import resource
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

_RSS_UNIT = 1 if sys.platform == "darwin" else 1024
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
    errors = folder / "stderr"
    with (
        Path(output or os.devnull).open("wb") as out,
        errors.open("wb") as err,
    ):
        began = time.monotonic()
        process = subprocess.Popen(command, cwd=folder, env=env, stdout=out, stderr=err)
        _, status, used = os.wait4(process.pid, 0)
        wall = time.monotonic() - began
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        said = errors.read_text(errors="replace")[-_LAST:]
        line = " ".join(map(str, command))
        raise RuntimeError(f"exit code {process.returncode} of {line}:\n{said}")
    if used.ru_maxrss <= resource.getrusage(resource.RUSAGE_SELF).ru_maxrss:
        # Until it has begun, a new process counts the memory of its parent.
        used_rss = 0
    else:
        used_rss = used.ru_maxrss * _RSS_UNIT
    return Cost(wall, used.ru_utime, used.ru_utime + used.ru_stime, used_rss)
