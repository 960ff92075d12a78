"""What a daemon hears and what is then answered: inventory and timeline together."""

from typing import Any

from k8s_sync import address
from k8s_sync.claims.inventory import Inventory
from k8s_sync.kube.objects import Object
from k8s_sync.model import SECOND, Claim, Proto
from k8s_sync.timeline import Timeline
from tests.pure.kubernetes import NOW, us


class Told:
    """A cluster as it is told, and its timeline.

    Times are clocks of the day, such as ``09:00:00.5``.
    """

    def __init__(
        self, cluster: str = "demo", timeline: Timeline | None = None, **options: Any
    ) -> None:
        self.inventory = Inventory(cluster, **options)
        self.timeline = Timeline() if timeline is None else timeline

    def sees(
        self, resource: str, obj: Object, clock: str = "", **options: Any
    ) -> list[Claim]:
        """Hears of an object as it is."""
        rows = self.inventory.apply(resource, obj, when(clock), **options)
        for row in rows:
            self.timeline.apply(row)
        return [row for row in rows if isinstance(row, Claim)]

    def loses(
        self, resource: str, uid: str, clock: str = "", last: Object | None = None
    ) -> list[Claim]:
        """Hears that an object is gone, or that nobody knows of it any more."""
        rows = self.inventory.delete(resource, uid, when(clock), last)
        for row in rows:
            self.timeline.apply(row)
        return [row for row in rows if isinstance(row, Claim)]

    def who(
        self,
        ip: str,
        clock: str = "",
        port: int = 0,
        proto: Proto = "tcp",
        **domain: str,
    ) -> str:
        """Answers with match and uid: ``exact uid-web-1``, ``ambiguous -``."""
        found = self.timeline.owner(
            address.pack(ip), when(clock), port, proto if port else "", **domain
        )
        return f"{found.match or 'nothing'} {found.owner.uid if found.owner else '-'}"

    def labels(self, ip: str, clock: str = "") -> tuple[str, ...]:
        """Answers with the labels of the owner."""
        found = self.timeline.owner(address.pack(ip), when(clock)).owner
        return found.labels if found else ()


def when(clock: str) -> int:
    """A clock of the day in microseconds; noon if it is empty."""
    whole, _, rest = clock.partition(".")
    return us(whole) + int(float(f"0.{rest or 0}") * SECOND) if clock else NOW


def ends(rows: list[Claim]) -> list[tuple[int | None, str]]:
    """When claims ended, and why."""
    return [(row.end, row.ended) for row in rows]
