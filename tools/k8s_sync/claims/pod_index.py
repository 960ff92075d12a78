"""Which pods are where: found by labels, by node, and by what made them."""

from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterator
from typing import NamedTuple, TypeVar

from k8s_sync.claims.selectors import Labels

_Group = TypeVar("_Group", bound=Hashable)


class Where(NamedTuple):
    """Where a pod is; empty: nowhere yet."""

    namespace: str
    """It never changes."""
    node: str
    maker: str
    """The uid of the ReplicaSet or Job that made it, if one did."""
    labels: Labels


NOWHERE = Where("", "", "", ())


class PodIndex:
    """The keys of pods."""

    def __init__(self) -> None:
        """Starts empty."""
        # Few members each: a list takes a tenth of what a set does.
        self._on_node: dict[str, list[str]] = {}
        self._made_by: dict[str, list[str]] = {}
        # Pods of a workload have the same labels: who looks for pods by their labels,
        # as each new service does, looks at one group for all of them.
        self._in_namespace: defaultdict[str, dict[Labels, list[str]]]
        self._in_namespace = defaultdict(dict)

    def labelled(
        self, namespace: str, wanted: Callable[[Labels], bool]
    ) -> Iterator[str]:
        """Yields the pods in a namespace whose labels are wanted."""
        for labels, names in self._in_namespace.get(namespace, {}).items():
            if wanted(labels):
                yield from names

    def on_node(self, node: str) -> Collection[str]:
        """Lists the pods on a node."""
        return self._on_node.get(node, ())

    def made_by(self, uid: str) -> Collection[str]:
        """Lists the pods that a ReplicaSet or Job has made."""
        return self._made_by.get(uid, ())

    def move(self, name: str, old: Where, new: Where) -> Where:
        """Moves a pod; returns what its leaving has left without any."""
        if (old.namespace, old.labels) != (new.namespace, new.labels):
            if new.namespace:
                _enter(self._in_namespace[new.namespace], name, new.labels)
            if old.namespace:
                here = self._in_namespace[old.namespace]
                _leave(here, name, old.labels)
                if not here:
                    del self._in_namespace[old.namespace]
        node = _move(self._on_node, name, old.node, new.node)
        maker = _move(self._made_by, name, old.maker, new.maker)
        return Where("", node, maker, ())


def _enter(index: dict[_Group, list[str]], member: str, group: _Group) -> None:
    if (members := index.get(group)) is None:
        index[group] = [member]
    else:
        members.append(member)


def _leave(index: dict[_Group, list[str]], member: str, group: _Group) -> bool:
    """Removes a member; tells whether its group is empty now."""
    index[group].remove(member)
    if index[group]:
        return False
    del index[group]
    return True


def _move(index: dict[str, list[str]], member: str, old: str, new: str) -> str:
    """Moves a member; returns the group that is empty now."""
    if old == new:
        return ""
    if new:
        _enter(index, member, new)
    return old if old and _leave(index, member, old) else ""
