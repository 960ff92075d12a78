"""How right answers are, counted."""

from collections import Counter, defaultdict
from typing import NamedTuple

from k8s_sync.model import Match
from simulator.traffic import Question

VERDICTS = ("right", "wrong", "right, marked", "wrong, marked", "abstained")
RIGHT, WRONG, MARKED_RIGHT, MARKED_WRONG, ABSTAINED = VERDICTS


class Said(NamedTuple):
    """An answer, as far as it counts here."""

    match: Match | None
    uid: str | None


def verdict(said: Said, truth: str) -> str:
    """Judges an answer. One is marked if it names somebody, but not as exact."""
    if said.uid is None:
        return ABSTAINED
    if said.match == "exact":
        return RIGHT if said.uid == truth else WRONG
    return MARKED_RIGHT if said.uid == truth else MARKED_WRONG


class Tally:
    """Verdicts by cause, and by how the question was drawn."""

    def __init__(self) -> None:
        """Counts from nothing."""
        self.causes: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self.draws: defaultdict[str, Counter[str]] = defaultdict(Counter)

    def count(self, question: Question, said: Said) -> str:
        """Counts an answer; returns the verdict."""
        found = verdict(said, question.uid)
        self.causes[question.cause][found] += 1
        if question.cluster is not None:
            self.draws[question.draw][found] += 1
        return found
