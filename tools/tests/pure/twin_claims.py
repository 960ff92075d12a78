"""Claims on one address, made and asked about, for tests of the C++ timeline."""

from typing import Any

import msgspec

from k8s_sync import address
from k8s_sync.model import SECOND, Claim, Kind, Owner, Proto, Range
from tests.pure.twin import Twin

HERE = address.pack("10.0.0.1")


def claim(uid: str = "u", start: int = 100, **changes: Any) -> Claim:
    kind: Kind = changes.pop("kind", "pod")
    made = Claim(
        cluster="c1",
        address=HERE,
        owner=Owner(kind=kind, uid=uid),
        start=start * SECOND,
        revision=1,
    )
    return msgspec.structs.replace(made, **changes)


def within(subnet: str, **changes: Any) -> Range:
    made = Range(
        cluster="c1", subnet=address.Subnet.parse(subnet), kind="pod", revision=1
    )
    return msgspec.structs.replace(made, **changes)


def ask(
    twin: Twin, time: int = 150, port: int = 0, proto: Proto = "", **filters: Any
) -> tuple[str | None, str | None]:
    answer = twin.owner(HERE, time * SECOND, port, proto, **filters)
    return answer.match, answer.owner.uid if answer.owner else None
