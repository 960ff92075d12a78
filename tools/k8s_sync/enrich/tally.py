"""Counts what happened to the rows of a log; tells of each kind of problem once."""

from collections import Counter
from collections.abc import Callable
from typing import Literal

ProblemKind = Literal["header", "cells", "json", "time", "address"]


class Tally:
    """The counts of one log."""

    def __init__(self, name: str, warn: Callable[[str], None]) -> None:
        """Starts at zero.

        Args:
            name: The log's, for messages.
            warn: Gets the first problem of each kind, in one line.
        """
        self.name = name
        self.rows = 0
        """Rows that could be read."""
        self.named = 0
        """Rows to which something about at least one owner was added."""
        self.problems: Counter[ProblemKind] = Counter()
        self._warn = warn

    def problem(self, kind: ProblemKind, line: int, reason: str) -> None:
        """Counts a problem.

        Args:
            kind: What is told once only.
            line: Where, counted from 1.
            reason: A short fact in lower case.
        """
        if not self.problems[kind]:
            self._warn(f"{self.name}:{line}: {reason}")
        self.problems[kind] += 1
