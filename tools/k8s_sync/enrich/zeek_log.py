"""Zeek's TSV logs: header lines, and how values are written in them."""

import re
from functools import cache
from typing import Literal

import msgspec
from msgspec.structs import replace

from k8s_sync.enrich.columns import Value

Format = Literal["tsv", "json"]

_CONTROL = re.compile(rb"[\x00-\x1f\x7f]")
_NOT_PRINTABLE = re.compile(rb"[^\x20-\x7e]")
_ESCAPE = re.compile(rb"\\(?:x([0-9a-fA-F]{2})|\\)")
_WORDS = {
    b"#set_separator": "set_separator",
    b"#empty_field": "empty",
    b"#unset_field": "unset",
}


def detect(line: bytes) -> Format:
    """Tells the format of a log from its first line that is not empty."""
    return "json" if line.lstrip().startswith(b"{") else "tsv"


class Dialect(msgspec.Struct, frozen=True):
    """How a log writes its values; what its header lines say of it."""

    separator: bytes = b"\t"
    set_separator: bytes = b","
    empty: bytes = b"(empty)"
    unset: bytes = b"-"
    path: str = ""
    """The log's name inside Zeek, such as ``conn``."""

    def after(self, line: bytes) -> "Dialect":
        """Says what a header line changes; nothing if it is not known."""
        if line.startswith(b"#separator "):  # a new header begins
            return Dialect(separator=_unescape(line[11:]) or b"\t", path=self.path)
        word, _, value = line.partition(self.separator)
        if word == b"#path":
            return replace(self, path=value.decode(errors="replace"))
        name = _WORDS.get(word)
        return replace(self, **{name: _unescape(value)}) if name else self

    def names(self, line: bytes) -> list[str]:
        """Splits a ``#fields`` or ``#types`` line."""
        return [
            name.decode(errors="surrogateescape")
            for name in line.split(self.separator)[1:]
        ]

    def header(self, word: bytes, names: list[str]) -> bytes:
        """Writes a ``#fields`` or ``#types`` line."""
        cells = [name.encode(errors="surrogateescape") for name in names]
        return self.separator.join([word, *cells])

    def text(self, cell: bytes) -> str:
        """Reads a cell that is set."""
        data = _unescape(cell) if b"\\" in cell else cell
        return data.decode(errors="replace")

    def elements(self, cell: bytes) -> tuple[str, ...]:
        """Reads a cell with a set that is set."""
        if cell == self.empty:
            return ()
        return tuple(map(self.text, cell.split(self.set_separator)))

    def cells(self, values: list[Value]) -> bytes:
        """Writes values as cells, each after a separator; empty ones as unset."""
        return b"".join(self.separator + self._cell(value) for value in values)

    def _cell(self, value: Value) -> bytes:
        if not value:
            return self.unset
        if isinstance(value, str):
            return self._string(value, (self.separator,))
        reserved = self.separator, self.set_separator
        return self.set_separator.join(
            self._string(element, reserved) for element in value
        )

    def _string(self, value: str, reserved: tuple[bytes, ...]) -> bytes:
        data = value.encode(errors="surrogateescape")
        if data in (self.unset, self.empty):
            return _hex(data[:1]) + data[1:]
        # Every other part is what the text was split at.
        parts = _special(reserved).split(data)
        return b"".join(
            _escape(part) if at % 2 else _plain(part) for at, part in enumerate(parts)
        )


@cache
def _special(reserved: tuple[bytes, ...]) -> re.Pattern[bytes]:
    return re.compile(rb"(\\|" + b"|".join(map(re.escape, reserved)) + b")")


def _escape(part: bytes) -> bytes:
    return b"\\\\" if part == b"\\" else _hex(part)


def _plain(part: bytes) -> bytes:
    """Lets UTF-8 be, unless there is a control character, as Zeek does."""
    if not _CONTROL.search(part):
        return part
    return _NOT_PRINTABLE.sub(lambda found: _hex(found[0]), part)


def _hex(data: bytes) -> bytes:
    return b"".join(b"\\x%02x" % byte for byte in data)


def _unescape(text: bytes) -> bytes:
    return _ESCAPE.sub(
        lambda found: bytes.fromhex(found[1].decode()) if found[1] else b"\\", text
    )
