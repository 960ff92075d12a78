"""A Zeek of several nodes: each is known, and none holds up the others."""

import msgspec
import pytest

from fakes.zeek import Node
from k8s_sync.feed import batches
from k8s_sync.feed.codec import ALL_NODES, node_topic
from k8s_sync.feed.node import LAG, LOST
from k8s_sync.feed.snapshot import RESYNC_PAUSE
from k8s_sync.timeline import Timeline
from tests.pure.feed_world import EPOCH, World, parts


def cluster() -> World:
    return World("manager", "worker-1", "worker-2")


def test_several_fresh_nodes_share_a_snapshot() -> None:
    world = cluster()
    for n in range(3):
        world.claim(n)
    world.peer.connected()
    sent = world.talk()
    assert world.agree()
    assert world.peer.idle
    snapshots = [topic for topic, event in sent if event.part == "snapshot"]
    assert snapshots == [ALL_NODES]


def test_a_delta_goes_out_once_for_all() -> None:
    world = cluster()
    world.connect()
    world.claim(1)
    ((topic, event),) = world.talk()
    assert (topic, event.part) == (ALL_NODES, "delta")
    assert world.agree()


def test_a_node_that_joins_late_gets_a_snapshot_for_itself() -> None:
    world = cluster()
    for n in range(3):
        world.claim(n)
    world.connect()
    late = world.nodes["worker-3"] = Node("worker-3")
    world.peer.answered(late.begin())
    sent = world.talk()
    assert {topic for topic, _ in sent} == {node_topic("worker-3")}
    assert parts([event for _, event in sent]) == ["hello", "snapshot", "end"]
    assert world.agree()


def test_a_node_that_begins_anew_is_told_everything_again() -> None:
    world = cluster()
    world.claim(1)
    world.connect()
    world.claim(2)
    assert world.peer.next(), "under way when the node dies"
    fresh = world.nodes["worker-1"] = Node("worker-1")
    world.peer.answered(fresh.begin())
    world.peer.answered(fresh.begin())
    world.run()
    world.pass_time(LAG + 1)
    assert world.agree()
    assert world.peer.idle


def test_a_node_that_has_kept_its_claims_gets_what_it_missed() -> None:
    world = cluster()
    for n in range(2000):
        world.claim(n)
    world.connect()
    world.deaf = {"worker-1"}
    for n in range(3):
        world.claim(n)
        world.run()
    world.deaf = set()
    world.peer.answered(world.nodes["worker-1"].begin())
    sent = world.talk()
    assert {topic for topic, _ in sent} == {node_topic("worker-1")}
    hello, part, end = (event for _, event in sent)
    assert parts([hello, part, end]) == ["hello", "snapshot", "end"]
    assert part.payload.count("\n") == 1 + 3
    assert end.payload == "1", "ends nothing"
    assert world.agree()
    assert world.peer.idle


def test_a_node_that_has_kept_everything_gets_nothing() -> None:
    world = cluster()
    world.claim(1)
    world.connect()
    world.peer.answered(world.nodes["worker-1"].begin())
    assert parts(world.run()) == ["hello"]
    assert world.peer.idle


@pytest.mark.parametrize("ahead", [1, 1000])
def test_a_node_that_claims_to_know_more_than_there_is_gets_everything(
    ahead: int,
) -> None:
    world = cluster()
    world.claim(1)
    world.connect()
    node = world.nodes["worker-1"]
    node.timeline = Timeline()
    node.sources["c1"].seq += ahead
    world.peer.answered(node.begin())
    assert parts(world.run()) == ["hello", "snapshot", "end"]
    assert world.agree()


@pytest.mark.parametrize("when", ["hello", "snapshot", "synced"])
def test_a_node_that_hangs_holds_nobody_up(when: str) -> None:
    world = cluster()
    for n in range(6000):
        world.claim(n)
    if when == "hello":
        world.deaf = {"worker-2"}
    world.peer.connected()
    while when == "snapshot" and not any(
        node.phase == "snapshot" for node in world.peer.nodes.values()
    ):
        addressed = world.peer.next()
        assert addressed
        world.deliver(*addressed)
    if when == "synced":
        world.run()
    world.deaf = {"worker-2"}
    for n in range(20):
        world.claim(7000 + n)
        world.run()
        world.pass_time(LAG // 2)
    assert world.nodes["worker-1"].timeline.digest("c1") == world.timeline.digest("c1")
    assert world.nodes["manager"].timeline.digest("c1") == world.timeline.digest("c1")
    assert world.peer.idle
    # It comes back, and has lost all that it was sent meanwhile.
    world.deaf = set()
    world.peer.ask()
    world.run()
    world.pass_time(RESYNC_PAUSE)
    assert world.agree()
    assert not world.peer.troubles()


def test_a_node_that_is_gone_is_forgotten_and_welcome_again() -> None:
    world = cluster()
    world.claim(1)
    world.connect()
    world.deaf = {"worker-2"}
    world.claim(2)
    world.run()
    world.pass_time(LAG + 1)
    assert world.peer.troubles() == ["worker-2: no answer for 1 s"]
    world.pass_time(LOST)
    assert set(world.peer.nodes) == {"manager", "worker-1"}
    assert world.peer.troubles() == []
    assert world.peer.agrees
    world.deaf = set()
    world.claim(3)
    world.run()
    world.pass_time(RESYNC_PAUSE)
    assert world.agree()
    assert len(world.peer.nodes) == 3


def test_troubles_name_the_node_that_is_behind() -> None:
    world = cluster()
    assert world.peer.troubles() == ["offline"]
    world.peer.connected()
    assert world.peer.troubles() == ["hello"]
    world.claim(1)
    hello = world.peer.next()
    assert hello
    world.deliver(*hello)
    assert world.peer.troubles()[0] == "manager: snapshot"
    world.run()
    assert world.peer.troubles() == []


def test_a_node_that_holds_all_of_an_earlier_run_is_told_only_that_it_does() -> None:
    world = cluster()
    world.claim(1)
    world.connect()
    keys = list(world.timeline.keys("c1"))
    world.peer = world.new_peer(2_000_000_000_000_000)
    assert keys
    sent = world.connect()
    assert set(parts(sent)) == {"hello", "end"}
    assert world.agree()
    assert world.peer.idle


def test_what_is_under_way_can_be_told() -> None:
    world = cluster()
    for n in range(3):
        world.claim(n)
    told = [(world.peer.phase, world.peer.idle, world.peer.waiting)]
    world.peer.connected()
    while (addressed := world.peer.next()) is not None:
        told.append((world.peer.phase, world.peer.idle, world.peer.waiting))
        world.deliver(*addressed)
    assert [phase for phase, *_ in told] == ["offline", "hello", "snapshot", "snapshot"]
    assert [idle for _, idle, _ in told] == [False] * 4
    assert world.peer.phase == "synced"
    assert world.peer.idle
    assert world.peer.waiting == 0


def test_a_snapshot_ends_with_the_only_node_that_needs_it() -> None:
    world = cluster()
    for n in range(2000):
        world.claim(n)
    world.connect()
    late = world.nodes["worker-3"] = Node("worker-3")
    world.peer.answered(late.begin())
    for _ in range(3):
        addressed = world.peer.next()
        assert addressed
        world.deliver(*addressed)
    assert world.peer.waiting, "a snapshot for it is under way"
    late = world.nodes["worker-3"] = Node("worker-3")
    world.peer.answered(late.begin())
    assert not world.peer.waiting
    world.pass_time(RESYNC_PAUSE)
    assert world.agree()


def test_an_answer_that_comes_twice_counts_once() -> None:
    world = World()
    world.connect()
    world.claim(1)
    addressed = world.peer.next()
    assert addressed
    status = world.node.take(addressed[1])
    world.peer.answered(status)
    world.peer.answered(msgspec.structs.replace(status, digest=1, problem="twice"))
    assert world.peer.idle
    assert world.peer.problem == ""


@pytest.mark.parametrize("turn", [0, 1])
def test_what_was_missed_may_be_forgotten_before_it_is_its_turn(
    monkeypatch: pytest.MonkeyPatch, turn: int
) -> None:
    monkeypatch.setattr(batches, "RECENT_ROWS", 2)
    world = cluster()
    world.claim(0)
    world.connect()
    for _ in range(turn):
        assert world.peer.next() is None
    world.deaf = {"worker-1"}
    world.claim(1)
    world.run()
    world.deaf = set()
    world.claim(2)
    addressed = world.peer.next()
    assert addressed
    world.deliver(*addressed)  # and worker-1 sees that it has missed something
    for n in range(3, 9):
        world.claim(n)
    world.run()
    world.pass_time(RESYNC_PAUSE)
    assert world.agree()
    assert world.peer.idle


def test_what_was_forgotten_does_not_wait_for_a_zeek_that_is_away() -> None:
    """Of weeks of changes, no more is kept than twice what there is."""
    world = World()
    most = 0
    for n in range(20_000):
        world.claim(n, end=EPOCH + n)
        if n % 100 == 99:
            world.timeline.evict(EPOCH + n)
        most = max(most, world.peer.waiting)
    assert most <= 2 * 100 + batches.BATCH_ROWS + 1
    world.claim(1, start=EPOCH + 1)
    world.connect()
    assert world.agree(), "what is still there is told"
