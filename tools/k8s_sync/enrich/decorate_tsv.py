"""Adds the columns about owners to the lines of a Zeek TSV log.

Lines go in and come out; files are somebody else's business.
"""

from msgspec.structs import replace

from k8s_sync import times
from k8s_sync.enrich.columns import SIDES
from k8s_sync.enrich.question import protocols
from k8s_sync.enrich.quick_tsv import Quick, make_quick
from k8s_sync.enrich.setting import Setting
from k8s_sync.enrich.tally import Tally
from k8s_sync.enrich.tsv_plan import Plan, make_plan
from k8s_sync.enrich.zeek_log import Dialect
from k8s_sync.model import Proto
from k8s_sync.rules import Answer

_PROTOS_LIMIT = 1000
"""Values of ``proto`` that are kept; there are some ten of them in a sane log."""


class TsvDecorator:
    """Decorates one log, which may be several in a row, each with its header."""

    def __init__(self, setting: Setting, log: str, tally: Tally) -> None:
        """Makes a decorator.

        Args:
            setting: Where the answers come from, and how they are written.
            log: The log's name, such as ``conn``, until a header tells it.
            tally: Counts rows and problems.
        """
        self._setting = setting
        self.tally = tally
        self.line = 0
        """Lines that went before."""
        self._fields: bytes | None = None
        """A ``#fields`` line, held back until its types are known."""
        self._any_fields = False
        self._plan: Plan | None = None
        self._quick: Quick | None = None
        self._end = b""
        """What is left of a line's end, ``\\r`` in files that went through Windows."""
        self._protos: dict[bytes, tuple[Proto, ...]]
        """By the text in the column ``proto``; no text for a log without it."""
        self._set_dialect(Dialect(path=log))

    def decorate(self, lines: list[bytes]) -> list[bytes]:
        """Decorates lines without their newlines, header lines included."""
        out: list[bytes] = []
        at = 0
        while at < len(lines):
            if self._quick is not None:
                start, at = at, self._quick(lines, at, out, self.tally)
                self.line += at - start
                if at == len(lines):
                    break
            line = lines[at]
            at += 1
            self.line += 1
            if line[:1] == b"#":
                out.extend(self._meta(line))
            else:
                if self._fields is not None:
                    out.extend(self._header(None))
                out.append(self._row(line) if line else line)
        return out

    def finish(self) -> list[bytes]:
        """Gives the lines that were held back."""
        return [] if self._fields is None else self._header(None)

    def _meta(self, line: bytes) -> list[bytes]:
        separator = self._dialect.separator
        if line.startswith(b"#fields" + separator):
            held = self.finish()
            self._fields = line
            return held
        if line.startswith(b"#types" + separator) and self._fields is not None:
            return self._header(line)
        held = self.finish()
        dialect = self._dialect.after(line.removesuffix(b"\r"))
        if line.startswith(b"#separator "):
            self._plan, self._any_fields = None, False
        if dialect != self._dialect:
            self._set_dialect(dialect)
        return [*held, line]

    def _set_dialect(self, dialect: Dialect) -> None:
        self._dialect = dialect
        self._quick = None
        self._protos = {}
        # Whose owner it is makes no difference to what is written of it.
        added = self._setting.naming.added(SIDES["id.orig_h"], self._setting.columns)

        def render(answer: Answer) -> bytes:
            values = self._setting.columns.values(answer)
            return dialect.cells([field.pick(values) for field in added])

        self._lookup = self._setting.lookup(replace(dialect, path=""), render)

    def _header(self, types_line: bytes | None) -> list[bytes]:
        """Writes the ``#fields`` line that was held back, and that of the types."""
        fields_line, self._fields = self._fields or b"", None
        self._any_fields = True
        self._protos = {}
        self._end = b"\r" if fields_line.endswith(b"\r") else b""
        names = self._dialect.names(fields_line.removesuffix(b"\r"))
        types = None
        if types_line is not None:
            types = self._dialect.names(types_line.removesuffix(b"\r"))
            if len(types) != len(names):
                reason = f"{len(types)} types, {len(names)} expected"
                self.tally.problem("header", self.line, reason)
                types = None
        plan = self._plan = make_plan(names, types, self._setting.naming)
        self._quick = None
        if plan is not None and not self._end:
            self._learn_proto(plan, b"")
            self._quick = make_quick(
                plan, self._dialect.separator, self._lookup, self._protos
            )
        held = [fields_line] if types_line is None else [fields_line, types_line]
        if plan is None:
            return held
        added = {
            side.prefix: self._setting.naming.added(side.prefix, self._setting.columns)
            for side in plan.sides
        }
        cells = {
            prefix: [field.name for field in told] for prefix, told in added.items()
        }
        held[0] = self._dialect.header(b"#fields", plan.apply(names, cells)) + self._end
        if types is not None:
            cells = {
                prefix: [field.type for field in told] for prefix, told in added.items()
            }
            types = plan.apply(types, cells)
            held[1] = self._dialect.header(b"#types", types) + self._end
        return held

    def _row(self, line: bytes) -> bytes:
        plan = self._plan
        if plan is None:
            self.tally.rows += 1
            if not self._any_fields:
                self.tally.problem("header", self.line, "row before #fields")
            return line
        end = self._end
        if end:
            line = line.removesuffix(end)
        separator = self._dialect.separator
        cells = line.split(separator)
        if len(cells) != plan.width:
            reason = f"{len(cells)} cells, {plan.width} expected"
            self.tally.problem("cells", self.line, reason)
            return line + end
        self.tally.rows += 1
        for at in plan.drop:
            del cells[at]
        time = self._time(cells[plan.time])
        proto = b"" if plan.proto is None else cells[plan.proto]
        protos = self._protos.get(proto)
        if protos is None:
            protos = self._learn_proto(plan, proto)
        if time is None:
            added = [self._lookup.nothing] * len(plan.sides)
        else:
            added = self._ask(plan, cells, time, protos)
        # Only now: a cell that is added to may be one that was asked about.
        for side, new in zip(plan.sides, added, strict=True):
            cells[side.after] += new
        return separator.join(cells) + end

    def _ask(
        self, plan: Plan, cells: list[bytes], time: int, protos: tuple[Proto, ...]
    ) -> list[bytes]:
        """Finds what is added for each address of a row."""
        lookup = self._lookup
        nothing = lookup.nothing
        named = False
        added = []
        for _, addr, port, _, stand_in in plan.sides:
            asked = b"" if port is None else cells[port]
            if stand_in is not None and cells[addr] == self._dialect.unset:
                addr, asked = stand_in, b""  # noqa: PLW2901 -- the same question
            try:
                new = lookup.cell(cells[addr], time, asked, protos)
            except ValueError as error:
                new = nothing
                if cells[addr] != self._dialect.unset:
                    self.tally.problem("address", self.line, str(error))
            named = named or new is not nothing
            added.append(new)
        self.tally.named += named
        return added

    def _time(self, cell: bytes) -> int | None:
        """Reads a time; None if there is none to read."""
        if cell == self._dialect.unset:
            return None
        try:
            return times.parse_bytes(cell)
        except ValueError as error:
            self.tally.problem("time", self.line, str(error))
            return None

    def _learn_proto(self, plan: Plan, cell: bytes) -> tuple[Proto, ...]:
        proto = None if plan.proto is None else cell.decode(errors="replace")
        found = protocols(self._dialect.path, proto)
        if len(self._protos) < _PROTOS_LIMIT:
            self._protos[cell] = found
        return found
