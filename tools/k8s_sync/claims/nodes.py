"""The nodes of a cluster: their claims, and what others need to know of them."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

import msgspec

from k8s_sync.claims.facts import NodeFacts
from k8s_sync.claims.ledger import Claims, Key, Ledger, changed
from k8s_sync.claims.ranges import Ranges
from k8s_sync.claims.roles import Derive
from k8s_sync.model import Ended, Owner, Row

Knew = Callable[[str], bool]
"""Tells whether an earlier run has known a node or service, by its uid."""


def knew_nothing(uid: str) -> bool:  # noqa: ARG001
    """Knows of no earlier run."""
    return False


class Node(msgspec.Struct):
    """A node and its claims."""

    facts: NodeFacts
    claims: Claims = ()
    since: Mapping[bytes, int] = {}
    """The addresses at which its host ports and node ports are open."""
    gone: bool = False
    """Deleted, but the pods on it are not yet (T23)."""


class Change(NamedTuple):
    """What came of a change of a node."""

    rows: list[Row]
    seen: bool
    """Its pods see a difference: another zone or other addresses."""
    addresses: set[bytes]
    """On these, node ports may have appeared or disappeared."""


class Nodes:
    """All nodes."""

    def __init__(
        self, ledger: Ledger, ranges: Ranges, roles: Derive, knew: Knew
    ) -> None:
        """Writes claims into `ledger`, and blocks of addresses into `ranges`."""
        self._roles = roles
        self._knew = knew
        self._ledger = ledger
        self._ranges = ranges
        self._nodes: dict[str, Node] = {}
        self._named: defaultdict[str, dict[str, Node]] = defaultdict(dict)
        self._hosts: defaultdict[bytes, dict[str, int]] = defaultdict(dict)

    def __iter__(self) -> Iterator[Node]:
        return iter(self._nodes.values())

    def hosts(self) -> Iterator[bytes]:
        """Yields the addresses of all nodes."""
        return iter(self._hosts)

    def name(self, uid: str) -> str:
        """Returns a node's name; empty if there is no such node."""
        node = self._nodes.get(uid)
        return node.facts.name if node else ""

    def since(self, packed: bytes) -> int | None:
        """Since when an address has been a node's; None if it is not."""
        return min(self._hosts.get(packed, {}).values(), default=None)

    def named(self, name: str) -> Node | None:
        """Finds a node; the newest, if it came back and the old is not yet gone."""
        found = self._named.get(name)
        if not found:
            return None
        return max(
            found.values(),
            key=lambda node: (not node.gone, node.facts.created, node.facts.uid),
        )

    def addresses(self, name: str) -> dict[bytes, int]:
        """Where the ports of a node's pods are open, and since when."""
        named = self._named.get(name, {}).values()
        found: dict[bytes, int] = {}
        for node in [node for node in named if not node.gone] or named:
            for packed, since in node.since.items():
                found[packed] = min(since, found.get(packed, since))
        return found

    def apply(self, facts: NodeFacts, now: int) -> Change:
        """Takes note of a node."""
        before = self.named(facts.name)
        zone = before and before.facts.zone
        node = self._nodes.get(facts.uid)
        if node is None:
            node = self._nodes[facts.uid] = Node(facts)
            self._named[facts.name][facts.uid] = node
        node.facts = facts
        old = node.claims
        # What a node has when it is first seen, it has had from the beginning; but not
        # what an earlier run, which has seen it, did not see.
        known = bool(old) or self._knew(facts.uid)
        start = now if known else facts.created
        wants: dict[Key, int] = {
            ("", packed, 0, ""): start for packed in (*facts.addresses, *facts.internal)
        }
        node.claims = self._ledger.settle(
            old,
            wants,
            _owner(facts, self._roles),
            at=now,
            terminating=facts.terminating,
        )
        starts = {c.address: c.start for c in node.claims if c.end is None}
        since = {packed: starts[packed] for packed in facts.addresses}
        moved = self._serve(node, since)
        self.unused(facts.name)
        rows: list[Row] = [*changed(old, node.claims)]
        rows += self._ranges.settle(facts.uid, facts.subnets, now)
        seen = before is not node or zone != facts.zone or bool(moved)
        return Change(rows, seen, moved)

    def delete(
        self, uid: str, now: int, *, used: bool, ended: Ended = "deleted"
    ) -> Change:
        """Takes note that a node is gone.

        Args:
            uid: The node's.
            now: When that was heard.
            used: There are still pods on it.
            ended: How it was heard.
        """
        node = self._nodes.pop(uid, None)
        if node is None:
            return Change([], seen=False, addresses=set())
        closed = self._ledger.close(node.claims, now, ended=ended)
        rows: list[Row] = [*changed(node.claims, closed)]
        rows += self._ranges.settle(uid, (), now)
        since = node.since
        moved = self._serve(node, {})
        # Its pods may run on, and what they hold on it does not end with it.
        node.since, node.gone, node.claims = since, True, ()
        others = len(self._named[node.facts.name]) > 1
        if others or not used:
            self.unused(node.facts.name)
        return Change(rows, others, moved)

    def unused(self, name: str) -> None:
        """Notes that there are no pods on a node."""
        named = self._named.get(name, {})
        for uid in [uid for uid, node in named.items() if node.gone]:
            del named[uid]
        if not named:
            self._named.pop(name, None)

    def _serve(self, node: Node, since: Mapping[bytes, int]) -> set[bytes]:
        uid = node.facts.uid
        moved = set(node.since.items() ^ since.items())
        for packed in node.since.keys() - since.keys():
            del self._hosts[packed][uid]
            if not self._hosts[packed]:
                del self._hosts[packed]
        for packed, start in since.items():
            self._hosts[packed][uid] = start
        node.since = since
        return {packed for packed, _ in moved}


def _owner(facts: NodeFacts, roles: Derive) -> Owner:
    return Owner(
        kind="node",
        uid=facts.uid,
        node=facts.name,
        labels=facts.labels,
        zone=facts.zone,
        roles=roles(kind="node", name=facts.name, labels=facts.labels),
    )
