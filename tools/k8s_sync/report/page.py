"""Makes the page: one file, with all that it needs inside. Pure but for its templates.

Names come from logs, and what is in logs anybody can have sent: the templates escape
all of it, and the page forbids itself to load or send anything.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from typing import NamedTuple

import jinja2
import msgspec

from k8s_sync.model import SECOND
from k8s_sync.report import axis, ribbons
from k8s_sync.report.coverage import Coverage
from k8s_sync.report.facts import MATCHES, Amount, Facts, Notice, Party
from k8s_sync.times import rfc3339

_FLOWS = 25
_TALKERS = 15
_GROUPS = 50
_UNSEEN = 300
"""Lines of tables that are shown."""
_MESSAGE = 240
"""Characters of a notice's message that are shown."""

_MEASURES: dict[str, ribbons.Measure] = {
    "bytes": ribbons.by_bytes,
    "connections": ribbons.by_connections,
}
_SIZES = {"wide": (1080.0, 270.0, 34), "narrow": (352.0, 118.0, 18)}
"""Width of a map, room for names at its sides, and their longest, in characters."""


class _Flow(NamedTuple):
    orig: Party
    resp: Party
    amount: Amount


class _Talker(NamedTuple):
    party: Party
    sent: int
    received: int
    opened: int
    accepted: int
    peers: int


class _Group(msgspec.Struct):
    """Notices of one kind about the same ends."""

    note: str
    orig: Party
    resp: Party
    first: int
    last: int
    message: str
    count: int = 0


def render(facts: Facts, coverage: Coverage | None, *, title: str, made: int) -> str:
    """Writes the page.

    Args:
        facts: What was counted.
        coverage: What was seen of the cluster; None if nobody knows what there is.
        title: What it is about.
        made: The time, in microseconds.
    """
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("k8s_sync.report", "page"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        size=size, percent=percent, when=_when, named=named, short=short
    )
    levels = {
        "namespace": _by(facts, lambda party: party.namespace),
        "workload": _by(facts, named),
    }
    return environment.get_template("report.html.j2").render(
        title=title,
        made=made,
        facts=facts,
        total=facts.total(),
        matches=[(match, facts.matches[match]) for match in MATCHES],
        ends=sum(facts.matches.values()),
        measures=list(_MEASURES),
        maps={
            (level, measure, size): ribbons.draw(flows, how, width, margin)
            for level, flows in levels.items()
            for measure, how in _MEASURES.items()
            for size, (width, margin, _) in _SIZES.items()
        },
        sizes={size: longest for size, (_, _, longest) in _SIZES.items()},
        flows=_flows(facts),
        talkers=_talkers(facts),
        axes={
            "wide": axis.draw(facts, 1080.0, 10),
            "narrow": axis.draw(facts, 340.0, 4),
        },
        notices=_groups(facts.notices),
        lanes=axis.LANES,
        coverage=coverage,
        longest_message=_MESSAGE,
        limits={"flows": _FLOWS, "talkers": _TALKERS, "unseen": _UNSEEN},
    )


def _by(facts: Facts, name: Callable[[Party], str]) -> Mapping[tuple[str, str], Amount]:
    found: dict[tuple[str, str], Amount] = {}
    for ends, amount in facts.flows.items():
        orig, resp = map(name, ends)
        found.setdefault((orig, resp), Amount()).merge(amount)
    return found


def _flows(facts: Facts) -> list[_Flow]:
    flows = [_Flow(*ends, amount) for ends, amount in facts.flows.items()]
    flows.sort(key=lambda flow: (-flow.amount.size, -flow.amount.connections, flow[:2]))
    return flows[:_FLOWS]


def _talkers(facts: Facts) -> list[_Talker]:
    opened: Counter[Party] = Counter()
    accepted: Counter[Party] = Counter()
    peers: dict[Party, set[Party]] = {}
    for (orig, resp), amount in facts.flows.items():
        opened[orig] += amount.connections
        accepted[resp] += amount.connections
        peers.setdefault(orig, set()).add(resp)
        peers.setdefault(resp, set()).add(orig)
    talkers = [
        _Talker(
            party,
            facts.sent[party],
            facts.received[party],
            opened[party],
            accepted[party],
            len(others),
        )
        for party, others in peers.items()
        if party.named
    ]
    talkers.sort(key=lambda one: (-(one.sent + one.received), one.party))
    return talkers[:_TALKERS]


def _groups(notices: list[Notice]) -> list[_Group]:
    groups: dict[tuple[str, Party, Party], _Group] = {}
    for notice in notices:
        key = notice.note, notice.orig, notice.resp
        found = groups.setdefault(
            key, _Group(*key, notice.time, notice.time, notice.message)
        )
        found.count += 1
        found.first = min(found.first, notice.time)
        found.last = max(found.last, notice.time)
    ordered = sorted(groups.values(), key=lambda group: (-group.count, group.first))
    return ordered[:_GROUPS]


def named(party: Party) -> str:
    """Names a party in one line, such as ``shop/web``."""
    kind, _, name = party.workload.partition("/")
    if not name:
        return party.namespace
    if kind == "Node":
        return f"{name} (node)"
    return f"{party.namespace}/{name}" + (" (service)" if kind == "Service" else "")


def short(text: str, longest: int) -> str:
    """Cuts a name; its end says more than its beginning."""
    return text if len(text) <= longest else f"…{text[1 - longest :]}"


def size(count: float) -> str:
    """Writes bytes for people."""
    for unit in ("B", "kB", "MB", "GB", "TB"):
        if count < 1000:  # noqa: PLR2004 -- the next unit
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} PB"


def percent(part: float, whole: float) -> str:
    """Writes a share; a small one is not none."""
    if not part:
        return "0 %"
    share = 100 * part / whole
    if share < 0.1:  # noqa: PLR2004
        return "< 0.1 %"
    return f"{share:.1f} %" if share < 10 else f"{share:.0f} %"  # noqa: PLR2004


def _when(micros: int) -> str:
    return rfc3339(micros // SECOND * SECOND).replace(".000000Z", "Z").replace("T", " ")
