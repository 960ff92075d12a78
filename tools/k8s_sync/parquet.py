"""Writes the timeline as a Parquet table that databases can join as of a time.

What is in it is the business of `segments`. Needs pyarrow, which is not installed
unless somebody asks for it.
"""

import itertools
from collections.abc import Iterator
from typing import Any

from k8s_sync import address
from k8s_sync.errors import ConfigError
from k8s_sync.model import Range
from k8s_sync.segments import Segment, segments
from k8s_sync.streams import open_output
from k8s_sync.timeline import Timeline

_ROWS = 50_000
"""Rows that are held in memory, and written as one group."""
_OF_OWNER = (
    "kind",
    "namespace",
    "pod",
    "workload",
    "node",
    "service",
    "uid",
    "service_account",
    "zone",
)
_LISTS = ("labels", "images", "roles")
_LAST = (1 << 128) - 1

_Row = dict[str, object]


def write(path: str, timeline: Timeline) -> int:
    """Writes a table that appears whole, or not at all.

    Args:
        path: The file, or ``-``.
        timeline: What to write.

    Returns:
        How many rows were written.

    Raises:
        ConfigError: pyarrow is not there.
        FatalError: The table cannot be written.
    """
    try:
        import pyarrow as pa  # noqa: PLC0415
        from pyarrow import parquet  # noqa: PLC0415
    except ImportError:
        raise ConfigError(
            "--format parquet needs pyarrow: pip install 'zeek-k8s[parquet]'"
        ) from None
    schema = _schema(pa)
    rows = _rows(timeline)
    count = 0
    with (
        open_output(path) as out,
        parquet.ParquetWriter(out, schema, compression="zstd") as table,
    ):
        while group := list(itertools.islice(rows, _ROWS)):
            table.write_table(pa.Table.from_pylist(group, schema))
            count += len(group)
    return count


def _schema(pa: Any) -> Any:  # noqa: ANN401 -- pyarrow, which has no types
    text, texts = pa.string(), pa.list_(pa.string())
    time = pa.timestamp("us", tz="UTC")
    return pa.schema(
        [
            ("addr", text),
            ("port", pa.int32()),
            ("proto", text),
            ("valid_from", time),
            ("valid_to", time),
            ("match", text),
            ("cluster", text),
            ("network", text),
            *((name, text) for name in _OF_OWNER),
            *((name, texts) for name in _LISTS),
            ("subnet", text),
            ("first_hex", text),
            ("last_hex", text),
        ]
    )


def _rows(timeline: Timeline) -> Iterator[_Row]:
    yield from map(_of_segment, segments(timeline))
    known = (row for row in timeline if isinstance(row, Range) and row.end is None)
    yield from map(_of_range, sorted(known, key=_place))


def _of_segment(segment: Segment) -> _Row:
    row: _Row = {
        "addr": address.text(segment.address),
        "port": segment.port,
        "proto": segment.proto,
        "valid_from": segment.start,
        "valid_to": segment.end,
        "match": segment.answer.match,
    }
    claim = segment.answer.claim
    if claim is not None:
        row["cluster"] = claim.cluster
        row["network"] = claim.network or None
        for name in _OF_OWNER:
            row[name] = getattr(claim.owner, name) or None
        for name in _LISTS:
            row[name] = getattr(claim.owner, name) or None
    return row


def _of_range(known: Range) -> _Row:
    first = int.from_bytes(known.subnet.network)
    last = first | (_LAST >> known.subnet.length)
    return {
        "match": "unknown",
        "cluster": known.cluster,
        "network": known.network or None,
        "subnet": str(known.subnet),
        "first_hex": f"{first:032x}",
        "last_hex": f"{last:032x}",
    }


def _place(known: Range) -> tuple[bytes, int, str, str]:
    return known.subnet.network, known.subnet.length, known.cluster, known.network
