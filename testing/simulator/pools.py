"""How addresses are given out, and given out again.

`HostLocal` is what the CNI plugin host-local does on each node: the next free
address after the last one given, round and round. Where a range is nearly full,
that is the one just given back. `LowestFree` is one range for all nodes, of which
the lowest free address goes first, as whereabouts does: what is given back is taken
again at once, on another node.
"""

import heapq
from collections.abc import Sequence
from typing import Protocol


class Pool(Protocol):
    """Gives out addresses."""

    def take(self) -> str | None:
        """Gives one out; None if all are taken."""

    def give_back(self, address: str) -> None:
        """Takes one back."""


class HostLocal:
    """A node's range."""

    def __init__(self, addresses: Sequence[str]) -> None:
        """Starts before the first."""
        self._addresses = addresses
        self._taken: set[str] = set()
        self._last = -1

    def take(self) -> str | None:
        """Gives one out; None if all are taken."""
        size = len(self._addresses)
        for step in range(1, size + 1):
            place = (self._last + step) % size
            address = self._addresses[place]
            if address not in self._taken:
                self._last = place
                self._taken.add(address)
                return address
        return None

    def give_back(self, address: str) -> None:
        """Takes one back."""
        self._taken.discard(address)

    def clear(self) -> None:
        """Forgets what it gave out, as after a boot without a disk."""
        self._taken.clear()


class LowestFree:
    """One range for a whole cluster."""

    def __init__(self, addresses: Sequence[str]) -> None:
        """Gives them out in this order."""
        self._place = {address: n for n, address in enumerate(addresses)}
        self._addresses = addresses
        self._free = list(range(len(addresses)))
        self._taken: set[str] = set()

    def take(self) -> str | None:
        """Gives one out; None if all are taken."""
        if not self._free:
            return None
        address = self._addresses[heapq.heappop(self._free)]
        self._taken.add(address)
        return address

    def give_back(self, address: str) -> None:
        """Takes one back."""
        if address in self._taken:
            self._taken.remove(address)
            heapq.heappush(self._free, self._place[address])
