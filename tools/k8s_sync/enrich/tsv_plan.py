"""Where the columns about owners go in a Zeek TSV log.

They go where Zeek itself puts them: those of a connection's ends behind the last
column of its ``id``, others at the end of the row.
"""

from typing import NamedTuple

from k8s_sync.enrich.columns import ADDRESSES, SIDES, STAND_INS

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


def make_plan(names: list[str], types: list[str] | None) -> Plan | None:
    """Decides what to do with rows.

    Args:
        names: The columns, as in ``#fields``.
        types: Their types; None if they are not known.

    Returns:
        None if the log has no time or no address to ask about.
    """
    sides = _sides(names, types)
    if "ts" not in names or not sides:
        return None
    prefixes = tuple(f"{side.prefix}." for side in sides)
    old = [at for at, name in enumerate(names) if name.startswith(prefixes)]
    left = [name for name in names if not name.startswith(prefixes)]
    return Plan(
        width=len(names),
        drop=tuple(reversed(old)),
        time=left.index("ts"),
        proto=left.index("proto") if "proto" in left else None,
        sides=tuple(
            Side(
                prefix=side.prefix,
                addr=left.index(names[side.addr]),
                port=None if side.port is None else left.index(names[side.port]),
                after=_after(names, left, side),
                stand_in=(
                    None if side.stand_in is None else left.index(names[side.stand_in])
                ),
            )
            for side in sides
        ),
    )


def _sides(names: list[str], types: list[str] | None) -> list[Side]:
    """The addresses to ask about, with places in the header as it is."""
    last_of_id = max((at for at, name in enumerate(names) if _is_id(name)), default=-1)
    if last_of_id >= 0:
        return [
            Side(
                prefix,
                names.index(column),
                names.index(port) if (port := f"{column[:-1]}p") in names else None,
                last_of_id,
                _address(names, types, STAND_INS[column]),
            )
            for column, prefix in SIDES.items()
            if column in names
        ]
    return [
        Side(prefix, names.index(column), None, len(names) - 1)
        for column, prefix in ADDRESSES.items()
        if _address(names, types, column) is not None
    ]


def _address(names: list[str], types: list[str] | None, column: str) -> int | None:
    if column not in names:
        return None
    at = names.index(column)
    return at if types is None or types[at] == "addr" else None


def _is_id(name: str) -> bool:
    return name.startswith(_ID) and not name.startswith(tuple(SIDES.values()))


def _after(names: list[str], left: list[str], side: Side) -> int:
    """Finds the place: that of an earlier decoration, else Zeek's own."""
    dot = f"{side.prefix}."
    old = next((at for at, name in enumerate(names) if name.startswith(dot)), None)
    if old is None:
        return _place(names, left, side.after)
    before = [name for name in names[:old] if name in left]
    return left.index(before[-1]) if before else len(left) - 1


def _place(names: list[str], left: list[str], at: int) -> int:
    kept = [name for name in names[: at + 1] if name in left]
    return left.index(kept[-1])
