"""What a reflector counts. Plain numbers, for whoever exports them."""

from collections import Counter
from dataclasses import dataclass, field


@dataclass(slots=True)
class Stats:
    """The counters of one reflector; times are those of its clock, in seconds.

    Attributes:
        lists: Pages asked for.
        watches: Watches that the server agreed to.
        events: Watch events by type.
        failures: Failures by reason.
        syncs: Complete syncs by how: ``stream`` or ``pages``.
        problems: Objects that could not be read.
        objects: Objects known now.
        sync_seconds: How long the latest sync took; unset before the first.
        last_contact: When the server last said anything; unset if never.
    """

    lists: int = 0
    watches: int = 0
    events: Counter[str] = field(default_factory=Counter)
    failures: Counter[str] = field(default_factory=Counter)
    syncs: Counter[str] = field(default_factory=Counter)
    problems: int = 0
    objects: int = 0
    sync_seconds: float | None = None
    last_contact: float | None = None
