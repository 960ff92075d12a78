"""Whatever is lost on the way, nodes that answer again hold what we hold, soon."""

import random
from collections.abc import Callable

import pytest

from fakes.zeek import Node
from k8s_sync.model import SECOND
from tests.pure.feed_world import World

pytestmark = pytest.mark.long

NAMES = ("manager", "logger", "worker-1", "worker-2")
QUIET = 5 * SECOND
"""How long after the last fault all must be well again."""


Step = Callable[[World, random.Random, str], None]


def hang(world: World, _: random.Random, name: str) -> None:
    world.deaf ^= {name}


def lose_answers(world: World, _: random.Random, name: str) -> None:
    world.mute ^= {name}


def restart(world: World, chance: random.Random, name: str) -> None:
    world.nodes[name] = Node(name)
    if chance.random() < 0.8:
        world.peer.answered(world.nodes[name].begin())


def reconnect(world: World, _chance: random.Random, _name: str) -> None:
    world.peer.disconnected()
    world.peer.connected()


def wait(world: World, chance: random.Random, _: str) -> None:
    world.pass_time(chance.choice([1, 3, 60]) * chance.randrange(SECOND))


def evict(world: World, _chance: random.Random, _name: str) -> None:
    """Forgets rows, some of them before they were told."""
    world.timeline.evict(world.now - 60 * SECOND)


def change_many(world: World, chance: random.Random, _: str) -> None:
    for n in range(chance.randrange(1200)):
        world.claim(n)


def change_one(world: World, chance: random.Random, _: str) -> None:
    end = world.now if chance.random() < 0.3 else None
    world.claim(chance.randrange(50), end=end)


STEPS: list[Step] = [
    *(hang, lose_answers, restart, reconnect, evict, change_many),
    *[wait] * 3,
    *[change_one] * 5,
]


@pytest.mark.parametrize("seed", range(40))
def test_all_agree_soon_after_the_last_fault(seed: int) -> None:
    world = World(*NAMES)
    chance = random.Random(seed)  # noqa: S311 -- no secret
    world.peer.connected()
    for _ in range(10):
        for _ in range(50):
            chance.choice(STEPS)(world, chance, chance.choice(NAMES))
            for _ in range(chance.randrange(4)):
                addressed = world.peer.next()
                if addressed is not None:
                    world.deliver(*addressed)
        world.deaf, world.mute = set(), set()
        # A node that has lost its memory says so until it is heard.
        for second in range(QUIET // SECOND):
            for node in world.nodes.values():
                if not node.sources:
                    world.peer.answered(node.begin())
            if second % 2:
                world.peer.ask()  # as the session does
            world.pass_time(SECOND)
        assert world.agree(), seed
        assert world.peer.idle
        assert world.peer.agrees
        assert set(world.peer.nodes) == set(NAMES)
