"""The fake API server answers as the real one does."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from fakes.api_server import FakeApiServer
from k8s_sync.errors import (
    ApiError,
    ForbiddenError,
    GoneError,
    InvalidRequestError,
    NotServedError,
    ServerError,
    TooManyRequestsError,
    UnauthorizedError,
)
from k8s_sync.kube import review
from k8s_sync.kube.client import ApiClient
from k8s_sync.kube.resources import PODS, REPLICASETS
from tests.service.following import client_of, pod

TESTING = Path(__file__).parents[3] / "testing"
PARTIAL = "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io"


@pytest.fixture
async def api() -> AsyncIterator[FakeApiServer]:
    async with FakeApiServer() as server:
        yield server


@pytest.fixture
async def client(api: FakeApiServer) -> AsyncIterator[ApiClient]:
    async with client_of(api) as opened:
        yield opened


async def page(client: ApiClient, **params: str) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(await client.get(PODS.path(), params))
    return answer


async def events(client: ApiClient, count: int, **params: str) -> list[dict[str, Any]]:
    got: list[dict[str, Any]] = []
    params["watch"] = "true"
    async with asyncio.timeout(5), client.watch(PODS.path(), params) as batches:
        async for lines in batches:
            got.extend(json.loads(line) for line in lines)
            if len(got) >= count:
                break
    return got


def names(listed: dict[str, Any]) -> list[str]:
    return [item["metadata"]["name"] for item in listed["items"]]


async def test_versions_grow_over_all_kinds(api: FakeApiServer) -> None:
    first = api.store.create("pods", pod("a"))["metadata"]
    node = api.store.create("nodes", {"metadata": {"name": "n"}})["metadata"]
    again = api.store.update("pods", pod("a"))["metadata"]

    versions = [int(m["resourceVersion"]) for m in (first, node, again)]
    assert versions == sorted(set(versions))
    assert first["uid"] == again["uid"]


async def test_pages_belong_to_one_snapshot(
    api: FakeApiServer, client: ApiClient
) -> None:
    for name in "abcde":
        api.store.create("pods", pod(name))
    first = await page(client, limit="2")
    api.store.delete("pods", "shop", "d")
    second = await page(
        client, limit="2", **{"continue": first["metadata"]["continue"]}
    )
    third = await page(
        client, limit="2", **{"continue": second["metadata"]["continue"]}
    )

    assert [names(p) for p in (first, second, third)] == [["a", "b"], ["c", "d"], ["e"]]
    assert {p["metadata"]["resourceVersion"] for p in (first, second, third)} == {
        "1005"
    }
    assert first["metadata"]["remainingItemCount"] == 3
    assert "continue" not in third["metadata"]
    assert "kind" not in first["items"][0]
    assert first["kind"] == "PodList"

    api.store.trim("pods")
    with pytest.raises(GoneError):
        await page(client, **{"continue": second["metadata"]["continue"]})


async def test_a_watch_begins_after_its_version(
    api: FakeApiServer, client: ApiClient
) -> None:
    version = api.store.create("pods", pod("a"))["metadata"]["resourceVersion"]
    api.store.patch("pods", "shop", "a", {"status": {"phase": "Failed"}})
    api.store.delete("pods", "shop", "a")

    got = await events(client, 2, resourceVersion=version)
    assert [event["type"] for event in got] == ["MODIFIED", "DELETED"]
    versions = [int(event["object"]["metadata"]["resourceVersion"]) for event in got]
    assert versions == [1002, 1003]
    assert got[0]["object"]["kind"] == "Pod"


async def test_a_selector_is_entered_and_left(
    api: FakeApiServer, client: ApiClient
) -> None:
    """Who leaves is deleted in its former state, with the new version."""
    api.store.create("pods", pod("a", phase="Pending"))
    for phase in ("Running", "Failed"):
        api.store.patch("pods", "shop", "a", {"status": {"phase": phase}})

    selector = "status.phase=Running"
    got = await events(client, 2, resourceVersion="1000", fieldSelector=selector)
    assert [event["type"] for event in got] == ["ADDED", "DELETED"]
    assert got[1]["object"]["status"]["phase"] == "Running"
    assert got[1]["object"]["metadata"]["resourceVersion"] == "1003"
    assert names(await page(client, fieldSelector=selector)) == []
    assert names(await page(client, fieldSelector="status.phase!=Running")) == ["a"]


async def test_initial_events_end_with_a_mark(
    api: FakeApiServer, client: ApiClient
) -> None:
    api.store.create("pods", pod("a"))
    got = await events(client, 2, sendInitialEvents="true")
    assert [event["type"] for event in got] == ["ADDED", "BOOKMARK"]
    assert got[1]["object"]["metadata"] == {
        "resourceVersion": "1001",
        "creationTimestamp": None,
        "annotations": {"k8s.io/initial-events-end": "true"},
    }


async def test_bookmarks_come_if_asked_for(
    api: FakeApiServer, client: ApiClient
) -> None:
    api.habits.bookmark_interval = 0.02
    api.store.create("nodes", {"metadata": {"name": "n"}})
    got = await events(client, 2, resourceVersion="1000", allowWatchBookmarks="true")
    assert {event["type"] for event in got} == {"BOOKMARK"}
    assert got[0]["object"]["metadata"]["resourceVersion"] == "1001"


async def test_history_is_lost_in_two_ways(
    api: FakeApiServer, client: ApiClient
) -> None:
    api.store.create("pods", pod("a"))
    api.store.trim("pods")
    (event,) = await events(client, 1, resourceVersion="1000")
    assert event["type"] == "ERROR"
    assert event["object"]["code"] == 410
    assert event["object"]["reason"] == "Expired"

    api.habits.gone_in_stream = False
    with pytest.raises(GoneError):
        await events(client, 1, resourceVersion="1000")


async def test_a_watch_outlives_the_trimming_of_history(
    api: FakeApiServer, client: ApiClient
) -> None:
    asyncio.get_running_loop().call_later(0.05, api.store.trim, "pods")
    asyncio.get_running_loop().call_later(0.1, api.store.create, "pods", pod("a"))
    (event,) = await events(client, 1, resourceVersion="1000")
    assert event["type"] == "ADDED"


async def test_versions_from_the_future(api: FakeApiServer, client: ApiClient) -> None:
    """A list is refused, a watch keeps silent."""
    with pytest.raises(GoneError, match="Too large resource version"):
        await page(client, resourceVersion="9999")
    assert await events(client, 1, resourceVersion="9999", timeoutSeconds="0") == []
    assert api.count("watch") == 1


async def test_metadata_alone(api: FakeApiServer, client: ApiClient) -> None:
    metadata = {"namespace": "shop", "name": "web"}
    api.store.create("replicasets", {"metadata": metadata, "spec": {"replicas": 3}})
    listed = json.loads(await client.get(REPLICASETS.path(), accept=PARTIAL))
    assert listed["kind"] == "PartialObjectMetadataList"
    assert listed["items"][0].keys() == {"kind", "apiVersion", "metadata"}


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, InvalidRequestError),
        (401, UnauthorizedError),
        (403, ForbiddenError),
        (404, NotServedError),
        (410, GoneError),
        (422, InvalidRequestError),
        (429, TooManyRequestsError),
        (500, ServerError),
        (504, ServerError),
    ],
)
async def test_refusals(
    api: FakeApiServer, client: ApiClient, status: int, error: type[ApiError]
) -> None:
    api.faults.add(status=status, retry_after=7, times=2)
    with pytest.raises(error) as caught:
        await page(client)
    assert (caught.value.code, caught.value.retry_after) == (status, 7)


async def test_what_we_may_can_be_asked(api: FakeApiServer, client: ApiClient) -> None:
    api.forbidden.add("pods")
    assert not await review.may(client, "watch", PODS)
    assert await review.may(client, "list", REPLICASETS, "shop")
    assert not await review.may(client, "delete", REPLICASETS)
    assert await review.server_version(client) == "v1.36.2"


async def test_a_cluster_can_be_changed_over_http(api: FakeApiServer) -> None:
    pods = f"{api.url}/api/v1/namespaces/shop/pods"
    nodes = f"{api.url}/api/v1/nodes"
    async with aiohttp.ClientSession() as http:
        body = {"metadata": {"name": "a"}, "status": {"phase": "Pending"}}
        async with http.post(pods, json=body) as answer:
            assert answer.status == 201
            created = await answer.json()
        async with http.post(pods, json=body) as answer:
            assert answer.status == 409
        async with http.post(nodes, json={"metadata": {"name": "n"}}) as answer:
            assert "namespace" not in (await answer.json())["metadata"]
        patch = {"status": {"phase": "Running", "podIP": "10.0.0.1"}}
        async with http.patch(f"{pods}/a/status", json=patch) as answer:
            assert (await answer.json())["status"] == patch["status"]
        async with http.put(f"{pods}/a", json=body) as answer:
            assert (await answer.json())["status"] == {"phase": "Pending"}
        async with http.delete(f"{pods}/a?gracePeriodSeconds=30") as answer:
            metadata = (await answer.json())["metadata"]
            assert metadata["deletionGracePeriodSeconds"] == 30
            assert metadata["uid"] == created["metadata"]["uid"]
        async with http.delete(f"{pods}/a") as answer:
            assert answer.status == 200
        async with http.get(f"{pods}/a") as answer:
            assert answer.status == 404
        async with http.post(f"{api.url}/_fake/faults", json={"status": 503}):
            pass
        async with http.get(nodes) as answer:
            assert answer.status == 503
        async with http.get(f"{api.url}/_fake/requests") as answer:
            assert [seen["verb"] for seen in await answer.json()][-1] == "list"


async def test_it_runs_by_itself(tmp_path: Path) -> None:
    objects = tmp_path / "objects.json"
    port_file = tmp_path / "port"
    items = [{"kind": "Pod", **pod("a")}, {"kind": "Node", "metadata": {"name": "n"}}]
    objects.write_text(json.dumps({"kind": "List", "items": items}))
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "fakes.api_server", "--port", "0"),
        *("--objects", objects, "--port-file", port_file, "--token", "t"),
        cwd=TESTING,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout
    url = (await process.stdout.readline()).decode().strip()
    # The file is there at the latest a moment after the line.
    while not port_file.exists():
        await asyncio.sleep(0.01)
    assert url == f"http://127.0.0.1:{port_file.read_text().strip()}"
    headers = {"Authorization": "Bearer t"}
    async with (
        aiohttp.ClientSession(headers=headers) as http,
        http.get(f"{url}/api/v1/pods") as answer,
    ):
        assert names(await answer.json()) == ["a"]
    process.terminate()
    assert await process.wait() == 0
