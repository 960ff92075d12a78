"""Reads the times of the Kubernetes API; asks no clock."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@lru_cache(maxsize=4096)  # a pod tells few times, and those many times over
def parse(text: str) -> int:
    """Turns a time as of RFC 3339 into microseconds since the epoch.

    Digits after the sixth of the fraction are cut.

    Raises:
        ValueError: It is no time, or does not say in which zone.
    """
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"bad time '{text}'") from None
    if time.tzinfo is None:
        raise ValueError(f"bad time '{text}'")
    return (time - _EPOCH) // _MICROSECOND
