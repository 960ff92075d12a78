"""What columns are called in a log: those it has, and those that are added.

A site may have renamed Zeek's columns (``Log::default_field_name_map``,
``Log::default_scope_sep``), and may want ours in another dialect.
"""

from collections.abc import Iterable, Mapping
from functools import cached_property

import msgspec

from k8s_sync.enrich.columns import ADDRESSES, DEFAULT, OPTIONAL, Columns
from k8s_sync.enrich.dialects import DialectName, Field, fields

_ID = "id."


class Naming(msgspec.Struct, frozen=True, dict=True):
    """How columns are called. Without arguments: as Zeek calls them."""

    dialect: DialectName = "zeek"
    """Whose names the columns about owners get."""
    renamed: tuple[tuple[str, str], ...] = ()
    """Zeek's name of a column, and what the log calls it."""
    separator: str = "."
    """Between the names of a record and its fields, in Zeek's own names."""
    more: tuple[tuple[str, str], ...] = ()
    """Further columns with an address, and the prefix of what is said about it."""

    @cached_property
    def addresses(self) -> dict[str, str]:
        """Address column -> prefix, in logs without ``id``, by Zeek's names."""
        return {**ADDRESSES, **dict(self.more)}

    @cached_property
    def _renamed(self) -> dict[str, str]:
        return dict(self.renamed)

    @cached_property
    def _own(self) -> dict[str, str]:
        return {name: own for own, name in self.renamed}

    def written(self, own: str) -> str:
        """What a log calls a column of Zeek's."""
        there = own.replace(".", self.separator)
        return self._renamed.get(own) or self._renamed.get(there) or there

    def own(self, name: str) -> str:
        """What Zeek calls a column of a log."""
        name = self._own.get(name, name)
        opening = "id" + self.separator
        if name.startswith(opening):
            return _ID + name[len(opening) :]
        return name

    def added(self, prefix: str, columns: Columns) -> tuple[Field, ...]:
        """The columns that are added about the owner of one address."""
        found = fields(self.dialect, prefix, columns.names)
        if self.dialect != "zeek":
            return found
        return tuple(field._replace(name=self.written(field.name)) for field in found)

    def about(self, prefixes: Iterable[str]) -> "About":
        """Tells the columns that an earlier run, or Zeek, has added."""
        names: set[str] = set()
        openings: list[str] = []
        for prefix in prefixes:
            every = fields(self.dialect, prefix, (*DEFAULT, *OPTIONAL))
            names.update(self.written(field.name) for field in every)
            names.update(field.name for field in every)
            openings.extend(f"{field.name}." for field in every if field.members)
            if self.dialect == "zeek":
                openings.append(self.written(prefix) + self.separator)
        return About(frozenset(names), tuple(openings))


class About(msgspec.Struct, frozen=True):
    """Recognises the columns about certain addresses."""

    names: frozenset[str]
    openings: tuple[str, ...]

    def __contains__(self, name: str) -> bool:
        return name in self.names or name.startswith(self.openings)


def read(told: Iterable[Field], members: Mapping[str, object]) -> dict[str, object]:
    """Reads what a decorated row says of an owner, by our names for it.

    Args:
        told: The columns about that owner.
        members: The row, by the names of its columns.
    """
    found: dict[str, object] = {}
    for field in told:
        if field.column == "workload" and field.kind:
            continue
        value = members.get(field.name)
        if field.members:
            opening = f"{field.name}."
            value = [
                f"{name[len(opening) :]}={text}"
                for name, text in members.items()
                if name.startswith(opening)
            ]
        if value:
            found[field.column] = value
    return found
