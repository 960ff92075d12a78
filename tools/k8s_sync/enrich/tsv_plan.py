"""Where the columns about owners go in a Zeek TSV log.

They go where Zeek itself puts them: those of a connection's ends behind the last
column of its ``id``, others at the end of the row.
"""

from typing import NamedTuple

from k8s_sync.enrich.columns import SIDES, STAND_INS
from k8s_sync.enrich.naming import Naming

_ID = "id."


class Side(NamedTuple):
    """One address of a row, and where the columns about its owner go."""

    prefix: str
    addr: int
    port: int | None
    after: int
    """The cell that the new ones follow."""
    stand_in: int | None = None
    """The address to ask about where the other one is unset."""


class Plan(NamedTuple):
    """What is done to the rows under one header.

    Cells are counted when those of an earlier decoration have been taken out.
    """

    width: int
    """Cells in a row, before anything is taken out."""
    drop: tuple[int, ...]
    """Cells of an earlier decoration, last first."""
    time: int
    proto: int | None
    sides: tuple[Side, ...]

    def apply(self, cells: list[str], added: dict[str, list[str]]) -> list[str]:
        """Does to header cells what is done to the rows.

        Args:
            cells: Names, or types.
            added: What is added, by a side's prefix.
        """
        cells = list(cells)
        for at in self.drop:
            del cells[at]
        out: list[str] = []
        for at, cell in enumerate(cells):
            out.append(cell)
            for side in self.sides:
                if side.after == at:
                    out.extend(added[side.prefix])
        return out


class _Header(NamedTuple):
    """The columns as the log has them."""

    names: list[str]
    """By Zeek's names."""
    types: list[str] | None
    left: list[int]
    """Places of the columns that no earlier decoration has added."""

    def address(self, column: str) -> int | None:
        """Finds a column of addresses."""
        if column not in self.names:
            return None
        at = self.names.index(column)
        return at if self.types is None or self.types[at] == "addr" else None

    def place(self, at: int) -> int:
        """Where the last column up to one place is, counting what is left."""
        return max(sum(kept <= at for kept in self.left) - 1, 0)


def make_plan(
    written: list[str], types: list[str] | None, naming: Naming
) -> Plan | None:
    """Decides what to do with rows.

    Args:
        written: The columns, as in ``#fields``.
        types: Their types; None if they are not known.
        naming: What columns are called.

    Returns:
        None if the log has no time or no address to ask about.
    """
    names = [naming.own(name) for name in written]
    header = _Header(names, types, [])
    of_id = naming.about(SIDES.values())
    sides = _sides(header, [name in of_id for name in written], naming)
    if "ts" not in names or not sides:
        return None
    old = naming.about(side.prefix for side in sides)
    added = [at for at, name in enumerate(written) if name in old]
    header.left.extend(at for at in range(len(names)) if at not in added)

    def place(at: int | None) -> int | None:
        return None if at is None else header.place(at)

    time = names.index("ts")
    return Plan(
        width=len(names),
        drop=tuple(reversed(added)),
        time=header.place(time),
        proto=place(names.index("proto") if "proto" in names else None),
        sides=tuple(
            Side(
                prefix=side.prefix,
                addr=header.place(side.addr),
                port=place(side.port),
                after=header.place(_after(written, side, naming)),
                stand_in=place(side.stand_in),
            )
            for side in sides
        ),
    )


def _sides(header: _Header, decorated: list[bool], naming: Naming) -> list[Side]:
    """The addresses to ask about, with places in the header as it is."""
    names = header.names
    in_id = [
        at
        for at, name in enumerate(names)
        if name.startswith(_ID) and not decorated[at]
    ]
    if in_id:
        return [
            Side(
                prefix,
                names.index(column),
                names.index(port) if (port := f"{column[:-1]}p") in names else None,
                in_id[-1],
                header.address(STAND_INS[column]),
            )
            for column, prefix in SIDES.items()
            if column in names
        ]
    found: dict[str, Side] = {}
    for column, prefix in naming.addresses.items():
        at = header.address(column)
        if at is not None:
            found.setdefault(prefix, Side(prefix, at, None, len(names) - 1))
    return list(found.values())


def _after(written: list[str], side: Side, naming: Naming) -> int:
    """Finds the place: that of an earlier decoration, else Zeek's own."""
    old = naming.about([side.prefix])
    first = next((at for at, name in enumerate(written) if name in old), None)
    return side.after if first is None else first
