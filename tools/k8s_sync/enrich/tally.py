"""Counts what happened to the rows of a log; keeps the first problem of each kind."""

from collections import Counter
from typing import Literal

ProblemKind = Literal["header", "cells", "json", "time", "address"]


class Tally:
    """The counts of one log, or of a piece of it."""

    def __init__(self, name: str) -> None:
        """Starts at zero; `name` is the log's, for messages."""
        self.name = name
        self.rows = 0
        """Rows that could be read."""
        self.named = 0
        """Rows to which something about at least one owner was added."""
        self.amended = 0
        """Ends of connections for which a later truth was put in."""
        self.problems: Counter[ProblemKind] = Counter()
        self.first: dict[ProblemKind, str] = {}
        """The first problem of each kind, in one line."""

    def problem(self, kind: ProblemKind, line: int, reason: str) -> None:
        """Counts a problem.

        Args:
            kind: What is told once only.
            line: Where, counted from 1.
            reason: A short fact in lower case.
        """
        self.problems[kind] += 1
        if kind not in self.first:
            self.first[kind] = f"{self.name}:{line}: {reason}"

    def add(self, other: "Tally") -> list[str]:
        """Adds what was counted elsewhere; returns the problems that are news."""
        self.rows += other.rows
        self.named += other.named
        self.amended += other.amended
        self.problems.update(other.problems)
        news = {k: text for k, text in other.first.items() if k not in self.first}
        self.first.update(news)
        return list(news.values())
