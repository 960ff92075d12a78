"""What can be made to go wrong with a fake API server, and how often."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

Verb = Literal["list", "probe", "watch", "watchlist", "get", "write", "any"]

REASONS = {
    400: "BadRequest",
    401: "Unauthorized",
    403: "Forbidden",
    404: "NotFound",
    409: "AlreadyExists",
    410: "Expired",
    422: "Invalid",
    429: "TooManyRequests",
    500: "InternalError",
    503: "ServiceUnavailable",
    504: "Timeout",
}


@dataclass(kw_only=True)
class Fault:
    """Something that goes wrong with the requests that match.

    Attributes:
        verb: Which requests; ``watchlist`` is a watch with initial events, ``probe`` a
            list that asks for a version.
        plural: Of which kind; empty for any.
        times: How often; negative for always.
        status: Answer with this HTTP status at once.
        message: What the answer says.
        retry_after: Seconds that the answer asks for.
        body: Answer 200 with exactly this.
        error_event: Answer 200, then an ERROR event with this code.
        empty: Answer 200 and end in good order.
        cut_after: Break the connection after so many bytes of the body.
        reset: Break it by RST, not by a silent end.
        stall_after: Go silent after so many bytes, connection open.
        drip: Send so many bytes at a time.
        no_mark: Leave the annotation of the initial bookmark out.
        no_end: Leave the initial bookmark out and end in good order.
        close_after_mark: End in good order right after the initial bookmark.
        shuffle: Reorders the initial events, such as ``random.shuffle``.
        repeat: Send initial events twice.
        mangle: Changes each line or page before it is sent.
    """

    verb: Verb = "any"
    plural: str = ""
    times: int = 1
    status: int = 0
    message: str = ""
    retry_after: int = 0
    body: bytes | None = None
    error_event: int = 0
    empty: bool = False
    cut_after: int = -1
    reset: bool = False
    stall_after: int = -1
    drip: int = 0
    no_mark: bool = False
    no_end: bool = False
    close_after_mark: bool = False
    shuffle: Callable[[list[Any]], None] | None = None
    repeat: bool = False
    mangle: Callable[[bytes], bytes] | None = None

    def matches(self, verb: str, plural: str) -> bool:
        """Whether it is the turn of this fault."""
        kinds = {verb, "watch"} if verb == "watchlist" else {verb}
        return (
            self.times != 0
            and (self.verb == "any" or self.verb in kinds)
            and self.plural in {"", plural}
        )


@dataclass
class Faults:
    """All that is to go wrong, first come, first served."""

    planned: list[Fault] = field(default_factory=list)

    def add(self, **settings: Any) -> Fault:
        """Plans a fault."""
        fault = Fault(**settings)
        self.planned.append(fault)
        return fault

    def clear(self) -> None:
        """From now on all goes well."""
        self.planned.clear()

    def take(self, verb: str, plural: str) -> Fault:
        """The fault that hits a request; one that does nothing if none does."""
        for fault in self.planned:
            if fault.matches(verb, plural):
                fault.times -= 1
                return fault
        return Fault()


def status_object(
    code: int, message: str = "", *, reason: str = "", retry_after: int = 0
) -> dict[str, Any]:
    """The API's ``Status``."""
    reason = reason or REASONS.get(code, "Unknown")
    details = {"retryAfterSeconds": retry_after} if retry_after else {}
    return {
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": {},
        "status": "Failure",
        "message": message or reason,
        "reason": reason,
        "details": details,
        "code": code,
    }
