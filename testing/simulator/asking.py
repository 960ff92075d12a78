"""Lets the real daemon's core hear the events, and asks the real timelines.

*Live*, a question is asked when the line is written, with what was heard by then;
what is heard later may amend the answer for ten minutes. *After the fact* it is asked
when everything has been heard.
"""

import heapq
from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple, Protocol

from k8s_sync.claims.inventory import Inventory
from k8s_sync.model import Claim, Row
from k8s_sync.timeline import Timeline
from simulator import strategies
from simulator.clock import MINUTE, SECOND
from simulator.strategies import Strategy
from simulator.telling import Event
from simulator.traffic import Question
from simulator.verdicts import Said
from simulator.world import World

KEPT = 10 * MINUTE
"""How long after a line was written its answer is amended."""


class Twin(Protocol):
    """The timeline in C++, and what remembers written lines; see `cpp.Cpp`."""

    def apply(self, rows: list[Row]) -> None:
        """Applies rows."""

    def ask(self, question: Question) -> Said:
        """Asks."""

    def remember(self, number: int, question: Question) -> None:
        """Writes a line."""

    def review(self, now: int) -> Iterable[tuple[int, Said]]:
        """Yields lines that should have been told something else."""


class Amended(NamedTuple):
    """A live answer that changed when more was heard."""

    when: int
    said: Said


class Answers(NamedTuple):
    """Answers to all questions, in their order."""

    live: list[Said]
    after: list[Said]
    amended: dict[int, Amended]
    """The last amendment of a question, by its number."""
    late: dict[int, int]
    """When an answer changed that was too old to be amended."""
    twin_live: list[Said]
    twin_after: list[Said]
    twin_amended: dict[int, Said]
    others_live: dict[str, list[str | None]]
    others_after: dict[str, list[str | None]]
    problems: list[str]
    timeline: Timeline
    told: list[tuple[int, Row]]
    """All rows, and when they were."""


def ask(
    world: World,
    questions: list[Question],
    twin: Twin | None = None,
) -> Answers:
    """Asks everybody everything; also in C++, if that is given."""
    return _Asking(questions, twin).run(world)


class _Asking:
    def __init__(
        self,
        questions: list[Question],
        twin: Twin | None,
    ) -> None:
        self._questions = questions
        self._twin = twin
        self._reviewed = 0
        self._twin_amended: dict[int, Said] = {}
        self._told: list[tuple[int, Row]] = []
        self._timeline = Timeline()
        self._problems: list[str] = []
        self._inventories: dict[str, Inventory] = {}
        self._others: list[Strategy] = [strategy() for strategy in strategies.ALL]
        self._open: defaultdict[bytes, list[int]] = defaultdict(list)
        self._now: dict[int, Said] = {}
        self._amended: dict[int, Amended] = {}
        self._late: dict[int, int] = {}

    def run(self, world: World) -> Answers:
        questions = self._questions
        nobody = Said(None, None)
        live, twin_live = [nobody] * len(questions), [nobody] * len(questions)
        others: dict[str, list[str | None]] = {
            other.name: [None] * len(questions) for other in self._others
        }
        asked = [(question.asked, n) for n, question in enumerate(questions)]
        heapq.heapify(asked)
        for event in world.events:
            while asked and asked[0][0] < event.heard:
                self._live(heapq.heappop(asked)[1], live, twin_live, others)
            self._hear(event)
        while asked:
            self._live(heapq.heappop(asked)[1], live, twin_live, others)
        self._review(world.events[-1].heard + KEPT)
        return Answers(
            live=live,
            after=[self._ours(question) for question in questions],
            amended=self._amended,
            late=self._late,
            twin_live=twin_live,
            twin_after=[self._theirs(question) for question in questions],
            twin_amended=self._twin_amended,
            others_live=others,
            others_after={
                other.name: [other.ask(question) for question in questions]
                for other in self._others
                if isinstance(other, strategies.TIMED)
            },
            problems=self._problems,
            timeline=self._timeline,
            told=self._told,
        )

    def _live(
        self,
        number: int,
        live: list[Said],
        twin_live: list[Said],
        others: dict[str, list[str | None]],
    ) -> None:
        question = self._questions[number]
        live[number] = self._now[number] = self._ours(question)
        twin_live[number] = self._theirs(question)
        self._open[question.address].append(number)
        if self._twin is not None:
            self._twin.remember(number, question)
        for other in self._others:
            others[other.name][number] = other.ask(question)

    def _hear(self, event: Event) -> None:
        inventory = self._inventories.get(event.cluster)
        if inventory is None:
            inventory = Inventory(event.cluster, problem=self._problems.append)
            self._inventories[event.cluster] = inventory
        if event.gone:
            uid, heard = event.uid, event.heard
            rows = inventory.delete(event.resource, uid, heard, event.object)
        elif event.object is not None:
            rows = inventory.apply(event.resource, event.object, event.heard)
        for row in rows:
            self._timeline.apply(row)
            self._told.append((event.heard, row))
        if rows and self._twin is not None:
            self._twin.apply(rows)
        self._amend(rows, event.heard)
        if event.heard - self._reviewed >= SECOND:
            self._review(event.heard)
        if event.resource == "pods":
            for other in self._others:
                other.hear(event)

    def _review(self, now: int) -> None:
        """Looks for amendments in C++, as often as Zeek does."""
        self._reviewed = now
        if self._twin is not None:
            self._twin_amended |= dict(self._twin.review(now))

    def _amend(self, rows: Iterable[Row], now: int) -> None:
        """Asks again about the addresses that something new was heard of."""
        for address in {row.address for row in rows if isinstance(row, Claim)}:
            for number in self._open.get(address, ()):
                said = self._ours(self._questions[number])
                if said == self._now[number]:
                    continue
                if now - self._questions[number].asked <= KEPT:
                    self._now[number] = said
                    self._amended[number] = Amended(now, said)
                else:
                    self._late[number] = now

    def _ours(self, question: Question) -> Said:
        answer = self._timeline.owner(
            question.address,
            question.time,
            question.port,
            question.asked_proto,
            cluster=question.cluster,
            network=question.network or None,
        )
        owner = answer.owner
        return Said(answer.match, owner.uid if owner else None)

    def _theirs(self, question: Question) -> Said:
        return self._twin.ask(question) if self._twin else Said(None, None)
