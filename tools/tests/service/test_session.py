"""The session over a real socket, against a fake Zeek."""

import asyncio
import logging
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
import trustme

from fakes.zeek import FakeZeek, Node
from k8s_sync import address
from k8s_sync.feed import session as sessions
from k8s_sync.feed.peer import Peer
from k8s_sync.feed.session import Session
from k8s_sync.kube.backoff import Timing
from k8s_sync.model import Claim, Owner
from k8s_sync.timeline import Timeline, row_key

EPOCH = 1_700_000_000_000_000
SHORT = Timing(backoff=0.05, backoff_limit=0.1, knock_limit=0.1)


class Daemon:
    """As much of the daemon as a session needs."""

    def __init__(self, url: str, timing: Timing = SHORT) -> None:
        self.timeline = Timeline()
        self.peer = Peer(self.timeline, "c1", EPOCH, lambda: EPOCH, lambda: 0)
        self.session = Session(url, [self.peer], timing=timing)
        self.revision = 0

    def claim(self, n: int) -> None:
        self.revision += 1
        claim = Claim(
            cluster="c1",
            address=address.pack(f"10.{n >> 16}.{n >> 8 & 255}.{n & 255}"),
            owner=Owner(kind="pod", uid=f"uid-{n}"),
            start=EPOCH,
            revision=self.revision,
        )
        self.timeline.apply(claim)
        self.peer.changed([row_key(claim)])
        self.session.wake()


@asynccontextmanager
async def running(session: Session) -> AsyncIterator[None]:
    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(session.run())
        yield
        task.cancel()


async def eventually(fact: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not fact():
            await asyncio.sleep(0.005)


async def test_snapshot_and_deltas_arrive() -> None:
    async with FakeZeek() as zeek:
        daemon = Daemon(zeek.url)
        for n in range(10_000):
            daemon.claim(n)
        async with running(daemon.session):
            await eventually(lambda: daemon.session.idle)
            daemon.claim(10_000)
            await eventually(lambda: daemon.session.idle)
        assert zeek.node.timeline.held("c1") == 10_001
        assert zeek.node.timeline.digest("c1") == daemon.timeline.digest("c1")


async def test_a_zeek_that_comes_later_is_found() -> None:
    async with FakeZeek() as early:
        port = early.port
    daemon = Daemon(early.url)
    daemon.claim(1)
    async with running(daemon.session):
        await asyncio.sleep(0.2)
        assert daemon.session.connects == 0
        async with FakeZeek(port) as zeek:
            await eventually(lambda: daemon.session.idle)
            assert zeek.node.timeline.held("c1") == 1


async def test_a_restarted_zeek_and_a_dropped_session_end_equal() -> None:
    async with FakeZeek() as zeek:
        daemon = Daemon(zeek.url)
        daemon.claim(1)
        async with running(daemon.session):
            await eventually(lambda: daemon.session.idle)
            for n in range(2, 7):
                zeek.node = Node() if n % 2 else zeek.node
                connects = daemon.session.connects
                await zeek.drop()
                daemon.claim(n)
                await eventually(
                    lambda seen=connects: (  # type: ignore[misc]
                        daemon.session.connects > seen and daemon.session.idle
                    )
                )
                assert zeek.node.timeline.held("c1") == n


async def test_a_lost_event_costs_a_reconnect_and_nothing_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sessions, "HEARTBEAT", 0.05)
    monkeypatch.setattr(sessions, "ANSWER_TIMEOUT", 0.2)
    async with FakeZeek() as zeek:
        zeek.lose = {1, 3}
        daemon = Daemon(zeek.url)
        daemon.claim(1)
        async with running(daemon.session):
            await eventually(lambda: daemon.session.idle)
            assert daemon.session.connects > 1
            assert zeek.node.timeline.held("c1") == 1


async def test_a_zeek_without_our_scripts_is_told_so(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(sessions, "HEARTBEAT", 0.02)
    monkeypatch.setattr(sessions, "ANSWER_TIMEOUT", 0.05)
    async with FakeZeek() as zeek:
        zeek.silent = True
        daemon = Daemon(zeek.url)
        async with running(daemon.session):
            await eventually(lambda: "load zeek-k8s" in caplog.text)


async def test_what_is_no_zeek_is_tried_again(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG, "k8s_sync")

    async def slam(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(slam, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    daemon = Daemon(f"ws://127.0.0.1:{port}/v1/messages/json")
    async with server, running(daemon.session):
        await eventually(lambda: caplog.text.count("trying again") > 1)
    assert "404" in caplog.text
    levels = [r.levelname for r in caplog.records if "trying again" in r.message]
    assert levels.count("WARNING") == 1, "said once"


async def test_a_port_that_wants_tls_is_hinted_at(
    caplog: pytest.LogCaptureFixture,
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("localhost").configure_cert(context)

    async def serve(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
    port = server.sockets[0].getsockname()[1]
    daemon = Daemon(f"ws://127.0.0.1:{port}/v1/messages/json")
    async with server, running(daemon.session):
        await eventually(lambda: "is reached by wss://" in caplog.text)


async def test_a_zeek_that_closes_each_session_is_not_run_hot() -> None:
    """A session that did not last is no success: waits grow as if nobody were there."""
    async with FakeZeek() as zeek:
        daemon = Daemon(zeek.url, Timing(backoff=0.05, knock_limit=0.4))
        began = asyncio.get_running_loop().time()
        async with running(daemon.session):
            for connects in range(1, 7):
                await eventually(lambda n=connects: daemon.session.connects == n)  # type: ignore[misc]
                await zeek.drop()
        # 0.05, 0.1, 0.2 and two times 0.4 s, of each at least the half.
        assert asyncio.get_running_loop().time() - began > 0.575
