"""Reads decorated logs for a report."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from k8s_sync import times
from k8s_sync.console import Progress, say
from k8s_sync.enrich.columns import SIDES, Columns, Value
from k8s_sync.enrich.dialects import Field
from k8s_sync.enrich.naming import Naming
from k8s_sync.enrich.records import Record, records
from k8s_sync.enrich.tally import Tally
from k8s_sync.report.facts import OUTSIDE, End, Facts, Notice
from k8s_sync.streams import Input, open_input

_BASE = ("ts", "orig_bytes", "resp_bytes", "conn_state", "note", "msg")
_TS, _ORIG_BYTES, _RESP_BYTES, _STATE, _NOTE, _MSG = range(len(_BASE))
_OF_END = ("match", "kind", "namespace", "pod", "workload", "node", "service")
_LONGEST_MESSAGE = 300
"""Characters of a notice that are shown."""
_ENDS_KEPT = 100_000
"""Descriptions of ends that are kept; most rows repeat one."""


class Collector:
    """Reads logs into facts."""

    def __init__(self, facts: Facts, naming: Naming) -> None:
        """Makes a collector.

        Args:
            facts: Where it counts.
            naming: What columns are called in the logs.
        """
        self._facts = facts
        self._naming = naming
        self._ends: dict[tuple[Value | None, ...], End] = {}
        self._names = [naming.written(name) for name in _BASE]
        for prefix in SIDES.values():
            told = {field.column: field.name for field in _told(naming, prefix)}
            self._names += [told[column] for column in _OF_END]

    def read(self, path: str, progress: Progress) -> None:
        """Reads a log.

        Raises:
            FatalError: It cannot be read.
        """
        with open_input(path) as source:
            log = Path(path).name.split(".", maxsplit=1)[0]
            position = 0
            tally = Tally(source.name)
            for name, rows in self._rows(source, log, tally):
                self._facts.rows[name] += len(rows)
                for row in rows:
                    self._row(row)
                position, before = source.position(), position
                progress.add(path, len(rows), position - before)
        if tally.problems:
            progress.clear()
            for problem in tally.first.values():
                say(problem)
            say(f"{source.name}: {tally.problems.total()} lines are not in the report")

    def _rows(
        self, source: Input, log: str, tally: Tally
    ) -> Iterator[tuple[str, list[Record]]]:
        name = log

        def choose(path: str, columns: Sequence[str] | None) -> Sequence[str]:
            nonlocal name
            name = path or log
            if columns is not None and self._names[len(_BASE)] in columns:
                self._facts.decorated = True
            return self._names

        for _, rows in records(source, choose, tally):
            yield name, rows

    def _row(self, row: Record) -> None:
        time = _time(row[_TS])
        if time is None:
            return
        facts = self._facts
        facts.at(time)
        first = len(_BASE)
        orig = self._end(row[first : first + len(_OF_END)])
        resp = self._end(row[first + len(_OF_END) :])
        facts.see(orig)
        facts.see(resp)
        if row[_NOTE] is not None:
            message = str(row[_MSG] or "")[:_LONGEST_MESSAGE]
            note = Notice(time, str(row[_NOTE]), message, orig.party, resp.party)
            facts.notice(note)
        elif row[_STATE] is not None:
            sizes = _count(row[_ORIG_BYTES]), _count(row[_RESP_BYTES])
            facts.connection(time, orig, resp, sizes)

    def _end(self, cells: Record) -> End:
        key = tuple(cells)
        found = self._ends.get(key)
        if found is None:
            match, *rest = (str(cell or "") for cell in cells)
            found = End(match or OUTSIDE, *rest)
            self._facts.decorated |= bool(match)
            if len(self._ends) < _ENDS_KEPT:
                self._ends[key] = found
        return found


def _told(naming: Naming, prefix: str) -> list[Field]:
    return [field for field in naming.added(prefix, Columns()) if not field.kind]


def _time(value: Value | None) -> int | None:
    try:
        return None if value is None else times.parse(str(value))
    except ValueError:
        return None


def _count(value: Value | None) -> int:
    text = str(value)
    return int(text) if text.isascii() and text.isdigit() else 0
