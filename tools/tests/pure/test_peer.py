"""What a Zeek is told, and when: snapshots, deltas, the window."""

import msgspec

from fakes.zeek import Node
from k8s_sync.feed import batches
from k8s_sync.feed.node import LAG, WINDOW
from k8s_sync.feed.snapshot import RESYNC_PAUSE
from k8s_sync.model import SECOND, Owner
from k8s_sync.timeline import Timeline, row_key
from tests.pure.feed_world import EPOCH, World, parts


def test_a_fresh_node_gets_a_snapshot() -> None:
    world = World()
    for n in range(3):
        world.claim(n)
    assert parts(world.connect()) == ["hello", "snapshot", "end"]
    assert world.agree()
    assert world.peer.idle
    assert world.node.timeline.held("c1") == 3


def test_an_empty_cluster_ends_what_the_node_held() -> None:
    world = World()
    stale = world.claim(1)
    world.connect()
    world.timeline = Timeline()
    world.peer = world.new_peer(EPOCH + 1)
    world.wait(5 * SECOND)
    assert parts(world.connect()) == ["hello", "end"]
    assert world.agree()
    held = world.node.timeline.get(row_key(stale))
    assert held
    assert held.end == world.now


def test_changes_travel_as_deltas_with_growing_numbers() -> None:
    world = World()
    world.connect()
    world.claim(1)
    first = world.run()
    world.claim(2)
    second = world.run()
    assert [(e.part, e.seq) for e in first + second] == [("delta", 1), ("delta", 2)]
    assert world.agree()


def test_what_waits_is_coalesced_to_the_newest_row_of_a_claim() -> None:
    world = World()
    world.connect()
    for _ in range(50):
        world.claim(1)
    assert world.peer.waiting == 1
    (event,) = world.run()
    assert event.payload.count("\n") == 2
    assert world.agree()


def test_no_event_is_larger_than_the_limits() -> None:
    world = World()
    for n in range(1234):
        world.claim(n)
    rows = [e.payload.count("\n") - 1 for e in world.connect() if e.part == "snapshot"]
    assert rows == [500, 500, 234]


def test_long_rows_are_limited_by_bytes() -> None:
    world = World()
    labels = tuple(f"k{n}={'x' * 60}" for n in range(500))
    for n in range(20):
        world.claim(n, owner=Owner(kind="pod", uid=f"u{n}", labels=labels))
    sizes = [len(e.payload) for e in world.connect() if e.part == "snapshot"]
    assert len(sizes) > 1
    assert max(sizes) <= batches.BATCH_BYTES + len("#fields") + 300


def test_a_row_over_the_limit_travels_alone() -> None:
    world = World()
    label = "k=" + "x" * batches.BATCH_BYTES
    world.claim(1)
    world.claim(2, owner=Owner(kind="pod", uid="big", labels=(label,)))
    world.claim(3)
    assert parts(world.connect()).count("snapshot") == 3
    assert world.agree()


def test_at_most_the_window_is_unanswered() -> None:
    world = World()
    for n in range(500 * 12):
        world.claim(n)
    world.peer.connected()
    hello = world.peer.next()
    assert hello
    assert world.peer.next() is None, "nothing before the answer to hello"
    world.deliver(*hello)
    sent = []
    while (addressed := world.peer.next()) is not None:
        sent.append(addressed)
    assert len(sent) == WINDOW
    world.deliver(*sent.pop(0))
    assert world.peer.next() is not None
    assert world.peer.next() is None


def test_a_reconnect_to_a_node_that_holds_all_needs_no_snapshot() -> None:
    world = World()
    world.claim(1)
    world.connect()
    world.peer.disconnected()
    assert world.peer.next() is None
    assert parts(world.connect()) == ["hello"]
    assert world.peer.idle


def test_changes_during_an_outage_end_in_equal_digests() -> None:
    world = World()
    old = world.claim(1)
    world.connect()
    world.peer.disconnected()
    world.claim(1, end=world.now)
    world.claim(2)
    world.connect()
    assert world.agree()
    held = world.node.timeline.get(row_key(old))
    assert held
    assert held.end == world.now


def test_a_restarted_node_gets_a_snapshot() -> None:
    world = World()
    world.claim(1)
    world.connect()
    world.peer.disconnected()
    world.node = Node()
    assert parts(world.connect()) == ["hello", "snapshot", "end"]
    assert world.agree()


def test_a_restarted_daemon_renews_everything() -> None:
    world = World()
    world.claim(1)
    gone = world.claim(2)
    world.connect()
    world.timeline = Timeline()
    world.revision = EPOCH
    world.peer = world.new_peer(EPOCH + 1)
    world.claim(1)
    world.wait(SECOND)
    assert parts(world.connect()) == ["hello", "snapshot", "end"]
    assert world.agree()
    held = world.node.timeline.get(row_key(gone))
    assert held
    assert held.end == world.now


def test_a_lost_delta_is_found_by_the_next_and_made_up_for() -> None:
    world = World()
    world.claim(0)
    world.connect()
    world.claim(1)
    lost = world.peer.next()
    assert lost
    world.claim(2)
    sent = world.run()
    assert parts(sent) == ["delta", "snapshot", "end"]
    assert "uid-0" not in sent[1].payload, "only what it missed"
    assert world.agree()
    assert world.peer.idle


def test_a_lost_last_delta_is_found_by_the_silence() -> None:
    world = World()
    world.connect()
    world.claim(1)
    assert world.peer.next()
    assert world.pass_time(LAG) == []
    assert parts(world.pass_time(1)) == ["hello", "snapshot", "end"]
    assert world.agree()


def test_a_lost_answer_costs_a_question() -> None:
    world = World()
    world.connect()
    world.mute = {"zeek"}
    world.claim(1)
    world.run()
    world.mute = set()
    assert parts(world.pass_time(LAG + 1)) == ["hello"]
    assert world.peer.idle


def test_what_was_missed_long_ago_is_made_up_for_by_a_snapshot() -> None:
    world = World()
    world.claim(0)
    world.connect()
    world.deaf = {"zeek"}
    for n in range(batches.RECENT_ROWS // 250 + 1):
        for m in range(250):
            world.claim(n * 250 + m)
        while world.peer.next() is not None:
            pass
        # It answers the last event only, as if the others had been lost.
        world.pass_time(LAG + 1)
        world.peer.nodes["zeek"].forget()
        world.peer.nodes["zeek"].phase = "synced"
    world.deaf = set()
    world.peer.ask()
    sent = world.run()
    assert sent[-1].part == "end"
    assert len(sent[-1].payload.split()) == 2, "it is complete, so it sweeps"
    assert world.agree()


def test_a_wrong_digest_asks_for_one_snapshot_at_a_time() -> None:
    world = World()
    world.claim(1)
    world.connect()
    world.wait(RESYNC_PAUSE)
    # The node forgets behind our back.
    world.node.timeline = Timeline()
    world.peer.ask()
    assert parts(world.run()) == ["hello", "snapshot", "end"]
    assert world.agree()
    assert world.peer.resyncs == 1
    world.node.timeline = Timeline()
    world.peer.ask()
    assert parts(world.run()) == ["hello"], "no second one within the pause"
    world.wait(RESYNC_PAUSE)
    world.peer.ask()
    assert parts(world.run()) == ["hello", "snapshot", "end"]
    assert world.agree()


def test_a_change_during_a_snapshot_follows_it() -> None:
    world = World()
    for n in range(600):
        world.claim(n)
    world.peer.connected()
    hello = world.peer.next()
    assert hello
    world.deliver(*hello)
    first = world.peer.next()
    assert first
    assert first[1].part == "snapshot"
    world.claim(3, end=EPOCH + 1)
    world.claim(700)
    world.deliver(*first)
    assert parts(world.run()) == ["snapshot", "end", "delta"]
    assert world.agree()


def test_evicted_claims_are_not_sent() -> None:
    world = World()
    world.connect()
    world.claim(1, end=EPOCH + 1)
    world.timeline.evict(EPOCH + 2)
    assert world.run() == []


def test_a_status_of_another_source_or_daemon_is_none_of_ours() -> None:
    world = World()
    world.connect()
    world.claim(1)
    addressed = world.peer.next()
    assert addressed
    status = world.node.take(addressed[1])
    for other in ({"source": "c2"}, {"answer": f"{EPOCH + 1} delta 1"}):
        world.peer.answered(msgspec.structs.replace(status, **other))
        assert world.peer.unanswered == 1
    world.peer.answered(status)
    assert world.peer.unanswered == 0


def test_complaints_of_the_node_are_kept() -> None:
    world = World()
    world.connect()
    world.claim(1)
    addressed = world.peer.next()
    assert addressed
    topic, event = addressed
    world.deliver(
        topic, msgspec.structs.replace(event, payload=event.payload + "junk\n")
    )
    assert world.peer.problem == "1 bad rows, first: line 3: 1 cells, 24 expected"
