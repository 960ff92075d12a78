"""Forgets what ended long ago, or so that the file stays small enough.

In steps, so that others get to write in between. A claim goes with the revisions
that led to it, and with what nothing else needs of its owner. Claims that are held
stay, whatever their number.

The size of a history is that of the pages in use. Claims lie in the order of their
addresses, so that those that end together leave holes rather than pages: what comes
later fills them, and the first time that a size is enforced more is forgotten than
its share.
"""

import sqlite3
from collections.abc import Iterable

import msgspec

from k8s_sync.history.entry import COLUMNS, Entry
from k8s_sync.history.writer import Writer

STEP = 500
"""Claims that are forgotten at once: meanwhile nothing is written."""
_PAGES = 1000
"""Pages that are given back to the disk at once."""

_OLD = f"""
    SELECT {COLUMNS} FROM claims
    WHERE until IS NOT NULL AND until < ? ORDER BY until LIMIT ?"""
_FORGET = """
    DELETE FROM claims WHERE address = :address AND domain = :domain
    AND start = :start AND owner = :owner AND port = :port AND proto = :proto
    AND version = :version AND revision = :revision"""
_FORGET_SUPERSEDED = """
    DELETE FROM superseded WHERE owner = :owner AND address = :address
    AND domain = :domain AND port = :port AND proto = :proto
    AND version = :version AND revision < :revision"""
_SAME_OBJECT = "SELECT id FROM owners WHERE uid = (SELECT uid FROM owners WHERE id = ?)"
_OWNER = """
    DELETE FROM owners WHERE id = :id
    AND NOT EXISTS (SELECT 1 FROM claims WHERE owner = :id)
    AND NOT EXISTS (SELECT 1 FROM superseded WHERE owner = :id)
    RETURNING template"""
_TEMPLATE = """
    DELETE FROM templates WHERE id = :id
    AND NOT EXISTS (SELECT 1 FROM owners WHERE template = :id)"""


class Limits(msgspec.Struct, frozen=True):
    """What a history may keep."""

    age: int = 0
    """Microseconds since the end of a claim; 0: any."""
    size: int = 0
    """Bytes; 0: any."""


def size(connection: sqlite3.Connection) -> int:
    """The bytes that are in use in a history's file."""
    pages, free, page = (
        connection.execute(f"PRAGMA {name}").fetchone()[0]
        for name in ("page_count", "freelist_count", "page_size")
    )
    return int((pages - free) * page)


def prune(writer: Writer, limits: Limits, now: int, *, step: int = STEP) -> int:
    """Takes one step.

    Args:
        writer: Of the history.
        limits: What it may keep.
        now: The time, in microseconds.
        step: The most claims to forget at once.

    Returns:
        How many claims were forgotten; 0 if nothing is left to do.

    Raises:
        sqlite3.Error: The file cannot be written.
    """
    execute = writer.connection.execute
    too_large = limits.size and size(writer.connection) > limits.size
    if not too_large and not limits.age:
        return 0
    before = (1 << 63) - 1 if too_large else now - limits.age
    with writer.transaction():
        old = [Entry._make(found) for found in execute(_OLD, (before, step))]
        if old:
            if not _forget(writer.connection, old):
                # Or whoever calls this until nothing is left would never end.
                raise sqlite3.DatabaseError("damaged: what is too old cannot be found")
            writer.deleted()
    if old:
        writer.shrink(_PAGES)
    return len(old)


def _forget(connection: sqlite3.Connection, old: Iterable[Entry]) -> int:
    """Returns how many of the claims were there."""
    execute = connection.execute
    forgotten = 0
    owners: set[int] = set()
    for one in old:
        values = one._asdict()
        forgotten += execute(_FORGET, values).rowcount
        owners.add(one.owner)
        for (owner,) in execute(_SAME_OBJECT, (one.owner,)).fetchall():
            if execute(_FORGET_SUPERSEDED, {**values, "owner": owner}).rowcount:
                owners.add(owner)
    templates: set[int] = set()
    for owner in owners:
        for (template,) in execute(_OWNER, {"id": owner}).fetchall():
            templates.add(template)
    for template in templates:
        execute(_TEMPLATE, {"id": template})
    return forgotten
