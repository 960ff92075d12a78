"""Puts into decorated lines what became known after they were written.

Zeek writes such late truths into ``k8s_amendments.log``, one for a connection's uid
and side; here they replace what the lines with that uid say of the owner.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import msgspec

from k8s_sync.enrich.columns import DEFAULT, OPTIONAL, SIDES, Columns, Value
from k8s_sync.enrich.json_row import members_of, rebuild
from k8s_sync.enrich.naming import Naming
from k8s_sync.enrich.records import records
from k8s_sync.enrich.tally import Tally
from k8s_sync.enrich.zeek_log import Dialect
from k8s_sync.errors import FatalError
from k8s_sync.streams import Input, open_input

_ALL = (*DEFAULT, *OPTIONAL)
_KEYS = ("uid", "side", "address")
_PREFIXES = {"orig": SIDES["id.orig_h"], "resp": SIDES["id.resp_h"]}
_ADDRESSES = {prefix: address for address, prefix in SIDES.items()}

Values = dict[str, Value]
Amended = dict[str, tuple[str, Values]]
"""What was amended about one connection: by prefix, the address and its owner."""


class Amendments:
    """What became known late, by uid."""

    def __init__(self) -> None:
        """Knows nothing yet."""
        self.by_uid: dict[str, Amended] = {}

    def read(self, path: str) -> None:
        """Reads a log of amendments; what is in it counts more than what was read.

        Raises:
            FatalError: It cannot be read, or is no log of amendments.
        """
        told = False

        def choose(_: str, columns: Sequence[str] | None) -> Sequence[str]:
            nonlocal told
            told = True
            if columns is not None and not {*_KEYS} <= {*columns}:
                raise _foreign(source)
            return _NAMES

        with open_input(path) as source:
            for names, rows in records(source, choose):
                for row in rows:
                    known = dict(zip(names, row, strict=True))
                    uid, side, address = (str(known[key] or "") for key in _KEYS)
                    if not uid or side not in _PREFIXES:
                        raise _foreign(source)
                    values = {name: known[f"k8s.{name}"] or "" for name in _ALL}
                    prefix = _PREFIXES[side]
                    self.by_uid.setdefault(uid, {})[prefix] = address, values
            if not told and source.given:
                raise _foreign(source)


def _foreign(source: Input) -> FatalError:
    return FatalError(
        f"{source.name}: no log of amendments: k8s_amendments.log, as Zeek writes it,"
        f" has {', '.join(_KEYS)} and k8s.* in each row"
    )


_NAMES = (*_KEYS, *(f"k8s.{name}" for name in _ALL))


class TsvAmender:
    """Amends the lines of a decorated TSV log."""

    def __init__(self, amendments: Amendments, naming: Naming) -> None:
        """Makes an amender for one log."""
        self._known = amendments.by_uid
        self._naming = naming
        self._dialect = Dialect()
        self._uid: int | None = None
        self._width = 0
        self._cells: dict[str, tuple[int, list[tuple[int, Callable[..., Value]]]]] = {}
        """By prefix: the place of the address, and those of the cells to change."""

    def amend(self, lines: list[bytes], tally: Tally) -> list[bytes]:
        """Amends lines without their newlines, header lines included."""
        return [
            self._header(line) if line[:1] == b"#" else self._row(line, tally)
            for line in lines
        ]

    def _header(self, line: bytes) -> bytes:
        plain = line.removesuffix(b"\r")
        self._dialect = self._dialect.after(plain)
        if plain.startswith(b"#fields" + self._dialect.separator):
            names = self._dialect.names(plain)
            places = {name: at for at, name in enumerate(names)}
            own = {self._naming.own(name): at for name, at in places.items()}
            self._width = len(names)
            self._uid = own.get("uid")
            every = Columns(OPTIONAL, frozenset("*"))
            self._cells = {
                prefix: (
                    own[address],
                    [
                        (places[field.name], field.pick)
                        for field in self._naming.added(prefix, every)
                        if field.name in places
                    ],
                )
                for prefix, address in _ADDRESSES.items()
                if address in own
            }
        return line

    def _row(self, line: bytes, tally: Tally) -> bytes:
        if self._uid is None:
            return line
        separator = self._dialect.separator
        cells = line.split(separator)
        if len(cells) != self._width:
            return line
        known = self._known.get(cells[self._uid].decode(errors="replace"))
        if known is None:
            return line
        for prefix, (address, values) in known.items():
            if prefix not in self._cells:
                continue
            at, places = self._cells[prefix]
            if not places or cells[at].decode(errors="replace") != address:
                continue
            for place, pick in places:
                # With the separator before it, which is not ours to write here.
                cell = self._dialect.cells([pick(values)])[len(separator) :]
                end = b"\r" if cells[place].endswith(b"\r") else b""
                cells[place] = cell + end
            tally.amended += 1
        return separator.join(cells)


class JsonAmender:
    """Amends the lines of a decorated JSON log."""

    def __init__(
        self, amendments: Amendments, naming: Naming, columns: Columns | None
    ) -> None:
        """Makes an amender for one log.

        Args:
            amendments: What is known.
            naming: What columns are called.
            columns: What the log is to say of an owner; None: all that is known.
        """
        self._known = amendments.by_uid
        self._naming = naming
        self._columns = columns or Columns(OPTIONAL, frozenset("*"))
        keys = {"uid": naming.written("uid")}
        keys.update((at, naming.written(name)) for name, at in _PLACES.items())
        row = msgspec.defstruct(
            "_Ends",
            [(name, str | None, None) for name in keys],
            rename=keys,
        )
        self._decode: Callable[[bytes], Any] = msgspec.json.Decoder(row).decode

    def amend(self, lines: list[bytes], tally: Tally) -> list[bytes]:
        """Amends lines without their newlines."""
        return [self._row(line, tally) for line in lines]

    def _row(self, line: bytes, tally: Tally) -> bytes:
        try:
            row = self._decode(line)
        except (msgspec.MsgspecError, UnicodeError):
            return line
        for prefix, (address, values) in self._known.get(row.uid, {}).items():
            if getattr(row, _PLACES[_ADDRESSES[prefix]]) != address:
                continue
            told = self._naming.added(prefix, self._columns)
            line = rebuild(line, members_of(told, values), [prefix], self._naming)
            tally.amended += 1
        return line


_PLACES = {"id.orig_h": "orig", "id.resp_h": "resp"}


def read_all(paths: Iterable[str]) -> Amendments:
    """Reads logs of amendments, the later ones later."""
    found = Amendments()
    for path in paths:
        found.read(path)
    return found
