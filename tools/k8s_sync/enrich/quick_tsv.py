"""The rows of connections, in a hurry: nearly all rows of nearly all logs.

What is unusual about a row is left to `decorate_tsv`, which comes to the same for
these rows, only later.
"""

from collections.abc import Callable

from k8s_sync.enrich.lookup import Lookup
from k8s_sync.enrich.tally import Tally
from k8s_sync.enrich.tsv_plan import Plan
from k8s_sync.model import Proto
from k8s_sync.times import parse_bytes

Quick = Callable[[list[bytes], int, list[bytes], Tally], int]
"""Decorates lines from an index on; returns the index of the first unusual one."""

_SIDES = 2


def make_quick(
    plan: Plan,
    separator: bytes,
    lookup: Lookup,
    known: dict[bytes, tuple[Proto, ...]],
) -> Quick | None:
    """Prepares for the rows under one header.

    Args:
        plan: What is to be done.
        separator: Between cells.
        lookup: Where the answers come from.
        known: The protocols by the text in the column ``proto``; for a log without
            one, under no text.

    Returns:
        None if they are no rows of connections.
    """
    if len(plan.sides) != _SIDES or plan.drop:
        return None
    (_, orig_h, orig_p, after, src), (_, resp_h, resp_p, resp_after, dst) = plan.sides
    if orig_p is None or resp_p is None or after != resp_after:
        return None
    if src is not None or dst is not None:
        return None
    at_time, at_proto = plan.time, -1 if plan.proto is None else plan.proto
    # Cells that nobody looks at are not worth being taken apart.
    splits = max(at_time, at_proto, orig_h, orig_p, resp_h, resp_p, after) + 1
    separators = plan.width - 1
    cell, nothing, join = lookup.cell, lookup.nothing, separator.join
    only = known[b""] if at_proto < 0 else ()

    def quick(lines: list[bytes], start: int, out: list[bytes], tally: Tally) -> int:
        protos = only
        append = out.append
        named = 0
        at = start
        try:
            for at in range(start, len(lines)):
                line = lines[at]
                if line.count(separator) != separators:
                    break
                cells = line.split(separator, splits)
                time = parse_bytes(cells[at_time])
                if at_proto >= 0:
                    protos = known[cells[at_proto]]
                orig = cell(cells[orig_h], time, cells[orig_p], protos)
                resp = cell(cells[resp_h], time, cells[resp_p], protos)
                cells[after] += orig + resp
                append(join(cells))
                if orig is not nothing or resp is not nothing:
                    named += 1
            else:
                at = len(lines)
        except (KeyError, ValueError):
            pass  # a protocol that is new; a time or an address that is none
        tally.rows += at - start
        tally.named += named
        return at

    return quick
