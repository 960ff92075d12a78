"""The columns about an owner: which there are, and what is in them.

The same in the same order as ``scripts/columns.zeek`` declares them.
"""

import msgspec

from k8s_sync.rules import Answer

DEFAULT = ("kind", "match", "namespace", "pod", "workload", "node", "service")
OPTIONAL = (
    "cluster",
    "uid",
    "service_account",
    "labels",
    "images",
    "zone",
    "network",
)
SETS = frozenset(("labels", "images"))
"""Of type ``set[string]``; all others are strings."""
ELEMENT_LIMIT = 256
"""Longest label, in bytes of UTF-8: values can be anything that fits into an object."""

ADDRESSES = {
    "host": "k8s",
    "src": "src_k8s",
    "dst": "dst_k8s",
    "src_addr": "src_k8s",
    "dst_addr": "dst_k8s",
    "client_addr": "client_k8s",
    "server_addr": "server_k8s",
    "assigned_addr": "assigned_k8s",
}
"""Address column -> prefix of the columns about its owner, in logs without ``id``."""
SIDES = {"id.orig_h": "id.orig_k8s", "id.resp_h": "id.resp_k8s"}
"""The same in logs with ``id``."""
STAND_INS = {"id.orig_h": "src", "id.resp_h": "dst"}
"""Who is asked about where ``id`` is unset: a notice may be about addresses alone."""

Value = str | tuple[str, ...]


class Columns(msgspec.Struct, frozen=True):
    """What is to be said about an owner."""

    extra: tuple[str, ...] = ()
    """Some of `OPTIONAL`, in their order."""
    labels: frozenset[str] = frozenset()
    """Keys of the labels that may be shown; ``*`` stands for all."""

    @property
    def names(self) -> tuple[str, ...]:
        """The names in their order, without a prefix."""
        return DEFAULT + self.extra

    def values(self, answer: Answer) -> dict[str, Value]:
        """The values by name, in their order; what is unset is empty."""
        claim = answer.claim
        if claim is None:
            return {
                name: (answer.match or "") if name == "match" else ""
                for name in self.names
            }
        of_claim = {
            "match": answer.match or "",
            "cluster": claim.cluster,
            "network": claim.network,
        }
        values: dict[str, Value] = {}
        for name in self.names:
            if name in of_claim:
                values[name] = of_claim[name]
            elif name == "labels":
                values[name] = self._labels(claim.owner.labels)
            else:
                values[name] = getattr(claim.owner, name)
        return values

    def _labels(self, labels: tuple[str, ...]) -> tuple[str, ...]:
        shown = (
            label
            for label in labels
            if "*" in self.labels or label.partition("=")[0] in self.labels
        )
        return tuple(
            label.encode()[:ELEMENT_LIMIT].decode(errors="ignore") for label in shown
        )
