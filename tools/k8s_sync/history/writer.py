"""Takes rows into a history."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import msgspec

from k8s_sync.closing import Closing
from k8s_sync.history.entry import (
    COLUMNS,
    Entry,
    counting,
    entry,
    pack_revision,
)
from k8s_sync.history.owners import Numbers
from k8s_sync.history.schema import open_to_write
from k8s_sync.model import Claim, Range, Row

Heard = tuple[Row, int | None]
"""A row, and when the daemon told it in microseconds; unset: nobody knows."""

_KEY = "owner = ? AND address = ? AND domain = ? AND port = ? AND proto = ?"
_KNOWN = f"SELECT {COLUMNS} FROM claims WHERE {_KEY} AND version = ?"
_SAME = f"{_KEY} AND version = ? AND start = ? AND revision = ?"
_VALUES = ", ".join("?" * len(Entry._fields))
_INSERT = f"INSERT INTO claims ({COLUMNS}) VALUES ({_VALUES})"
_DELETE = f"DELETE FROM claims WHERE {_SAME}"
_SUPERSEDE = f"""
    INSERT INTO superseded ({COLUMNS}) VALUES ({_VALUES})
    ON CONFLICT DO UPDATE SET heard = excluded.heard
    WHERE heard IS NULL OR excluded.heard < heard"""
_HEARD = f"UPDATE claims SET heard = ? WHERE {_SAME}"
_RANGE = """
    INSERT INTO ranges (domain, network, length, kind, revision, until)
    VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET revision = excluded.revision, until = excluded.until
    WHERE excluded.revision > revision"""


class Tally(msgspec.Struct):
    """What became of rows."""

    new: int = 0
    """Revisions that were not there."""
    known: int = 0
    bad: int = 0
    """Rows that cannot be stored."""
    reason: str = ""
    """Of the last bad one."""


class Writer(Closing):
    """One connection that writes; also a context manager.

    Raises:
        FatalError: On making one: the file cannot be written, or is something else.
    """

    def __init__(self, path: str, *, bulk: bool = False) -> None:
        """Opens a history, and makes it if there is none; see `open_to_write`."""
        self.path = path
        self.connection = open_to_write(path, bulk=bulk)
        self._numbers = Numbers(self.connection)
        self._others = 0

    def close(self) -> None:
        """Closes the file; what was written is in it already."""
        self.connection.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Makes what happens in the block happen as a whole, or not at all."""
        execute = self.connection.execute
        execute("BEGIN IMMEDIATE")
        try:
            (others,) = execute("PRAGMA data_version").fetchone()
            if others != self._others:  # somebody else may have pruned
                self._others = others
                self._numbers.forget()
            yield
        except BaseException:
            # What was numbered meanwhile has no number any more.
            self._numbers.forget()
            if self.connection.in_transaction:
                execute("ROLLBACK")
            raise
        execute("COMMIT")

    def shrink(self, pages: int = 0) -> None:
        """Gives free pages back to the disk, as many as that, or all."""
        # It answers with rows that have no columns, one per page. execute() takes the
        # first one for the end of it, executescript() goes on.
        self.connection.executescript(f"PRAGMA incremental_vacuum({pages})")
        if not pages:
            self.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def deleted(self) -> None:
        """Must be told, within the transaction, when owners were deleted."""
        self._numbers.forget()

    def write(self, rows: Iterable[Heard]) -> Tally:
        """Takes in rows, all of them or none, in any order.

        Raises:
            sqlite3.Error: The file cannot be written.
        """
        tally = Tally()
        with self.transaction():
            for row, heard in rows:
                try:
                    new = self._write(row, heard)
                except (ValueError, OverflowError) as error:
                    # Text that is no Unicode, or a number beyond all limits.
                    tally.bad += 1
                    tally.reason = str(error)
                else:
                    tally.new += new
                    tally.known += not new
        return tally

    def _write(self, row: Row, heard: int | None) -> bool:
        if isinstance(row, Range):
            return self._write_range(row)
        return self._write_claim(row, heard)

    def _write_range(self, row: Range) -> bool:
        values = (
            self._numbers.domain(row.cluster, row.network),
            row.subnet.network,
            row.subnet.length,
            row.kind,
            pack_revision(row.revision),
            row.end,
        )
        return self.connection.execute(_RANGE, values).rowcount > 0

    def _write_claim(self, claim: Claim, heard: int | None) -> bool:
        owner, others = self._numbers.owner(claim.owner)
        domain = self._numbers.domain(claim.cluster, claim.network)
        new = entry(claim, owner, domain, heard)
        execute = self.connection.execute
        key = new.address, new.domain, new.port, new.proto, new.version
        known = [
            Entry._make(found)
            for number in (owner, *others)
            for found in execute(_KNOWN, (number, *key))
        ]
        for one in known:
            if one.revision == new.revision:
                if heard is not None and (one.heard is None or heard < one.heard):
                    execute(_HEARD, (heard, *_identity(one)))
                return False
        counted = counting((*known, new)) if known else {new}
        for one in known:
            if one not in counted:
                execute(_DELETE, _identity(one))
                execute(_SUPERSEDE, one)
        if new in counted:
            return execute(_INSERT, new).rowcount > 0
        return execute(_SUPERSEDE, new).rowcount > 0


def _identity(one: Entry) -> tuple[object, ...]:
    key = one.owner, one.address, one.domain, one.port, one.proto, one.version
    return *key, one.start, one.revision
