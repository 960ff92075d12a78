"""A report as a table, for people."""

from collections.abc import Iterator

from k8s_sync.model import Owner
from k8s_sync.whois.report import Report, Spell, Told

_HEADS = "FROM", "TO", "END", "MATCH", "KIND", "OWNER", "WORKLOAD", "NODE", "CLUSTER"
_INDENT = "    "
_WHOLE_SECOND = ".000000Z"
_LIVE = ("exact", "ambiguous")


def table(report: Report, *, brief: bool = False) -> str:
    """Writes a report.

    Args:
        report: What to write.
        brief: Leaves out roles, labels and images.
    """
    lines = [_headline(report)]
    if report.claims:
        lines += ["", *_rows(report, brief=brief)]
    return "\n".join(map(printable, lines)) + "\n"


def _headline(report: Report) -> str:
    if report.at is None:
        nobody = "" if report.claims else ": nobody, as far as is known here"
        return report.asked + nobody
    return f"{report.asked} at {short(report.at)}: {_sentence(report)}"


def _sentence(report: Report) -> str:
    if report.owner is not None:
        return f"{name(report.owner)} ({report.match})"
    if report.address is None:
        held = [f"{one.address} ({one.match})" for one in report.claims if one.match]
        return ", ".join(held) or "no address, as far as is known here"
    return {
        "unknown": "unknown: in a range of the cluster, but nobody claims it",
        "ambiguous": "ambiguous: several clusters, or networks, claim it",
    }.get(report.match or "", "nobody, and in no range of a cluster")


def _rows(report: Report, *, brief: bool) -> Iterator[str]:
    by_name = report.address is None
    ported = any(spell.port for spell in report.claims)
    heads = (
        *(("ADDRESS",) if by_name else ()),
        *_HEADS,
        *(("PORT",) if ported else ()),
    )
    cells = [heads]
    for spell in report.claims:
        where = (spell.address,) if by_name else ()
        port = (f"{spell.port}/{spell.proto}" if spell.port else "-",)
        cells.append((*where, *_cells(spell), *(port if ported else ())))
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    aligned = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in cells]
    yield aligned[0]
    for line, spell in zip(aligned[1:], report.claims, strict=True):
        yield line
        if not brief:
            yield from _details(spell.owner)
        yield from map(_told, spell.revisions)


def _cells(spell: Spell) -> tuple[str, ...]:
    owner = spell.owner
    to = "terminating" if spell.terminating else "still held"
    where = f"{spell.cluster}/{spell.network}" if spell.network else spell.cluster
    return (
        short(spell.start),
        short(spell.to) if spell.to else to,
        spell.ended or "-",
        "/".join(dict.fromkeys(one.match for one in spell.sure if one.match in _LIVE))
        or "-",
        owner.kind,
        name(owner),
        owner.workload or "-",
        owner.node or "-",
        where,
    )


def _details(owner: Owner) -> Iterator[str]:
    if owner.roles:
        yield f"{_INDENT}roles: {' '.join(owner.roles)}"
    if owner.labels:
        yield f"{_INDENT}labels: {' '.join(owner.labels)}"
    if owner.images:
        yield f"{_INDENT}images: {' '.join(owner.images)}"


def _told(told: Told) -> str:
    heard = short(told.heard) if told.heard else "at some time"
    end = f"to {short(told.to)} ({told.ended or 'ended'})" if told.to else "held"
    doomed = f", terminating {short(told.terminating)}" if told.terminating else ""
    return (
        f"{_INDENT}heard {heard}: from {short(told.start)}, {end}{doomed},"
        f" revision {told.revision}"
    )


def short(time: str) -> str:
    """A time without a fraction that says nothing."""
    if time.endswith(_WHOLE_SECOND):
        return time.removesuffix(_WHOLE_SECOND) + "Z"
    return time


def name(owner: Owner) -> str:
    """Names an owner as kubectl does, ``namespace/name``."""
    own = {"pod": owner.pod, "service": owner.service, "node": owner.node}[owner.kind]
    own = own or owner.uid
    return f"{owner.namespace}/{own}" if owner.namespace else own


def printable(line: str) -> str:
    """A line that does nothing to a terminal but be seen."""
    if line.isprintable():
        return line
    return "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in line)
