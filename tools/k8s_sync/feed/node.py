"""One node of a Zeek, as seen by one source's feed. Pure: no clock of its own."""

from collections import deque
from typing import Literal

from k8s_sync.feed.codec import Status
from k8s_sync.model import SECOND

WINDOW = 8
"""Events that may be unanswered."""
LAG = SECOND
"""Microseconds without an answer after which nobody waits for a node any more."""
LOST = 30 * SECOND
"""Microseconds without an answer after which a node counts as gone."""

Phase = Literal["hello", "snapshot", "synced"]


class Node:
    """What a node was sent, and what it has answered."""

    def __init__(self, name: str) -> None:
        """Makes a node of which nothing is known but that it is there."""
        self.name = name
        self.phase: Phase = "hello"
        self.last: Status | None = None
        """Its newest answer."""
        self.lagging = False
        """It has not answered for a while, so that others do not wait for it."""
        self.whole = False
        """What it needs is a whole snapshot; else what it missed will do."""
        self.helped = False
        """It got what it missed, and has not been seen to be well since."""
        self.not_before = 0
        """When it may get the next whole snapshot, in microseconds of the timer."""
        self._awaited: deque[tuple[str, int]] = deque()
        self._progress = 0

    @property
    def unanswered(self) -> int:
        """How many events it has not answered."""
        return len(self._awaited)

    @property
    def well(self) -> bool:
        """Whether it answers, and holds all it was told."""
        return self.phase == "synced" and not self.lagging

    @property
    def has_room(self) -> bool:
        """Whether it may be sent one more event."""
        return len(self._awaited) < WINDOW

    def silence(self, now: int) -> int:
        """For how long, in microseconds, it has owed an answer."""
        return now - self._progress if self._awaited else 0

    @property
    def ends(self) -> bool:
        """Whether the end of a snapshot is among what it has not answered."""
        return any(tag.startswith("end ") for tag, _ in self._awaited)

    def sent(self, tag: str, seq: int, now: int) -> None:
        """Takes note of an event that it has to answer.

        Args:
            tag: What the answer will name.
            seq: The last delta that it will then have heard.
            now: The time, of the timer.
        """
        if not self._awaited:
            self._progress = now
        self._awaited.append((tag, seq))

    def answered(self, tag: str, now: int) -> int | None:
        """Takes note of an answer; answers come in the order of the events.

        Returns:
            The last delta that it must have heard, or None if this answer was not
            awaited. What was sent before is then lost, or its answer is.
        """
        place = next((i for i, sent in enumerate(self._awaited) if sent[0] == tag), -1)
        if place < 0:
            return None
        for _ in range(place):
            self._awaited.popleft()
        self._progress = now
        self.lagging = False
        return self._awaited.popleft()[1]

    def forget(self) -> None:
        """Expects no answer any more: the node has begun anew."""
        self._awaited.clear()
        self.phase = "hello"
        self.lagging = self.helped = False
        self.not_before = 0
