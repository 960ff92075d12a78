"""When the daemon hears what the API server knows.

Of one object things are heard in the order in which they happened; between objects
nothing is certain. Most is heard within half a second, some minutes later, some twice.
"""

from typing import NamedTuple

from k8s_sync.kube.objects import Object
from simulator.clock import Dice

SOON = (0.01, 0.5)
_SLOW = ((0.005, (60.0, 300.0)), (0.02, (1.0, 60.0)))
_TWICE = 0.01


class Event(NamedTuple):
    """Something that the daemon hears."""

    heard: int
    order: int
    cluster: str
    resource: str
    uid: str
    object: Object | None
    """As it is now, or as it was when it was deleted."""
    gone: bool


class Telling:
    """Collects what is heard."""

    def __init__(self, dice: Dice) -> None:
        """Draws lags with `dice`."""
        self.events: list[Event] = []
        self._dice = dice
        self._last: dict[str, int] = {}
        self._written: dict[str, int] = {}

    def lag(self) -> tuple[float, float]:
        """How late things are heard of an object, in seconds: from, to."""
        dice = self._dice.random()
        for share, lag in _SLOW:
            if dice < share:
                return lag
            dice -= share
        return SOON

    def write(self, uid: str, when: int) -> int:
        """Returns when the API server takes note: writes of an object stay in order."""
        when = max(when, self._written.get(uid, 0) + 1)
        self._written[uid] = when
        return when

    def tell(  # noqa: PLR0913, PLR0917 -- an event has this many parts
        self,
        cluster: str,
        resource: str,
        uid: str,
        obj: Object | None,
        when: int,
        lag: tuple[float, float] = SOON,
        *,
        gone: bool = False,
    ) -> None:
        """Lets the daemon hear of what the API server noted at a time."""
        heard = max(when + self._dice.between(*lag), self._last.get(uid, 0) + 1)
        self._last[uid] = heard
        self._add(heard, cluster, resource, uid, obj, gone)
        if self._dice.one_in(_TWICE):
            self._last[uid] = heard + self._dice.between(0.001, 1)
            self._add(self._last[uid], cluster, resource, uid, obj, gone)

    def _add(  # noqa: PLR0913, PLR0917
        self,
        heard: int,
        cluster: str,
        resource: str,
        uid: str,
        obj: Object | None,
        gone: bool,  # noqa: FBT001
    ) -> None:
        order = len(self.events)
        event = Event(heard, order, cluster, resource, uid, obj, gone)
        self.events.append(event)
