"""A row in JSON: what is read of it, whatever its keys are called, and added to it."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

import msgspec
from msgspec.structs import fields

from k8s_sync.enrich.columns import SIDES, Value
from k8s_sync.enrich.dialects import Field
from k8s_sync.enrich.naming import Naming

decode_object = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
"""Reads the members of a row, and leaves their values as they are written."""

_encode = msgspec.json.encode
_UNSET = msgspec.Raw()


class Row(msgspec.Struct, gc=False):
    """What is read of every row; a type that Zeek does not write makes it a bad row.

    The names of the fields stand for those of `KEYS`.
    """

    ts: msgspec.Raw = _UNSET
    orig_h: str | None = None
    orig_p: int | None = None
    resp_h: str | None = None
    resp_p: int | None = None
    proto: str | None = None
    path: str | None = None
    note: msgspec.Raw = _UNSET
    """Rows of notice.log have it; there, ``src`` stands in for ``id``."""

    @property
    def has_id(self) -> bool:
        """It is a row about a connection."""
        return self.orig_h is not None or self.resp_h is not None


KEYS = {
    "ts": "ts",
    "orig_h": "id.orig_h",
    "orig_p": "id.orig_p",
    "resp_h": "id.resp_h",
    "resp_p": "id.resp_p",
    "proto": "proto",
    "path": "_path",
    "note": "note",
}
"""Field of `Row` -> Zeek's key."""


class Reading(NamedTuple):
    """Decoders for the rows of one site."""

    row: Callable[[bytes], Row]
    addresses: Callable[[bytes], dict[str, bytes]]
    """The addresses of a row without ``id``, by Zeek's keys, as they are written."""


@lru_cache(maxsize=8)
def reading(naming: Naming) -> Reading:
    """Makes decoders for the keys of a site."""
    row = msgspec.defstruct(
        "_Row",
        [(field.name, field.type, field.default) for field in fields(Row)],
        namespace={"has_id": Row.has_id},
        rename={field: naming.written(key) for field, key in KEYS.items()},
        gc=False,
    )
    places = {f"a{n}": name for n, name in enumerate(naming.addresses)}
    rest = msgspec.defstruct(
        "_Addresses",
        [(place, msgspec.Raw, _UNSET) for place in places],
        rename={place: naming.written(name) for place, name in places.items()},
    )
    decode: Callable[[bytes], Any] = msgspec.json.Decoder(rest).decode

    def addresses(line: bytes) -> dict[str, bytes]:
        found = decode(line)
        return {name: bytes(getattr(found, place)) for place, name in places.items()}

    decode_row: Callable[[bytes], Any] = msgspec.json.Decoder(row).decode
    return Reading(decode_row, addresses)


def members_of(told: Iterable[Field], values: Mapping[str, Value]) -> bytes:
    """Writes what is said of an owner as members of an object, each after a comma."""
    return b"".join(
        b"," + member for field in told for member in _members(field, values)
    )


def _members(field: Field, values: Mapping[str, Value]) -> Iterator[bytes]:
    value = field.pick(values)
    if field.members:
        for label in value:
            key, _, text = label.partition("=")
            yield _encode(field.member(key)) + b":" + _encode(text)
    elif value:
        yield _encode(field.name) + b":" + _encode(value)


def rebuild(
    line: bytes, added: bytes, prefixes: Iterable[str], naming: Naming
) -> bytes:
    """Writes a row anew, with something else said about owners.

    Args:
        line: The row.
        added: What is said now, as `members_of` writes it.
        prefixes: Of what was said before, which goes away.
        naming: What keys are called.
    """
    members = decode_object(line)
    old = naming.about(prefixes)
    decorated = naming.about(SIDES.values())
    out: list[bytes] = []
    at: int | None = None
    for key, value in members.items():
        if key in old:
            at = len(out) if at is None else at
            continue
        out.append(_encode(key) + b":" + bytes(value))
        # Zeek puts it behind the id; what is there about the other end follows.
        if naming.own(key).startswith("id.") and key not in decorated:
            at = len(out)
    if added:
        out.insert(len(out) if at is None else at, added[1:])
    end = line[len(line.rstrip()) :]
    return b"{" + b",".join(out) + b"}" + end
