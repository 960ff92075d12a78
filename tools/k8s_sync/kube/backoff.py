"""How long to wait before the next attempt. No I/O.

Most of the numbers are client-go's (its ``tools/cache/reflector.go``).
"""

from collections.abc import Callable
from dataclasses import dataclass

SYNCS_OF_CALM = 10
"""A fault that comes again after so many times what a sync takes is another one: then
syncs are a small part of what the server does for us."""
OUTAGE_SHARE = 0.25
"""No wait is a larger part of how long it has not worked: who was gone for seconds is
found within seconds, and who has been gone for minutes is left in peace."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """How long things may take. All in seconds.

    Attributes:
        backoff: The longest first wait after a failure.
        backoff_brief: The longest wait of an outage that has just begun.
        backoff_limit: The longest wait of all.
        knock_limit: The longest wait after a failure that cost nobody anything.
        refused: The wait after the server refused a kind of objects.
        watch: The shortest life that a watch asks for; the longest is twice that.
        short_watch: What ends before that did not work. After so long without
            failure, waits are short again.
        start_jitter: The longest wait before the first request.
    """

    backoff: float = 0.8
    # client-go: 30 s from the sixth failure on, until all is well for 120 s. A sensor
    # is of use right after the trouble, and what it costs the server is bounded all the
    # same: see `OUTAGE_SHARE` and `SYNCS_OF_CALM`.
    backoff_brief: float = 3
    backoff_limit: float = 30
    # client-go waits up to 30 s here, too. But a refused connection is one packet each
    # way, and a minute without names is a minute of evidence that is worth less.
    knock_limit: float = 2
    refused: float = 60
    watch: float = 300
    short_watch: float = 1
    start_jitter: float = 2


class Backoff:
    """Waits that double, with jitter.

    Args:
        timing: The numbers.
        random: Gives 0 to 1.
    """

    def __init__(self, timing: Timing, random: Callable[[], float]) -> None:
        self._timing = timing
        self._random = random
        self._longest = self._longest_knock = timing.backoff
        self._failing_since: float | None = None

    def calm(self, seconds: float, sync: float) -> None:
        """Learns that all was well for a while; if that was long, waits begin anew.

        Args:
            seconds: For how long.
            sync: The seconds that the latest sync took.
        """
        if seconds >= self._timing.short_watch:
            self._longest_knock = self._timing.backoff
        if seconds >= max(self._timing.short_watch, SYNCS_OF_CALM * sync):
            self._longest = self._timing.backoff
            self._failing_since = None

    def next(self, now: float, least: float = 0) -> float:
        """The seconds to wait now.

        Args:
            now: The time, in seconds.
            least: What the server asked for.
        """
        if self._failing_since is None:
            self._failing_since = now
        limit = max(
            self._timing.backoff_brief, OUTAGE_SHARE * (now - self._failing_since)
        )
        longest = min(self._longest, limit, self._timing.backoff_limit)
        self._longest = longest * 2
        return least + self._random() * longest

    def knock(self) -> float:
        """The seconds to wait now, if the next attempt costs nobody anything.

        A server that is down for an hour is asked each one to two seconds; and what it
        says once it is up is not answered with the waits of the time before.
        """
        wait = self._longest_knock * (1 + self._random()) / 2
        self._longest_knock = min(self._longest_knock * 2, self._timing.knock_limit)
        return wait
