"""How a reflector learns the initial state, and learns it again."""

import random

import pytest

from fakes.api_server import FakeApiServer
from k8s_sync.kube.changes import Applied, Deleted, Synced
from k8s_sync.kube.resources import NODES, REPLICASETS
from tests.service.following import following, pod, until, world


async def test_the_initial_state_comes_as_a_stream() -> None:
    """One request is enough for the initial state and all that follows."""
    async with FakeApiServer() as api:
        api.store.create("pods", pod("a"))
        api.store.create("pods", pod("b"))
        async with following(api) as f:
            await f.synced()
            api.store.create("pods", pod("c"))
            await until(f.agrees)

            assert f.view.story == ["+a", "+b", "synced", "+c"]
            assert len(api.requests) == 1
            query = api.requests[0].query
            assert (
                query.items()
                >= {
                    "watch": "true",
                    "sendInitialEvents": "true",
                    "resourceVersionMatch": "NotOlderThan",
                    "allowWatchBookmarks": "true",
                }.items()
            )
            assert 300 <= int(query["timeoutSeconds"]) <= 600
            assert f.reflector.stats.syncs == {"stream": 1}
            assert f.reflector.stats.objects == 3


@pytest.mark.parametrize("habit", ["refuse", "ignore"])
async def test_pages_where_the_server_has_no_initial_events(habit: str) -> None:
    """A server that is too old for initial events is not asked twice."""
    async with FakeApiServer() as api:
        api.habits.watch_list = habit
        api.habits.bookmark_interval = 0.05
        for i in range(7):
            api.store.create("pods", pod(f"p{i}"))
        async with following(api, surroundings=world(page_size=3)) as f:
            await f.synced()
            await until(f.agrees)
            pages = [seen.query for seen in api.requests if seen.verb == "list"]
            assert [page["limit"] for page in pages] == ["3", "3", "3"]
            assert all("resourceVersion" not in page for page in pages)

            api.store.trim("pods")
            api.faults.add(verb="watch", plural="pods", error_event=410)
            api.drop()
            await f.synced(2)
            assert api.count("watchlist") == 1


async def test_an_error_in_the_initial_stream_leads_to_pages_at_once() -> None:
    """What an etcd that is too old makes of a request for initial events."""
    async with FakeApiServer() as api:
        api.store.create("pods", pod("a"))
        api.faults.add(verb="watchlist", error_event=500, message="no progress notify")
        async with following(api) as f:
            await f.synced()

            assert [seen.verb for seen in api.requests][:2] == ["watchlist", "list"]
            assert f.view.story[:2] == ["+a", "synced"]


async def test_two_cut_initial_streams_lead_to_pages() -> None:
    """A stream that never comes to its end is given up for pages."""
    async with FakeApiServer() as api:
        for i in range(20):
            api.store.create("pods", pod(f"p{i}"))
        api.faults.add(verb="watchlist", cut_after=2000, times=-1)
        async with following(api) as f:
            await f.synced()
            await until(f.agrees)

            assert api.count("watchlist") == 2
            assert f.reflector.stats.syncs == {"pages": 1}


@pytest.mark.parametrize("fault", ["cut_after", "no_end"])
async def test_only_the_mark_makes_a_stream_complete(fault: str) -> None:
    """What a cut stream did not bring is not taken for deleted."""
    async with FakeApiServer() as api:
        for i in range(20):
            api.store.create("pods", pod(f"p{i}"))
        async with following(api) as f:
            await f.synced()
            api.faults.add(verb="watchlist", **{fault: 1500})
            api.faults.add(verb="watch", error_event=410)
            api.drop()
            await f.synced(2)

            assert f.view.of(Deleted) == []
            assert f.agrees()
            assert len(f.view.of(Applied)) == 20


async def test_initial_events_in_no_order_and_twice() -> None:
    """Old states of an object do not overwrite newer ones."""
    async with FakeApiServer() as api:
        for i in range(20):
            api.store.create("pods", pod(f"p{i}"))
        shuffle = random.Random(3).shuffle  # noqa: S311 - to be the same each time
        api.faults.add(verb="watchlist", shuffle=shuffle, repeat=True)
        async with following(api) as f:
            await f.synced()

            assert f.agrees()
            assert len(f.view.of(Applied)) == 20


@pytest.mark.parametrize("in_stream", [True, False])
async def test_lost_history_is_made_up_for(in_stream: bool) -> None:  # noqa: FBT001 - a parameter
    """410 either way: what went missing is told, what stayed is not told again."""
    async with FakeApiServer() as api:
        api.habits.gone_in_stream = in_stream
        for name in "abc":
            api.store.create("pods", pod(name))
        async with following(api) as f:
            await f.synced()
            old = f.stored()
            api.faults.add(verb="watch", status=500, times=2)
            api.drop()
            await until(lambda: f.reflector.state == "lost")
            api.store.delete("pods", "shop", "a")
            api.store.delete("pods", "shop", "b")
            api.store.create("pods", pod("b"))
            api.store.trim("pods")
            await f.synced(2)
            await until(f.agrees)

            assert f.view.story == [
                *("+a", "+b", "+c", "synced", "lost"),
                *("-b", "+b", "-a", "synced"),
            ]
            gone = f.view.of(Deleted)
            assert {change.uid for change in gone} == set(old) - set(f.stored())
            assert all(change.object is None for change in gone)
            assert f.reflector.stats.failures["gone"] == 1


async def test_an_expired_page_token_starts_the_list_over() -> None:
    """With larger pages, and without taking the missing rest for deleted."""
    async with FakeApiServer() as api:
        api.habits.watch_list = "refuse"
        for i in range(6):
            api.store.create("pods", pod(f"p{i}"))

        def expire(_: bytes) -> bytes:
            api.store.trim("pods")
            return _

        api.faults.add(verb="list", mangle=expire)
        async with following(api, surroundings=world(page_size=2)) as f:
            await f.synced()

            limits = [s.query["limit"] for s in api.requests if s.verb == "list"]
            assert limits == ["2", "2", "4", "4"]
            assert f.agrees()
            assert f.view.of(Deleted) == []


@pytest.mark.parametrize("body", [b"{}", b"", b"<html>", b'{"items":[]}', b"[1]"])
async def test_what_is_no_list_is_not_taken_for_an_empty_cluster(body: bytes) -> None:
    """A proxy that says 200 to everything deletes nothing."""
    async with FakeApiServer() as api:
        api.store.create("pods", pod("a"))
        async with following(api) as f:
            await f.synced()
            api.faults.add(verb="watchlist", status=422)
            api.faults.add(verb="watch", error_event=410)
            api.faults.add(verb="list", body=body, times=2)
            api.drop()
            await f.synced(2)

            assert f.view.of(Deleted) == []
            assert api.count("list") == 3


async def test_one_bad_object_costs_nobody_else() -> None:
    """It is counted; one that was known before is not taken for deleted."""
    async with FakeApiServer() as api:
        for name in "abc":
            api.store.create("pods", pod(name))
        async with following(api) as f:
            await f.synced()
            bad = {"spec": {"containers": "many"}}
            api.store.patch("pods", "shop", "b", bad)
            await until(lambda: f.reflector.stats.problems == 1)
            api.faults.add(verb="watch", error_event=410)
            api.drop()
            await f.synced(2)
            api.store.create("pods", pod("d"))
            await until(lambda: "+d" in f.view.story)

            assert f.view.names == ["a", "b", "c", "d"]
            assert f.reflector.stats.problems == 2


async def test_only_metadata_is_asked_for_where_it_is_enough() -> None:
    """Replica sets are known by their metadata, even if the server sends more."""
    async with FakeApiServer() as api:
        selector = {"matchLabels": {"app": "web"}}
        metadata = {"namespace": "shop", "name": "web-1"}
        replicaset = {"metadata": metadata, "spec": {"selector": selector}}
        api.store.create("replicasets", replicaset)
        async with following(api, REPLICASETS) as f:
            await f.synced()
            assert f.view.names == ["web-1"]
        assert api.requests[0].path == "/apis/apps/v1/replicasets"


async def test_one_namespace_only() -> None:
    """A role in a namespace is enough; kinds outside of them do not care."""
    async with FakeApiServer() as api:
        api.store.create("pods", pod("a"))
        other = pod("b")
        other["metadata"]["namespace"] = "other"
        api.store.create("pods", other)
        async with following(api, namespace="shop") as f:
            await f.synced()
            assert f.view.names == ["a"]
            assert f.view.of(Synced)[0].namespace == "shop"
        assert api.requests[0].path == "/api/v1/namespaces/shop/pods"
        assert NODES.path("shop") == "/api/v1/nodes"
