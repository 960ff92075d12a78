"""The rows of connections, in a hurry: nearly all rows of nearly all logs.

What is unusual about a row is left to `decorate_tsv`, which comes to the same for
these rows, only later.
"""

from bisect import bisect_right
from collections.abc import Callable

from k8s_sync.enrich.lookup import Lookup
from k8s_sync.enrich.tally import Tally
from k8s_sync.enrich.tsv_plan import Plan
from k8s_sync.model import Proto
from k8s_sync.times import parse_bytes

Quick = Callable[[list[bytes], int, list[bytes], Tally], int]
"""Decorates lines from an index on; returns the index of the first unusual one."""

_SIDES = 2
_DIGITS = 6
"""Of the fraction of a time, as Zeek writes it."""
_NO_TEXT = b"\n"
"""No cell has it."""


def make_quick(  # noqa: C901 -- a call less for each row is worth it
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
    cell, seen = lookup.cell, lookup.steps.get
    nothing, join = lookup.nothing, separator.join
    only = known[b""] if at_proto < 0 else ()

    def quick(lines: list[bytes], start: int, out: list[bytes], tally: Tally) -> int:
        protos = only
        append = out.append
        named = 0
        at = start
        # Lines that follow each other often have their second in common.
        second, begin = _NO_TEXT, 0
        try:
            for at in range(start, len(lines)):
                line = lines[at]
                if line.count(separator) != separators:
                    break
                cells = line.split(separator, splits)
                text = cells[at_time]
                micros = text[-_DIGITS:]
                if text[:-_DIGITS] == second and micros.isdigit():
                    time = begin + int(micros)
                else:
                    time = parse_bytes(text)
                    second, begin = _second(text, time)
                if at_proto >= 0:
                    protos = known[cells[at_proto]]
                # What `Lookup.cell` does for an address without ports of its own,
                # about which it has been asked: a call less.
                steps = seen(cells[orig_h])
                orig = (
                    None
                    if steps is None or steps.ports
                    else steps.cells[bisect_right(steps.edges, time)]
                )
                if orig is None:
                    orig = cell(cells[orig_h], time, cells[orig_p], protos)
                steps = seen(cells[resp_h])
                resp = (
                    None
                    if steps is None or steps.ports
                    else steps.cells[bisect_right(steps.edges, time)]
                )
                if resp is None:
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


def _second(text: bytes, time: int) -> tuple[bytes, int]:
    """What a time's text begins with up to the point, and when that second began.

    Of a time in another form than Zeek's usual one, what no text begins with.
    """
    whole, micros = text[: -_DIGITS - 1], text[-_DIGITS:]
    if text[-_DIGITS - 1 : -_DIGITS] == b"." and whole.isdigit() and micros.isdigit():
        return text[:-_DIGITS], time - int(micros)
    return _NO_TEXT, 0
