"""Writes what the daemon tells into a history, in a thread of its own.

Overload: rows wait in a queue and are written four times a second, in one transaction
if they are few. In a burst of more than ten thousand rows, such as a large cluster
tells at first, some wait for longer than a second. If the disk is full, or somebody
else keeps the file, they wait on; it is tried again each second. If more than `QUEUE`
rows wait, the oldest are lost: `lost` counts them, `problem` says so and the daemon is
not ready. Once rows are written again, the daemon tells all that it still knows
(`take_gap`), so that only revisions that were superseded meanwhile, and claims that it
has forgotten, are missing in the end. Watch ``k8s_sync_history_waiting`` and
``k8s_sync_history_lost_total``.
"""

import logging
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable

from k8s_sync.history.prune import Limits, prune
from k8s_sync.history.schema import reason
from k8s_sync.history.writer import Heard, Writer
from k8s_sync.model import Row

PAUSE = 0.25
"""Seconds that a row waits for others; with the time to write them all a kill costs."""
BATCH = 1000
"""Rows in one transaction, so that in a burst the first ones do not wait for the last.
A tenth of a second's work, on a machine that has other work as well a few tenths."""
QUEUE = 1_000_000
"""Rows that may wait: a large cluster that is being synced, several times."""
RETRY = 1.0
"""Seconds until what failed is tried again."""
PRUNE_EVERY = 60.0
"""Seconds between two looks for what is too old or too much."""

_log = logging.getLogger(__name__)


class Recorder:
    """A history that is written to by a thread."""

    def __init__(
        self,
        path: str,
        limits: Limits,
        clock: Callable[[], int],
        *,
        queue: int = QUEUE,
    ) -> None:
        """Opens a history, and makes it if there is none.

        Args:
            path: The file.
            limits: What it may keep.
            clock: Now, in microseconds since the epoch.
            queue: Rows that may wait.

        Raises:
            FatalError: It cannot be written, or is something else.
        """
        self.path = path
        self.problem = ""
        """Why rows are not written now, or that some never will be; empty if none."""
        self.written = 0
        """Rows that are in the file for good."""
        self.lost = 0
        """Rows that are not, and never will be."""
        self._writer = Writer(path)
        self._limits = limits
        self._clock = clock
        self._queue: deque[Heard] = deque()
        self._batch: list[Heard] = []
        self._limit = queue
        self._gap = False
        self._news = threading.Condition()
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="history", daemon=True)
        self._thread.start()

    @property
    def waiting(self) -> int:
        """Rows that are not written yet."""
        with self._news:  # or a row on its way from one to the other is in neither
            return len(self._queue) + len(self._batch)

    def put(self, rows: Iterable[Row], *, news: bool = True) -> None:
        """Takes rows; never waits.

        Args:
            rows: The rows.
            news: They are heard of now; otherwise it is not known when they were.
        """
        now = self._clock() if news else None
        with self._news:
            self._queue.extend((row, now) for row in rows)
            while self._queue and self.waiting > self._limit:
                self._queue.popleft()
                self.lost += 1
                self._gap = True
            self._news.notify()

    def take_gap(self) -> bool:
        """Tells, once, that rows were lost and can be written again now."""
        with self._news:
            if not self._gap or self.problem:
                return False
            self._gap = False
            return True

    def close(self) -> None:
        """Writes what waits, if that is possible, and closes the file."""
        with self._news:
            self._closing = True
            self._news.notify()
        self._thread.join()

    def _run(self) -> None:
        try:
            self._work()
        except Exception as error:  # noqa: BLE001
            # A fault of ours: it must not end quietly, nor take the daemon with it.
            _log.exception("the history %s is not kept any more", self.path)
            self.problem = f"the history is not kept any more: {error!r}"
        finally:
            self._writer.close()

    def _work(self) -> None:
        look = time.monotonic()
        while True:
            with self._news:
                pause = max(0.0, look - time.monotonic())
                self._news.wait_for(lambda: self.waiting or self._closing, pause)
                if self.waiting < BATCH:
                    self._news.wait_for(lambda: self._closing, PAUSE)
            if not self._write():
                if self._closing:
                    self._give_up()
                    return
                self._rest(RETRY)
            elif time.monotonic() >= look:
                look = time.monotonic() + (RETRY if self._prune() else PRUNE_EVERY)
            if self._closing and not self.waiting:
                return

    def _rest(self, seconds: float) -> None:
        with self._news:
            self._news.wait_for(lambda: self._closing, seconds)

    def _write(self) -> bool:
        """Writes a batch, if anything waits; tells whether that went well."""
        with self._news:
            while self._queue and len(self._batch) < BATCH:
                self._batch.append(self._queue.popleft())
        if not self._batch:
            return True
        try:
            tally = self._writer.write(self._batch)
        except sqlite3.Error as error:
            self._failed(error)
            return False
        if tally.bad:
            _log.warning("%d rows do not fit the history: %s", tally.bad, tally.reason)
        with self._news:
            self.written += len(self._batch) - tally.bad
            self.lost += tally.bad
            again, self.problem = bool(self.problem), ""
            # Together with the above: once no row waits there is no problem either.
            self._batch.clear()
        if again:
            _log.warning("the history is written again; %d rows were lost", self.lost)
        return True

    def _prune(self) -> bool:
        """Takes a step; tells whether there may be more to do."""
        try:
            return prune(self._writer, self._limits, self._clock()) > 0
        except sqlite3.Error as error:
            self._failed(error)
            return True

    def _failed(self, error: sqlite3.Error) -> None:
        if not self.problem:
            _log.error("the history %s: %s", self.path, reason(error))
        self.problem = f"the history cannot be written: {reason(error)}"

    def _give_up(self) -> None:
        with self._news:
            self.lost += self.waiting
            _log.error("%d rows did not get into the history", self.waiting)
