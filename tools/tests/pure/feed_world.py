"""A daemon's side of the feed and its nodes, with no socket between them."""

import msgspec

from fakes.zeek import Node
from k8s_sync import address
from k8s_sync.feed.codec import ALL_NODES, Event, node_topic
from k8s_sync.feed.peer import Peer
from k8s_sync.model import Claim, Owner
from k8s_sync.timeline import Timeline, row_key

EPOCH = 1_700_000_000_000_000


class World:
    """A daemon's timeline, a peer, and nodes that hear it over no socket."""

    def __init__(self, *names: str) -> None:
        self.now = EPOCH
        """What the wall clock shows."""
        self.passed = 0
        """What a timer shows."""
        self.revision = 0
        self.timeline = Timeline()
        self.nodes = {name: Node(name) for name in names or ("zeek",)}
        self.deaf: set[str] = set()
        """Who takes nothing in."""
        self.mute: set[str] = set()
        """Whose answers are lost."""
        self.peer = self.new_peer(EPOCH)

    @property
    def node(self) -> Node:
        return self.nodes["zeek"]

    @node.setter
    def node(self, node: Node) -> None:
        self.nodes["zeek"] = node

    def new_peer(self, epoch: int) -> Peer:
        return Peer(self.timeline, "c1", epoch, lambda: self.now, lambda: self.passed)

    def claim(self, n: int, **changes: object) -> Claim:
        self.revision += 1
        claim = Claim(
            cluster="c1",
            address=address.pack(f"10.0.{n // 250}.{n % 250}"),
            owner=Owner(kind="pod", uid=f"uid-{n}", pod=f"pod-{n}"),
            start=EPOCH,
            revision=self.revision,
        )
        claim = msgspec.structs.replace(claim, **changes)
        self.timeline.apply(claim)
        self.peer.changed([row_key(claim)])
        return claim

    def deliver(self, topic: str, event: Event) -> None:
        """Lets those answer that hear an event."""
        for name, node in self.nodes.items():
            if name in self.deaf or topic not in (ALL_NODES, node_topic(name)):
                continue
            status = node.take(event)
            if name not in self.mute:
                self.peer.answered(status)

    def talk(self) -> list[tuple[str, Event]]:
        """Lets both talk until there is nothing to say."""
        sent = []
        while (addressed := self.peer.next()) is not None:
            sent.append(addressed)
            self.deliver(*addressed)
        return sent

    def run(self) -> list[Event]:
        return [event for _, event in self.talk()]

    def connect(self) -> list[Event]:
        self.peer.connected()
        return self.run()

    def wait(self, micros: int) -> None:
        self.now += micros
        self.passed += micros

    def pass_time(self, micros: int) -> list[Event]:
        self.wait(micros)
        self.peer.look()
        return self.run()

    def agree(self) -> bool:
        ours = self.timeline.digest("c1")
        return all(node.timeline.digest("c1") == ours for node in self.nodes.values())


def parts(events: list[Event]) -> list[str]:
    return [event.part for event in events]
