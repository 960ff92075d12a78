"""The simulated hour is a possible one: its truth, and what the API tells of it."""

import functools
import itertools
import math
from collections import Counter, defaultdict

import msgspec
import pytest

from k8s_sync.claims.api_time import parse
from k8s_sync.kube.objects import Object
from simulator import world
from simulator.clock import BEGIN, SECOND, Dice, Loop, iso
from simulator.pools import HostLocal, LowestFree
from simulator.telling import Telling
from simulator.traffic import MIX, Traffic

_HASH = "kubernetes.io/config.hash"


@functools.cache
def hour() -> world.World:
    return world.run(seed=5, pods=1000, minutes=60)


def test_no_two_hold_an_address_at_once() -> None:
    held = defaultdict(list)
    for one in hour().truth:
        held[one.cluster, one.network, one.address, one.port, one.proto].append(one)
    for ones in held.values():
        ones.sort(key=lambda one: one.begin)
        for old, new in itertools.pairwise(ones):
            assert old.end is not None
            assert old.end <= new.begin


def test_who_talks_has_an_address() -> None:
    for one in hour().truth:
        assert one.end is None or one.begin <= one.end
        if one.talks is not None:
            assert one.begin <= one.talks
        if one.silent is not None and one.end is not None:
            assert one.silent <= one.end


def test_addresses_are_used_again_within_seconds() -> None:
    held = defaultdict(list)
    for one in hour().truth:
        if not one.port:
            held[one.cluster, one.address].append(one)
    gaps = [
        new.begin - (old.end or 0)
        for ones in held.values()
        for old, new in itertools.pairwise(sorted(ones, key=lambda one: one.begin))
    ]
    assert sum(gap < 5 * SECOND for gap in gaps) > 50


def test_all_that_can_go_wrong_does() -> None:
    causes = Counter(one.cause for one in hour().truth)
    for cause in ("job-finished", "force-delete", "node-loss", "moved", "sts-restart"):
        assert causes[cause], cause


def _times(obj: Object) -> list[int]:
    texts = [obj.metadata.creation_timestamp, obj.status.start_time]
    texts += [condition.last_transition_time for condition in obj.status.conditions]
    for one in (*obj.status.container_statuses, *obj.status.init_container_statuses):
        for ran in (one.state.terminated, one.last_state.terminated):
            texts += [ran.started_at, ran.finished_at] if ran else []
    return [parse(text) for text in texts if text]


def test_nothing_is_told_before_it_happened() -> None:
    for event in hour().events:
        assert event.object is not None
        for time in _times(event.object):
            assert time <= event.heard


def test_an_object_is_heard_in_order_and_gone_for_good() -> None:
    gone = set()
    last: dict[str, int] = {}
    for event in hour().events:
        if not event.gone:
            assert event.uid not in gone
        gone |= {event.uid} if event.gone else set()
        assert event.order >= last.get(event.uid, 0)
        last[event.uid] = event.order


def test_containers_run_while_the_address_is_theirs() -> None:
    own = defaultdict(list)
    for one in hour().truth:
        if not one.port and one.cause != "node":
            own[one.uid].append(one)
    seen = 0
    for event in hour().events:
        obj = event.object
        if event.resource != "pods" or obj is None or event.uid not in own:
            continue
        begin = min(one.begin for one in own[event.uid])
        # Some run on when the hour and what is told after it are over.
        end = max(one.end or math.inf for one in own[event.uid])
        for status in obj.status.container_statuses:
            ran = status.state.terminated
            if ran and ran.started_at and ran.finished_at:
                seen += 1
                # The hour begins with pods that have run since long before.
                assert begin < BEGIN or parse(ran.started_at) >= begin - SECOND
                assert parse(ran.finished_at) <= end
    assert seen


def test_an_address_stays_in_the_status_of_a_pod_that_is_over() -> None:
    over = [
        event.object
        for event in hour().events
        if event.object and event.object.status.phase in ("Succeeded", "Failed")
    ]
    assert sum(bool(obj.status.pod_ips) for obj in over) > len(over) / 2


def test_lags_are_what_they_are_said_to_be() -> None:
    dice = Dice(1)
    telling = Telling(dice)
    lags = Counter(telling.lag() for _ in range(100_000))
    assert lags[60.0, 300.0] == pytest.approx(500, rel=0.2)
    assert lags[1.0, 60.0] == pytest.approx(2000, rel=0.2)


def test_the_same_seed_makes_the_same_hour() -> None:
    one, other = (world.run(7, 200, 5) for _ in range(2))
    assert one.events == other.events
    assert [x.begin for x in one.truth] == [x.begin for x in other.truth]
    assert world.run(8, 200, 5).events != one.events


def test_questions_are_about_who_talked() -> None:
    questions = Traffic(hour().truth, hour().end, Dice(3)).questions(3000)
    held = defaultdict(list)
    for one in hour().truth:
        held[one.uid].append(one)
    for question in questions:
        assert BEGIN <= question.time < hour().end
        assert question.asked >= question.time
        assert any(
            one.address == question.address
            and one.begin <= question.time < (one.end or hour().end)
            for one in held[question.uid]
        )
    drawn = Counter(question.draw for question in questions)
    for draw, share in MIX.items():
        assert drawn[draw] == pytest.approx(3000 * share, rel=0.4), draw


def test_a_node_gives_its_addresses_out_round_and_round() -> None:
    pool = HostLocal(["a", "b", "c"])
    assert [pool.take(), pool.take()] == ["a", "b"]
    pool.give_back("a")
    assert [pool.take(), pool.take(), pool.take()] == ["c", "a", None]


def test_a_shared_range_gives_the_lowest_out_first() -> None:
    pool = LowestFree(["a", "b", "c"])
    assert [pool.take(), pool.take()] == ["a", "b"]
    pool.give_back("a")
    pool.give_back("a")
    assert [pool.take(), pool.take(), pool.take()] == ["a", "c", None]


def test_what_happens_happens_in_order() -> None:
    said: list[int] = []
    loop = Loop(0)
    loop.at(5, said.append, 5)
    loop.at(3, lambda: loop.after(1, said.append, 4))
    loop.at(9, said.append, 9)
    loop.run(9)
    assert said == [4, 5]


def test_a_static_pod_is_known_by_its_hash() -> None:
    named = [event.object.metadata for event in hour().events if event.object]
    mirrors = [one for one in named if _HASH in one.annotations]
    assert mirrors
    hashes = {one.annotations[_HASH] for one in mirrors}
    assert len({one.uid for one in mirrors}) > len(hashes)


def test_objects_are_of_the_shape_that_the_api_gives() -> None:
    for event in hour().events[:500]:
        assert msgspec.convert(msgspec.to_builtins(event.object), Object)
    assert iso(BEGIN + 1) == "2026-03-02T09:00:00Z"
