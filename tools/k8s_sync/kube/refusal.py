"""Turns what the API server says in refusing into an error of ours."""

from k8s_sync.errors import (
    ApiError,
    ForbiddenError,
    GoneError,
    InvalidRequestError,
    NotServedError,
    ServerError,
    TooManyRequestsError,
    UnauthorizedError,
)
from k8s_sync.kube.decode import failure
from k8s_sync.kube.objects import Failure

_CLASSES: dict[int, tuple[type[ApiError], str]] = {
    401: (UnauthorizedError, "renew the credentials"),
    403: (ForbiddenError, "grant the role list and watch"),
    404: (NotServedError, "this server does not have it"),
    405: (NotServedError, "this server does not have it"),
    410: (GoneError, "starting over"),
    429: (TooManyRequestsError, "the server is busy; trying again later"),
}
_SERVER_ERRORS = 500
_LONGEST = 500
_PATIENCE = 600.0


def refusal(code: int, body: bytes, where: str, *, retry_after: str = "") -> ApiError:
    """The error for an answer over HTTP.

    Args:
        code: The HTTP status.
        body: What came with it; the API's ``Status``, or something else's words.
        where: The request.
        retry_after: The header of that name.
    """
    said = failure(body)
    # Only a date or nonsense is not a number of seconds, and both are of no use.
    seconds = float(retry_after) if retry_after.isdecimal() else 0.0
    return refused(said, where, code=code, retry_after=seconds)


def refused(
    said: Failure, where: str, *, code: int = 0, retry_after: float = 0
) -> ApiError:
    """The error for a ``Status``, such as comes in the middle of a watch."""
    code = code or said.code or _SERVER_ERRORS
    if said.reason in ("Expired", "Gone") or _too_large(said):
        code = 410
    kind, advice = _CLASSES.get(code, (None, ""))
    if kind is None:
        kind = ServerError if code >= _SERVER_ERRORS else InvalidRequestError
    text = " ".join(part for part in (said.reason, said.message[:_LONGEST]) if part)
    message = f"{where}: {code} {text}".rstrip()
    return kind(
        f"{message}; {advice}" if advice else message,
        code=code,
        reason=said.reason,
        retry_after=min(
            _PATIENCE, max(retry_after, float(said.details.retry_after_seconds))
        ),
    )


def _too_large(said: Failure) -> bool:
    """The version is from the future: the server's history was set back."""
    return said.reason == "Timeout" and "Too large resource version" in said.message
