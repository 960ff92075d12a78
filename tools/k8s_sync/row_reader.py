"""Reads rows (see `rows`) and says which ones it could not.

A bad row is reported with its line and reason and skipped; the rest goes
through. The C++ twin is ``plugin/src/timeline/Row.cc``.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import get_args

import msgspec

from k8s_sync import address
from k8s_sync.model import (
    SECOND,
    VERSIONS,
    Claim,
    Ended,
    Kind,
    Owner,
    Proto,
    Range,
    Row,
)
from k8s_sync.rows import COLUMNS

_META = {
    "#separator": "#separator \\x09",
    "#set_separator": "#set_separator\t,",
    "#empty_field": "#empty_field\t(empty)",
    "#unset_field": "#unset_field\t-",
}

_OWNER_COLUMNS = tuple(COLUMNS)[tuple(COLUMNS).index("uid") :]
_KINDS: dict[str, Kind] = {"pod": "pod", "node": "node", "service": "service"}
_PROTOS: dict[str, Proto] = {"tcp": "tcp", "udp": "udp", "sctp": "sctp"}
_ENDED: dict[str, Ended] = {word: word for word in get_args(Ended) if word}
_TIME_LIMIT = 1 << 62
_UINT64 = 1 << 64
_PORTS = 1 << 16
_TIME = re.compile(r"(-?)([0-9]{1,18})(?:\.([0-9]{1,20}))?", re.ASCII)
_DIGITS = re.compile(r"[0-9]{1,20}", re.ASCII)
_ESCAPE = re.compile(rb"\\x([0-9a-fA-F]{2})")


class Problem(msgspec.Struct, frozen=True):
    """A row that could not be read."""

    line: int
    """Counted from 1 in the text that was given."""
    reason: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.reason}"


def _unescape(cell: str) -> str:
    if "\\" not in cell:
        return cell
    data = cell.encode()
    return _ESCAPE.sub(lambda found: bytes.fromhex(found[1].decode()), data).decode()


def _text(cell: str) -> str:
    return "" if cell in ("-", "") else _unescape(cell)


def _texts(cell: str) -> tuple[str, ...]:
    if cell in ("-", "", "(empty)"):
        return ()
    return tuple(_unescape(part) for part in cell.split(",") if part)


def parse_time(cell: str) -> int:
    """Reads seconds since the epoch, exactly; digits past the sixth are cut.

    Raises:
        ValueError: It is no time, or one out of range.
    """
    found = _TIME.fullmatch(cell)
    if not found:
        raise ValueError(f"bad time {address.quoted(cell)}")
    sign, seconds, fraction = found.groups()
    micros = int(seconds) * SECOND + int((fraction or "")[:6].ljust(6, "0"))
    if micros > _TIME_LIMIT:
        raise ValueError(f"bad time {address.quoted(cell)}")
    return -micros if sign else micros


def _number(cell: str, limit: int, name: str) -> int:
    if _DIGITS.fullmatch(cell) and (value := int(cell)) < limit:
        return value
    raise ValueError(f"bad {name} {address.quoted(cell)}")


class Reader:
    """Reads rows from lines; remembers the columns between lines.

    Owners that are equal are one object, as many claims share them.
    """

    def __init__(self, problem: Callable[[Problem], None]) -> None:
        """Makes a reader that reports bad rows to `problem`."""
        self._problem = problem
        self._index: dict[str, int] | None = None
        self._width = 0
        self._line = 0
        self._owners: dict[tuple[str, ...], Owner] = {}

    def read(self, lines: Iterable[str]) -> Iterator[Row]:
        """Yields the rows of some lines, each with or without its newline."""
        for line in lines:
            self._line += 1
            try:
                row = self._read_line(line.removesuffix("\n"))
            except ValueError as error:
                reason = str(error)
                if isinstance(error, UnicodeError):
                    reason = "bad utf-8"
                self._problem(Problem(self._line, reason))
            else:
                if row is not None:
                    yield row

    def _read_line(self, line: str) -> Row | None:
        if line.startswith("#"):
            self._read_meta(line)
            return None
        if not line:
            return None
        if self._index is None:
            raise ValueError("row before #fields")
        cells = line.split("\t")
        if len(cells) != self._width:
            raise ValueError(f"{len(cells)} cells, {self._width} expected")
        line.encode()  # a lone surrogate is a byte that was no UTF-8
        index = self._index
        return self._row(
            lambda name: cells[found] if (found := index.get(name, -1)) >= 0 else "-"
        )

    def _read_meta(self, line: str) -> None:
        word = re.split(r"[\t ]", line, maxsplit=1)[0]
        if word == "#fields":
            names = line.split("\t")[1:]
            self._index = {name: i for i, name in enumerate(names)}
            self._width = len(names)
        elif line != _META.get(word, line):
            raise ValueError(f"unsupported {word[1:]}")

    def _row(self, cell: Callable[[str], str]) -> Row:
        cluster = _text(cell("cluster"))
        if not cluster:
            raise ValueError("no cluster")
        if cell("revision") == "-":
            raise ValueError("no revision")
        revision = _number(cell("revision"), _UINT64, "revision")
        kind = _kind(cell("kind"))
        end = _optional_time(cell("to"))
        network = _text(cell("network"))
        where, subnet = cell("addr"), cell("subnet")
        if (where == "-") == (subnet == "-"):
            raise ValueError("addr and subnet" if where != "-" else "no addr")
        if subnet != "-":
            return Range(
                cluster=cluster,
                network=network,
                subnet=address.Subnet.parse(subnet),
                kind=kind,
                revision=revision,
                end=end,
            )
        if cell("from") == "-":
            raise ValueError("no from")
        packed = address.pack(where)
        start = parse_time(cell("from"))
        if end is not None and end < start:
            raise ValueError(f"to '{cell('to')}' before from '{cell('from')}'")
        port = 0 if cell("port") == "-" else _number(cell("port"), _PORTS, "port")
        return Claim(
            cluster=cluster,
            network=network,
            address=packed,
            port=port,
            proto=_proto(cell("proto")) if port else "",
            start=start,
            end=end,
            # A word of a later version is no reason to refuse the row.
            ended=_ENDED.get(cell("ended"), "") if end is not None else "",
            terminating=_optional_time(cell("terminating")),
            revision=revision,
            version=_version(cell("version")),
            owner=self._owner(kind, cell),
        )

    def _owner(self, kind: Kind, cell: Callable[[str], str]) -> Owner:
        key = (kind, *(cell(name) for name in _OWNER_COLUMNS))
        known = self._owners.get(key)
        if known is not None:
            return known
        uid = _text(cell("uid"))
        if not uid:
            raise ValueError("no uid")
        owner = Owner(
            kind=kind,
            uid=uid,
            namespace=_text(cell("namespace")),
            pod=_text(cell("pod")),
            workload=_text(cell("workload")),
            node=_text(cell("node")),
            service=_text(cell("service")),
            service_account=_text(cell("service_account")),
            labels=_texts(cell("labels")),
            images=_texts(cell("images")),
            zone=_text(cell("zone")),
            roles=_texts(cell("roles")),
        )
        self._owners[key] = owner
        return owner


def _optional_time(cell: str) -> int | None:
    return None if cell == "-" else parse_time(cell)


def _kind(cell: str) -> Kind:
    kind = _KINDS.get(cell)
    if kind is None:
        raise ValueError(
            "no kind" if cell == "-" else f"bad kind {address.quoted(cell)}"
        )
    return kind


def _version(cell: str) -> int:
    return 0 if cell == "-" else _number(cell, VERSIONS, "version")


def _proto(cell: str) -> Proto:
    proto = _PROTOS.get(cell)
    if proto is None:
        raise ValueError(
            "no proto" if cell == "-" else f"bad proto {address.quoted(cell)}"
        )
    return proto


def decode(text: str, problem: Callable[[Problem], None]) -> Iterator[Row]:
    r"""Reads the rows of one text; lines end in ``\n`` and nothing else."""
    lines = text.split("\n")
    if not lines[-1]:
        lines.pop()
    return Reader(problem).read(lines)
