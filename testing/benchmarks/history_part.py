"""`k8s-sync whois` on a large history: what a question costs, and what a row does."""

import random
import statistics
import sys
import time
from collections.abc import Callable
from itertools import islice
from pathlib import Path

from benchmarks import past
from benchmarks.figures import Figure, at_most
from benchmarks.process import run
from benchmarks.zeek_parts import Options
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
_RUNS = 5


def asking(options: Options) -> list[Figure]:
    """Milliseconds of a question, in the program and with the start of it."""
    path = options.folder / "claims.db"
    written = min(WRITTEN, options.past)
    rate, rounds = _fill(options, path, written)
    span = rounds * (past.LIFE + past.PAUSE) * (options.past // written)
    dice = random.Random(1)  # noqa: S311 -- to repeat it
    figures = [
        Figure("claims in the history", f"{options.past // written * written:,}"),
        Figure("rows written one by one", f"{rate:,.0f}/s"),
        Figure("size", f"{path.stat().st_size / options.past:.0f} B/claim"),
    ]
    names: dict[str, Callable[[], str]] = {
        "who had an address at a time": lambda: address.text(_any(dice)),
        "the story of a pod": lambda: _pod(path, dice),
    }
    for what, name in names.items():
        times = []
        for i in range(_QUESTIONS):
            options.say(f"{what}: {i}")
            at = past.BEGIN + dice.randrange(span // SECOND) * SECOND
            text = name()
            target = parse_target(text)
            question = Question(
                text=text, target=target, at=at if "at" in what else None
            )
            began = time.perf_counter()
            with Reader(str(path)) as reader:
                answer(question, reader)
            times.append((time.perf_counter() - began) * 1000)
        times.sort()
        p99 = times[_QUESTIONS * 99 // 100]
        median = Figure(f"{what}, median", f"{statistics.median(times):.1f} ms")
        figures += [median, at_most(f"{what}, p99", p99, BAR, "{:.1f} ms")]
    for what, arguments in {
        "the program's start alone (version)": ["version"],
        "the program from start to end": ["whois", "10.0.0.7", "--history", str(path)],
    }.items():
        command: list[str | Path] = [sys.executable, PROGRAM, *arguments]
        walls = [run(command, options.folder).wall * 1000 for _ in range(_RUNS)]
        figures.append(Figure(what, f"{statistics.median(walls):.0f} ms"))
    return figures


def _fill(options: Options, path: Path, written: int) -> tuple[float, int]:
    """Makes the history; returns rows per second, and how often addresses changed."""
    source = past.claims(ADDRESSES)
    with Writer(str(path), bulk=True) as writer:
        began = time.monotonic()
        for done in range(0, written, _BATCH):
            options.say(f"writing {done} of {written} claims")
            writer.write((one, one.start) for one in islice(source, _BATCH))
        rate = written / (time.monotonic() - began)
        options.say(f"copying them until there are {options.past}")
        rounds = -(-written // ADDRESSES)
        # Nothing else writes, and a file that breaks is made anew.
        writer.connection.execute("PRAGMA synchronous = OFF")
        writer.connection.execute("PRAGMA cache_size = -2000000")
        copies = options.past // written - 1
        past.multiply(writer.connection, copies, rounds * (past.LIFE + past.PAUSE))
    return rate, rounds


def _any(dice: random.Random) -> bytes:
    return past.address_of(dice.randrange(ADDRESSES))


def _pod(path: Path, dice: random.Random) -> str:
    """Namespace and name of a pod that is there."""
    with Reader(str(path)) as reader:
        [claim, *_] = reader.on(_any(dice))
    return f"{claim.owner.namespace}/{claim.owner.pod}"
