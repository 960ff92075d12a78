"""One hour of two clusters with the same addresses: the truth, and what is told."""

from typing import NamedTuple

from simulator.churn import Churn
from simulator.clock import BEGIN, MINUTE, Dice, Loop
from simulator.people import KNOWN, People
from simulator.telling import Event, Telling
from simulator.things import Holding
from simulator.trouble import Trouble


class World(NamedTuple):
    """What happened."""

    truth: list[Holding]
    events: list[Event]
    """In the order in which they are heard."""
    end: int
    """Of the hour. What happens then is told, too, for a while: all is heard."""


_AFTER = 10 * MINUTE
_NAMES = ("east", "west")


def run(seed: int, pods: int, minutes: int) -> World:
    """Lets so many pods live for so long.

    ``east`` gives addresses out per node, ``west`` from one range for all nodes.
    """
    dice = Dice(seed)
    loop = Loop(KNOWN)
    telling = Telling(dice)
    people = People(dice, telling)
    lives = Trouble(dice, loop, telling)
    churns = {}
    for number, name in enumerate(_NAMES):
        cluster = people.cluster(name, number, shared=bool(number))
        churn = churns[name] = Churn(people, lives, cluster)
        churn.populate(pods // len(_NAMES))
        churn.start()
    lives.on_over = lambda pod: churns[pod.cluster.name].over(pod)
    lives.on_gone = lambda pod: churns[pod.cluster.name].gone(pod)
    lives.join = lambda node: churns[node.cluster.name].new_node(node)
    end = BEGIN + minutes * MINUTE
    loop.run(end + _AFTER)
    events = sorted(telling.events, key=lambda event: (event.heard, event.order))
    return World(lives.truth, events, end)
