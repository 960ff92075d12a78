"""Tells what is in a history."""

import sqlite3

import msgspec

from k8s_sync.history.prune import size
from k8s_sync.history.reader import Reader
from k8s_sync.history.schema import VERSION
from k8s_sync.times import rfc3339


class Cluster(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of one cluster."""

    name: str
    claims: int
    held: int
    """Claims that have not ended."""
    superseded: int
    """Revisions that do not count any more."""
    ranges: int
    start: str | None = msgspec.field(name="from")
    """When the first claim began."""
    heard: str | None
    """When the daemon told something last."""


class Info(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a history."""

    file: str
    schema: int
    bytes: int
    owners: int
    clusters: list[Cluster]
    damage: list[str] | None
    """What is not well with the file; unset if nothing is, or nobody looked."""

    def text(self) -> str:
        """Writes it for people."""
        size = f"{self.bytes / 1e6:,.1f} MB"
        lines = [f"{self.file}: {size}, schema {self.schema}, {self.owners:,} owners"]
        lines += [
            f"{one.name}: {one.claims:,} claims ({one.held:,} held), {one.ranges:,}"
            f" ranges, {one.superseded:,} superseded revisions; since"
            f" {one.start or 'never'}, last heard {one.heard or 'never'}"
            for one in self.clusters
        ]
        lines += [f"damaged: {found}" for found in self.damage or ()]
        return "\n".join(lines) + "\n"


def info(reader: Reader, *, check: bool = False) -> Info:
    """Counts what there is, which takes a second or two for ten million claims.

    Args:
        reader: Of the history.
        check: Reads all of it, to find damage.

    Raises:
        sqlite3.Error: It cannot be read.
    """
    execute = reader.connection.execute
    damage = [text for (text,) in execute("PRAGMA integrity_check")] if check else []
    (owners,) = execute("SELECT count(*) FROM owners").fetchone()
    return Info(
        file=reader.path,
        schema=VERSION,
        bytes=size(reader.connection),
        owners=owners,
        clusters=_clusters(reader.connection),
        damage=None if damage in ([], ["ok"]) else damage,
    )


def _clusters(connection: sqlite3.Connection) -> list[Cluster]:
    execute = connection.execute
    domains: dict[str, list[int]] = {}
    for number, name in execute("SELECT id, cluster FROM domains ORDER BY cluster"):
        domains.setdefault(name, []).append(number)
    claims = {
        domain: counts
        for domain, *counts in execute(
            "SELECT domain, count(*), count(*) - count(until), min(start), max(heard)"
            " FROM claims GROUP BY domain"
        )
    }
    superseded = dict(
        execute("SELECT domain, count(*) FROM superseded GROUP BY domain")
    )
    ranges = dict(execute("SELECT domain, count(*) FROM ranges GROUP BY domain"))
    return [
        Cluster(
            name=name,
            claims=sum(_known(claims, numbers, 0)),
            held=sum(_known(claims, numbers, 1)),
            superseded=sum(superseded.get(number, 0) for number in numbers),
            ranges=sum(ranges.get(number, 0) for number in numbers),
            start=_time(min(_known(claims, numbers, 2), default=None)),
            heard=_time(max(_known(claims, numbers, 3), default=None)),
        )
        for name, numbers in domains.items()
    ]


def _known(
    claims: dict[int, list[int | None]], numbers: list[int], place: int
) -> list[int]:
    """One of the facts about each domain, where there is one."""
    facts = (claims[number][place] for number in numbers if number in claims)
    return [fact for fact in facts if fact is not None]


def _time(time: int | None) -> str | None:
    return None if time is None else rfc3339(time)
