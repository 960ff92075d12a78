"""How to count what a program does: instructions if it can be, else CPU time."""

import os
import re
import shutil
import statistics
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

from bench.process import run

_RUNS = 5

Command = Sequence[str | Path]
Env = Mapping[str, str]


class _Count(Protocol):
    def __call__(self, command: Command, folder: Path, env: Env) -> float:
        """Runs a program; returns what it cost."""


class Counter(NamedTuple):
    """One way to count."""

    name: str
    measure: _Count
    at_a_time: int
    """Runs at a time that do not disturb each other."""
    large: tuple[float, str] = (1e9, "G instr.")
    small: tuple[float, str] = (1e3, "k instr.")
    """Units to show, for a run and for a line."""


def _perf(command: Command, folder: Path, env: Env) -> float:
    said = folder / "perf"
    options = ["-x,", "-e", "instructions:u", "-o", str(said)]
    run(["perf", "stat", *options, "--", *command], folder, env)
    found = re.search(r"^(\d+),", said.read_text(), re.MULTILINE)
    if found is None:
        raise RuntimeError(f"perf did not count: {said.read_text()}")
    return float(found[1])


def _valgrind(command: Command, folder: Path, env: Env) -> float:
    said = folder / "valgrind"
    options = ["--tool=cachegrind", "--cache-sim=no", f"--log-file={said}"]
    no_details = f"--cachegrind-out-file={os.devnull}"
    run(["valgrind", *options, no_details, "--", *command], folder, env)
    found = re.search(r"I\s+refs:\s+([\d,]+)", said.read_text())
    if found is None:
        raise RuntimeError(f"valgrind did not count: {said.read_text()}")
    return float(found[1].replace(",", ""))


def _time(command: Command, folder: Path, env: Env) -> float:
    return statistics.median(run(command, folder, env).user for _ in range(_RUNS))


def _perf_counts(folder: Path) -> bool:
    if not shutil.which("perf"):
        return False
    try:
        _perf(["true"], folder, os.environ)
    except (RuntimeError, subprocess.SubprocessError, OSError):
        return False
    return True


def choose(folder: Path) -> Counter:
    """Takes the best way that this machine has; writes into a folder."""
    cores = os.cpu_count() or 1
    if _perf_counts(folder):
        return Counter("perf stat", _perf, cores)
    if shutil.which("valgrind"):
        return Counter("valgrind", _valgrind, cores)
    return Counter(f"user time, median of {_RUNS}", _time, 1, (1.0, "s"), (1e-6, "us"))
