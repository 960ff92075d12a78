"""Makes the copies: one log in pieces over all cores, or many logs at once."""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.sharedctypes import RawArray
from pathlib import Path

from k8s_sync.console import Progress, say
from k8s_sync.enrich.pieces import Desk, Done, Piece, pieces
from k8s_sync.enrich.places import Job
from k8s_sync.enrich.tally import Tally
from k8s_sync.errors import FatalError, SyncError
from k8s_sync.packing import Packing, pack
from k8s_sync.streams import (
    STANDARD,
    STANDARD_INPUT,
    Input,
    make_directory,
    open_input,
    open_output,
)
from k8s_sync.workers import Lost, Workers, leave_if_asked

ALONE = 4 << 20
"""Bytes that one process is done with before others could have begun."""
_LARGE = 64 << 20
"""Bytes of a log that is worth the work of all cores, if it is more than its share."""
_LOOK = 0.5
"""Seconds from one look at the progress of others to the next."""
_LOG_NAME = re.compile(r"[A-Za-z0-9_]+")

Watch = Callable[[int, int], None]
"""Is told how many rows were decorated, and how many bytes were read for them."""


class Copies:
    """What becomes of the logs of one run."""

    def __init__(self, desk: Desk, cores: int) -> None:
        """Makes nothing yet.

        Args:
            desk: Decorates.
            cores: Processes to work with.
        """
        self._desk = desk
        self._cores = cores
        self.tallies: list[Tally] = []
        self.lost = 0
        """Logs of which there is no copy."""

    def make(self, jobs: Sequence[Job]) -> None:
        """Makes the copies of some logs, and tells of those that cannot be made."""
        total = sum(job.size for job in jobs)
        progress = Progress(total)
        large, small = _divide(jobs, self._cores)
        for job in large:
            with self._losses():
                self.tallies.append(self._copy(job, progress, self._cores))
        cores = min(self._cores, len(small))
        if cores > 1 and sum(job.size for job in small) > ALONE:
            self._copy_at_once(small, progress, cores)
        else:
            for job in small:
                with self._losses():
                    self.tallies.append(self._copy(job, progress, self._cores))
        progress.clear()

    @contextmanager
    def _losses(self) -> Iterator[None]:
        try:
            yield
        except SyncError as error:
            self._lose(str(error))

    def _lose(self, reason: str) -> None:
        self.lost += 1
        say(reason)

    def _copy(self, job: Job, progress: Progress, cores: int) -> Tally:
        """Copies one log, and tells of its problems as they come."""
        tally = Tally(STANDARD_INPUT if job.log == STANDARD else job.log)

        def note(rows: int, size: int) -> None:
            progress.add(tally.name, rows, size)

        for done in self._pass(job, note, cores):
            for problem in tally.add(done):
                progress.clear()
                say(problem)
        return tally

    def _pass(self, job: Job, note: Watch, cores: int) -> Iterator[Tally]:
        like = None if STANDARD in (job.log, job.target) else job.log
        if job.target != STANDARD:
            make_directory(Path(job.target).parent)
        # The copy first: it is as old as what was read at the least.
        with (
            open_output(job.target, like=like) as out,
            open_input(job.log) as source,
        ):
            packing = source.packing if job.packing is None else job.packing
            empty = True
            position = 0
            for done in self._decorate(source, packing, cores):
                out.write(done.data)
                if source.live:
                    out.flush()  # somebody may be waiting for it
                empty = False
                position, before = source.position(), position
                note(done.tally.rows, position - before)
                yield done.tally
            if empty:
                out.write(pack(b"", packing))

    def _decorate(self, source: Input, packing: Packing, cores: int) -> Iterator[Done]:
        """Decorates a log, piece by piece, so that memory stays constant."""
        feed = pieces(source.blocks(), source.name, _log_name(source))
        size = 0
        for piece in feed:
            yield self._desk.decorate(piece, packing)
            size += len(piece.data)
            if cores > 1 and size > ALONE:
                break
        else:
            return

        def work(piece: Piece) -> Done:
            return self._desk.decorate(piece, packing)

        with Workers(cores, work) as team:
            yield from _in_order(feed, team, 2 * cores, source)

    def _copy_at_once(
        self, jobs: Sequence[Job], progress: Progress, cores: int
    ) -> None:
        """Copies many logs, each in one process."""
        # Each process counts in a place of its own, where we look from time to time.
        counts = RawArray("Q", 2 * len(jobs))

        def work(number: int) -> Tally:
            def note(rows: int, size: int) -> None:
                counts[2 * number] += rows
                counts[2 * number + 1] += size
                leave_if_asked()

            job = jobs[number]
            tally = Tally(job.log)
            for done in self._pass(job, note, 1):
                tally.add(done)
            return tally

        order = sorted(range(len(jobs)), key=lambda number: jobs[number].size)
        with Workers(cores, work) as team:
            while order or team.busy:
                while order and team.idle:
                    largest = order.pop()
                    team.give(largest, largest)
                for number, tally in team.collect(timeout=_LOOK):
                    if isinstance(tally, Lost):
                        progress.clear()
                        self._lose(_named(tally.reason, jobs[number].log))
                        continue
                    for problem in tally.first.values():
                        progress.clear()
                        say(problem)
                    self.tallies.append(tally)
                progress.show(
                    f"{len(jobs) - len(order)} of {len(jobs)} logs",
                    sum(counts[::2]),
                    sum(counts[1::2]),
                )


def _in_order(
    feed: Iterator[Piece],
    team: "Workers[Piece, Done]",
    limit: int,
    source: Input,
) -> Iterator[Done]:
    """Has pieces decorated by others, and yields them in their order."""
    given = taken = 0
    waiting: dict[int, Done] = {}
    more = True
    while more or given > taken:
        could = more and team.idle and given - taken < limit
        if could and (not team.busy or source.ready()):
            piece = next(feed, None)
            if piece is None:
                more = False
            else:
                team.give(given, piece)
                given += 1
            if not source.live and team.idle:
                continue
        # Of a pipe the next lines may take their time: what is done goes first.
        also = source.fileno() if could and source.live else None
        for number, done in team.collect(also=also) if team.busy else ():
            if isinstance(done, Lost):
                raise FatalError(_named(done.reason, source.name))
            waiting[number] = done
        while taken in waiting:
            yield waiting.pop(taken)
            taken += 1


def _divide(jobs: Sequence[Job], cores: int) -> tuple[list[Job], list[Job]]:
    """Tells the logs that deserve all cores from those that are one core's work."""
    share = sum(job.size for job in jobs) / cores
    large = [job for job in jobs if job.size > max(share, _LARGE)]
    return large, [job for job in jobs if job not in large]


def _named(reason: str, log: str) -> str:
    return reason if reason.startswith(log) else f"{log}: {reason}"


def _log_name(source: Input) -> str:
    """Guesses the log from its file's name, as ``conn`` from ``conn.12-13.log.gz``."""
    found = _LOG_NAME.match(Path(source.name).name)
    return found[0] if found and source.name != STANDARD_INPUT else ""
