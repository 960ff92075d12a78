"""Where claims are looked up: in a history, or in timelines that are in memory."""

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Protocol

from k8s_sync.history.reader import Revision
from k8s_sync.model import Claim, Range, Row
from k8s_sync.selector import Selector, Window
from k8s_sync.timeline import Timeline


class Ground(Protocol):
    """What `k8s_sync.history.reader.Reader` can do, and `Timelines`."""

    def on(self, address: bytes, window: Window) -> list[Claim]:
        """The claims on an address, the earliest first."""
        ...

    def of(self, selector: Selector, window: Window) -> list[Claim]:
        """The claims of an object, the earliest first."""
        ...

    def ranges(self, cluster: str) -> list[Range]:
        """The ranges of a cluster, or of all."""
        ...

    def revisions(self, claim: Claim) -> list[Revision]:
        """The revisions that led to a claim, and itself."""
        ...


class Timelines:
    """Timelines in memory: a journal's, or a daemon's."""

    def __init__(self, timelines: Iterable[Timeline]) -> None:
        """Takes the timelines; no two may have rows of one cluster."""
        self._timelines = list(timelines)

    def on(self, address: bytes, window: Window) -> list[Claim]:
        """The claims on an address, the earliest first."""
        found = (claim for one in self._timelines for claim in one.claims(address))
        return _first(found, window)

    def of(self, selector: Selector, window: Window) -> list[Claim]:
        """The claims of an object, the earliest first."""
        return _first(
            (
                row
                for row in self._rows()
                if isinstance(row, Claim) and selector.matches(row.owner)
            ),
            window,
        )

    def ranges(self, cluster: str) -> list[Range]:
        """The ranges of a cluster, or of all."""
        return [
            row
            for row in self._rows()
            if isinstance(row, Range) and cluster in ("", row.cluster)
        ]

    def revisions(self, claim: Claim) -> list[Revision]:
        """The claim itself: what it replaced is not kept."""
        return [Revision(claim, None)]

    def _rows(self) -> Iterator[Row]:
        return chain.from_iterable(self._timelines)


def _first(claims: Iterable[Claim], window: Window) -> list[Claim]:
    found = sorted((one for one in claims if one in window), key=lambda one: one.start)
    return found if window.limit < 0 else found[: window.limit]
