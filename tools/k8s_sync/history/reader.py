"""Gives claims back from a history."""

import sqlite3
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any

import msgspec

from k8s_sync.address import Subnet
from k8s_sync.closing import Closing
from k8s_sync.errors import FatalError
from k8s_sync.history.entry import (
    Entry,
    claim_of,
    counting,
    entry,
    pack_uid,
    unpack_revision,
)
from k8s_sync.history.owners import Descriptions
from k8s_sync.history.schema import open_to_read, speaking
from k8s_sync.model import Claim, Range, Row
from k8s_sync.selector import ALWAYS, By, Selector, Window

_COLUMNS = ", ".join(f"c.{name}" for name in Entry._fields)
_OWNER = "o.uid, o.pod, o.template, o.place"
# CROSS JOIN: the tables are asked in this order.
_CLAIMS = (
    f"SELECT {_COLUMNS}, {_OWNER} FROM claims c CROSS JOIN owners o ON o.id = c.owner"
)
_SUPERSEDED = _CLAIMS.replace("FROM claims", "FROM superseded")
_OF_OWNERS = f"""
    WITH wanted AS ({{owners}})
    SELECT {_COLUMNS}, {_OWNER}
    FROM wanted CROSS JOIN owners o ON o.id = wanted.id
    CROSS JOIN claims c ON c.owner = o.id"""
_WINDOW = " AND c.start < :until AND (c.until IS NULL OR c.until > :since)"
_IN_NAMESPACE = "(:namespace = '' OR t.namespace = :namespace)"
_OWNERS: dict[By, str] = {
    "uid": "SELECT id FROM owners WHERE uid = :uid",
    "pod": "SELECT o.id FROM owners o CROSS JOIN templates t ON t.id = o.template"
    f" WHERE o.pod = :name AND o.pod <> '' AND t.kind = 'pod' AND {_IN_NAMESPACE}",
    "workload": "SELECT o.id FROM templates t CROSS JOIN owners o ON o.template = t.id"
    f" WHERE t.workload = :name AND {_IN_NAMESPACE}",
    "service": "SELECT o.id FROM templates t CROSS JOIN owners o ON o.template = t.id"
    f" WHERE t.service = :name AND t.kind = 'service' AND {_IN_NAMESPACE}",
    "node": "SELECT o.id FROM places p CROSS JOIN owners o ON o.place = p.id"
    " CROSS JOIN templates t ON t.id = o.template"
    " WHERE p.node = :name AND o.pod = '' AND t.kind = 'node'",
}
Domain = tuple[str, str]
"""A cluster and a network of it."""


class Revision(msgspec.Struct, frozen=True):
    """One revision of a claim."""

    claim: Claim
    heard: int | None
    """When the daemon told it, in microseconds; unset: nobody knows."""


class Reader(Closing):
    """One connection that reads; also a context manager.

    Raises:
        FatalError: On making one: the file cannot be read, or is no history.
    """

    def __init__(self, path: str) -> None:
        """Opens a history that is there."""
        self.path = path
        self.connection = open_to_read(path)
        # All that is asked is answered as of one moment: a number that was looked up
        # may be given to something else later.
        self.connection.execute("BEGIN")
        self._descriptions = Descriptions(self.connection)

    def close(self) -> None:
        """Closes the file."""
        self.connection.close()

    def __exit__(self, *problem: object) -> None:
        """Closes the file, and turns what went wrong with it into one sentence."""
        super().__exit__(*problem)
        with speaking(self.path):
            for error in problem:
                if isinstance(error, sqlite3.Error | UnicodeError):
                    raise error

    def on(self, address: bytes, window: Window = ALWAYS) -> list[Claim]:
        """The claims on an address (16 packed bytes), the earliest first."""
        domains = self._domains(window.cluster)
        sql = (
            f"{_CLAIMS} WHERE c.address = :address AND c.domain IN ({_list(domains)})"
            f"{_WINDOW} ORDER BY c.start LIMIT :limit"
        )
        values = {"address": address, **_values(window)}
        return list(self._select(sql, values, domains))

    def of(self, selector: Selector, window: Window = ALWAYS) -> list[Claim]:
        """The claims of an object or a workload, the earliest first."""
        domains = self._domains(window.cluster)
        sql = (
            _OF_OWNERS.format(owners=_OWNERS[selector.by])
            + f" WHERE c.domain IN ({_list(domains)}){_WINDOW}"
            " ORDER BY c.start LIMIT :limit"
        )
        values = {
            "name": selector.name,
            "uid": pack_uid(selector.name),
            "namespace": selector.namespace,
            **_values(window),
        }
        return list(self._select(sql, values, domains))

    def revisions(self, claim: Claim) -> list[Revision]:
        """All revisions that led to a claim that counts, and itself, oldest first."""
        domains = {
            number: domain
            for number, domain in self._domains(claim.cluster).items()
            if domain == (claim.cluster, claim.network)
        }
        where = (
            " WHERE c.owner IN (SELECT id FROM owners WHERE uid = :uid)"
            " AND c.address = :address AND c.port = :port AND c.proto = :proto"
            f" AND c.version = :version AND c.domain IN ({_list(domains)})"
        )
        uid = pack_uid(claim.owner.uid)
        values = {"uid": uid, **entry(claim, 0, 0, None)._asdict()}
        entries: dict[Entry, Claim] = {}
        for sql in (_CLAIMS, _SUPERSEDED):
            entries.update(self._entries(sql + where, values, domains))
        counted = counting(entries)
        led: list[Revision] = []
        for found, made in sorted(entries.items(), key=lambda item: item[0].revision):
            if made.revision > claim.revision:
                break
            led.append(Revision(made, found.heard))
            if found in counted and made.revision < claim.revision:
                led.clear()
        return led

    def ranges(self, cluster: str = "") -> list[Range]:
        """The ranges, those that were withdrawn as well."""
        found = self.connection.execute(
            "SELECT d.cluster, d.network, r.network, r.length, r.kind, r.revision,"
            " r.until FROM ranges r JOIN domains d ON d.id = r.domain"
            " WHERE :cluster = '' OR d.cluster = :cluster",
            {"cluster": cluster},
        )
        return [
            Range(
                cluster=of,
                network=network,
                subnet=Subnet(base, length),
                kind=kind,
                revision=unpack_revision(revision),
                end=end,
            )
            for of, network, base, length, kind, revision, end in found
        ]

    def rows(
        self, window: Window = ALWAYS, *, superseded: bool = False
    ) -> Iterator[Row]:
        """All rows, ranges first; memory does not grow with their number.

        Args:
            window: Which claims; it has no limit.
            superseded: Also the revisions that do not count any more.
        """
        domains = self._domains(window.cluster)
        where = f" WHERE c.domain IN ({_list(domains)}){_WINDOW}"
        yield from self.ranges(window.cluster)
        if superseded:
            yield from self._select(_SUPERSEDED + where, _values(window), domains)
        yield from self._select(_CLAIMS + where, _values(window), domains)

    def remembered(self, cluster: str, since: int) -> Iterator[Row]:
        """What a daemon that begins should know of earlier runs.

        Args:
            cluster: Whose rows.
            since: What ended before is of no more use, in microseconds.
        """
        domains = self._domains(cluster)
        here = f"c.domain IN ({_list(domains)})"
        values = {"since": since}
        return chain(
            self.ranges(cluster),
            self._select(f"{_CLAIMS} WHERE c.until IS NULL AND {here}", {}, domains),
            self._select(
                f"{_CLAIMS} WHERE c.until >= :since AND {here}", values, domains
            ),
        )

    def exported(self) -> Iterator[tuple[Row, int | None]]:
        """All there is, for another history."""
        for known in self.ranges():
            yield known, None
        domains = self._domains("")
        for sql in (_SUPERSEDED, _CLAIMS):
            for found, claim in self._entries(sql, {}, domains):
                yield claim, found.heard

    def _domains(self, cluster: str) -> dict[int, Domain]:
        sql = "SELECT id, cluster, network FROM domains"
        return {
            number: (name, network)
            for number, name, network in self.connection.execute(sql)
            if cluster in ("", name)
        }

    def _select(
        self, sql: str, values: dict[str, Any], domains: dict[int, Domain]
    ) -> Iterator[Claim]:
        return (claim for _, claim in self._entries(sql, values, domains))

    def _entries(
        self, sql: str, values: dict[str, Any], domains: dict[int, Domain]
    ) -> Iterator[tuple[Entry, Claim]]:
        width = len(Entry._fields)
        for row in self.connection.execute(sql, values):
            found = Entry._make(row[:width])
            try:
                owner = self._descriptions.owner(*row[width:])
                claim = claim_of(found, owner, *domains[found.domain])
            except (TypeError, LookupError, msgspec.MsgspecError) as error:
                raise FatalError(
                    f"{self.path}: damaged: a claim lacks what belongs to it"
                ) from error
            yield found, claim


def _values(window: Window) -> dict[str, Any]:
    return {"since": window.since, "until": window.until, "limit": window.limit}


def _list(numbers: Iterable[int]) -> str:
    return ", ".join(map(str, numbers))
