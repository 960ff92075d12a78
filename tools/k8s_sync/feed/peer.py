"""What one Zeek still has to hear. Pure: no socket, no clock of its own.

    connected() ─▶ hello ─▶ digests equal? ──yes──▶ deltas
                              │no
                              ▼
                            snapshot … end ─▶ deltas

Every event is answered with one status, and at most `WINDOW` are unanswered.
What waits is a set of keys, so that a slow Zeek costs one row per claim, however
often the claim changes. When nothing waits and nothing is unanswered, the
digests must agree; if they do not, the peer gets a snapshot.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable
from typing import Literal

from k8s_sync import rows
from k8s_sync.feed.codec import Event, Status
from k8s_sync.model import SECOND
from k8s_sync.timeline import Key, Timeline

WINDOW = 8
"""Events that may be unanswered."""
BATCH_ROWS = 500
BATCH_BYTES = 256 * 1024
"""Limits of one event: Zeek's main loop must not stall for more than a few ms."""
RESYNC_PAUSE = 5 * SECOND
"""Between two snapshots that a wrong digest asked for, in microseconds."""

# A plain dict would walk over all that was taken from its front, each time anew.
_Waiting = OrderedDict[Key, None]

Phase = Literal["offline", "hello", "snapshot", "synced"]


class Peer:
    """The sending side of one source's feed to one Zeek."""

    def __init__(
        self,
        timeline: Timeline,
        source: str,
        epoch: int,
        clock: Callable[[], int],
    ) -> None:
        """Makes a peer that is not connected.

        Args:
            timeline: What the peer has to hold; the daemon's own.
            source: The cluster whose rows are sent; also an attribute.
            epoch: Names this run of the daemon; revisions of another are void.
            clock: Now, in microseconds since the epoch.
        """
        self.phase: Phase = "offline"
        self.unanswered = 0
        self.resyncs = 0
        """Snapshots that were needed after the first one."""
        self.last: Status | None = None
        """The newest answer."""
        self.problem = ""
        """The newest complaint of the node."""
        self._timeline = timeline
        self.source = source
        self._epoch = epoch
        self._clock = clock
        self._seq = 0
        self._dirty: _Waiting = OrderedDict()
        self._snapshot: _Waiting = OrderedDict()
        self._parts = 0
        self._hello_due = False
        self._end_due = False
        self._next_resync = 0

    @property
    def waiting(self) -> int:
        """Rows that are still to be sent."""
        return len(self._dirty) + len(self._snapshot)

    @property
    def idle(self) -> bool:
        """Whether the peer holds all there is, as far as it has answered."""
        quiet = not (self.waiting or self.unanswered or self._hello_due)
        return self.phase == "synced" and quiet

    @property
    def agrees(self) -> bool:
        """Whether the last answer showed that the node holds what we hold."""
        return self.last is not None and self._agrees(self.last)

    def connected(self) -> None:
        """Begins a session; what was under way in the last one is void."""
        self.phase = "hello"
        self.unanswered = 0
        self._hello_due = True
        self._end_due = False
        self._snapshot.clear()

    def disconnected(self) -> None:
        """Ends a session."""
        self.phase = "offline"

    def changed(self, keys: Iterable[Key]) -> None:
        """Takes note that rows have to be sent."""
        self._dirty.update(dict.fromkeys(keys))

    def ask(self) -> None:
        """Asks the node for its status, as soon as the window allows."""
        self._hello_due = True

    def answered(self, status: Status) -> None:
        """Takes in a status of the node."""
        if status.source != self.source:
            return
        self.last = status
        self.problem = status.problem
        self.unanswered = max(0, self.unanswered - 1)
        if self.unanswered or self._snapshot or self._end_due:
            return
        if self.phase == "hello" and not self._hello_due:
            self.phase = "synced"
            if not self._agrees(status):
                self._begin_snapshot()
        elif self.phase == "snapshot":
            self.phase = "synced"
        if self.idle and not self._agrees(status) and self._may_resync():
            self.resyncs += 1
            self._begin_snapshot()

    def _agrees(self, status: Status) -> bool:
        return (
            status.epoch == self._epoch
            and status.seq == self._seq
            and status.digest == self._timeline.digest(self.source)
        )

    def _may_resync(self) -> bool:
        now = self._clock()
        if now < self._next_resync:
            return False
        self._next_resync = now + RESYNC_PAUSE
        return True

    def _begin_snapshot(self) -> None:
        self.phase = "snapshot"
        self._snapshot = OrderedDict.fromkeys(self._timeline.keys(self.source))
        self._dirty.clear()
        self._parts = 0
        self._end_due = True

    def next(self) -> Event | None:
        """Returns the next event to send, or None if there is reason to wait."""
        if self.phase == "offline" or self.unanswered >= WINDOW:
            return None
        event = self._next()
        if event is not None:
            self.unanswered += 1
        return event

    def _next(self) -> Event | None:
        if payload := self._batch(self._snapshot):
            self._parts += 1
            return self._event("snapshot", self._parts, payload)
        if self._end_due:
            self._end_due = False
            now = rows.format_time(self._clock())
            return self._event("end", self._seq, f"{self._parts} {now}")
        if self._hello_due:
            self._hello_due = False
            return self._event("hello", self._seq, "")
        if self.phase == "synced" and (payload := self._batch(self._dirty)):
            self._seq += 1
            return self._event("delta", self._seq, payload)
        return None

    def _event(self, part: str, seq: int, payload: str) -> Event:
        return Event(self.source, self._epoch, seq, part, payload)

    def _batch(self, waiting: _Waiting) -> str:
        """Takes keys from those that wait until the batch is full."""
        lines: list[str] = []
        size = 0
        while waiting and len(lines) < BATCH_ROWS:
            key, _ = waiting.popitem(last=False)
            row = self._timeline.get(key)
            if row is not None:  # else evicted meanwhile: nothing to tell
                line = rows.encode(row)
                size += len(line.encode())
                if lines and size > BATCH_BYTES:
                    waiting[key] = None
                    waiting.move_to_end(key, last=False)
                    break
                lines.append(line)
        return rows.FIELDS + "\n" + "".join(lines) if lines else ""
