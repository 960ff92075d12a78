"""Reads some columns of the rows of a Zeek log, TSV or JSON, by their names.

For those who want to know what a log says; `pieces` is for those who copy it.
"""

from collections.abc import Callable, Iterator, Sequence

import msgspec

from k8s_sync.enrich.columns import Value
from k8s_sync.enrich.tally import Tally
from k8s_sync.enrich.zeek_log import Dialect, detect
from k8s_sync.streams import Input

Record = list[Value | None]
"""The values in the order of the names asked for; None: unset, or no such column."""

_decode = msgspec.json.Decoder(dict[str, object]).decode


def records(
    source: Input,
    choose: Callable[[str, Sequence[str] | None], Sequence[str]],
    tally: Tally | None = None,
) -> Iterator[tuple[Sequence[str], list[Record]]]:
    """Yields names and, for a number of rows at a time, their values.

    Args:
        source: The log.
        choose: Tells the columns wanted, of a log's ``#path`` (empty if it does not
            say) and of those it has (None for JSON, where each row has its own).
        tally: Counts the lines that are no rows.

    Raises:
        FatalError: It cannot be read.
    """
    reader: _Tsv | _Json | None = None
    tally = tally or Tally(source.name)
    before = 0
    for block in source.blocks():
        lines = block.split(b"\n")
        first = next((line for line in lines if line.strip()), b"")
        if reader is None and first:
            kind = _Json if detect(first) == "json" else _Tsv
            reader = kind(choose, tally)
        if reader is not None:
            yield from reader.read(lines, before)
        before += len(lines) - 1


class _Tsv:
    """Reads the lines of a TSV log."""

    def __init__(
        self,
        choose: Callable[[str, Sequence[str] | None], Sequence[str]],
        tally: Tally,
    ) -> None:
        self._choose = choose
        self._tally = tally
        self._dialect = Dialect()
        self._fields: list[str] = []
        self._names: Sequence[str] = ()
        self._picks: list[tuple[int, bool]] = []
        """For each name its place, -1 for none, and whether it is a set."""

    def read(
        self, lines: list[bytes], before: int
    ) -> Iterator[tuple[Sequence[str], list[Record]]]:
        found: list[Record] = []
        separator, unset = self._dialect.separator, self._dialect.unset
        for number, line in enumerate(lines, before + 1):
            if line[:1] == b"#":
                if found:
                    yield self._names, found
                    found = []
                self._meta(line.removesuffix(b"\r"))
                separator, unset = self._dialect.separator, self._dialect.unset
                continue
            cells = line.removesuffix(b"\r").split(separator)
            if len(cells) != len(self._fields) or not self._picks:
                if line.strip():
                    reason = f"{len(cells)} cells, {len(self._fields)} expected"
                    self._tally.problem("cells", number, reason)
                continue
            record: Record = []
            for at, is_set in self._picks:
                if at < 0 or cells[at] == unset:
                    record.append(None)
                elif is_set:
                    record.append(self._dialect.elements(cells[at]))
                else:
                    record.append(self._dialect.text(cells[at]))
            found.append(record)
        if found:
            yield self._names, found

    def _meta(self, line: bytes) -> None:
        separator = self._dialect.separator
        if line.startswith(b"#fields" + separator):
            self._fields = self._dialect.names(line)
            self._names = self._choose(self._dialect.path, self._fields)
            places = {name: at for at, name in enumerate(self._fields)}
            self._picks = [(places.get(name, -1), False) for name in self._names]
        elif line.startswith(b"#types" + separator):
            types = self._dialect.names(line)
            if len(types) == len(self._fields):
                self._picks = [
                    (at, at >= 0 and types[at].startswith(("set[", "vector[")))
                    for at, _ in self._picks
                ]
        else:
            self._dialect = self._dialect.after(line)


class _Json:
    """Reads the lines of a JSON log."""

    def __init__(
        self,
        choose: Callable[[str, Sequence[str] | None], Sequence[str]],
        tally: Tally,
    ) -> None:
        self._choose = choose
        self._tally = tally

    def read(
        self, lines: list[bytes], before: int
    ) -> Iterator[tuple[Sequence[str], list[Record]]]:
        found: list[Record] = []
        names: Sequence[str] = ()
        path = None
        for number, line in enumerate(lines, before + 1):
            try:
                row = _decode(line)
            except (msgspec.MsgspecError, UnicodeError) as error:
                if line.strip():
                    self._tally.problem("json", number, f"bad json: {error}")
                continue
            told = str(row.get("_path") or "")
            if told != path:
                if found:
                    yield names, found
                    found = []
                path = told
                names = self._choose(told, None)
            found.append([_value(row.get(name)) for name in names])
        if found:
            yield names, found


def _value(value: object) -> Value | None:
    if value is None:
        return None
    if isinstance(value, list):
        return tuple(str(one) for one in value)
    return value if isinstance(value, str) else str(value)
