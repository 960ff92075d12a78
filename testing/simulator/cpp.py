"""Asks the timeline in C++, and lets it remember the lines that it answered for.

Needs a compiler, and what the tests need; nothing else imports this before it is sure
of that.
"""

from collections.abc import Iterator

from k8s_sync.closing import Closing
from k8s_sync.model import Row
from k8s_sync.rows import COLUMNS
from simulator.traffic import Question
from simulator.verdicts import Said
from tests.pure.twin import Twin
from tests.pure.twin_amendments import Amendments, End

_UID = list(COLUMNS).index("uid")


class Cpp(Closing):
    """The timeline in C++ and its amendments."""

    def __init__(self, most: int, within: int) -> None:
        """Remembers so many lines, for so many microseconds."""
        self._twin = Twin()
        self._amendments = Amendments(self._twin, most=most, within=within)

    def close(self) -> None:
        """Frees both."""
        self._amendments.close()
        self._twin.close()

    def apply(self, rows: list[Row]) -> None:
        """Applies rows."""
        self._twin.apply(*rows)

    def ask(self, question: Question) -> Said:
        """Asks."""
        match, row = self._twin.owner_row(
            question.address,
            question.time,
            question.port,
            question.asked_proto,
            cluster=question.cluster,
            network=question.network or None,
        )
        return Said(match, row.split("\t")[_UID] if row else None)

    def remember(self, number: int, question: Question) -> None:
        """Writes a line."""
        end = End(
            uid=str(number),
            side="orig",
            address=question.address,
            time=question.time,
            port=question.port,
            proto=question.asked_proto,
            cluster=question.cluster,
        )
        self._amendments.remember(end, question.asked)

    def review(self, now: int) -> Iterator[tuple[int, Said]]:
        """Yields lines that should have been told something else."""
        for found in self._amendments.review(now):
            yield int(found.uid), Said(found.match, found.owner)
