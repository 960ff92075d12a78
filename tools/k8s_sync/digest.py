"""What a row adds to a digest; the C++ twin is in ``plugin/src/timeline``."""

from k8s_sync.model import Range, Row

MASK = (1 << 64) - 1
_PROTO_NUMBERS = {"": 0, "tcp": 6, "udp": 17, "sctp": 132}
_RANGE_PROTO_NUMBER = 255


def _mix(value: int) -> int:
    """The finaliser of splitmix64 (Steele, Lea, Flood: OOPSLA 2014)."""
    value = (value + 0x9E3779B97F4A7C15) & MASK
    value = ((value ^ (value >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    value = ((value ^ (value >> 27)) * 0x94D049BB133111EB) & MASK
    return value ^ (value >> 31)


def row_digest(row: Row) -> int:
    """One row's share of its cluster's digest.

    A revision is given to one change of one claim only, so that it stands for
    the content; the address and port are added to catch a misplaced row.
    """
    if isinstance(row, Range):
        packed, low = row.subnet.network, row.subnet.length << 8 | _RANGE_PROTO_NUMBER
    else:
        packed, low = row.address, row.port << 8 | _PROTO_NUMBERS[row.proto]
    mixed = _mix(_mix(row.revision) ^ int.from_bytes(packed[8:]))
    return _mix(_mix(mixed ^ int.from_bytes(packed[:8])) ^ low)
