"""Which nodes need rows again, and the snapshots that bring them. Pure."""

from collections.abc import Iterable

from k8s_sync import rows
from k8s_sync.feed.batches import Waiting
from k8s_sync.feed.codec import ALL_NODES, node_topic
from k8s_sync.feed.node import Node
from k8s_sync.model import SECOND
from k8s_sync.timeline import Key, Timeline

RESYNC_PAUSE = 2 * SECOND
"""Between two whole snapshots that one node needs, in microseconds."""


class Snapshot:
    """Rows on their way to one or more nodes: parts, and an end that counts them."""

    def __init__(
        self, members: Iterable[Node], keys: Iterable[Key], *, sweeps: bool
    ) -> None:
        """Begins one.

        Args:
            members: The nodes that it is for.
            keys: What it holds; each row is the newest when its part is made.
            sweeps: It is whole, so that its end ends what was not in it.
        """
        self.members = {node.name: node for node in members}
        # All nodes may hear what several need: it does no harm.
        one = next(iter(self.members)) if len(self.members) == 1 else ""
        self.topic = node_topic(one) if one else ALL_NODES
        self._waiting = Waiting(keys)
        self._parts = 0
        self._sweeps = sweeps

    def __len__(self) -> int:
        return len(self._waiting)

    @property
    def has_room(self) -> bool:
        """Whether all for whom it is may be sent more."""
        return all(node.has_room for node in self.members.values())

    def next(self, timeline: Timeline, now: int) -> tuple[str, int, str]:
        """Makes the next part, or the end if there is none.

        Args:
            timeline: What there is.
            now: The time, since the epoch: when the end ends what was not in it.

        Returns:
            The sort of event, the number of the part, and the payload.
        """
        _, payload = self._waiting.take(timeline)
        if payload:
            self._parts += 1
            return "snapshot", self._parts, payload
        at = f" {rows.format_time(now)}" if self._sweeps else ""
        return "end", self._parts, f"{self._parts}{at}"


class Repairs:
    """The nodes that need rows again; one snapshot is under way at a time."""

    def __init__(self) -> None:
        """Starts without any."""
        self.current: Snapshot | None = None
        self._needy: dict[str, Node] = {}

    def __bool__(self) -> bool:
        return bool(self._needy) or self.current is not None

    def concern(self, node: Node) -> bool:
        """Whether a node is yet to get, or to answer, the end of a snapshot."""
        return (
            node.name in self._needy
            or (self.current is not None and node.name in self.current.members)
            or (node.phase == "snapshot" and node.ends)
        )

    def hold_up(self, node: Node) -> bool:
        """Whether others wait for the snapshot that a node does not answer."""
        if self.current is None or node.name not in self.current.members:
            return False
        return bool(self._needy) or len(self.current.members) > 1

    def need(self, node: Node, *, whole: bool) -> None:
        """Takes note that a node needs what it missed, or else everything."""
        node.phase = "snapshot"
        node.whole = whole or node.helped
        self._needy[node.name] = node

    def drop(self, node: Node) -> None:
        """Takes a node out of all that is under way."""
        self._needy.pop(node.name, None)
        if self.current is not None:
            self.current.members.pop(node.name, None)
            if not self.current.members:
                self.current = None

    def clear(self) -> None:
        """Forgets everybody."""
        self._needy.clear()
        self.current = None

    def ready(self, now: int) -> list[Node]:
        """Lists those who may get a whole snapshot now, or else one who missed some.

        Args:
            now: The time, of the timer.
        """
        needy = list(self._needy.values())
        whole = [node for node in needy if node.whole and node.not_before <= now]
        return whole or [node for node in needy if not node.whole][:1]

    def begin(self, members: list[Node], keys: list[Key] | None, now: int) -> None:
        """Begins a snapshot.

        Args:
            members: Whom it is for.
            keys: What it holds if it is whole.
            now: The time, of the timer.
        """
        for node in members:
            del self._needy[node.name]
            node.helped = not node.whole
            if node.whole:
                node.not_before = now + RESYNC_PAUSE
        self.current = Snapshot(members, keys or (), sweeps=members[0].whole)
