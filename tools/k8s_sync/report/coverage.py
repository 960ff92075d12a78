"""Which pods that ran were never seen on the wire. Pure.

A pod that is silent may be idle; a node all of whose pods are silent is one whose tap
does not work.
"""

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from typing import NamedTuple

from k8s_sync.model import Claim, Row


class Pod(NamedTuple):
    """A pod that ran while the logs were written."""

    namespace: str
    name: str
    workload: str
    node: str
    ran: int
    """For how long of that time, in microseconds."""


class Share(NamedTuple):
    """How many of the pods of a node or a namespace were seen."""

    name: str
    running: int
    seen: int


class Coverage(NamedTuple):
    """What was seen of a cluster."""

    running: int
    seen: int
    unseen: list[Pod]
    """The longest running first."""
    nodes: list[Share]
    """The least seen first."""
    namespaces: list[Share]


def cover(
    rows: Iterable[Row], seen: AbstractSet[tuple[str, str]], first: int, last: int
) -> Coverage:
    """Compares the pods that ran with those that were seen.

    Args:
        rows: The journal's. Pods without an address of their own do not count: nobody
            can see them.
        seen: Namespaces and names of pods.
        first: When the logs begin, in microseconds.
        last: When they end.
    """
    pods: dict[tuple[str, str], Pod] = {}
    for row in rows:
        if not isinstance(row, Claim) or row.owner.kind != "pod" or row.port:
            continue
        ran = min(last, last if row.end is None else row.end) - max(first, row.start)
        owner = row.owner
        key = owner.namespace, owner.pod
        if ran > 0 and (key not in pods or pods[key].ran < ran):
            pods[key] = Pod(*key, owner.workload, owner.node, ran)
    unseen = [pod for key, pod in pods.items() if key not in seen]
    return Coverage(
        running=len(pods),
        seen=len(pods) - len(unseen),
        unseen=sorted(unseen, key=lambda pod: (-pod.ran, pod[:2])),
        nodes=_shares((pod.node, key in seen) for key, pod in pods.items()),
        namespaces=_shares((pod.namespace, key in seen) for key, pod in pods.items()),
    )


def _shares(pods: Iterable[tuple[str, bool]]) -> list[Share]:
    counts: dict[str, list[int]] = {}
    for name, is_seen in pods:
        count = counts.setdefault(name, [0, 0])
        count[0] += 1
        count[1] += is_seen
    shares = [Share(name, *count) for name, count in counts.items()]
    return sorted(shares, key=lambda share: (share.seen / share.running, share.name))
