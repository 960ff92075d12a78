"""Processes do their work, tell of what goes wrong, and end with their parent."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from k8s_sync.errors import FatalError
from k8s_sync.workers import Lost, Workers, cores

TOOLS = Path(__file__).parents[2]


def collect(work: Callable[[int], Any], tasks: int, count: int = 2) -> dict[int, Any]:
    found: dict[int, Any] = {}
    left = list(range(tasks))
    with Workers(count, work) as team:
        while left or team.busy:
            while left and team.idle:
                number = left.pop()
                team.give(number, number)
            found.update(team.collect())
    return found


def test_all_that_is_given_comes_back() -> None:
    assert collect(lambda n: n * n, 20) == {n: n * n for n in range(20)}
    assert cores() >= 1


def test_several_work() -> None:
    def pid(_: int) -> int:
        time.sleep(0.05)
        return os.getpid()

    assert len(set(collect(pid, 6, 3).values()) - {os.getpid()}) == 3


def test_an_error_costs_one_task() -> None:
    def work(n: int) -> int:
        if n == 1:
            raise FatalError("no such thing")
        return n

    assert collect(work, 3) == {0: 0, 1: Lost("no such thing"), 2: 2}


def test_a_process_that_dies_costs_one_task() -> None:
    def work(n: int) -> int:
        if n in (1, 2):
            os.kill(os.getpid(), signal.SIGKILL)
        return n

    dead = Lost("a process died: SIGKILL")
    assert collect(work, 5) == {0: 0, 1: dead, 2: dead, 3: 3, 4: 4}


def test_a_bug_is_shown() -> None:
    def work(_: int) -> float:
        return 1 / 0

    with pytest.raises(FatalError, match=r"(?s)a bug in a process.*ZeroDivisionError"):
        collect(work, 1)


def test_nobody_waits_for_ever() -> None:
    with Workers(1, time.sleep) as team:
        team.give(0, 0.5)
        assert list(team.collect(timeout=0)) == []
        assert list(team.collect()) == [(0, None)]


_ORPHANS = """
import os, sys, time
sys.path.insert(0, sys.argv[1])
from k8s_sync.workers import Workers
with Workers(2, lambda n: n) as team:
    print(*(worker.process.pid for worker in team._idle), flush=True)
    time.sleep(60)
"""


def test_they_end_with_their_parent() -> None:
    with subprocess.Popen(  # noqa: S603 -- our own
        [sys.executable, "-c", _ORPHANS, str(TOOLS)], stdout=subprocess.PIPE
    ) as process:
        assert process.stdout
        pids = process.stdout.readline().split()
        process.kill()
    deadline = time.monotonic() + 10
    while any(_runs(int(pid)) for pid in pids):
        assert time.monotonic() < deadline, "they are still there"
        time.sleep(0.02)


def _runs(pid: int) -> bool:
    """Whether there is such a process that has not ended."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"
