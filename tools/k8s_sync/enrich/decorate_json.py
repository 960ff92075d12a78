"""Adds the keys about owners to the lines of a Zeek log in JSON.

A line is changed as text where that is safe, so that everything else in it stays
as it was, byte by byte, and fast.
"""

from collections.abc import Callable, Iterator

import msgspec

from k8s_sync import times
from k8s_sync.enrich.columns import SIDES, STAND_INS
from k8s_sync.enrich.json_row import (
    KEYS,
    Row,
    decode_object,
    members_of,
    reading,
    rebuild,
)
from k8s_sync.enrich.lookup import Lookup
from k8s_sync.enrich.question import protocols
from k8s_sync.enrich.setting import Setting
from k8s_sync.enrich.tally import Tally
from k8s_sync.model import Proto
from k8s_sync.rules import Answer

_encode = msgspec.json.encode


class JsonDecorator:
    """Decorates one log."""

    def __init__(self, setting: Setting, log: str, tally: Tally) -> None:
        """Makes a decorator.

        Args:
            setting: Where the answers come from, and how they are written.
            log: The log's name, such as ``conn``, for rows that do not tell it.
            tally: Counts rows and problems.
        """
        self._log = log
        self.tally = tally
        self.line = 0
        """Lines that went before."""
        naming = self._naming = setting.naming
        self._read = reading(naming)
        self._lookups = {
            prefix: setting.lookup(("json", prefix), _renderer(prefix, setting))
            for prefix in (*SIDES.values(), *dict.fromkeys(naming.addresses.values()))
        }
        self._orig, self._resp = (self._lookups[prefix] for prefix in SIDES.values())
        every = naming.about(self._lookups)
        # In a row without any of these nothing has been added before.
        self._marks = [
            mark.encode() for mark in _common({*every.names, *every.openings})
        ]
        self._marks.append(f'"{naming.written("id.ctx")}'.encode())
        self._last_of_id = _encode(naming.written(KEYS["resp_p"]))

    def decorate(self, lines: list[bytes]) -> list[bytes]:
        """Decorates lines without their newlines."""
        out: list[bytes] = []
        for line in lines:
            self.line += 1
            out.append(self._decorate(line) if line.strip() else line)
        return out

    def finish(self) -> list[bytes]:
        """Gives the lines that were held back: there are none."""
        return []

    def _decorate(self, line: bytes) -> bytes:
        try:
            row = self._read.row(line)
        except (msgspec.MsgspecError, UnicodeError) as error:
            self.tally.problem("json", self.line, f"bad json: {error}")
            return line
        self.tally.rows += 1
        try:
            time = _time(row.ts)
        except ValueError as error:
            self.tally.problem("time", self.line, str(error))
            return line
        if row.has_id:
            added = b"" if time is None else self._sides(row, time)
        else:
            added = b"".join(self._others(row, line, time))
        self.tally.named += bool(added)
        for mark in self._marks:
            if mark in line:
                return rebuild(line, added, self._about(line), self._naming)
        return self._insert(line, row, added) if added else line

    def _sides(self, row: Row, time: int) -> bytes:
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
            self.tally.problem("address", self.line, str(error))
            return b""

    def _others(self, row: Row, line: bytes, time: int | None) -> Iterator[bytes]:
        """Asks about the addresses of a row that has no connection."""
        if time is None:
            return
        addresses = self._read.addresses(line)
        asked = self._naming.addresses
        if bytes(row.note):
            asked = {src: SIDES[h] for h, src in STAND_INS.items()}
        told: set[str] = set()
        for name, prefix in asked.items():
            if prefix in told:
                continue
            found = addresses[name].strip(b'"')
            try:
                yield self._lookups[prefix].cell(found, time, b"", ())
            except ValueError:
                # A host may well be a name: no types tell, unlike in TSV.
                continue
            told.add(prefix)

    def _insert(self, line: bytes, row: Row, added: bytes) -> bytes:
        """Adds to a row as text: behind the last of ``id``, or at the end."""
        if not row.has_id:
            at = line.rindex(b"}")
        elif row.resp_p is not None and line.count(self._last_of_id) == 1:
            at = line.find(b",", line.index(self._last_of_id))
            at = line.rindex(b"}") if at < 0 else at
        else:
            return rebuild(line, added, self._about(line), self._naming)
        return line[:at] + added + line[at:]

    def _about(self, line: bytes) -> list[str]:
        """The prefixes of what an earlier run may have said of a row's addresses."""
        own = {self._naming.own(key) for key in decode_object(line)}
        if "note" in own or not own.isdisjoint(SIDES):
            return list(SIDES.values())
        addresses = self._naming.addresses.items()
        return [prefix for name, prefix in addresses if name in own]


def _common(names: set[str]) -> set[str]:
    """Finds short texts such that each of some names contains one of them."""
    usual = (".kubernetes.", ".orchestrator.", "k8s.", "_k8s_", "unmapped.")
    left = {name for name in names if not any(text in name for text in usual)}
    return left | {text for text in usual if any(text in name for name in names)}


def _renderer(prefix: str, setting: Setting) -> Callable[[Answer], bytes]:
    """Makes what writes an answer as members of an object, each after a comma."""
    added = setting.naming.added(prefix, setting.columns)

    def render(answer: Answer) -> bytes:
        values = setting.columns.values(answer)
        return members_of(added, values)

    return render


def _time(raw: msgspec.Raw) -> int | None:
    text = bytes(raw)
    if text in (b"", b"null"):
        return None
    return times.parse_bytes(text.strip(b'"'))
