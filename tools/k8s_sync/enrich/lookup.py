"""Answers for log rows, fast: each is made once and kept as bytes.

Who owns an address changes at a few times only. Between two of them the answer is
a constant, and so is what is written into a row.
"""

from bisect import bisect_right
from collections.abc import Callable, Collection
from typing import Protocol

from k8s_sync import address
from k8s_sync.enrich.question import Owners, ask
from k8s_sync.model import Claim, Proto
from k8s_sync.rules import NOTHING, Answer, edges

_LIMIT = 200_000
"""Addresses that are kept; a log may hold millions, and memory must stay constant."""


class Steps:
    """The answers for one address (and port), from edge to edge."""

    __slots__ = ("by_port", "cells", "edges", "packed", "ports")

    def __init__(
        self, packed: bytes, claims: Collection[Claim], ports: Collection[bytes] = ()
    ) -> None:
        self.packed = packed
        self.edges = edges(claims) if claims else []
        self.cells: list[bytes | None] = [None] * (len(self.edges) + 1)
        self.ports = ports
        """Those with claims of their own, as they are written in a log."""
        self.by_port: dict[tuple[bytes, tuple[Proto, ...]], Steps] | None = None


class Claims(Owners, Protocol):
    """Whoever can be asked, and knows which claims there are."""

    def claims(self, address: bytes) -> Collection[Claim]:
        """All claims on an address."""
        ...


class Lookup:
    """From the cells of a row to the bytes that are added to it."""

    def __init__(self, timeline: Claims, render: Callable[[Answer], bytes]) -> None:
        """Makes a lookup.

        Args:
            timeline: Where the answers come from.
            render: Turns an answer into what is added to a row.
        """
        self._timeline = timeline
        self._render = render
        self.steps: dict[bytes, Steps] = {}
        """What is known of addresses, as they are written in rows."""
        self.nothing = render(NOTHING)
        """What is added where there is nothing to say."""

    def cell(
        self, addr: bytes, time: int, port: bytes, protos: tuple[Proto, ...]
    ) -> bytes:
        """Gives what is added to a row for one address.

        Args:
            addr: The address as it is written in the row.
            time: In microseconds since the epoch.
            port: As it is written in the row; anything else is no port.
            protos: What `question.protocols` says.

        Raises:
            ValueError: It is no address.
        """
        try:
            steps = self.steps[addr]
        except KeyError:
            steps = self._learn(addr)
        asked = 0
        if port in steps.ports and protos:
            asked = int(port)
            steps = self._at_port(steps, port, protos)
        at = bisect_right(steps.edges, time)
        found = steps.cells[at]
        if found is None:
            answer = ask(self._timeline, steps.packed, time, asked, protos)
            found = steps.cells[at] = (
                self.nothing if answer.match is None else self._render(answer)
            )
        return found

    def _learn(self, addr: bytes) -> Steps:
        packed = address.pack(addr.decode(errors="replace"))
        if len(self.steps) >= _LIMIT:
            self.steps.clear()
        claims = self._timeline.claims(packed)
        ports = {b"%d" % claim.port for claim in claims if claim.port}
        whole = [claim for claim in claims if not claim.port] if ports else claims
        steps = self.steps[addr] = Steps(packed, whole, ports)
        return steps

    def _at_port(self, steps: Steps, port: bytes, protos: tuple[Proto, ...]) -> Steps:
        if steps.by_port is None:
            steps.by_port = {}
        found = steps.by_port.get((port, protos))
        if found is None:
            asked = int(port)
            claims = self._timeline.claims(steps.packed)
            found = steps.by_port[port, protos] = Steps(
                steps.packed, [claim for claim in claims if claim.port in (0, asked)]
            )
        return found
