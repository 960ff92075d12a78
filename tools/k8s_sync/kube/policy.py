"""What follows from a failure: the decisions of a reflector. No I/O.

Most of the rules are client-go's.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from k8s_sync.errors import (
    ApiError,
    BadAnswerError,
    CredentialError,
    ForbiddenError,
    GoneError,
    InvalidRequestError,
    NoAnswerError,
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
PATIENT = 8
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
class Verdict:
    """What follows from a failure.

    Attributes:
        reason: One word for it, to count by.
        relist: What we know is worth nothing as a place to go on from.
        distrust: Nor are the versions that we know.
        refused: The server does not want to, rather than cannot.
        meant: It has refused so often that it means it.
        quiet: It belongs to normal life as long as it does not happen again.
        cheap: It cost nobody anything, and neither will the next attempt.
        least: Seconds to wait at least.
    """

    reason: str
    relist: bool = False
    distrust: bool = False
    refused: bool = False
    meant: bool = False
    quiet: bool = False
    cheap: bool = False
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
_BARS = CredentialError, UnauthorizedError, ForbiddenError, NotServedError


def judge(
    error: TransientError,
    failures: Sequence[type[TransientError]] = (),
    *,
    following: bool = False,
) -> Verdict:
    """Decides what follows from a failure.

    Args:
        error: The failure.
        failures: The latest ones in a row, this one included.
        following: It hit a watch that goes on from a version. To open one costs a
            server next to nothing; all objects at once cost it a lot.
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
    cheap = isinstance(error, NoAnswerError) or (
        following and isinstance(error, UnreachableError)
    )
    return Verdict(reason=reason, relist=stubborn, cheap=cheap, least=least)


def barred(failures: Sequence[type[TransientError]]) -> bool:
    """Whether nothing comes until a person changes credentials or roles.

    For who would rather give up than wait: a daemon asks on, and some day is let in.
    A token that has just been replaced, or a role that is not known everywhere yet, is
    let in by one of the next attempts.

    Args:
        failures: The latest ones in a row.
    """
    latest = list(failures)[-STUBBORN:]
    return len(latest) == STUBBORN and all(issubclass(kind, _BARS) for kind in latest)


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
