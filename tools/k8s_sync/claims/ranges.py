"""The blocks of addresses that a cluster hands out."""

from collections.abc import Callable, Iterable, Iterator

import msgspec

from k8s_sync.address import Subnet
from k8s_sync.model import Kind, Range

_Key = tuple[str, Subnet, Kind]
_CONFIGURED = ""
"""Holds what a person wrote down; no object has this uid."""


class Ranges:
    """Blocks and the objects that say so; a block stays until nobody does."""

    def __init__(
        self, cluster: str, configured: Iterable[Range], revise: Callable[[], int]
    ) -> None:
        """Starts with blocks that no object can withdraw."""
        self._cluster = cluster
        self._revise = revise
        self._ranges: dict[_Key, Range] = {}
        self._holders: dict[_Key, set[str]] = {}
        self._held: dict[str, set[_Key]] = {}
        for block in configured:
            self._hold((block.network, block.subnet, block.kind), _CONFIGURED)

    def __iter__(self) -> Iterator[Range]:
        return iter(self._ranges.values())

    def settle(
        self, uid: str, subnets: Iterable[Subnet], now: int, kind: Kind = "pod"
    ) -> list[Range]:
        """Notes the blocks that an object names now; returns what changed."""
        wanted: dict[_Key, None] = dict.fromkeys(("", net, kind) for net in subnets)
        rows = []
        for key in sorted(self._held.pop(uid, set()) - wanted.keys(), key=str):
            self._holders[key].discard(uid)
            if not self._holders[key]:
                del self._holders[key]
                rows.append(
                    msgspec.structs.replace(
                        self._ranges.pop(key), end=now, revision=self._revise()
                    )
                )
        rows.extend(block for key in wanted if (block := self._hold(key, uid)))
        if wanted:
            self._held[uid] = set(wanted)
        return rows

    def _hold(self, key: _Key, uid: str) -> Range | None:
        self._holders.setdefault(key, set()).add(uid)
        if key in self._ranges:
            return None
        network, subnet, kind = key
        block = Range(
            cluster=self._cluster,
            network=network,
            subnet=subnet,
            kind=kind,
            revision=self._revise(),
        )
        self._ranges[key] = block
        return block
