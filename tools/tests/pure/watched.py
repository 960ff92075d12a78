"""A C++ timeline and what remembers lines beside it, with a clock, for the tests."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msgspec

from k8s_sync import address
from k8s_sync.model import SECOND, Claim, Owner, Row
from tests.pure.twin import Twin
from tests.pure.twin_amendments import Amendment, Amendments, End

HERE = address.pack("10.0.0.1")
WITHIN = 600 * SECOND
T = 1000 * SECOND


class Both:
    """A timeline and what watches it."""

    def __init__(self, twin: Twin, amendments: Amendments) -> None:
        self.twin = twin
        self.amendments = amendments
        self.now = T

    def tell(self, *claims: Row) -> None:
        self.twin.apply(*claims)

    def write(self, uid: str = "C1", side: str = "orig", **more: Any) -> None:
        end = End(uid, side, more.pop("address", HERE), more.pop("time", T), **more)
        self.amendments.remember(end, self.now)

    def later(self, seconds: int = 1, **limits: int) -> list[Amendment]:
        self.now += seconds * SECOND
        return self.amendments.review(self.now, **limits)

    def told(self, seconds: int = 1) -> list[tuple[Any, ...]]:
        return [
            (found.uid, found.was, found.match, found.owner)
            for found in self.later(seconds)
        ]

    @property
    def dropped(self) -> int:
        return self.amendments.counts().dropped


@contextmanager
def watched(most: int = 100) -> Iterator[Both]:
    with Twin() as twin:
        amendments = Amendments(twin, most=most, within=WITHIN)
        yield Both(twin, amendments)
        amendments.close()


def claim(uid: str = "a", start: int = 900, **changes: Any) -> Claim:
    made = Claim(
        cluster="c1",
        address=HERE,
        owner=Owner(kind="pod", uid=uid),
        start=start * SECOND,
        revision=1,
    )
    return msgspec.structs.replace(made, **changes)
