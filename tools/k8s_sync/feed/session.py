"""The WebSocket to one Zeek: connects, sends what the peers have, reconnects.

The only module that holds this socket. What is sent is decided in `peer`.
"""

import asyncio
import logging
import random
import time
from collections.abc import Sequence

import aiohttp

from k8s_sync import __version__
from k8s_sync.feed import codec
from k8s_sync.feed.calling import Calling
from k8s_sync.feed.peer import Peer
from k8s_sync.feed.refusals import Refusal, explain
from k8s_sync.kube.backoff import Backoff, Timing

CONNECT_TIMEOUT = 10.0
"""Seconds until a Zeek must have accepted us."""
ANSWER_TIMEOUT = 30.0
"""Seconds that an event may stay unanswered before the session is given up."""
TICK = 1.0
"""Seconds between two looks at who does not answer."""
HEARTBEAT = 2.0
"""Seconds between two questions for the status of all nodes."""
TIMING = Timing(backoff=0.5, backoff_brief=30)
"""The pauses between attempts to connect. They end after at most 2 s if nobody answers,
and after 30 s if it is for a person to change something."""

MENDED = ("epoch", "gap")
"""Problems of a node that a snapshot mends, which the peer sees to."""

_log = logging.getLogger(__name__)


class SessionError(Exception):
    """This session cannot go on; the next one may."""


class Session:
    """Keeps one Zeek fed with the claims of one or more sources."""

    def __init__(
        self,
        url: str,
        peers: Sequence[Peer] = (),
        *,
        calling: Calling | None = None,
        name: str = "",
        timing: Timing = TIMING,
    ) -> None:
        """Makes a session that is not connected.

        Args:
            url: Of Zeek's WebSocket, with the path ``/v1/messages/json``.
            peers: One for each source that can be told; more may join.
            calling: How to call it; certificates are read for each connection.
            name: What to call it in messages; its URL if not given.
            timing: The pauses between attempts.
        """
        self.url = url
        self.name = name or url
        self.peers = list(peers)
        self.connects = 0
        self.events = 0
        self.complaints = 0
        self._calling = calling or Calling()
        self._timing = timing
        self._wake = asyncio.Event()
        self._joined = asyncio.Event()
        if peers:
            self._joined.set()
        self._online = False
        self._progress = 0.0
        self._said: set[str] = set()

    @property
    def idle(self) -> bool:
        """Whether this Zeek holds all there is."""
        return all(peer.idle for peer in self.peers)

    @property
    def offline(self) -> bool:
        """Whether there is no connection."""
        return not self._online

    def join(self, peer: Peer) -> None:
        """Takes in one more source."""
        self.peers.append(peer)
        if self._online:
            peer.connected()
        self._joined.set()
        self._wake.set()

    def wake(self) -> None:
        """Says that peers have something to send."""
        self._wake.set()

    async def run(self) -> None:
        """Feeds until cancelled; any failure is followed by another attempt.

        Nobody is called before there is something to tell.
        """
        await self._joined.wait()
        backoff = Backoff(self._timing, random.random)
        connector = self._calling.connector(self.url)
        async with aiohttp.ClientSession(connector=connector) as client:
            while True:
                before, began = self.connects, time.monotonic()
                refusal = await self._attempt(client)
                self._online = False
                for peer in self.peers:
                    peer.disconnected()
                if self.connects > before:
                    backoff.calm(time.monotonic() - began, 0)
                # A refused connection costs nobody anything. Refused certificates cost
                # both sides some arithmetic, and Zeek a line on standard error.
                now = time.monotonic()
                pause = backoff.next(now) if refusal.lasting else backoff.knock()
                # What stays as it is, is said once; also if it takes turns: a refusal
                # may be overtaken by the end of the connection.
                known = refusal.text in self._said
                level = logging.DEBUG if known else logging.WARNING
                self._said.add(refusal.text)
                text = "%s: %s; trying again in %.1f s"
                _log.log(level, text, self.name, refusal.text, pause)
                await asyncio.sleep(pause)

    async def _attempt(self, client: aiohttp.ClientSession) -> Refusal:
        """Feeds as long as it works; says why it does not any more."""
        try:
            await self._once(client)
        except (aiohttp.ClientError, OSError) as error:  # a TimeoutError is one
            return explain(error, self.url)
        except SessionError as error:
            return Refusal(str(error))
        except ExceptionGroup as group:
            fatal = group.split((aiohttp.ClientError, OSError, SessionError))[1]
            if fatal is not None:
                raise fatal from None
            return Refusal("; ".join(str(error) for error in group.exceptions))
        return Refusal("closed by Zeek")

    async def _once(self, client: aiohttp.ClientSession) -> None:
        async with asyncio.timeout(CONNECT_TIMEOUT) as limit:
            async with client.ws_connect(
                **self._calling.options(self.url),
                headers={"X-Application-Name": f"k8s-sync/{__version__}"},
                max_msg_size=1 << 20,
                compress=0,
            ) as socket:
                await socket.send_str(codec.SUBSCRIPTIONS)
                version = await self._accepted(socket)
                limit.reschedule(None)
                self.connects += 1
                self._said.clear()
                _log.info("%s: connected to Zeek %s", self.name, version)
                self._online = True
                for peer in self.peers:
                    peer.connected()
                self._wake.set()
                self._touch()
                async with asyncio.TaskGroup() as tasks:
                    reader = tasks.create_task(self._read(socket), name="feed reader")
                    others = [
                        tasks.create_task(self._write(socket), name="feed writer"),
                        tasks.create_task(self._watch(), name="feed watchdog"),
                    ]
                    await reader
                    for task in others:
                        task.cancel()

    async def _accepted(self, socket: aiohttp.ClientWebSocketResponse) -> str:
        message = await socket.receive()
        if message.type is not aiohttp.WSMsgType.TEXT:
            raise SessionError("closed before it accepted us")
        try:
            answer = codec.decode(message.data)
        except codec.CodecError as error:
            raise SessionError(str(error)) from error
        if isinstance(answer, codec.Refusal):
            raise SessionError(f"refused: {answer.code}: {answer.context}")
        if not isinstance(answer, codec.Ack):
            raise SessionError("no acknowledgement first")
        return answer.version

    async def _read(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        async for message in socket:
            if message.type is not aiohttp.WSMsgType.TEXT:
                continue
            try:
                answer = codec.decode(message.data)
            except codec.CodecError as error:
                self._complain(str(error))
                continue
            if isinstance(answer, codec.Refusal):
                self._complain(f"{answer.code}: {answer.context}")
            elif isinstance(answer, codec.Status):
                self._touch()
                if answer.problem not in ("", *MENDED):
                    self._complain(f"{answer.node}: {answer.problem}")
                for peer in self.peers:
                    peer.answered(answer)
                self._wake.set()

    def _complain(self, reason: str) -> None:
        self.complaints += 1
        # Said for the first few and then ever more rarely: 1, 2, 4, 8, ...
        if self.complaints & (self.complaints - 1) == 0:
            _log.warning("%s: %s (%d times)", self.name, reason, self.complaints)

    async def _write(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            for peer in self.peers:
                while (addressed := peer.next()) is not None:
                    self.events += 1
                    await socket.send_str(codec.encode(*addressed))

    async def _watch(self) -> None:
        loop = asyncio.get_running_loop()
        asked = loop.time()
        while True:
            await asyncio.sleep(TICK)
            silence = loop.time() - self._progress
            if silence > ANSWER_TIMEOUT:
                raise SessionError(
                    f"connected, but no status for {silence:.0f} s; "
                    "does that Zeek load zeek-k8s?"
                )
            ask = loop.time() - asked > HEARTBEAT
            for peer in self.peers:
                peer.look()
                if ask:
                    peer.ask()
            if ask:
                asked = loop.time()
            self._wake.set()

    def _touch(self) -> None:
        self._progress = asyncio.get_running_loop().time()
