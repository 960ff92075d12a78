"""Which pods are where: found by namespace, by node, and by what made them."""

from collections import defaultdict
from collections.abc import Collection
from typing import NamedTuple

# Few members each: a list takes a tenth of what a set does.
_Index = defaultdict[str, list[str]]


class Where(NamedTuple):
    """Where a pod is; empty: nowhere yet."""

    namespace: str
    """It never changes."""
    node: str
    maker: str
    """The uid of the ReplicaSet or Job that made it, if one did."""


NOWHERE = Where("", "", "")


class PodIndex:
    """The keys of pods."""

    def __init__(self) -> None:
        """Starts empty."""
        self._in_namespace: defaultdict[str, set[str]] = defaultdict(set)
        self._on_node: _Index = defaultdict(list)
        self._made_by: _Index = defaultdict(list)

    def in_namespace(self, namespace: str) -> Collection[str]:
        """Lists the pods in a namespace."""
        return self._in_namespace.get(namespace, ())

    def on_node(self, node: str) -> Collection[str]:
        """Lists the pods on a node."""
        return self._on_node.get(node, ())

    def made_by(self, uid: str) -> Collection[str]:
        """Lists the pods that a ReplicaSet or Job has made."""
        return self._made_by.get(uid, ())

    def move(self, name: str, old: Where, new: Where) -> Where:
        """Moves a pod; returns what its leaving has left without any."""
        if old.namespace != new.namespace:
            if new.namespace:
                self._in_namespace[new.namespace].add(name)
            else:
                self._in_namespace[old.namespace].remove(name)
                if not self._in_namespace[old.namespace]:
                    del self._in_namespace[old.namespace]
        node = _move(self._on_node, name, old.node, new.node)
        maker = _move(self._made_by, name, old.maker, new.maker)
        return Where("", node, maker)


def _move(index: _Index, member: str, old: str, new: str) -> str:
    """Moves a member; returns the group that is empty now."""
    if old == new:
        return ""
    if new:
        index[new].append(member)
    if not old:
        return ""
    index[old].remove(member)
    if index[old]:
        return ""
    del index[old]
    return old
