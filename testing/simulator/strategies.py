"""What others do to tell whose an address is, made as simple as they are.

They hear the same events as we do, and are asked when the line is written. They know
pods by their addresses (IPv6 as well, which not all of them do), and nothing else.
"""

import heapq
from collections import defaultdict
from typing import ClassVar

from k8s_sync.address import pack
from k8s_sync.claims.api_time import parse
from k8s_sync.kube.objects import Object
from simulator.clock import SECOND
from simulator.telling import Event
from simulator.traffic import Question

_OVER = ("Succeeded", "Failed")
_Place = tuple[str | None, bytes]
"""An address in a cluster; in whichever, for a question without one."""


def places(event: Event) -> list[_Place]:
    """Where a pod is reachable, if it has addresses of its own."""
    obj = event.object
    if obj is None or obj.spec.host_network:
        return []
    packed = [pack(found.ip) for found in obj.status.pod_ips]
    return [(cluster, one) for cluster in (event.cluster, None) for one in packed]


def _began(obj: Object) -> int:
    return parse(obj.status.start_time or obj.metadata.creation_timestamp or "")


class Strategy:
    """One way to tell."""

    name: ClassVar[str]

    def hear(self, event: Event) -> None:
        """Hears something about a pod."""
        raise NotImplementedError

    def ask(self, question: Question) -> str | None:
        """Names the owner of the address, or nobody."""
        raise NotImplementedError


class LastWriteWins(Strategy):
    """A map; whatever is heard of a pod last overwrites (Retina, Inspektor Gadget)."""

    name = "last write wins"

    def __init__(self) -> None:
        """Knows nobody."""
        self._now: dict[_Place, str] = {}

    def hear(self, event: Event) -> None:
        """Writes, or takes out what is the pod's own."""
        for place in places(event):
            if not event.gone:
                self._now[place] = event.uid
            elif self._now.get(place) == event.uid:
                del self._now[place]

    def ask(self, question: Question) -> str | None:
        """Reads."""
        return self._now.get((question.cluster, question.address))


class CurrentMap(Strategy):
    """A map of pods that are neither over nor being deleted (Mermin, Otterize)."""

    name = "current map only"

    def __init__(self) -> None:
        """Knows nobody."""
        self._at: defaultdict[_Place, dict[str, int]] = defaultdict(dict)
        self._of: dict[str, list[_Place]] = {}

    def hear(self, event: Event) -> None:
        """Puts a pod where it is now, and nowhere else."""
        for place in self._of.pop(event.uid, ()):
            self._at[place].pop(event.uid, None)
        obj = event.object
        if event.gone or obj is None or obj.status.phase in _OVER:
            return
        if obj.metadata.deletion_timestamp is None:
            self._of[event.uid] = places(event)
            for place in self._of[event.uid]:
                self._at[place][event.uid] = _began(obj)

    def ask(self, question: Question) -> str | None:
        """Names the one that began last, as of now."""
        here = self._at.get((question.cluster, question.address))
        return max(here, key=lambda uid: (here[uid], uid)) if here else None


class NewestStart(Strategy):
    """All starts that were ever heard of; the last before the packet wins (Pixie)."""

    name = "newest start without end"

    def __init__(self) -> None:
        """Knows nobody."""
        self._at: defaultdict[_Place, dict[str, int]] = defaultdict(dict)

    def hear(self, event: Event) -> None:
        """Notes a start."""
        for place in places(event):
            if event.object:
                self._at[place][event.uid] = _began(event.object)

    def ask(self, question: Question) -> str | None:
        """Names the one that began last before the packet."""
        here = self._at.get((question.cluster, question.address), {})
        begun = [uid for uid, start in here.items() if start <= question.time]
        return max(begun, key=lambda uid: (here[uid], uid), default=None)


class DeleteGrace(Strategy):
    """A map; the newest start wins, and deletions wait 120 s (OpenTelemetry)."""

    name = "delete grace of 120 s"
    _GRACE = 120 * SECOND

    def __init__(self) -> None:
        """Knows nobody."""
        self._now: dict[_Place, tuple[int, str]] = {}
        self._queue: list[tuple[int, int, Event]] = []

    def hear(self, event: Event) -> None:
        """Writes if it began later; puts off deletions."""
        self._forget(event.heard)
        if event.gone:
            due = event.heard + self._GRACE
            heapq.heappush(self._queue, (due, event.order, event))
            return
        for place in places(event):
            assert event.object is not None
            new = _began(event.object), event.uid
            self._now[place] = max(new, self._now.get(place, new))

    def _forget(self, now: int) -> None:
        while self._queue and self._queue[0][0] <= now:
            _, _, event = heapq.heappop(self._queue)
            for place in places(event):
                if self._now.get(place, (0, ""))[1] == event.uid:
                    del self._now[place]

    def ask(self, question: Question) -> str | None:
        """Reads."""
        self._forget(question.asked)
        return self._now.get((question.cluster, question.address), (0, None))[1]


ALL = (LastWriteWins, CurrentMap, NewestStart, DeleteGrace)
TIMED = (NewestStart,)
"""Those that can be asked after the fact."""
IGNORING = "ignore ambiguity"
"""Ours, if every answer that names somebody is taken for exact."""
