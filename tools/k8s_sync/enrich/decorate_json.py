"""Adds the keys about owners to the lines of a Zeek log in JSON.

A line is changed as text where that is safe, so that everything else in it stays
as it was, byte by byte, and fast.
"""

from collections.abc import Callable, Iterator

import msgspec

from k8s_sync import times
from k8s_sync.enrich.columns import ADDRESSES, SIDES, STAND_INS, Columns
from k8s_sync.enrich.lookup import Lookup
from k8s_sync.enrich.question import protocols
from k8s_sync.enrich.tally import Tally
from k8s_sync.model import Proto
from k8s_sync.rules import Answer
from k8s_sync.timeline import Timeline

_UNSET = msgspec.Raw()


class _Row(msgspec.Struct, gc=False):
    """What is read of a row. A type that Zeek does not write makes it a bad row."""

    ts: msgspec.Raw = _UNSET
    orig_h: str | None = msgspec.field(name="id.orig_h", default=None)
    orig_p: int | None = msgspec.field(name="id.orig_p", default=None)
    resp_h: str | None = msgspec.field(name="id.resp_h", default=None)
    resp_p: int | None = msgspec.field(name="id.resp_p", default=None)
    proto: str | None = None
    path: str | None = msgspec.field(name="_path", default=None)
    note: msgspec.Raw = _UNSET
    """Rows of notice.log have it; there, ``src`` stands in for ``id``."""


_ADDRESSES = msgspec.defstruct(
    "_Addresses", [(name, msgspec.Raw, _UNSET) for name in ADDRESSES]
)
_encode = msgspec.json.encode
_decode_row = msgspec.json.Decoder(_Row).decode
_decode_addresses = msgspec.json.Decoder(_ADDRESSES).decode
_decode_object = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode


class JsonDecorator:
    """Decorates one log."""

    def __init__(
        self, timeline: Timeline, columns: Columns, log: str, tally: Tally
    ) -> None:
        """Makes a decorator.

        Args:
            timeline: Where the answers come from.
            columns: What to say about an owner.
            log: The log's name, such as ``conn``, for rows that do not tell it.
            tally: Counts rows and problems.
        """
        self._log = log
        self._tally = tally
        self._line = 0
        self._lookups = {
            prefix: Lookup(timeline, _renderer(prefix, columns))
            for prefix in (*SIDES.values(), *ADDRESSES.values())
        }
        self._orig, self._resp = (self._lookups[prefix] for prefix in SIDES.values())

    def decorate(self, lines: list[bytes]) -> list[bytes]:
        """Decorates lines without their newlines."""
        out: list[bytes] = []
        for line in lines:
            self._line += 1
            out.append(self._decorate(line) if line.strip() else line)
        return out

    def finish(self) -> list[bytes]:
        """Gives the lines that were held back: there are none."""
        return []

    def _decorate(self, line: bytes) -> bytes:
        try:
            row = _decode_row(line)
        except (msgspec.MsgspecError, UnicodeError) as error:
            self._tally.problem("json", self._line, f"bad json: {error}")
            return line
        self._tally.rows += 1
        try:
            time = _time(row.ts)
        except ValueError as error:
            self._tally.problem("time", self._line, str(error))
            return line
        if row.orig_h is None and row.resp_h is None:
            added = b"".join(self._others(row, line, time))
        else:
            added = b"" if time is None else self._sides(row, time)
        self._tally.named += bool(added)
        if b"k8s." in line or b'"id.ctx.' in line:
            return _rebuild(line, added)
        return _insert(line, row, added) if added else line

    def _sides(self, row: _Row, time: int) -> bytes:
        protos = protocols(row.path or self._log, row.proto)
        return self._ask(self._orig, row.orig_h, time, row.orig_p, protos) + self._ask(
            self._resp, row.resp_h, time, row.resp_p, protos
        )

    def _ask(
        self,
        lookup: Lookup,
        addr: str | None,
        time: int,
        port: int | None,
        protos: tuple[Proto, ...],
    ) -> bytes:
        if addr is None:
            return b""
        try:
            return lookup.cell(addr.encode(), time, b"%d" % (port or 0), protos)
        except ValueError as error:
            self._tally.problem("address", self._line, str(error))
            return b""

    def _others(self, row: _Row, line: bytes, time: int | None) -> Iterator[bytes]:
        """Asks about the addresses of a row that has no connection."""
        if time is None:
            return
        addresses = _decode_addresses(line)
        asked = ADDRESSES
        if bytes(row.note):
            asked = {src: SIDES[h] for h, src in STAND_INS.items()}
        for name, prefix in asked.items():
            found = bytes(getattr(addresses, name))
            try:
                yield self._lookups[prefix].cell(found.strip(b'"'), time, b"", ())
            except ValueError:
                # A host may well be a name: no types tell, unlike in TSV.
                continue


def _renderer(prefix: str, columns: Columns) -> Callable[[Answer], bytes]:
    """Makes what writes an answer as members of an object, each after a comma."""
    keys = [_encode(f"{prefix}.{name}") for name in columns.names]

    def render(answer: Answer) -> bytes:
        return b"".join(
            b"," + key + b":" + _encode(value)
            for key, value in zip(keys, columns.values(answer), strict=True)
            if value
        )

    return render


def _time(raw: msgspec.Raw) -> int | None:
    text = bytes(raw)
    if text in (b"", b"null"):
        return None
    return times.parse_bytes(text.strip(b'"'))


def _insert(line: bytes, row: _Row, added: bytes) -> bytes:
    """Adds to a row as text: behind ``id.resp_p``, or at the end if it has no id."""
    if row.orig_h is None and row.resp_h is None:
        at = line.rindex(b"}")
    elif row.resp_p is not None and line.count(b'"id.resp_p"') == 1:
        at = line.find(b",", line.index(b'"id.resp_p"'))
        at = line.rindex(b"}") if at < 0 else at
    else:
        return _rebuild(line, added)
    return line[:at] + added + line[at:]


def _rebuild(line: bytes, added: bytes) -> bytes:
    """Writes a row anew: without what was added to it before, and with `added`."""
    members = _decode_object(line)
    has_id = not SIDES.keys().isdisjoint(members)
    if has_id or "note" in members:
        decorated = list(SIDES.values())
    else:
        decorated = [prefix for name, prefix in ADDRESSES.items() if name in members]
    prefixes = tuple(f"{prefix}." for prefix in decorated)
    out: list[bytes] = []
    at: int | None = None
    for key, value in members.items():
        if key.startswith(prefixes):
            at = len(out) if at is None else at
            continue
        out.append(_encode(key) + b":" + bytes(value))
        if has_id and key.startswith("id."):
            at = len(out)
    if added:
        out.insert(len(out) if at is None else at, added[1:])
    end = line[len(line.rstrip()) :]
    return b"{" + b",".join(out) + b"}" + end
