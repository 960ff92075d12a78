"""How a reflector follows changes, and how it goes on after a failure."""

import asyncio
import time

import pytest

from fakes.api_server import FakeApiServer
from k8s_sync.errors import ForbiddenError, NotServedError, UnreachableError
from k8s_sync.kube.backoff import Timing
from k8s_sync.kube.changes import Applied, Degraded, Deleted, Lost, Synced
from k8s_sync.kube.cluster import ClusterWatch
from k8s_sync.kube.policy import PATIENT
from k8s_sync.kube.resources import ALL, JOBS, NODES, PODS
from tests.service.following import SPEED, View, client_of, following, pod, until, world

BROKEN = [
    {"cut_after": 0},
    {"cut_after": 150},
    {"cut_after": 150, "reset": True},
    {"reset": True},
    {"stall_after": 150},
    {"status": 500},
    {"status": 503, "retry_after": 1},
    {"status": 429, "retry_after": 1},
    {"error_event": 500},
    {"error_event": 429},
    {"body": b"<html>"},
    {"mangle": lambda line: line.replace(b"{", b"", 1)},
]


@pytest.mark.parametrize("fault", BROKEN, ids=str)
async def test_a_broken_watch_goes_on_from_where_it_was(
    fault: dict[str, object],
) -> None:
    """Nothing is lost, nothing told twice, and nothing listed again."""
    async with FakeApiServer() as api:
        api.store.create("pods", pod("a"))
        async with following(api, silence=0.15) as f:
            await f.synced()
            api.faults.add(verb="watch", **fault)
            api.drop()
            api.store.create("pods", pod("b"))
            api.store.delete("pods", "shop", "a")
            api.store.create("pods", pod("c"))
            await until(f.agrees)

            told = [word for word in f.view.story if word[0] in "+-"]
            assert told == ["+a", "+b", "-a", "+c"]
            assert api.count("watchlist") == 1
            assert api.count("list") == 0


async def test_a_deletion_brings_the_last_state() -> None:
    async with FakeApiServer() as api:
        api.store.create("pods", pod("a", "10.0.0.9"))
        async with following(api) as f:
            await f.synced()
            last = api.store.delete("pods", "shop", "a")
            await until(f.agrees)

            (deleted,) = f.view.of(Deleted)
            assert deleted.object.status.pod_ip == "10.0.0.9"
            assert deleted.uid == last["metadata"]["uid"]
            assert (deleted.namespace, deleted.name) == ("shop", "a")


async def test_a_pod_that_is_done_is_told_as_it_is() -> None:
    """With all that its last state says of its end (T21)."""
    async with FakeApiServer() as api:
        api.store.create("pods", pod("a"))
        async with following(api) as f:
            await f.synced()
            api.store.patch("pods", "shop", "a", {"status": {"phase": "Succeeded"}})
            await until(f.agrees)

            assert f.view.of(Deleted) == []
            assert f.view.of(Applied)[-1].object.status.phase == "Succeeded"


async def test_the_same_name_comes_back_as_somebody_else() -> None:
    """A StatefulSet's pod: what is removed is the old uid."""
    async with FakeApiServer() as api:
        old = api.store.create("pods", pod("db-0"))
        async with following(api) as f:
            await f.synced()
            api.store.delete("pods", "shop", "db-0")
            api.store.create("pods", pod("db-0"))
            await until(f.agrees)

            assert f.view.of(Deleted)[0].uid == old["metadata"]["uid"]
            assert f.view.story == ["+db-0", "synced", "-db-0", "+db-0"]


async def test_bookmarks_move_the_place_to_go_on_from() -> None:
    """A quiet kind survives that the history of the others pushes its own out."""
    async with FakeApiServer() as api:
        api.habits.bookmark_interval = 0.03
        api.store.create("pods", pod("a"))
        async with following(api) as f:
            await f.synced()
            for i in range(9):
                api.store.create("nodes", {"metadata": {"name": f"n{i}"}})
            api.store.trim("pods")
            bookmarks = f.reflector.stats.events["BOOKMARK"]
            await until(lambda: f.reflector.stats.events["BOOKMARK"] > bookmarks + 1)
            api.drop()
            await until(lambda: api.count("watch", "pods") == 1)
            api.store.create("pods", pod("b"))
            await until(f.agrees)

            assert api.requests[-1].query["resourceVersion"] == "1010"
            assert f.reflector.stats.failures["gone"] == 0


async def test_a_clean_end_is_no_failure() -> None:
    """The server ends watches when it likes: go on at once, and tell nobody."""
    async with FakeApiServer() as api:
        surroundings = world(timing=Timing(watch=1, short_watch=0.001))
        async with following(api, surroundings=surroundings) as f:
            await f.synced()
            await until(lambda: api.count("watch") >= 1, 5)
            api.store.create("pods", pod("a"))
            await until(f.agrees)

            assert f.view.story == ["synced", "+a"]
            assert f.reflector.stats.failures == {}


async def test_a_watch_that_ends_at_once_leads_to_a_new_list() -> None:
    """Some servers answer a stale version with nothing at all."""
    async with FakeApiServer() as api, following(api) as f:
        await f.synced()
        api.faults.add(verb="watch", empty=True)
        api.drop()
        await f.synced(2)
        assert f.reflector.stats.failures["short_watch"] == 1
        assert api.count("watchlist") == 2


async def test_silence_is_noticed() -> None:
    """A dead connection, without a byte or an end."""
    async with FakeApiServer() as api, following(api, silence=0.2) as f:
        await f.synced()
        await until(lambda: f.reflector.stats.failures["silent"] >= 1, 3)
        api.store.create("pods", pod("a"))
        await until(f.agrees)
        assert "+a" in f.view.story


async def test_bookmarks_break_the_silence() -> None:
    """A quiet cluster is not a dead one."""
    async with FakeApiServer() as api:
        api.habits.bookmark_interval = 0.1
        async with following(api, silence=0.4) as f:
            await f.synced()
            await asyncio.sleep(1)
            assert f.reflector.stats.failures == {}


async def test_loss_and_recovery_are_told() -> None:
    """Also if nothing has changed in the meantime."""
    async with FakeApiServer() as api, following(api) as f:
        await f.synced()
        api.faults.add(verb="watch", reset=True, times=3)
        api.drop()
        await until(lambda: bool(f.view.of(Lost)))
        await f.synced(2)

        assert f.view.story == ["synced", "lost", "synced"]
        assert isinstance(f.view.of(Lost)[0].error, UnreachableError)
        assert f.reflector.problem is None
        assert api.count("watchlist") == 1


@pytest.mark.parametrize("served", [True, False])
async def test_a_refused_kind_is_asked_for_now_and_then(served: bool) -> None:  # noqa: FBT001 - a parameter
    """403 and 404 degrade: told once, tried each minute in the end, and healed."""
    async with FakeApiServer() as api:
        if served:
            api.forbidden.add("jobs")
        else:
            api.faults.add(plural="jobs", status=404, times=-1)
        async with following(api, JOBS) as f:
            await until(lambda: f.reflector.state == "degraded")
            await until(lambda: f.reflector.stats.failures.total() == PATIENT)
            began = time.monotonic()
            count = len(api.requests)
            await until(lambda: len(api.requests) > count)
            assert (time.monotonic() - began) * SPEED + 1 >= 60
            api.forbidden.clear()
            api.faults.clear()
            await f.synced()

            error = f.view.of(Degraded)[0].error
            assert isinstance(error, ForbiddenError if served else NotServedError)
            assert f.view.story == ["degraded", "synced"]


async def test_a_server_that_has_just_started_does_not_know_its_roles() -> None:
    """A kind that was read is asked for again soon, and not given up yet."""
    async with FakeApiServer() as api, following(api) as f:
        await f.synced()
        began = time.monotonic()
        api.forbidden.add("pods")
        api.drop()
        await until(lambda: f.reflector.stats.failures["forbidden"] == 2)
        assert f.reflector.state == "lost"
        api.forbidden.clear()
        await f.synced(2)
        assert (time.monotonic() - began) * SPEED < 60
        assert f.view.story == ["synced", "lost", "synced"]


async def test_a_right_that_was_withdrawn() -> None:
    """Is believed to be after a while."""
    async with FakeApiServer() as api, following(api) as f:
        await f.synced()
        api.forbidden.add("pods")
        api.drop()
        await until(lambda: f.reflector.state == "degraded")
        assert f.reflector.stats.failures["forbidden"] == PATIENT
        assert f.view.story == ["synced", "lost", "degraded"]


async def test_the_server_may_ask_for_patience() -> None:
    """Retry-After of a 429 is the least time to wait."""
    async with FakeApiServer() as api:
        api.faults.add(status=429, retry_after=30)
        async with following(api) as f:
            await f.synced()
            first, second = api.requests
            assert second.time - first.time >= 0.29


async def test_unknown_events_are_passed_over() -> None:
    async with FakeApiServer() as api:
        api.store.create("pods", pod("a"))
        api.faults.add(
            verb="watchlist", mangle=lambda line: b'{"type":"NEW","object":{}}\n' + line
        )
        async with following(api) as f:
            await f.synced()
            assert f.view.story == ["+a", "synced"]


async def test_a_line_may_have_three_megabytes_and_come_in_crumbs() -> None:
    async with FakeApiServer() as api:
        big = pod("big")
        big["metadata"]["annotations"] = {"much": "ü" * 1_500_000}
        api.store.create("pods", big)
        api.store.create("pods", pod("small"))
        api.faults.add(verb="watchlist", drip=60_001)
        async with following(api) as f:
            await f.synced()
            assert f.view.names == ["big", "small"]


async def test_what_the_sink_raises_is_no_business_of_the_reflector() -> None:
    """An OSError of a consumer must not pass for a broken connection."""

    async def sink(_: object) -> None:
        raise FileNotFoundError

    async with FakeApiServer() as api, client_of(api) as client:
        watch = ClusterWatch(client, sink, resources=[PODS], surroundings=world())
        with pytest.raises(ExceptionGroup) as caught:
            await watch.run()
        assert caught.group_contains(FileNotFoundError)


async def test_a_cluster_is_learned_kind_by_kind() -> None:
    """Owners first; a kind that is refused holds nobody up."""
    async with FakeApiServer() as api, client_of(api) as client:
        api.forbidden.add("nodes")
        view = View()
        watch = ClusterWatch(client, view, surroundings=world())
        task = asyncio.create_task(watch.run())
        await until(lambda: watch.settled and watch.live)
        task.cancel()

        asked = dict.fromkeys(seen.plural for seen in api.requests)
        assert list(asked) == [r.name for r in ALL]
        assert [c.resource for c in view.of(Degraded)] == [NODES]
        assert len(view.of(Synced)) == len(ALL) - 1


async def test_some_namespaces_only() -> None:
    """One reflector each; nothing outside of namespaces is asked for."""
    async with FakeApiServer() as api, client_of(api) as client:
        watch = ClusterWatch(
            client, View(), resources=[NODES, PODS], namespaces=["a", "b"]
        )
        assert [(r.resource, r.namespace) for r in watch.reflectors] == [
            (PODS, "a"),
            (PODS, "b"),
        ]
