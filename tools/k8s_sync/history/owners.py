"""Owners by number: each is stored once, and what many have in common once as well."""

import hashlib
import sqlite3
from functools import lru_cache

import msgspec

from k8s_sync.history.entry import pack_uid, unpack_uid
from k8s_sync.model import Kind, Owner

_KEPT = 50_000
"""Templates, places and domains, each, that are remembered."""


class Template(msgspec.Struct, frozen=True, array_like=True):
    """What the pods of one workload have in common."""

    kind: Kind
    namespace: str
    workload: str
    service: str
    service_account: str
    labels: tuple[str, ...]
    images: tuple[str, ...]
    roles: tuple[str, ...]


class Numbers:
    """Gives owners their numbers; within a transaction that writes."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Writes through a connection."""
        self._execute = connection.execute
        self.domain = lru_cache(_KEPT)(self._domain)
        """The number of a cluster and a network of it."""
        self._known_place = lru_cache(_KEPT)(self._place)
        self._known_template = lru_cache(_KEPT)(self._template)

    def forget(self) -> None:
        """Forgets what was looked up: it may have been deleted since."""
        self.domain.cache_clear()
        self._known_place.cache_clear()
        self._known_template.cache_clear()

    def owner(self, owner: Owner) -> tuple[int, list[int]]:
        """The number of an owner, and those of other descriptions of the object."""
        template = Template(
            owner.kind,
            owner.namespace,
            owner.workload,
            owner.service,
            owner.service_account,
            owner.labels,
            owner.images,
            owner.roles,
        )
        content = (
            owner.pod,
            self._known_template(template),
            self._known_place(owner.node, owner.zone),
        )
        uid = pack_uid(owner.uid)
        others = {
            (pod, template, place): number
            for number, pod, template, place in self._execute(
                "SELECT id, pod, template, place FROM owners WHERE uid = ?", (uid,)
            )
        }
        mine = others.pop(content, None)
        if mine is None:
            mine = self._insert(
                "INSERT INTO owners (uid, pod, template, place) VALUES (?, ?, ?, ?)",
                (uid, *content),
            )
        return mine, list(others.values())

    def _domain(self, cluster: str, network: str) -> int:
        return self._find(
            "SELECT id FROM domains WHERE cluster = ? AND network = ?",
            (cluster, network),
        ) or self._insert(
            "INSERT INTO domains (cluster, network) VALUES (?, ?)", (cluster, network)
        )

    def _place(self, node: str, zone: str) -> int:
        return self._find(
            "SELECT id FROM places WHERE node = ? AND zone = ?", (node, zone)
        ) or self._insert("INSERT INTO places (node, zone) VALUES (?, ?)", (node, zone))

    def _template(self, template: Template) -> int:
        content = msgspec.msgpack.encode(template)
        digest = hashlib.blake2b(content, digest_size=16).digest()
        return self._find(
            "SELECT id FROM templates WHERE digest = ?", (digest,)
        ) or self._insert(
            "INSERT INTO templates (digest, kind, namespace, workload, service,"
            " service_account, labels, images, roles)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                digest,
                template.kind,
                template.namespace,
                template.workload,
                template.service,
                template.service_account,
                _json(template.labels),
                _json(template.images),
                _json(template.roles),
            ),
        )

    def _find(self, sql: str, values: tuple[object, ...]) -> int | None:
        found = self._execute(sql, values).fetchone()
        return int(found[0]) if found else None

    def _insert(self, sql: str, values: tuple[object, ...]) -> int:
        return self._execute(sql, values).lastrowid or 0  # there is one


class Descriptions:
    """Reads owners back."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Reads through a connection."""
        self._execute = connection.execute
        self._known_template = lru_cache(_KEPT)(self._template)
        self._known_place = lru_cache(_KEPT)(self._place)

    def owner(self, uid: bytes | str, pod: str, template: int, place: int) -> Owner:
        """Puts together what a row of the table of owners says."""
        common = self._known_template(template)
        node, zone = self._known_place(place)
        return Owner(
            kind=common.kind,
            uid=unpack_uid(uid),
            namespace=common.namespace,
            pod=pod,
            workload=common.workload,
            node=node,
            service=common.service,
            service_account=common.service_account,
            labels=common.labels,
            images=common.images,
            zone=zone,
            roles=common.roles,
        )

    def _template(self, number: int) -> Template:
        kind, namespace, workload, service, account, *lists = self._execute(
            "SELECT kind, namespace, workload, service, service_account, labels,"
            " images, roles FROM templates WHERE id = ?",
            (number,),
        ).fetchone()
        labels, images, roles = (_texts(each) for each in lists)
        return Template(
            kind, namespace, workload, service, account, labels, images, roles
        )

    def _place(self, number: int) -> tuple[str, str]:
        node, zone = self._execute(
            "SELECT node, zone FROM places WHERE id = ?", (number,)
        ).fetchone()
        return node, zone


def _json(texts: tuple[str, ...]) -> str:
    return msgspec.json.encode(texts).decode()


def _texts(json: str) -> tuple[str, ...]:
    return msgspec.json.decode(json, type=tuple[str, ...])
