"""However the events of a run are mixed, the timeline is the same in the end.

What is told of one object comes in its order, but between objects there is none: their
events are mixed at will, some come twice, and some once more when they are outdated.
Each event is heard at a time of its own, as that is the end of what does not tell one.

Two things depend on who was heard of first, and are left out. What a pod that is gone
belongs to is as it was known at its deletion. And a port on a node (T8, T17) has the
versions since it was known on which node it is.
"""

import random
from collections.abc import Iterator
from typing import Any, NamedTuple

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from k8s_sync.claims.inventory import Inventory
from k8s_sync.kube.objects import Object
from k8s_sync.model import SECOND, Row
from k8s_sync.timeline import Timeline
from tests.pure.kubernetes import (
    Json,
    at,
    controlled_by,
    node,
    pod,
    ran,
    replica_set,
    runs,
    service,
    us,
)

NODE = "192.168.50.11"
STEPS = (
    "at 10.0.0.1",
    "at 10.0.0.2",
    "at 10.0.0.2 fd00::1",
    "at",
    "stamp",
    "run",
    "label",
    "leave the service",
    "image",
    "doom",
    "finish",
    "lose",
)
ENDS = ("", "deleted", "missing")
Life = tuple[int, list[str], str]
"""When it is created, what happens then, and how it ends."""

LIVES = st.tuples(
    st.integers(0, 9),
    st.lists(st.sampled_from(STEPS), max_size=8),
    st.sampled_from(ENDS),
)


class Event(NamedTuple):
    """Something that is heard of an object."""

    resource: str
    obj: Object
    now: int
    end: str = ""


def clock(number: int) -> str:
    """The time of an event: they are some seconds apart."""
    minutes, seconds = divmod(7 * number, 60)
    return f"09:{10 + minutes:02}:{seconds:02}"


class Kubelet:
    """A pod, and what is known of it after each step."""

    def __init__(self, name: str, number: int) -> None:
        self.name = name
        self.first = number
        self.ips: list[str] = []
        self.up: str | None = None
        self.labels = {"app": "web"}
        self.image = "web:1"
        self.phase = "Pending"
        self.containers: list[Json] = []
        self.doomed: Json = {}

    def do(self, step: str, number: int) -> None:
        """Lets something happen."""
        if step.startswith("at"):
            self.ips = step.split()[1:]
        elif step == "stamp":
            self.up = clock(number)
        elif step == "run":
            self.phase = self.phase.replace("Pending", "Running")
            self.containers = [runs(clock(number - 1))]
        elif step == "label":
            self.labels = {"app": "web", "n": str(number)}
        elif step == "leave the service":
            self.labels = {"n": str(number)}
        elif step == "image":
            self.image = f"web:{number}"
        elif step == "doom":
            self.doomed = self.doomed or {"deletionTimestamp": at(clock(number))}
        elif step == "lose":
            self.phase = "Failed"
        elif step == "finish":
            self.phase = "Succeeded"
            self.containers = [ran(clock(self.first), clock(number - 1))]

    def object(self, number: int) -> Object:
        """All that the API says of it."""
        return pod(
            self.name,
            *self.ips,
            up=self.up,
            phase=self.phase,
            labels=self.labels,
            resourceVersion=str(100 + number),
            ownerReferences=controlled_by("ReplicaSet", "web-abc"),
            spec={"containers": [{"image": self.image, "ports": [{"hostPort": 80}]}]},
            status={"containerStatuses": self.containers, "hostIP": NODE},
            **self.doomed,
        )


def stream(name: str, life: Life) -> list[Event]:
    """The events of a pod."""
    first, steps, end = life
    made = Kubelet(name, first)
    events = []
    for number, step in enumerate(["create", *steps], first):
        made.do(step, number)
        now = us(clock(number)) + SECOND // 3
        events.append(Event("pods", made.object(number), now))
    if end:
        now = us(clock(first + len(steps) + 1))
        events.append(Event("pods", events[-1].obj, now, end))
    return events


def others() -> list[list[Event]]:
    """What the pods belong to, and how it changes."""
    zone = {"topology.kubernetes.io/zone": "a"}
    nodes = [
        node("node-1", NODE, labels=labels, resourceVersion=str(7 + number))
        for number, labels in enumerate(({"x": "y"}, zone, zone))
    ]
    services = [
        service(
            "web",
            "10.96.0.7",
            spec={"selector": {"app": app}},
            labels={"n": str(number)},
            resourceVersion=str(8 + number),
        )
        for number, app in enumerate(("web", "none", "web"))
    ]
    told = {"nodes": nodes, "services": services, "replicasets": [replica_set()]}
    return [
        [
            Event(resource, made, us("09:20:00") + number)
            for number, made in enumerate(objects)
        ]
        for resource, objects in told.items()
    ]


def mixed(streams: list[list[Event]], dice: random.Random) -> Iterator[Event]:
    """Mixes streams; tells some events twice, and some again when it is too late."""
    left = [list(reversed(events)) for events in streams]
    told: list[list[Event]] = [[] for _ in streams]
    while any(left):
        number = dice.choice([n for n, rest in enumerate(left) if rest])
        told[number].append(left[number].pop())
        yield told[number][-1]
        # What is missing may be found again, and that would be news.
        if dice.random() < 1 / 3 and told[number][-1].end != "missing":
            again = dice.choice(told[number])
            yield again._replace(now=again.now + dice.randrange(9))


def final(events: list[Event]) -> list[str]:
    """Lets all events be heard; returns the rows in a form that compares."""
    inventory, timeline = Inventory("demo"), Timeline()
    gone = set()
    for event in events:
        uid = event.obj.metadata.uid
        if event.end:
            gone.add(uid)
            last = event.obj if event.end == "deleted" else None
            rows = inventory.delete(event.resource, uid, event.now, last)
        else:
            rows = inventory.apply(event.resource, event.obj, event.now)
        for row in rows:
            timeline.apply(row)
    return sorted(repr(comparable(row, gone)) for row in timeline)


def comparable(row: Row, gone: set[str]) -> Row:
    row = msgspec.structs.replace(row, revision=0)
    owner: Any = getattr(row, "owner", None)
    if owner is None or owner.uid not in gone:
        return row
    own = msgspec.structs.replace(owner, workload="", service="", zone="", roles=())
    return msgspec.structs.replace(row, owner=own)


@settings(max_examples=200)
@given(st.tuples(LIVES, LIVES), st.integers(0, 1 << 16))
def test_however_events_are_mixed_the_timeline_is_the_same(
    lives: tuple[Life, Life], seed: int
) -> None:
    streams = [stream(f"web-{n}", life) for n, life in enumerate(lives)] + others()
    in_turn = final([event for events in streams for event in events])
    dice = random.Random(seed)  # noqa: S311
    assert final(list(mixed(streams, dice))) == in_turn
