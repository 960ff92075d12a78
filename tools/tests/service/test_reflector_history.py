"""What a reflector makes of a server whose history is not as long as its own."""

import pytest

from fakes.api_server import FakeApiServer
from k8s_sync.kube.backoff import Timing
from k8s_sync.kube.changes import Applied
from tests.service.following import following, pod, until, world


@pytest.mark.parametrize("silent", [True, False])
async def test_history_that_was_set_back_is_learned_anew(silent: bool) -> None:  # noqa: FBT001 - a parameter
    """After a restored backup of etcd, equal versions may be other states.

    It shows by silence or by a bookmark.
    """
    async with FakeApiServer() as api:
        api.habits.bookmark_interval = 0.05
        api.habits.bookmarks_go_back = not silent
        for name in "ab":
            api.store.create("pods", pod(name))
        async with following(api) as f:
            await f.synced()
            if not silent:  # a server that does not understand the question
                page = b'{"kind":"PodList","metadata":{"resourceVersion":"9999"}}'
                api.faults.add(verb="probe", body=page, times=-1)
            for _ in range(5):
                api.store.patch(
                    "pods", "shop", "a", {"metadata": {"labels": {"x": "y"}}}
                )
            await until(f.agrees)
            api.store.forget("pods", "shop", "b")
            api.store.restore(500)
            api.drop()
            await until(lambda: f.reflector.stats.failures["regression"] > 0)
            await until(f.agrees)

            assert f.view.names == ["a"]
            # "a" is told again although its version is known.
            assert f.view.story[-3:] == ["+a", "-b", "synced"]
            assert f.reflector.stats.failures["silent"] == 0, "nobody waited for it"
            assert api.requests[1].verb == "probe"
            assert api.requests[1].query == {
                "limit": "1",
                "resourceVersion": "1007",
                "resourceVersionMatch": "NotOlderThan",
            }


@pytest.mark.parametrize("watch_list", ["yes", "refuse"])
async def test_t22_an_api_server_that_lags_behind_tells_nothing_old(
    watch_list: str,
) -> None:
    """One of two: what it has not heard of yet is not undone.

    Where it is in history, a page says at its begin, but a stream at its end.
    """
    gone = {"yes": "z", "refuse": "0"}[watch_list]
    patient = world(timing=Timing(backoff=100))
    async with FakeApiServer() as api, following(api, surroundings=patient) as f:
        api.habits.watch_list = watch_list
        api.store.create("pods", pod("a", "10.0.0.1"))
        api.store.create("pods", pod(gone, "10.0.0.2"))
        await f.synced()
        fresh, lagging = api.store, api.store.copy()
        fresh.patch("pods", "shop", "a", {"status": {"podIP": "10.0.0.9"}})
        fresh.delete("pods", "shop", gone)
        await until(f.agrees)
        told = len(f.view.changes)
        api.store = lagging
        api.drop()
        await until(lambda: f.reflector.stats.failures["regression"] == 1)
        api.store = fresh
        await until(f.agrees)
        assert f.view.story[told:] == ["lost", "+a", "synced"]
        assert [c.object.status.pod_ip for c in f.view.of(Applied)[-2:]] == [
            *("10.0.0.9", "10.0.0.9")
        ]
