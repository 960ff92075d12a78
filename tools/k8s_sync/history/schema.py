"""What is in a history's file, and how it is opened.

Texts that many claims share are stored once: a ``template`` is what the pods of one
workload have in common, a ``place`` is a node in its zone, a ``domain`` is a network
of a cluster. An ``owner`` is one object as it was described at some time.

``claims`` lie in the order of address, domain and time, so that the story of an
address is one piece of the file. They have no row number of their own for the same
reason. ``superseded`` has the revisions that do not count any more, in the order of
their owners: they are asked for by claim only.

Times are microseconds since the epoch. A ``revision`` is stored less 2^63, as
SQLite's integers have a sign. A ``uid`` that is a UUID is stored as its 16 bytes.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from k8s_sync.errors import FatalError

VERSION = 1
"""Of the schema; in the file's ``user_version``."""
APPLICATION_ID = 0x6B38_7368
"""Tells a history from other SQLite files: ``k8sh``."""
OLDEST_SQLITE = (3, 37)
"""STRICT tables came with it."""
PATIENCE = 5.0
"""Seconds to wait while another process writes."""
MAGIC = b"SQLite format 3\x00"
"""What an SQLite file begins with."""

_WAL_PAGES = 1000
_WAL_PAGES_IN_BULK = 16_000
"""The write-ahead log is written back when it has as many pages. That is cheaper the
more there are, and commits wait for it the longer."""
_PAGE = 4096
_CACHE = 64 << 10
"""Kibibytes of pages that a writer keeps in memory."""
_CLAIM = """
    owner INTEGER NOT NULL,
    address BLOB NOT NULL CHECK (length(address) = 16),
    domain INTEGER NOT NULL,
    start INTEGER NOT NULL,
    port INTEGER NOT NULL,
    proto INTEGER NOT NULL,
    version INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    until INTEGER,
    ended INTEGER NOT NULL,
    terminating INTEGER,
    heard INTEGER"""
_SCHEMA = f"""
CREATE TABLE domains (
    id INTEGER PRIMARY KEY,
    cluster TEXT NOT NULL,
    network TEXT NOT NULL,
    UNIQUE (cluster, network)
) STRICT;
CREATE TABLE places (
    id INTEGER PRIMARY KEY,
    node TEXT NOT NULL,
    zone TEXT NOT NULL,
    UNIQUE (node, zone)
) STRICT;
CREATE TABLE templates (
    id INTEGER PRIMARY KEY,
    digest BLOB NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    namespace TEXT NOT NULL,
    workload TEXT NOT NULL,
    service TEXT NOT NULL,
    service_account TEXT NOT NULL,
    labels TEXT NOT NULL,
    images TEXT NOT NULL,
    roles TEXT NOT NULL
) STRICT;
CREATE INDEX templates_workload ON templates (workload, namespace);
CREATE INDEX templates_service ON templates (service, namespace);
CREATE TABLE owners (
    id INTEGER PRIMARY KEY,
    uid ANY NOT NULL,
    pod TEXT NOT NULL,
    template INTEGER NOT NULL,
    place INTEGER NOT NULL
) STRICT;
CREATE INDEX owners_uid ON owners (uid);
CREATE INDEX owners_pod ON owners (pod) WHERE pod <> '';
CREATE INDEX owners_template ON owners (template);
CREATE INDEX owners_place ON owners (place) WHERE pod = '';
CREATE TABLE claims ({_CLAIM},
    PRIMARY KEY (address, domain, start, owner, port, proto, version, revision)
) STRICT, WITHOUT ROWID;
CREATE INDEX claims_owner ON claims (owner, address, domain);
CREATE INDEX claims_until ON claims (until) WHERE until IS NOT NULL;
CREATE INDEX claims_held ON claims (domain) WHERE until IS NULL;
CREATE TABLE superseded ({_CLAIM},
    PRIMARY KEY (owner, address, domain, start, port, proto, version, revision)
) STRICT, WITHOUT ROWID;
CREATE TABLE ranges (
    domain INTEGER NOT NULL,
    network BLOB NOT NULL CHECK (length(network) = 16),
    length INTEGER NOT NULL,
    kind TEXT NOT NULL,
    revision INTEGER NOT NULL,
    until INTEGER,
    PRIMARY KEY (domain, network, length, kind)
) STRICT, WITHOUT ROWID;
PRAGMA application_id = {APPLICATION_ID};
PRAGMA user_version = {VERSION};
"""


def is_history(beginning: bytes) -> bool:
    """Tells from a file's first bytes whether it may be a history."""
    return beginning.startswith(MAGIC)


@contextmanager
def speaking(path: str) -> Iterator[None]:
    """Turns what can go wrong with a history into one sentence."""
    try:
        yield
    except (sqlite3.Error, UnicodeError) as error:
        raise FatalError(f"{path}: {reason(error)}") from error


def reason(error: sqlite3.Error | UnicodeError) -> str:
    """Says what SQLite's error means here."""
    if isinstance(error, UnicodeError):
        return "damaged: there is something else where text should be"
    name = getattr(error, "sqlite_errorname", "") or ""
    if name.startswith("SQLITE_BUSY"):
        return "another program has been writing to it for too long"
    if name.startswith("SQLITE_NOTADB"):
        return "not a history"
    return str(error)


def open_to_read(path: str) -> sqlite3.Connection:
    """Opens a history that is there; who writes to it meanwhile is not disturbed.

    Raises:
        FatalError: It cannot be read, or is none.
    """
    _check_sqlite()
    file = Path(path)
    if not file.is_file():
        raise FatalError(f"{path}: no such file")
    uri = f"{file.resolve().as_uri()}?mode=ro"
    with speaking(path):
        try:
            connection = _connect(uri)
            found = _version(connection)
        except sqlite3.OperationalError:
            # Beside a file of WAL mode a reader needs a small file to share. Where
            # none can be made, nobody can be writing either, unless one is there.
            if Path(f"{path}-wal").exists():
                raise
            connection = _connect(f"{uri}&immutable=1")
            found = _version(connection)
    _check_version(path, found)
    return connection


def open_to_write(path: str, *, bulk: bool = False) -> sqlite3.Connection:
    """Opens a history, and makes it if there is none.

    The connection may be handed to another thread.

    Args:
        path: The file.
        bulk: Much is to be written, and nobody waits for a single row.

    Raises:
        FatalError: It cannot be written, or is something else.
    """
    _check_sqlite()
    with speaking(path):
        connection = _connect(f"{Path(path).resolve().as_uri()}?mode=rwc")
        connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
        found = _version(connection)
        if found != (0, 0, 0):
            _check_version(path, found)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        pages = _WAL_PAGES_IN_BULK if bulk else _WAL_PAGES
        connection.execute(f"PRAGMA wal_autocheckpoint = {pages}")
        connection.execute(f"PRAGMA journal_size_limit = {2 * pages * _PAGE}")
        connection.execute(f"PRAGMA cache_size = -{_CACHE}")
        connection.execute("BEGIN IMMEDIATE")
        try:
            if _version(connection) == (0, 0, 0):  # nobody else was quicker
                for statement in _SCHEMA.split(";"):
                    connection.execute(statement)
        finally:
            connection.execute("COMMIT")
    return connection


def _connect(uri: str) -> sqlite3.Connection:
    return sqlite3.connect(
        uri, uri=True, timeout=PATIENCE, isolation_level=None, check_same_thread=False
    )


def _version(connection: sqlite3.Connection) -> tuple[int, int, int]:
    """Application id, version, and how many tables and indexes there are."""
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    return application, version, tables


def _check_version(path: str, found: tuple[int, int, int]) -> None:
    application, version, _ = found
    if application != APPLICATION_ID:
        raise FatalError(f"{path}: an SQLite file, but not a history")
    if version > VERSION:
        raise FatalError(
            f"{path}: made by a newer k8s-sync (schema {version}, this one knows"
            f" {VERSION}): use that one, or its `history export` and this one's"
            " `history import`"
        )


def _check_sqlite() -> None:
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        needed = ".".join(map(str, OLDEST_SQLITE))
        raise FatalError(
            f"a history needs SQLite {needed} or later, this Python has"
            f" {sqlite3.sqlite_version}"
        )
