"""Claims and ranges as rows: the feed's payload, the journal, the node's cache.

The format is Zeek's TSV log format. Columns are found by name: unknown ones are
ignored, missing ones are unset, so that old and new versions understand each
other.
This module writes, `row_reader` reads; neither opens a file. The C++ twin is
``plugin/src/timeline/Row.cc``.
"""

import re
from functools import lru_cache

from k8s_sync import address
from k8s_sync.model import SECOND, Owner, Range, Row

COLUMNS = {
    "cluster": "string",
    "network": "string",
    "addr": "addr",
    "subnet": "subnet",
    "port": "count",
    "proto": "string",
    "from": "time",
    "to": "time",
    "ended": "string",
    "terminating": "time",
    "revision": "count",
    "version": "count",
    "kind": "string",
    "uid": "string",
    "namespace": "string",
    "pod": "string",
    "workload": "string",
    "node": "string",
    "service": "string",
    "service_account": "string",
    "labels": "set[string]",
    "images": "set[string]",
    "zone": "string",
    "roles": "set[string]",
}
FIELDS = "#fields\t" + "\t".join(COLUMNS)
HEADER = (
    "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n"
    "#path\tk8s_claims\n" + FIELDS + "\n#types\t" + "\t".join(COLUMNS.values()) + "\n"
)
"""What a journal begins with."""

_UNSAFE = re.compile(r"[\x00-\x1f\x7f\\]")
_UNSAFE_IN_SET = re.compile(r"[\x00-\x1f\x7f\\,]")


def _hex(match: re.Match[str]) -> str:
    return f"\\x{ord(match.group()):02x}"


def _escape(value: str, unsafe: re.Pattern[str] = _UNSAFE) -> str:
    if value in ("-", "(empty)"):
        return f"\\x{ord(value[0]):02x}{value[1:]}"
    return unsafe.sub(_hex, value)


def _string(value: str) -> str:
    if value.isprintable() and "\\" not in value and value[:1] not in ("", "-", "("):
        return value  # which is nearly always so
    return _escape(value) if value else "-"


# The labels and images of a workload's pods are mostly the same ones.
@lru_cache(maxsize=1024)
def _set(values: tuple[str, ...]) -> str:
    return ",".join(_escape(value, _UNSAFE_IN_SET) for value in values) or "-"


def format_time(micros: int | None) -> str:
    """Writes a time as Zeek does, seconds with six digits; unset as ``-``."""
    if micros is None:
        return "-"
    seconds, rest = divmod(abs(micros), SECOND)
    return f"{'-' if micros < 0 else ''}{seconds}.{rest:06d}"


def encode_owner(owner: Owner) -> str:
    """Writes the cells of an owner, from ``kind`` on."""
    return "\t".join(
        (
            owner.kind,
            _string(owner.uid),
            _string(owner.namespace),
            _string(owner.pod),
            _string(owner.workload),
            _string(owner.node),
            _string(owner.service),
            _string(owner.service_account),
            _set(owner.labels),
            _set(owner.images),
            _string(owner.zone),
            _set(owner.roles),
        )
    )


_NO_OWNER = "\t-" * 11


def encode(row: Row) -> str:
    """Writes one row, with its newline, in the order of `FIELDS`."""
    cluster = _string(row.cluster)
    if cluster.startswith("#"):
        cluster = "\\x23" + cluster[1:]
    if isinstance(row, Range):
        return (
            f"{cluster}\t{_string(row.network)}\t-\t{row.subnet}\t-\t-\t-\t"
            f"{format_time(row.end)}\t-\t-\t{row.revision}\t-\t{row.kind}{_NO_OWNER}\n"
        )
    port = f"{row.port}\t{row.proto}" if row.port else "-\t-"
    return (
        f"{cluster}\t{_string(row.network)}\t{address.text(row.address)}\t-\t{port}\t"
        f"{format_time(row.start)}\t{format_time(row.end)}\t{row.ended or '-'}\t"
        f"{format_time(row.terminating)}\t{row.revision}\t{row.version or '-'}\t"
        f"{encode_owner(row.owner)}\n"
    )
