"""A Zeek node without Zeek: its WebSocket, and the answers of ``feed.zeek``.

Holds the claims in our own timeline, so that a test can ask it. What only a real
Zeek can show is tested with a real one.
"""

import itertools
import ssl
from types import TracebackType
from typing import Any, Self

import msgspec
from aiohttp import WSMsgType, web

from k8s_sync import row_reader
from k8s_sync.feed import codec
from k8s_sync.timeline import Timeline


class Source(msgspec.Struct):
    """What the node knows of one feed; as ``K8s::Source``."""

    epoch: int = 0
    seq: int = 0
    generation: int = 0
    snapshot_epoch: int = 0
    parts: int = 0


class Node:
    """The state machine of ``feed.zeek``, and the timeline that it fills."""

    def __init__(self, name: str = "zeek") -> None:
        self.name = name
        self.timeline = Timeline()
        self.sources: dict[str, Source] = {}
        self.events: list[codec.Event] = []

    def take(self, event: codec.Event) -> codec.Status:
        """Takes an event in and answers it."""
        self.events.append(event)
        source = self.sources.setdefault(event.source, Source())
        problem = ""
        match event.part:
            case "delta":
                problem = self._delta(source, event)
            case "snapshot":
                problem = self._snapshot(source, event)
            case "end":
                problem = self._end(source, event)
        return codec.Status(
            node=self.name,
            source=event.source,
            epoch=source.epoch,
            seq=source.seq,
            claims=self.timeline.held(event.source),
            digest=self.timeline.digest(event.source),
            problem=problem,
            answer=f"{event.epoch} {event.part} {event.seq}",
        )

    def _load(self, source: Source, event: codec.Event) -> str:
        problems: list[row_reader.Problem] = []
        confirms = event.epoch == source.snapshot_epoch
        self.timeline.generation = source.generation if confirms else 0
        for row in row_reader.decode(event.payload, problems.append):
            self.timeline.apply(row)
        return f"{len(problems)} bad rows, first: {problems[0]}" if problems else ""

    def _delta(self, source: Source, event: codec.Event) -> str:
        problem = self._load(source, event)
        if event.epoch != source.epoch:
            return "epoch"
        if event.seq > source.seq + 1:
            return "gap"
        source.seq = max(source.seq, event.seq)
        return problem

    def _snapshot(self, source: Source, event: codec.Event) -> str:
        if event.seq == 1:
            self._begin(source, event)
        if event.epoch == source.snapshot_epoch and event.seq == source.parts + 1:
            source.parts = event.seq
        return self._load(source, event)

    @staticmethod
    def _begin(source: Source, event: codec.Event) -> None:
        source.generation += 1
        source.snapshot_epoch = event.epoch
        source.parts = 0

    def _end(self, source: Source, event: codec.Event) -> str:
        parts, *at = event.payload.split(" ")
        if parts == "0":
            self._begin(source, event)
        if event.epoch != source.snapshot_epoch or int(parts) != source.parts:
            return "gap"
        if at:
            when = row_reader.parse_time(at[0])
            self.timeline.sweep(event.source, source.generation, when)
        source.epoch = event.epoch
        source.seq = event.seq
        return ""

    def begin(self) -> codec.Status:
        """Says that this node is there and knows nothing."""
        return codec.Status(
            node=self.name,
            source="",
            epoch=0,
            seq=0,
            claims=0,
            digest=0,
            problem="",
        )


class FakeZeek:
    """The WebSocket server; an async context manager, on loopback only."""

    def __init__(
        self,
        port: int = 0,
        node: Node | None = None,
        *,
        host: str = "127.0.0.1",
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.node = node or Node()
        self.port = port
        self.host = host
        self.tls = tls
        self.connections = 0
        self.silent = False
        """Takes events in without answering, as a Zeek without our scripts."""
        self.lose: set[int] = set()
        """Which events, counted from 0, are lost on their way."""
        self._count = itertools.count()
        self._runner: web.AppRunner | None = None
        self._sockets: set[web.WebSocketResponse] = set()

    @property
    def url(self) -> str:
        """Where a session connects to."""
        scheme = "wss" if self.tls else "ws"
        return f"{scheme}://{self.host}:{self.port}/v1/messages/json"

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_get("/v1/messages/json", self._serve)
        self._runner = web.AppRunner(app, shutdown_timeout=0)
        await self._runner.setup()
        site = web.TCPSite(
            self._runner,
            self.host,
            self.port,
            reuse_address=True,
            ssl_context=self.tls,
        )
        await site.start()
        self.port = self._runner.addresses[0][1]
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.drop()
        if self._runner:
            await self._runner.cleanup()

    async def drop(self) -> None:
        """Closes every connection."""
        for socket in list(self._sockets):
            await socket.close()

    async def _serve(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(max_msg_size=0)
        await socket.prepare(request)
        self._sockets.add(socket)
        self.connections += 1
        try:
            await socket.receive_json()
            ack = {"type": "ack", "endpoint": "fake", "version": "8.0.10"}
            await socket.send_json(ack)
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    await self._message(socket, message.json())
        finally:
            self._sockets.discard(socket)
        return socket

    async def _message(self, socket: web.WebSocketResponse, message: Any) -> None:
        name, arguments = message["data"][2]["data"]
        assert name["data"] == codec.FEED_EVENT
        if next(self._count) in self.lose:
            return
        values = [value["data"] for value in arguments["data"]]
        status = self.node.take(codec.Event(*values))
        if not self.silent:
            await socket.send_str(encode_status(status))


def encode_status(status: codec.Status) -> str:
    """Writes a status as Zeek does."""
    return codec.encode_event(
        codec.STATUS,
        codec.STATUS_EVENT,
        [
            {"@data-type": "string", "data": status.node},
            {"@data-type": "string", "data": status.source},
            {"@data-type": "count", "data": status.epoch},
            {"@data-type": "count", "data": status.seq},
            {"@data-type": "count", "data": status.claims},
            {"@data-type": "string", "data": f"{status.digest:016x}"},
            {"@data-type": "string", "data": status.problem},
            {"@data-type": "string", "data": status.answer},
        ],
    )
