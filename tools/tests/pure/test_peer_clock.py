"""The wall clock may be set: how long a node is silent is measured otherwise."""

import pytest

from fakes.zeek import Node
from k8s_sync.daemon.store import Store
from k8s_sync.feed.snapshot import RESYNC_PAUSE
from k8s_sync.model import SECOND
from k8s_sync.timeline import Timeline
from tests.pure.feed_world import EPOCH, World, parts
from tests.pure.test_store import claim

HOUR = 3600 * SECOND


@pytest.mark.parametrize("step", [-HOUR, HOUR])
def test_a_step_of_the_clock_is_no_silence_and_no_pause(step: int) -> None:
    """Whatever the clock shows is just what nodes are told that something ends at."""
    world = World()
    world.connect()
    world.claim(1)
    addressed = world.peer.next()
    world.now += step
    world.peer.look()
    assert world.peer.next() is None, "nobody is asked"
    assert addressed
    world.deliver(*addressed)
    world.wait(RESYNC_PAUSE)
    world.node.timeline = Timeline()
    world.peer.ask()
    sent = world.run()
    assert parts(sent) == ["hello", "snapshot", "end"]
    assert sent[-1].payload == f"1 {world.now // SECOND}.000000"


def test_what_the_daemon_makes_is_not_misled() -> None:
    times = iter(range(EPOCH, EPOCH + 100 * HOUR, HOUR))
    store = Store("c1", EPOCH, times.__next__)
    peer, node = store.peer(), Node("zeek")
    peer.connected()
    while (addressed := peer.next()) is not None:
        peer.answered(node.take(addressed[1]))
    assert peer.idle
    store.tell([claim(1, store.revise())])
    assert peer.next(), "a delta, which is not answered at once"
    peer.look()
    assert "zeek" in peer.nodes
    assert peer.next() is None, "nobody is asked"
