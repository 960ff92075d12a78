"""What was wrong with objects: each said once, all counted, in bounded memory."""

from collections.abc import Callable

_REMEMBERED = 1_000
"""Distinct problems that are told apart; beyond these they are only counted."""


def ignore(_: str) -> None:
    """Takes a problem and says nothing."""


class Problems:
    """Says each problem once, however often its object is seen again."""

    def __init__(self, say: Callable[[str], None] = ignore) -> None:
        """Passes what is new to `say`, as ``pods shop/web-1: bad addr 'x'``."""
        self._say = say
        self._known: set[str] = set()
        self.count = 0
        """How many distinct problems there were."""

    def report(self, place: object, reason: str) -> None:
        """Notes that `reason` is wrong at `place`."""
        problem = f"{place}: {reason}"
        if problem in self._known:
            return
        self.count += 1
        if len(self._known) < _REMEMBERED:
            self._known.add(problem)
            self._say(problem)
