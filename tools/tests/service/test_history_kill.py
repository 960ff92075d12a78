"""A kill of the daemon, at any time: what it costs its history.

Of the seconds before a kill those do not count for which the machine stood still: a
thread of the daemon that wanted to run got no processor for long, or it waited for the
disk. The kernel tells how long that was. Where it does not tell, all seconds count.
"""

import asyncio
import os
import random
import signal
import sqlite3
import time
from collections.abc import AsyncIterator
from collections.abc import Set as AbstractSet
from contextlib import asynccontextmanager, closing, suppress
from pathlib import Path
from typing import NamedTuple

from k8s_sync import row_reader
from k8s_sync.history.reader import Reader
from k8s_sync.timeline import row_key
from tests.program import until
from tests.service.program import pod
from tests.service.stage import Stage

KILLS = int(os.environ.get("K8S_SYNC_KILLS", "5"))
"""How often a daemon is killed; the more the better, at about four seconds each."""
PODS = 100
"""That there are at a time, about."""
LOSS = 1.0
"""Seconds of its own before a kill from which on rows may be lost."""
STALL = 0.2
"""Seconds at a stretch for which a thread has to wait for a processor to count."""
PATIENCE = 120.0
"""Seconds until a daemon is at work, with much to remember on a busy machine."""


class Stalls:
    """How long a process was kept from running, by all that the kernel tells of it."""

    def __init__(self, process: int) -> None:
        self._threads = Path(f"/proc/{process}/task")
        self._total = 0.0
        self._looked = time.monotonic()
        self._queued: dict[str, float] = {}
        self._on_disk: set[str] = set()

    def seconds(self) -> float:
        """Seconds so far in which one of its threads stood still; look often.

        That it shares processors with others does not count, only a long wait.
        """
        now = time.monotonic()
        queued: dict[str, float] = {}
        on_disk = set()
        with suppress(OSError):  # a thread may end meanwhile, or the process
            for thread in self._threads.iterdir():
                _, nanoseconds, _ = (thread / "schedstat").read_text().split()
                queued[thread.name] = int(nanoseconds) / 1e9
                state = (thread / "stat").read_text().rpartition(")")[2].split()[0]
                if state == "D":
                    on_disk.add(thread.name)
        waits = [
            seconds - self._queued.get(thread, seconds)
            for thread, seconds in queued.items()
        ]
        longest = max(waits, default=0.0)
        if self._on_disk & on_disk:
            self._total += max(longest, now - self._looked)
        elif longest >= STALL:
            self._total += longest
        self._looked, self._queued, self._on_disk = now, queued, on_disk
        return self._total


class Sight(NamedTuple):
    """What was seen at a time."""

    time: float
    size: int
    """Of the journal."""
    stalled: float
    """See `Stalls`."""


class Churn:
    """Pods that come, change and go, and when rows of them were in the journal."""

    def __init__(self, stage: Stage, dice: random.Random) -> None:
        self._pods = stage.api.store
        self._dice = dice
        self._names: list[str] = []
        self._number = 0
        self.seen: list[Sight] = []
        self.rows = 0
        """Rows that were in journals."""

    def change(self) -> None:
        self._number += 1
        n = self._number
        name = f"churn-{self._dice.getrandbits(64):016x}"
        self._pods.create("pods", pod(name, f"10.1.{n // 200 % 250}.{n % 200 + 1}"))
        self._names.append(name)
        if len(self._names) > PODS or self._dice.random() < 0.7:
            gone = self._names.pop(self._dice.randrange(len(self._names)))
            self._pods.delete("pods", "shop", gone)

    @asynccontextmanager
    async def going_on(self, journal: Path, stalls: Stalls) -> AsyncIterator[None]:
        self.seen = []

        async def run() -> None:
            with journal.open("rb") as file:
                while True:
                    self.change()
                    size = os.fstat(file.fileno()).st_size
                    self.seen.append(Sight(time.monotonic(), size, stalls.seconds()))
                    await asyncio.sleep(self._dice.random() * 0.02)

        task = asyncio.create_task(run())
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    def lost(self, journal: Path, there: AbstractSet[object], killed: Sight) -> Sight:
        """What was seen when the first row that is lost was written.

        Whatever the clock says, nothing that came after that row may be there.
        """
        text = journal.read_bytes()
        problems: list[object] = []
        sights = iter([*self.seen, killed])
        seen = next(sights)
        first = None
        place = 0
        lines = text[: text.rfind(b"\n") + 1].splitlines(keepends=True)
        reader = row_reader.Reader(problems.append)
        for line in lines:
            place += len(line)
            while seen.size < place and seen is not killed:
                # Later than that the row was there.
                seen = next(sights)
            for row in reader.read([line.decode()]):
                self.rows += 1
                kept = (row_key(row), row.revision) in there
                assert not (kept and first), row
                if not kept:
                    first = first or seen
        assert problems == []
        return first or killed


class Loss(NamedTuple):
    """What a kill cost, in seconds."""

    own: float
    """In which the daemon could run."""
    all: float


async def kill(stage: Stage, churn: Churn, dice: random.Random, *, young: bool) -> Loss:
    """Kills a daemon at some time, and tells what that cost.

    Args:
        stage: Where it runs.
        churn: What happens meanwhile.
        dice: Tells when.
        young: It has just begun; otherwise it is at work.
    """
    daemon = stage.daemon()
    daemon.journal.touch()
    await daemon.begin()
    stalls = Stalls(daemon.process)
    async with churn.going_on(daemon.journal, stalls):
        await asyncio.sleep(dice.random() * 1.5)
        if not young:
            await until(daemon.at_work, "it knows the cluster", patience=PATIENCE)
            await asyncio.sleep(dice.random() * 3)
        killed = Sight(time.monotonic(), 0, stalls.seconds())
        await daemon.end(signal.SIGKILL)
    if not stage.history.exists():
        return Loss(0, 0)
    with closing(sqlite3.connect(stage.history)) as file:
        assert file.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    with Reader(str(stage.history)) as reader:
        there = {(row_key(row), row.revision) for row, _ in reader.exported()}
    first = churn.lost(daemon.journal, there, killed)
    lost = killed.time - first.time
    return Loss(lost - (killed.stalled - first.stalled), lost)


async def test_a_kill_costs_a_second_and_no_more(stage: Stage) -> None:
    """At any time: while it begins, at work, while it forgets."""
    dice = random.Random(KILLS)  # noqa: S311 -- to repeat it
    churn = Churn(stage, dice)
    losses = []
    for n in range(KILLS):
        # Most daemons are at work when they die, some have just begun.
        loss = await kill(stage, churn, dice, young=not n % 5)
        assert loss.own < LOSS, (n, loss)
        losses.append(loss)
    print(  # noqa: T201 -- for those who run it for long, with -s
        f"{KILLS} kills, {churn.rows} rows; {sum(one.all > 0 for one in losses)} times"
        f" something was lost: at most {max(one.own for one in losses):.2f} s,"
        f" {max(one.all for one in losses):.2f} s with what the daemon had to wait"
    )
    assert churn.rows > 20 * KILLS
