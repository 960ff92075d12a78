"""Pods of a fake API server that come, go, move, finish and change."""

import time
from collections import deque
from collections.abc import Callable
from typing import Any, NamedTuple

from bench import objects
from bench.seeds import seeded
from fakes.store import Store

Json = dict[str, Any]


class Change(NamedTuple):
    """What was done."""

    at: float
    """When, by the clock of this process."""
    address: str
    pod: str
    holds: bool
    """Whether the pod has the address from now on, or had it until now."""


class Churn:
    """The pods of one API server; those that change are always the oldest ones."""

    def __init__(
        self, store: Store, clock: Callable[[], float], addresses: int = 1 << 24
    ) -> None:
        """Starts without any.

        Args:
            store: Of the API server.
            clock: What objects have for the time, in seconds since the epoch.
            addresses: How many there are; each is used when it is its turn.
        """
        self.pods: deque[Json] = deque()
        self._store = store
        self._clock = clock
        self._dice = seeded("changes")
        self._addresses = addresses
        self._count = 0

    def come(self) -> Change:
        """A pod begins."""
        self._count += 1
        pod = objects.pod(self._count % self._addresses, self._now(), self._dice)
        done = _note(pod, holds=True)
        self._store.create("pods", pod)
        self.pods.append(pod)
        return done

    def go(self) -> Change:
        """The oldest one is gone."""
        pod = self.pods.popleft()
        done = _note(pod, holds=False)
        metadata = pod["metadata"]
        self._store.delete("pods", metadata["namespace"], metadata["name"])
        return done

    def move(self) -> Change:
        """The oldest one has another address."""
        self._count += 1
        address = objects.address(self._count % self._addresses)
        status = {"podIP": address, "podIPs": [{"ip": address}]}
        return self._change(status=status)

    def relabel(self) -> Change:
        """The oldest one has another label, one of two."""
        labels = self.pods[0]["metadata"]["labels"]
        turn = {"turn": str(self._dice.randrange(2))}
        return self._change(metadata={"labels": {**labels, **turn}})

    def _change(self, **parts: Json) -> Change:
        pod = self.pods.popleft()
        pod |= {name: {**pod[name], **part} for name, part in parts.items()}
        done = _note(pod, holds=True)
        self._store.update("pods", pod)
        self.pods.append(pod)
        return done

    def _now(self) -> str:
        return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(self._clock()))


def _note(pod: Json, *, holds: bool) -> Change:
    name, address = pod["metadata"]["name"], pod["status"]["podIP"]
    return Change(time.time(), address, name, holds)
