"""`k8s-sync whois` on a large history: what a question costs, and what a row does.

A question is timed from the opening of the file to the answer, in a process that has
begun. The time for which it waited for a processor is taken off: that is the time of
others. What the program's start costs beside is shown as well.
"""

import os
import random
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from bench import past
from bench.figures import Figure, at_most
from bench.process import run, waited
from bench.seeds import seeded
from bench.zeek_parts import Options
from k8s_sync import address
from k8s_sync.history.reader import Reader
from k8s_sync.history.writer import Writer
from k8s_sync.model import SECOND
from k8s_sync.whois.answer import answer
from k8s_sync.whois.question import Question
from k8s_sync.whois.target import parse_target

PROGRAM = Path(__file__).resolve().parents[2] / "tools" / "k8s-sync"
ADDRESSES = 65_536
WRITTEN = 200_000
"""Claims that are written one by one; the others are copies."""
BAR = 50.0
"""Milliseconds that a question may take."""
_BATCH = 5000
_QUESTIONS = 200
_COLD = 30
"""Questions to a file of which nothing is in memory."""
_RUNS = 5


class _Past(NamedTuple):
    """What is in the history."""

    path: Path
    claims: int
    span: int
    """Microseconds."""

    def when(self, dice: random.Random) -> int:
        return past.BEGIN + dice.randrange(self.span // SECOND) * SECOND

    def address(self, dice: random.Random) -> bytes:
        return past.address_of(dice.randrange(ADDRESSES))

    def pod(self, dice: random.Random) -> str:
        """Namespace and name of a pod that is there."""
        with Reader(str(self.path)) as reader:
            [claim, *_] = reader.on(self.address(dice))
        return f"{claim.owner.namespace}/{claim.owner.pod}"


def asking(options: Options) -> list[Figure]:
    """Milliseconds of a question, in the program and with the start of it."""
    path = options.folder / "claims.db"
    written = min(WRITTEN, options.past)
    rate, rounds = _fill(options, path, written)
    copies = options.past // written
    there = _Past(path, copies * written, rounds * (past.LIFE + past.PAUSE) * copies)
    return [
        Figure("claims in the history", f"{there.claims:,}"),
        Figure("past owners of each address", f"{there.claims / ADDRESSES:.0f}"),
        Figure("size", f"{path.stat().st_size / there.claims:.0f} B/claim"),
        Figure("rows written one by one, one core", f"{rate:,.0f}/s"),
        *_questions(options, there),
    ]


def _questions(options: Options, there: _Past) -> Iterator[Figure]:
    dice = seeded("questions")

    def an_address() -> str:
        return address.text(there.address(dice))

    kinds: dict[str, Callable[[], Question]] = {
        "who had an address at a time": lambda: _question(
            an_address(), there.when(dice)
        ),
        "all owners of an address": lambda: _question(an_address()),
        "the story of a pod": lambda: _question(there.pod(dice)),
    }
    for what, question in kinds.items():
        times = []
        for i in range(_QUESTIONS):
            options.say(f"{what}: {i}")
            times.append(_timed(question(), there.path))
        times.sort()
        yield Figure(f"{what}, median", f"{statistics.median(times):.1f} ms")
        p99 = times[_QUESTIONS * 99 // 100]
        yield at_most(f"{what}, p99", p99, BAR, "{:.1f} ms")
    if hasattr(os, "posix_fadvise"):
        for what, question in kinds.items():
            times = []
            for i in range(_COLD):
                options.say(f"{what}, from disk: {i}")
                asked = question()
                _forget(there.path)
                times.append(_timed(asked, there.path))
            median = statistics.median(times)
            yield Figure(f"{what}, from disk, median", f"{median:.1f} ms")
    where = "--history", str(there.path)
    for what, arguments in {
        "the program's start alone (version)": ["version"],
        "the program from start to end": ["whois", "10.0.0.7", *where],
    }.items():
        command: list[str | Path] = [sys.executable, PROGRAM, *arguments]
        costs = [run(command, options.folder).cpu * 1000 for _ in range(_RUNS)]
        yield Figure(f"{what}, one core", f"{statistics.median(costs):.0f} ms")


def _question(text: str, at: int | None = None) -> Question:
    return Question(text=text, target=parse_target(text), at=at)


def _timed(question: Question, path: Path) -> float:
    """Milliseconds."""
    before, began = waited(), time.perf_counter()
    with Reader(str(path)) as reader:
        answer(question, reader)
    took = time.perf_counter() - began
    return (took - (waited() - before)) * 1000


def _forget(path: Path) -> None:
    """Has the kernel forget what it read of a file."""
    descriptor = os.open(path, os.O_RDONLY)
    with suppress(OSError):
        os.fdatasync(descriptor)
    os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
    os.close(descriptor)


def _fill(options: Options, path: Path, written: int) -> tuple[float, int]:
    """Makes the history; returns rows per second, and how often addresses changed."""
    source = past.claims(ADDRESSES)
    with Writer(str(path), bulk=True) as writer:
        began = time.process_time()
        for done in range(0, written, _BATCH):
            options.say(f"writing {done} of {written} claims")
            writer.write((one, one.start) for one in islice(source, _BATCH))
        rate = written / (time.process_time() - began)
        options.say(f"copying them until there are {options.past}")
        rounds = -(-written // ADDRESSES)
        # Nothing else writes, and a file that breaks is made anew.
        writer.connection.execute("PRAGMA synchronous = OFF")
        writer.connection.execute("PRAGMA cache_size = -2000000")
        copies = options.past // written - 1
        past.multiply(writer.connection, copies, rounds * (past.LIFE + past.PAUSE))
    return rate, rounds
