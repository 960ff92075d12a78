"""When to try again, and from where: the decisions of a reflector. No I/O.

The numbers are client-go's, and so are most of the rules.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from k8s_sync.errors import (
    ApiError,
    BadAnswerError,
    ForbiddenError,
    GoneError,
    InvalidRequestError,
    NotServedError,
    ServerError,
    SilentError,
    TooManyRequestsError,
    TransientError,
    UnauthorizedError,
    UnreachableError,
)

STUBBORN = 3
"""So many failures of one kind in a row are held against our version."""
_SILENT = 2
PATIENT = 6
"""So many refusals in a row are believed; with the waits between them, they take some
ten seconds. An API server that has just started refuses everything: it does not know
its own roles yet.
"""


class ShortWatchError(TransientError):
    """A watch ended at once. With nothing in it, our version may be the reason."""

    def __init__(self, where: str, events: int) -> None:
        super().__init__(f"{where}: the watch ended at once after {events} events")
        self.events = events


class RegressionError(TransientError):
    """Versions went backwards: somebody restored the server's database."""


class NoWatchListError(TransientError):
    """The server took a request for initial events for a usual watch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """How long things may take. All in seconds.

    Attributes:
        backoff: The longest first wait after a failure.
        backoff_limit: The longest wait of all.
        backoff_reset: After so long without failure, waits are short again.
        refused: The wait after the server refused a kind of objects.
        watch: The shortest life that a watch asks for; the longest is twice that.
        short_watch: What ends before that did not work.
        start_jitter: The longest wait before the first request.
    """

    backoff: float = 0.8
    backoff_limit: float = 30
    backoff_reset: float = 120
    refused: float = 60
    watch: float = 300
    short_watch: float = 1
    start_jitter: float = 2


class Backoff:
    """Waits that double, with full jitter.

    Args:
        timing: The numbers.
        random: Gives 0 to 1.
        clock: Gives seconds.
    """

    def __init__(
        self, timing: Timing, random: Callable[[], float], clock: Callable[[], float]
    ) -> None:
        self._timing = timing
        self._random = random
        self._clock = clock
        self._longest = timing.backoff
        self._until: float | None = None

    def next(self, least: float = 0) -> float:
        """The seconds to wait now.

        Args:
            least: What the server asked for.
        """
        now = self._clock()
        if self._until is None or now - self._until > self._timing.backoff_reset:
            self._longest = self._timing.backoff
        wait = least + self._random() * self._longest
        self._longest = min(self._longest * 2, self._timing.backoff_limit)
        self._until = now + wait
        return wait


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What follows from a failure.

    Attributes:
        reason: One word for it, to count by.
        relist: What we know is worth nothing as a place to go on from.
        distrust: Nor are the versions that we know.
        refused: The server does not want to, rather than cannot.
        meant: It has refused so often that it means it.
        quiet: It belongs to normal life as long as it does not happen again.
        least: Seconds to wait at least.
    """

    reason: str
    relist: bool = False
    distrust: bool = False
    refused: bool = False
    meant: bool = False
    quiet: bool = False
    least: float = 0


_REASONS: tuple[tuple[type[TransientError], str], ...] = (
    (SilentError, "silent"),
    (UnreachableError, "unreachable"),
    (UnauthorizedError, "unauthorized"),
    (TooManyRequestsError, "too_many_requests"),
    (ServerError, "server_error"),
    (BadAnswerError, "bad_answer"),
    (NoWatchListError, "no_watch_list"),
)


def judge(
    error: TransientError, failures: Sequence[type[TransientError]] = ()
) -> Verdict:
    """Decides what follows from a failure.

    Args:
        error: The failure.
        failures: The latest ones in a row, this one included.
    """
    match error:
        case GoneError():
            return Verdict(reason="gone", relist=True, quiet=True)
        case RegressionError():
            return Verdict(reason="regression", relist=True, distrust=True)
        case ShortWatchError():
            return Verdict(reason="short_watch", relist=error.events == 0, quiet=True)
        case ForbiddenError() | NotServedError():
            reason = "forbidden" if isinstance(error, ForbiddenError) else "not_served"
            latest = list(failures)[-PATIENT:]
            meant = len(latest) == PATIENT and all(
                issubclass(kind, ForbiddenError | NotServedError) for kind in latest
            )
            return Verdict(reason=reason, refused=True, meant=meant)
        case InvalidRequestError():
            return Verdict(reason="invalid_request", relist=True)
    reason = next((word for kind, word in _REASONS if isinstance(error, kind)), "other")
    # Our version itself may be what a server stumbles over, again and again. But a
    # server that is down is not helped by a full list once it is up.
    # From a version of the future, as after a restored backup, comes nothing at all.
    doubtful = isinstance(error, BadAnswerError | SilentError) or (
        isinstance(error, ApiError) and error.streamed
    )
    enough = _SILENT if isinstance(error, SilentError) else STUBBORN
    latest = list(failures)[-enough:]
    stubborn = doubtful and latest == [type(error)] * enough
    least = error.retry_after if isinstance(error, ApiError) else 0
    return Verdict(reason=reason, relist=stubborn, least=least)


class WatchListChoice:
    """Whether to ask for the initial state as a stream, or as pages."""

    _ATTEMPTS = 2

    def __init__(self) -> None:
        self._failures = 0
        self._refused = False

    @property
    def usable(self) -> bool:
        """Worth an attempt."""
        return not self._refused and self._failures < self._ATTEMPTS

    def succeeded(self) -> None:
        """The initial state came completely."""
        self._failures = 0

    def failed(self, error: TransientError, *, opened: bool) -> bool:
        """The initial state did not come.

        Args:
            error: Why.
            opened: The server had agreed to the request.

        Returns:
            Pages are worth an attempt at once.
        """
        if isinstance(error, InvalidRequestError | NoWatchListError):
            self._refused = True
            return True
        if opened or isinstance(error, ServerError):
            self._failures += 1
        # In the stream, an error means this server or its database is too old.
        return opened and isinstance(error, ApiError)
