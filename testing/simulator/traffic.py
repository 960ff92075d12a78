"""Questions whose answer is known: who had this address when this packet was seen?

Most packets are spread over the lives of pods. More than their share comes from the
first and the last second of a life, and from around the moments at which an address
changes hands, as that is where it is hard; a few are strangers' packets, which reach
an address whose new pod does not run yet, or whose old one does not any more.
"""

import bisect
import itertools
from collections import defaultdict
from typing import NamedTuple

from k8s_sync.model import Proto
from simulator.clock import BEGIN, MINUTE, SECOND, Dice
from simulator.things import Holding

MIX = {
    "life": 0.90,
    "first second": 0.03,
    "last second": 0.03,
    "handover": 0.03,
    "stray": 0.01,
}
"""What share of the questions is drawn how."""
CAUSES = (
    "overlap",
    "host-network",
    "service",
    "secondary",
    "node-loss",
    "force-delete",
    "moved",
    "sts-restart",
    "reuse<5s",
    "job-finished",
    "lagged",
    "dual-stack",
    "plain",
)
"""What may be special about a question; the first that fits counts."""
_BLIND = 0.04
"""Of the questions, so many come from a sensor that does not know its cluster."""
_NEAR = MINUTE
"""So near to the beginning or end of a holding, what happens there matters."""
_QUICK = 5 * SECOND
_HANDOVER = 30 * SECOND
_MAPPED = b"\x00" * 10 + b"\xff\xff"

_TRIES = 50

_Key = tuple[str, str, bytes, int, str]


class Question(NamedTuple):
    """Whose was the address?"""

    time: int
    """When the first packet was seen."""
    asked: int
    """When the connection is logged."""
    cluster: str | None
    network: str
    address: bytes
    port: int
    proto: str
    uid: str
    """The truth."""
    cause: str
    draw: str
    """Why it was drawn; one of `MIX`."""

    @property
    def asked_proto(self) -> Proto:
        """The protocol of the port; there is none without a port."""
        proto: Proto = "udp" if self.proto == "udp" else "tcp"
        return proto if self.port else ""


class Traffic:
    """Draws questions."""

    def __init__(self, truth: list[Holding], end: int, dice: Dice) -> None:
        """Knows the truth until `end`."""
        self._dice = dice
        self._end = end
        by_key: defaultdict[_Key, list[Holding]] = defaultdict(list)
        for one in truth:
            key = one.cluster, one.network, one.address, one.port, one.proto
            by_key[key].append(one)
        self._before: dict[int, Holding] = {}
        self._after: dict[int, Holding] = {}
        for held in by_key.values():
            held.sort(key=lambda one: one.begin)
            for old, new in itertools.pairwise(held):
                self._after[id(old)] = new
                self._before[id(new)] = old
        self._talking = [one for one in truth if self._span(one)]
        spans = (self._span(one) for one in self._talking)
        self._sums = list(itertools.accumulate(spans))
        self._new = [one for one in self._talking if (one.talks or 0) >= BEGIN]
        self._old = [one for one in self._talking if one.silent is not None]
        self._pairs = [
            (old, new)
            for held in by_key.values()
            for old, new in itertools.pairwise(held)
            if old.end is not None and new.begin - old.end < _HANDOVER
        ]
        self._strays = [
            span
            for one in truth
            if not one.port  # where nobody listens, it is the node's
            for span in (
                (one, one.begin, one.talks or one.silent or end),
                (one, one.silent or end, one.end or end),
            )
            if BEGIN <= span[1] < span[2] <= end
        ]

    def _span(self, one: Holding) -> int:
        """How long it talked in the hour."""
        if one.talks is None:
            return 0
        return max(0, min(one.silent or self._end, self._end) - max(one.talks, BEGIN))

    def questions(self, count: int) -> list[Question]:
        """Draws so many."""
        draws = {
            "life": self._life,
            "first second": self._first,
            "last second": self._last,
            "handover": self._handover,
            "stray": self._stray,
        }
        found: list[Question] = []
        while len(found) < count:
            (draw,) = self._dice.choices(tuple(MIX), tuple(MIX.values()))
            for _ in range(_TRIES):
                drawn = draws[draw]()
                if drawn is not None:
                    found.append(self._question(*drawn, draw))
                    break
        return found

    def _within(self, one: Holding, low: int, high: int) -> tuple[Holding, int] | None:
        assert one.talks is not None
        low = max(low, one.talks, BEGIN)
        high = min(high, one.silent or self._end, self._end)
        return (one, self._dice.randrange(low, high)) if low < high else None

    def _life(self) -> tuple[Holding, int] | None:
        place = bisect.bisect(self._sums, self._dice.randrange(self._sums[-1]))
        return self._within(self._talking[place], 0, self._end)

    def _first(self) -> tuple[Holding, int] | None:
        one = self._dice.choice(self._new)
        return self._within(one, 0, (one.talks or 0) + SECOND)

    def _last(self) -> tuple[Holding, int] | None:
        one = self._dice.choice(self._old)
        return self._within(one, (one.silent or 0) - SECOND, self._end)

    def _handover(self) -> tuple[Holding, int] | None:
        old, new = self._dice.choice(self._pairs)
        moment = self._dice.randrange(
            (old.end or 0) - 5 * SECOND, new.begin + 5 * SECOND
        )
        for one in (old, new):
            talks, silent = one.talks, one.silent or self._end
            if talks is not None and max(talks, BEGIN) <= moment < silent:
                return (one, moment) if moment < self._end else None
        return None

    def _stray(self) -> tuple[Holding, int] | None:
        if not self._strays:
            return None
        one, low, high = self._dice.choice(self._strays)
        return one, self._dice.randrange(low, high)

    def _question(self, one: Holding, time: int, draw: str) -> Question:
        # The last are those that Zeek gives up on: UDP after 1 minute, TCP after 5.
        lasts = self._dice.mixed((0.7, 0, 5), (0.25, 60, 61), (0.05, 300, 301))
        blind = self._dice.one_in(_BLIND)
        port, proto = one.port, one.proto
        if one.cause == "node" and not port:
            port, proto = self._dice.randrange(32768, 60999), "tcp"
        return Question(
            time=time,
            asked=time + lasts,
            cluster=None if blind else one.cluster,
            network=one.network,
            address=one.address,
            port=port,
            proto=proto,
            uid=one.uid,
            cause="overlap" if blind else self._cause(one, time),
            draw=draw,
        )

    def _cause(self, one: Holding, time: int) -> str:
        if one.cause == "service":
            return "service"
        if one.port or one.cause == "node":
            return "host-network"
        if one.network:
            return "secondary"
        near = set()
        before, after = self._before.get(id(one)), self._after.get(id(one))
        if time - one.begin < _NEAR:
            near.add(one.cause if one.cause != "job-finished" else "")
            if before and before.end is not None and one.begin - before.end < _NEAR:
                near.add(before.cause)
                near |= {"lagged"} if before.slow else set()
                near |= {"reuse<5s"} if one.begin - before.end < _QUICK else set()
        if one.end is not None and one.end - time < _NEAR:
            near.add(one.cause)
            if after and after.begin - one.end < _NEAR:
                near |= {"lagged"} if after.slow else set()
                near |= {"reuse<5s"} if after.begin - one.end < _QUICK else set()
        if one.slow:
            near.add("lagged")
        if not one.address.startswith(_MAPPED):
            near.add("dual-stack")
        return next((cause for cause in CAUSES if cause in near), "plain")
