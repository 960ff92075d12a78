"""What the nodes of one Zeek still have to hear of one source. Pure.

A Zeek is a standalone one or a whole cluster; whoever answers is a node of it.

    a node answers ─▶ equal digests? ──yes──▶ synced: deltas, to all nodes at once
                         │no                    ▲
                         ▼                      │
                      what it missed, or a snapshot … end

Every event is answered by each node that it was sent to, with one status that
names it, and at most `WINDOW` are unanswered. What waits is a set of keys, so
that a slow Zeek costs one row per claim, however often the claim changes. A node
that does not answer holds nobody up: it hears what all hear, and is asked how it
is when it is back.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable
from typing import Literal

from k8s_sync.feed.batches import Recent, Waiting
from k8s_sync.feed.codec import ALL_NODES, Event, Status, node_topic
from k8s_sync.feed.node import LAG, LOST, Node
from k8s_sync.feed.snapshot import Repairs
from k8s_sync.model import SECOND
from k8s_sync.timeline import Key, Timeline

_EXPECTED = 64
"""Digests that are remembered, by the number of the delta that led to them."""

Addressed = tuple[str, Event]
"""A topic, and what to publish there."""
Phase = Literal["offline", "hello", "snapshot", "synced"]


class Peer:
    """The sending side of one source's feed to one Zeek."""

    def __init__(
        self,
        timeline: Timeline,
        source: str,
        epoch: int,
        clock: Callable[[], int],
        timer: Callable[[], int],
    ) -> None:
        """Makes a peer that is not connected.

        Args:
            timeline: What the nodes have to hold; the daemon's own.
            source: The cluster whose rows are sent; also an attribute.
            epoch: Names this run of the daemon; deltas of another are void.
            clock: Now, in microseconds since the epoch; for what nodes are told.
            timer: Microseconds that only grow, whatever the clock is set to.
        """
        self.source = source
        self.nodes: dict[str, Node] = {}
        """Who answers, by name."""
        self.resyncs = 0
        """Snapshots that were needed because digests differed."""
        self.problem = ""
        """The newest complaint of a node."""
        self._timeline = timeline
        self._epoch = epoch
        self._clock = clock
        self._timer = timer
        self._connected = False
        self._seq = self._asked = 0
        self._dirty = Waiting()
        self._recent = Recent()
        self._expected: OrderedDict[int, int] = OrderedDict()
        self._hellos: dict[str, None] = {}
        self._repairs = Repairs()
        self._turn = False

    @property
    def phase(self) -> Phase:
        """How far the nodes are, the last of them."""
        if not self._connected:
            return "offline"
        phases = {node.phase for node in self.nodes.values()}
        if not phases or "hello" in phases:
            return "hello"
        return "snapshot" if "snapshot" in phases else "synced"

    @property
    def waiting(self) -> int:
        """Rows that are still to be sent."""
        return len(self._dirty) + len(self._repairs.current or ())

    @property
    def unanswered(self) -> int:
        """Events that a node has not answered, of the node that has most."""
        return max((node.unanswered for node in self.nodes.values()), default=0)

    @property
    def idle(self) -> bool:
        """Whether the nodes hold all there is, as far as they answer."""
        if self._hellos or self._dirty or self._repairs:
            return False
        nodes = [node for node in self.nodes.values() if not node.lagging]
        return bool(nodes) and all(
            node.phase == "synced" and not node.unanswered for node in nodes
        )

    @property
    def agrees(self) -> bool:
        """Whether the last answers showed that all nodes hold what we hold."""
        digest = self._timeline.digest(self.source)
        return bool(self.nodes) and all(
            node.last is not None
            and (node.last.epoch, node.last.seq) == (self._epoch, self._seq)
            and node.last.digest == digest
            for node in self.nodes.values()
        )

    def troubles(self) -> list[str]:
        """Says which nodes do not hold all there is, and why."""
        if not self._connected:
            return ["offline"]
        if not self.nodes:
            return ["hello"]
        now = self._timer()
        return [
            f"{node.name}: no answer for {node.silence(now) // SECOND} s"
            if node.lagging
            else f"{node.name}: {node.phase}"
            for node in self.nodes.values()
            if not node.well
        ]

    def connected(self) -> None:
        """Begins a session; what was under way in the last one is void."""
        self._connected = True
        self.nodes.clear()
        self._repairs.clear()
        self._hellos = {ALL_NODES: None}

    def disconnected(self) -> None:
        """Ends a session."""
        self._connected = False

    def changed(self, keys: Iterable[Key]) -> None:
        """Takes note that rows have to be sent."""
        self._dirty.add(keys, self._timeline)

    def ask(self) -> None:
        """Asks all nodes for their status."""
        self._hellos[ALL_NODES] = None

    def look(self) -> None:
        """Notices who does not answer; to be called about once a second."""
        now = self._timer()
        for node in list(self.nodes.values()):
            silence = node.silence(now)
            if silence > LOST:
                self._repairs.drop(node)
                del self.nodes[node.name]
            elif silence > LAG and not node.lagging:
                node.lagging = True
                if self._repairs.hold_up(node):
                    self._repairs.drop(node)
                    node.phase = "hello"
                # Its answer tells what was lost, if anything was.
                self._ask(node)

    def answered(self, status: Status) -> None:
        """Takes in a status of a node."""
        if not status.source:
            self._begins(status.node)
            return
        epoch, _, tag = status.answer.partition(" ")
        if status.source != self.source or epoch != str(self._epoch):
            return  # another daemon's, or meant for an earlier run
        part = tag.partition(" ")[0]
        now = self._timer()
        node = self.nodes.get(status.node)
        if node is None:
            node = self.nodes[status.node] = Node(status.node)
            if part != "hello":
                self._ask(node)
                return
            node.sent(tag, self._seq, now)
        heard = node.answered(tag, now)
        if heard is None:
            return
        node.last = status
        self.problem = status.problem or self.problem
        if part != "snapshot" and not self._repairs.concern(node):
            self._judge(node, status, heard)

    def _begins(self, name: str) -> None:
        """Takes note that a node has just begun, and knows nothing of us."""
        node = self.nodes.setdefault(name, Node(name))
        node.forget()
        self._repairs.drop(node)
        self._ask(node)

    def _ask(self, node: Node) -> None:
        self._hellos[node_topic(node.name)] = None

    def _judge(self, node: Node, status: Status, heard: int) -> None:
        """Decides what a node needs that was sent all deltas up to `heard`."""
        expected = self._expected.get(status.seq)
        known = status.epoch == self._epoch and heard <= status.seq <= self._seq
        wrong = expected is not None and status.digest != expected
        if not known:
            self._repairs.need(node, whole=self._missed(status) is None)
        elif wrong:
            self.resyncs += 1
            self._repairs.need(node, whole=True)
        else:
            node.phase = "synced"
            node.helped = False

    def _missed(self, status: Status | None) -> list[Key] | None:
        """Lists what a node lacks, or None if that is not known."""
        if status is not None and status.epoch == self._epoch:
            return self._recent.since(status.seq)
        # What it holds from another run may be all there is.
        digest = self._timeline.digest(self.source)
        same = status is not None and status.digest == digest
        return [] if same and not self._dirty else None

    def next(self) -> Addressed | None:
        """Returns what to send next, or None if there is reason to wait."""
        if not self._connected:
            return None
        if self._hellos:
            topic = next(iter(self._hellos))
            del self._hellos[topic]
            self._asked += 1
            return self._send(topic, "hello", self._asked, "")
        # In turn, so that neither waits for the other to end.
        self._turn = not self._turn
        if self._turn:
            return self._delta() or self._part()
        return self._part() or self._delta()

    def _delta(self) -> Addressed | None:
        awake = [node for node in self.nodes.values() if node.well]
        if not awake or not all(node.has_room for node in awake):
            return None
        keys, payload = self._dirty.take(self._timeline)
        if not payload:
            return None
        self._seq += 1
        self._recent.sent(keys)
        return self._send(ALL_NODES, "delta", self._seq, payload)

    def _part(self) -> Addressed | None:
        if self._repairs.current is None:
            self._begin_snapshot(self._timer())
        snapshot = self._repairs.current
        if snapshot is None or not snapshot.has_room:
            return None
        part, number, payload = snapshot.next(self._timeline, self._clock())
        if part == "end":
            self._repairs.current = None
            number = self._seq
        return self._send(snapshot.topic, part, number, payload)

    def _begin_snapshot(self, now: int) -> None:
        members = self._repairs.ready(now)
        if not members:
            return
        if members[0].whole:
            self._settle()
            keys = self._timeline.keys(self.source)
            self._repairs.begin(members, keys, now)
            return
        missed = self._missed(members[0].last)
        if missed is None:  # it took too long
            members[0].whole = True
        else:
            self._repairs.begin(members, missed, now)

    def _settle(self) -> None:
        """Leaves to a whole snapshot what waits, if nobody else is to hear it."""
        if any(node.phase == "synced" for node in self.nodes.values()):
            return
        keys = self._dirty.drain()
        if keys:
            self._seq += 1
            self._recent.sent(keys)

    def _send(self, topic: str, part: str, number: int, payload: str) -> Addressed:
        now = self._timer()
        for node in self.nodes.values():
            if topic in (ALL_NODES, node_topic(node.name)):
                node.sent(f"{part} {number}", self._seq, now)
        # While rows wait, a node may know some of them by a snapshot already.
        if self._dirty:
            self._expected.pop(self._seq, None)
        else:
            self._expected[self._seq] = self._timeline.digest(self.source)
            if len(self._expected) > _EXPECTED:
                self._expected.popitem(last=False)
        return topic, Event(self.source, self._epoch, number, part, payload)
