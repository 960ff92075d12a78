r"""Takes logs apart into pieces that can be decorated independently of each other.

What makes that possible is that each piece carries the header that holds where it
begins.
"""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from k8s_sync.enrich.amend import Amendments, JsonAmender, TsvAmender
from k8s_sync.enrich.decorate_json import JsonDecorator
from k8s_sync.enrich.decorate_tsv import TsvDecorator
from k8s_sync.enrich.naming import Naming
from k8s_sync.enrich.setting import Setting
from k8s_sync.enrich.tally import Tally
from k8s_sync.enrich.zeek_log import Format, detect
from k8s_sync.packing import Packing, pack

_HEADER_LINE = re.compile(rb"^#([a-z_]*)[^\n]*$", re.MULTILINE)
_FIELDS = b"#fields"
_WORDS = frozenset(
    (
        b"separator",
        b"set_separator",
        b"empty_field",
        b"unset_field",
        b"path",
        b"fields",
        b"types",
    )
)
"""The header lines that matter for the rows after them."""


class Piece(NamedTuple):
    """Some lines of a log."""

    name: str
    """The file's, for messages."""
    log: str
    """Such as ``conn``."""
    format: Format
    header: tuple[bytes, ...]
    """The header lines that hold where it begins."""
    line: int
    """Lines before it."""
    data: bytes


class Done(NamedTuple):
    """A piece that was decorated."""

    data: bytes
    tally: Tally


def pieces(blocks: Iterable[bytes], name: str, log: str) -> Iterator[Piece]:
    """Makes pieces of a log.

    Args:
        blocks: Whole lines, with their ends.
        name: The file's, for messages.
        log: Such as ``conn``.
    """
    header: dict[bytes, bytes] = {}
    form: Format | None = None
    line = 0
    held = b""
    for found in blocks:
        if not found:  # from a pipe: who waits for us can do something else
            yield Piece(name, log, form or "tsv", tuple(header.values()), line, b"")
            continue
        block = held + found
        held = b""
        if form is None:
            form = detect(next((x for x in block.split(b"\n") if x.strip()), b""))
        if form == "tsv":
            # What is done with a header depends on the line after it.
            last = block.rfind(b"\n", 0, len(block) - 1) + 1
            if block.startswith(_FIELDS, last):
                block, held = block[:last], block[last:]
        if block:
            yield Piece(name, log, form, tuple(header.values()), line, block)
            line += block.count(b"\n")
            if form == "tsv":
                _learn(header, block)
    if held:
        yield Piece(name, log, form or "tsv", tuple(header.values()), line, held)


def _learn(header: dict[bytes, bytes], block: bytes) -> None:
    """Takes note of the header lines of a block; the newest of each kind hold."""
    if not block.startswith(b"#") and b"\n#" not in block:
        return
    fields_end: int | None = None
    for found in _HEADER_LINE.finditer(block):
        word = found[1]
        if word not in _WORDS:
            continue
        if word == b"separator":
            header.clear()
        elif word == b"fields":
            header.pop(b"types", None)
            fields_end = found.end()
        elif word == b"types" and fields_end != found.start() - 1:
            continue  # it belongs to nothing
        header.pop(word, None)  # the newest comes last
        header[word] = found[0]


class Desk:
    """Decorates pieces, and amends them."""

    def __init__(
        self,
        setting: Setting | None,
        naming: Naming | None = None,
        amendments: Amendments | None = None,
    ) -> None:
        """Makes a desk; each process has one of its own.

        Args:
            setting: Where owners come from; None: lines keep those that they have.
            naming: What columns are called; by default as the setting says.
            amendments: What became known late, if anything.
        """
        self._setting = setting
        self._naming = naming or (setting.naming if setting else Naming())
        self._amendments = amendments
        self._ready: tuple[str, Format, tuple[bytes, ...]] | None = None
        self._decorator: TsvDecorator | JsonDecorator | None = None
        self._amender: TsvAmender | JsonAmender | None = None

    def decorate(self, piece: Piece, packing: Packing = "") -> Done:
        """Decorates a piece, and compresses what becomes of it."""
        tally = Tally(piece.name)
        wanted = piece.log, piece.format, piece.header
        if wanted != self._ready:
            self._prepare(piece)
            self._ready = wanted
        lines = piece.data.split(b"\n")
        cut = lines.pop()
        if cut:
            lines.append(cut)
        out = self._pass(lines, tally, piece.line)
        if not cut:
            out.append(b"")
        if piece.data.startswith(b"#") or b"\n#" in piece.data:
            self._ready = None  # another header holds from here on
        return Done(pack(b"\n".join(out), packing), tally)

    def _prepare(self, piece: Piece) -> None:
        """Gets ready for the lines that follow a header."""
        if self._setting is not None:
            kind = JsonDecorator if piece.format == "json" else TsvDecorator
            self._decorator = kind(self._setting, piece.log, Tally(piece.name))
        if self._amendments is not None:
            columns = self._setting.columns if self._setting else None
            self._amender = (
                JsonAmender(self._amendments, self._naming, columns)
                if piece.format == "json"
                else TsvAmender(self._amendments, self._naming)
            )
        self._pass(list(piece.header), Tally(piece.name), 0)

    def _pass(self, lines: list[bytes], tally: Tally, line: int) -> list[bytes]:
        if self._decorator is not None:
            self._decorator.tally, self._decorator.line = tally, line
            lines = self._decorator.decorate(lines) + self._decorator.finish()
        else:
            tally.rows += sum(bool(row) and row[:1] != b"#" for row in lines)
        if self._amender is not None:
            lines = self._amender.amend(lines, tally)
        return lines
