"""Lets the real daemon's core hear the events, and asks the real timelines.

*Live*, a question is asked when the line is written, with what was heard by then;
what is heard later may amend the answer for ten minutes. *After the fact* it is asked
when everything has been heard.
"""

import heapq
from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple, Protocol

from tests.pure.twin_amendments import Amendment, End

from k8s_sync.claims.inventory import Inventory
from k8s_sync.model import Claim, Match, Proto, Row
from k8s_sync.rows import COLUMNS
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


_UID = list(COLUMNS).index("uid")


class Twin(Protocol):
    """The timeline in C++, as far as it is needed here."""

    def apply(self, *rows: Row) -> object:
        """Applies some rows."""

    def owner_row(  # noqa: PLR0913 -- as `Timeline.owner`
        self,
        address: bytes,
        time: int,
        port: int = 0,
        proto: Proto = "",
        *,
        cluster: str | None = None,
        network: str | None = None,
    ) -> tuple[Match | None, str | None]:
        """Says who owned an address."""


class Amendments(Protocol):
    """What remembers written lines in C++, as far as it is needed here."""

    def remember(self, end: End, now: int) -> None:
        """Asks the timeline for a line, and remembers the answer."""

    def review(self, now: int) -> Iterable[Amendment]:
        """Looks for amendments."""


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
    amendments: Amendments | None = None,
) -> Answers:
    """Asks everybody everything; of C++ the timeline and what watches it, if given."""
    return _Asking(questions, twin, amendments).run(world)


class _Asking:
    def __init__(
        self,
        questions: list[Question],
        twin: Twin | None,
        amendments: Amendments | None,
    ) -> None:
        self._questions = questions
        self._twin = twin
        self._amendments = amendments
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
        if self._amendments is not None:
            end = End(
                *(str(number), "orig", question.address, question.time, question.port),
                *(_proto(question), question.cluster),
            )
            self._amendments.remember(end, question.asked)
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
            self._twin.apply(*rows)
        self._amend(rows, event.heard)
        if event.heard - self._reviewed >= SECOND:
            self._review(event.heard)
        if event.resource == "pods":
            for other in self._others:
                other.hear(event)

    def _review(self, now: int) -> None:
        """Looks for amendments in C++, as often as Zeek does."""
        self._reviewed = now
        if self._amendments is not None:
            for found in self._amendments.review(now):
                self._twin_amended[int(found.uid)] = Said(found.match, found.owner)

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
            _proto(question),
            cluster=question.cluster,
            network=question.network or None,
        )
        owner = answer.owner
        return Said(answer.match, owner.uid if owner else None)

    def _theirs(self, question: Question) -> Said:
        if self._twin is None:
            return Said(None, None)
        match, row = self._twin.owner_row(
            question.address,
            question.time,
            question.port,
            _proto(question),
            cluster=question.cluster,
            network=question.network or None,
        )
        return Said(match, row.split("\t")[_UID] if row else None)


def _proto(question: Question) -> Proto:
    proto: Proto = "udp" if question.proto == "udp" else "tcp"
    return proto if question.port else ""
