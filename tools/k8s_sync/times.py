"""Times as text: Zeek's, RFC 3339, and integers of microseconds in between.

Text is read exactly: it never becomes a float on the way.
"""

import re
from argparse import ArgumentTypeError
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from k8s_sync.model import SECOND

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_MILLISECONDS_FROM = 10**11
"""A larger whole number counts milliseconds: as seconds it were past the year 5000."""
_LIMIT = 1 << 62
_FAST_DIGITS = 18
"""So few that the number is within the limit."""
_NUMBER = re.compile(r"-?[0-9]{1,20}(\.[0-9]{1,30})?([eE][+-]?[0-9]{1,2})?", re.ASCII)
_WHOLE = re.compile(r"-?[0-9]{1,20}", re.ASCII)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_RFC3339 = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(?:\.(\d{1,30}))?"
    r"([Zz]|[+-]\d\d:?\d\d)?",
    re.ASCII,
)


def parse_bytes(cell: bytes) -> int:
    """Does what `parse` does, and the usual form fast.

    Raises:
        ValueError: It is no time.
    """
    if cell[-7:-6] == b".":
        digits = cell[:-7] + cell[-6:]
        if digits.isdigit() and len(digits) <= _FAST_DIGITS:
            return int(digits)
    return parse(cell.decode(errors="replace"))


def parse(text: str) -> int:
    """Reads a time in any form that a Zeek log has it in.

    Args:
        text: Seconds since the epoch, with or without a fraction; milliseconds
            since the epoch, as a whole number; or RFC 3339, in UTC if it names
            no zone.

    Returns:
        Microseconds since the epoch; more than six digits are rounded to nearest.

    Raises:
        ValueError: It is no time.
    """
    micros = _parse_number(text) if _NUMBER.fullmatch(text) else _parse_rfc3339(text)
    if micros is None or not -_LIMIT <= micros <= _LIMIT:
        raise ValueError(f"bad time '{text}'")
    return micros


def _parse_number(text: str) -> int:
    unit = SECOND
    if _WHOLE.fullmatch(text) and abs(int(text)) > _MILLISECONDS_FROM:
        unit = SECOND // 1000
    return int((Decimal(text) * unit).to_integral_value(ROUND_HALF_UP))


def _parse_rfc3339(text: str) -> int | None:
    found = _RFC3339.fullmatch(text)
    if not found:
        return None
    day, clock, fraction, zone = found.groups()
    try:
        whole = datetime.fromisoformat(f"{day}T{clock}{(zone or 'Z').upper()}")
    except ValueError:
        return None
    micros = (whole - _EPOCH) // _MICROSECOND
    return micros + _parse_number(f"0.{fraction or 0}")


def argument(text: str) -> int:
    """Does what `parse` does, for argparse; a day is its beginning.

    Raises:
        argparse.ArgumentTypeError: It is no time.
    """
    try:
        return parse(f"{text}T00:00:00Z" if _DAY.fullmatch(text) else text)
    except ValueError as error:
        raise ArgumentTypeError(f"{error}: give RFC 3339 or seconds") from None


@lru_cache(1 << 12)  # where one thing ends the next one begins
def rfc3339(micros: int) -> str:
    """Writes a time as RFC 3339 in UTC with six digits.

    A time outside of the years 1 to 9999 is written as seconds since the epoch.
    """
    try:
        moment = _EPOCH + timedelta(microseconds=micros)
    except OverflowError:
        return f"{micros // SECOND}.{micros % SECOND:06d}"
    return f"{moment.isoformat(timespec='microseconds').removesuffix('+00:00')}Z"
