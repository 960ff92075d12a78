"""The endpoints in this process, and what counts as ready."""

import socket

import aiohttp
import pytest

from fakes.api_server import FakeApiServer
from fakes.zeek import Node
from k8s_sync.claims.inventory import Inventory
from k8s_sync.daemon.health import problems, serving
from k8s_sync.daemon.source import Source
from k8s_sync.daemon.store import Store
from k8s_sync.errors import ConfigError, SilentError
from k8s_sync.feed.session import Session
from k8s_sync.kube.reflector import Reflector
from k8s_sync.kube.resources import PODS, SERVICES
from tests.service.following import client_of

CLUSTER = "shop"


def source() -> Source:
    store = Store(CLUSTER, 1, lambda: 1)
    return Source(lambda: Inventory(CLUSTER), store, lambda: 1)


def test_what_has_not_begun_is_not_ready() -> None:
    """Also if it has no problem yet."""
    assert problems([source()], []) == [f"{CLUSTER}: not synced yet"]


def test_ready_is_who_is_synced_and_has_told_every_zeek() -> None:
    one = source()
    sessions = [Session(url, [one.store.peer()]) for url in ("ws://a/", "ws://b/")]
    one.ready.set()
    nodes = [Node("zeek"), Node("worker-1")]
    for session, node in zip(sessions, nodes, strict=True):
        [peer] = session.peers
        peer.connected()
        while (addressed := peer.next()) is not None:
            peer.answered(node.take(addressed[1]))
    assert problems([one], sessions) == []
    one.store.peers[1].answered(nodes[1].begin())
    assert problems([one], sessions) == ["ws://b/: shop: worker-1: hello"]


async def test_what_is_outdated_is_not_ready() -> None:
    """Pods are; other kinds add detail, and a server may be away for a moment."""
    one = source()
    one.ready.set()
    async with FakeApiServer() as api, client_of(api) as client:
        pods = Reflector(client, PODS, one.take)
        services = Reflector(client, SERVICES, one.take)
        one.reflectors = pods, services
        services._standing.problem = SilentError("nothing for 75 s")
        assert problems([one], []) == []
        pods._standing.problem = SilentError("nothing for 75 s")
        assert problems([one], []) == [f"{CLUSTER}: pods: nothing for 75 s"]


async def test_endpoints() -> None:
    found: list[str] = []
    text = b"# HELP a b\n"
    async with (
        serving("127.0.0.1", 0, lambda: found, lambda: text) as port,
        aiohttp.ClientSession(f"http://127.0.0.1:{port}") as client,
    ):

        async def get(path: str) -> tuple[int, str]:
            async with client.get(path) as answer:
                return answer.status, await answer.text()

        assert await get("/healthz") == (200, "ok\n")
        assert await get("/readyz") == (200, "ok\n")
        found += ["one", "two"]
        assert await get("/readyz") == (503, "one\ntwo\n")
        assert await get("/healthz") == (200, "ok\n")
        assert await get("/metrics") == (200, text.decode())
        assert (await get("/"))[0] == 404


async def test_addresses_that_cannot_be_listened_on() -> None:
    async with FakeApiServer() as other:
        with pytest.raises(ConfigError, match="Address already in use; choose"):
            async with serving("127.0.0.1", other.port, list, bytes):
                pass
    with pytest.raises(ConfigError, match=r"cannot listen on nowhere\.invalid:1: "):
        async with serving("nowhere.invalid", 1, list, bytes):
            pass


async def test_ipv6() -> None:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError as error:
        pytest.skip(f"no IPv6 here: {error}")
    async with (
        serving("::1", 0, list, bytes) as port,
        aiohttp.ClientSession() as client,
        client.get(f"http://[::1]:{port}/healthz") as answer,
    ):
        assert answer.status == 200
