"""What a report says: who talked to whom, how much, and how sure that is.

Counts only: memory grows with workloads and pods, not with rows. Pure.
"""

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from k8s_sync.model import SECOND

OUTSIDE = "outside"
"""The match of an address that is none of the cluster's; in logs it is unset."""
MATCHES = ("exact", "early", "ended", "ambiguous", "unknown", OUTSIDE)
DOUBTFUL = frozenset(("ambiguous", "unknown"))
NOTICES = 5000
"""Notices that are kept one by one."""

_BINS = 240
"""Most parts that the time is divided into; then two become one."""


class Party(NamedTuple):
    """One end of a connection: a workload, or what stands for the rest."""

    namespace: str
    """In brackets for what has none."""
    workload: str

    @property
    def named(self) -> bool:
        """It is an object of the cluster."""
        return self.namespace not in _NOBODY


class End(NamedTuple):
    """What a row says of one end."""

    match: str
    kind: str
    namespace: str
    pod: str
    workload: str
    node: str
    service: str

    @property
    def party(self) -> Party:
        """Whom it is counted for."""
        if self.kind == "pod":
            return Party(self.namespace, self.workload or f"Pod/{self.pod}")
        if self.kind == "service":
            return Party(self.namespace, f"Service/{self.service}")
        if self.kind == "node":
            return Party("(nodes)", f"Node/{self.node}")
        return Party(f"({self.match})", "")


_NOBODY = frozenset(f"({match})" for match in MATCHES)


class Amount:
    """Connections and bytes, and how much of them is in doubt."""

    __slots__ = ("ambiguous", "connections", "size", "unknown", "unsure_size")

    def __init__(self) -> None:
        """Starts at zero."""
        self.connections = 0
        self.size = 0
        """In bytes."""
        self.ambiguous = 0
        """Connections with an end that is ambiguous."""
        self.unknown = 0
        """Connections with an end that is unknown, and none that is ambiguous."""
        self.unsure_size = 0
        """Bytes of both."""

    def add(self, size: int, orig: str, resp: str) -> None:
        """Counts a connection by the matches of its ends."""
        self.connections += 1
        self.size += size
        if "ambiguous" in (orig, resp):
            self.ambiguous += 1
        elif "unknown" in (orig, resp):
            self.unknown += 1
        else:
            return
        self.unsure_size += size

    def merge(self, other: "Amount") -> None:
        """Adds what was counted elsewhere."""
        for name in Amount.__slots__:
            setattr(self, name, getattr(self, name) + getattr(other, name))

    @property
    def unsure(self) -> int:
        """Connections in doubt."""
        return self.ambiguous + self.unknown


class Notice(msgspec.Struct, frozen=True):
    """One notice."""

    time: int
    """In microseconds."""
    note: str
    message: str
    orig: Party
    resp: Party


class Facts:
    """All that is counted."""

    def __init__(self) -> None:
        """Has seen nothing."""
        self.rows: Counter[str] = Counter()
        """Rows by log, such as ``conn``."""
        self.flows: dict[tuple[Party, Party], Amount] = {}
        """By originator and responder."""
        self.matches: Counter[str] = Counter()
        """Ends of connections, by how sure they are."""
        self.sent: Counter[Party] = Counter()
        """Bytes."""
        self.received: Counter[Party] = Counter()
        self.seen: set[tuple[str, str]] = set()
        """Pods that any row names, by namespace and name."""
        self.first: int | None = None
        """The time of the first row, in microseconds."""
        self.last: int | None = None
        self.notices: list[Notice] = []
        self.more_notices = 0
        """Notices that there were beside those."""
        self.decorated = False
        """Some log had columns about owners."""
        self._width = SECOND
        self._bins: dict[int, list[int]] = {}

    def connection(
        self, time: int, orig: End, resp: End, sizes: tuple[int, int]
    ) -> None:
        """Counts a row of conn.log; `sizes` are the bytes of each end."""
        key = orig.party, resp.party
        flow = self.flows.get(key)
        if flow is None:
            flow = self.flows[key] = Amount()
        flow.add(sum(sizes), orig.match, resp.match)
        self.matches[orig.match] += 1
        self.matches[resp.match] += 1
        self.sent[key[0]] += sizes[0]
        self.received[key[0]] += sizes[1]
        self.sent[key[1]] += sizes[1]
        self.received[key[1]] += sizes[0]
        while (found := self._bins.get(time // self._width)) is None:
            if len(self._bins) < _BINS:
                found = self._bins[time // self._width] = [0, 0]
                break
            self._widen()
        found[0] += 1
        found[1] += orig.match in DOUBTFUL or resp.match in DOUBTFUL

    def _widen(self) -> None:
        self._width *= 2
        old, self._bins = self._bins, {}
        for number, (count, unsure) in old.items():
            bin_ = self._bins.setdefault(number // 2, [0, 0])
            bin_[0] += count
            bin_[1] += unsure

    def see(self, end: End) -> None:
        """Takes note of a pod that a row names."""
        if end.pod:
            self.seen.add((end.namespace, end.pod))

    def at(self, time: int) -> None:
        """Takes note of the time of a row."""
        self.first = time if self.first is None else min(self.first, time)
        self.last = time if self.last is None else max(self.last, time)

    def notice(self, notice: Notice) -> None:
        """Takes note of a row of notice.log."""
        if len(self.notices) < NOTICES:
            self.notices.append(notice)
        else:
            self.more_notices += 1

    def bins(self) -> Iterator[tuple[int, int, int, int]]:
        """The time in parts: from, until, connections, those in doubt."""
        for number in sorted(self._bins):
            count, unsure = self._bins[number]
            yield number * self._width, (number + 1) * self._width, count, unsure

    def total(self) -> Amount:
        """All connections."""
        total = Amount()
        for flow in self.flows.values():
            total.merge(flow)
        return total
