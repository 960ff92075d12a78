"""Time and chance: microseconds, a queue of what happens next, and seeded dice."""

import heapq
import itertools
import random
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
BEGIN = 1_772_442_000 * SECOND
"""2026-03-02T09:00:00Z: when the hour begins."""


def cut(time: int) -> int:
    """The whole second that a time is in: all that the API keeps of it."""
    return time - time % SECOND


@lru_cache(maxsize=1 << 14)
def _iso(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def iso(time: int) -> str:
    """A time as the API writes it."""
    return _iso(time // SECOND)


class Dice(random.Random):
    """Chance, the same for the same seed."""

    def between(self, low: float, high: float) -> int:
        """A span of time, given in seconds, drawn evenly; in microseconds."""
        return round(self.uniform(low, high) * SECOND)

    def spread(self, low: float, high: float) -> int:
        """The same, but each order of magnitude as likely as the other."""
        return round(float(low * (high / low) ** self.random()) * SECOND)

    def about(self, mean: float) -> int:
        """A span until something that happens any time, every `mean` seconds."""
        return round(self.expovariate(1 / mean) * SECOND)

    def mixed(self, *spans: tuple[float, float, float]) -> int:
        """A span between the two times of one of several: share, low, high."""
        (_, low, high), *_ = self.choices(spans, [share for share, *_ in spans])
        return self.between(low, high)

    def one_in(self, share: float) -> bool:
        """Happens to this share."""
        return self.random() < share

    def uid(self) -> str:
        """A uid as Kubernetes makes them."""
        digits = f"{self.getrandbits(128):032x}"
        return "-".join(
            (digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:])
        )


class Loop:
    """What happens, one after the other."""

    def __init__(self, now: int) -> None:
        """Begins at a time in microseconds."""
        self.now = now
        self._order = itertools.count()
        self._next: list[tuple[int, int, Callable[..., None], tuple[Any, ...]]] = []

    def at(self, time: int, act: Callable[..., None], *arguments: Any) -> None:
        """Lets something happen at a time; at once, if that has passed."""
        entry = max(time, self.now), next(self._order), act, arguments
        heapq.heappush(self._next, entry)

    def after(self, span: int, act: Callable[..., None], *arguments: Any) -> None:
        """Lets something happen after a span of time."""
        self.at(self.now + span, act, *arguments)

    def run(self, until: int) -> None:
        """Lets happen what happens before a time."""
        while self._next and self._next[0][0] < until:
            self.now, _, act, arguments = heapq.heappop(self._next)
            act(*arguments)
        self.now = until
