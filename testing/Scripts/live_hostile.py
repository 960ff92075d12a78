"""What a client that means harm can do to a Zeek over its WebSocket, while it is fed.

Usage: live_hostile.py PORT

Prints what became of each attempt. Zeek must go on, hold what it held, and answer the
one that feeds it, without a new connection.
"""

import asyncio
import base64
import contextlib
import os
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import aiohttp
from listening import Feed, eventually, listening

from k8s_sync.feed import codec
from k8s_sync.feed.calling import PATH

MEGABYTE = 1_000_000
GROWTH = 150
"""Megabytes that Zeek may keep of all this. It frees what a client sent when that one
goes, but what is free is not given back at once."""
LONGEST_STALL = 5.0
"""Seconds that Zeek's main loop may do nothing else; this machine may be a busy one. A
payload of 32 MB takes a few tenths of that here."""

TEXT, CONTINUED = 1, 0


def string(value: str) -> dict[str, object]:
    """A string, as Zeek's JSON has it."""
    return {"@data-type": "string", "data": value}


def count(value: object) -> dict[str, object]:
    """A count, or what claims to be one."""
    return {"@data-type": "count", "data": value}


def feed_event(*arguments: dict[str, object]) -> str:
    """An event of the feed, with arguments of any kind."""
    return codec.encode_event(codec.ALL_NODES, codec.FEED_EVENT, list(arguments))


def rows(source: str, payload: str) -> str:
    """A delta, with anything in it."""
    return codec.encode(codec.ALL_NODES, codec.Event(source, 1, 1, "delta", payload))


DEEP = 20_000
MESSAGES: dict[str, str | bytes] = {
    "nothing": "",
    "no JSON": "\0{",
    "a number": "1",
    "brackets without an end": "[" * 100_000,
    "vectors in vectors": '{"type":"data-message","topic":"/zeek/k8s/all/",'
    + '"@data-type":"vector","data":[{' * DEEP
    + "}]" * DEEP
    + "}",
    "binary": b"\xff" * 100_000,
    "arguments of other types": feed_event(*map(string, "abcde")),
    "too few arguments": feed_event(string("a")),
    "a negative count": feed_event(
        *(string("a"), count(-1), count(1), string("delta"), string(""))
    ),
    "a count that is none": feed_event(
        *(string("a"), count("x"), count(1), string("delta"), string(""))
    ),
    "the largest count": feed_event(
        *(string("a"), count(2**64 - 1), count(2**64 - 1), string("end"), string("0"))
    ),
    "an event that does not exist": codec.encode_event(codec.ALL_NODES, "K8s::no", []),
    "a source without a name": rows("", "#fields\n"),
    "a source with quotes": rows('a"b\\c', "#fields\n"),
    "NULs and half characters": rows("a\0b", "#fields\tcluster\0\n\ud7ff\n"),
    "a payload of 32 MB": rows("large", "x" * 32 * MEGABYTE),
    "a line of 900 kB": rows("long", "#fields\t" + "a\t" * 450_000 + "\n"),
    "400,000 rows of nothing": rows(
        "empty", "#fields\tcluster\taddr\n" + "\n" * 400_000
    ),
}


def greeted(port: int) -> socket.socket:
    """A WebSocket of one's own, to break its rules."""
    plain = socket.create_connection(("127.0.0.1", port), timeout=10)
    key = base64.b64encode(os.urandom(16)).decode()
    lines = (
        f"GET {PATH} HTTP/1.1",
        "Host: zeek",
        "Upgrade: websocket",
        "Connection: Upgrade",
        f"Sec-WebSocket-Key: {key}",
        "Sec-WebSocket-Version: 13",
    )
    plain.sendall("\r\n".join([*lines, "", ""]).encode())
    assert b"101" in plain.recv(4096)
    return plain


def frame(kind: int, payload: bytes, *, last: bool, length: int | None = None) -> bytes:
    """A frame, which may announce more than it has."""
    head = (0x80 if last else 0) | kind
    size = len(payload) if length is None else length
    return struct.pack(">BBQ4x", head, 0x80 | 127, size) + payload


class Attack:
    """One Zeek, one feed that is to go on, and all who disturb."""

    def __init__(self, zeek: subprocess.Popen[bytes], port: int, feed: Feed) -> None:
        """Disturbs nobody yet."""
        self._zeek = zeek
        self._port = port
        self._feed = feed
        self._claims = 0
        self._kept: list[socket.socket] = []

    def memory(self) -> int:
        """What Zeek has in memory, in megabytes."""
        status = Path(f"/proc/{self._zeek.pid}/status").read_text()
        [line] = [line for line in status.splitlines() if line.startswith("VmRSS")]
        return int(line.split()[1]) * 1024 // MEGABYTE

    async def survived(self, what: str, note: str = "") -> None:
        """Expects that Zeek runs, and takes in what it is told by the one it trusts."""
        assert self._zeek.poll() is None, f"{what}: Zeek has ended"
        self._claims += 1
        self._feed.claim(self._claims)
        took = await eventually(what, lambda: self._feed.agrees)
        assert self._feed.session.connects == 1, f"{what}: the feed was cut"
        assert took < LONGEST_STALL * 2, f"{what}: {took:.1f} s"
        print(f"{what}: {note or 'the feed goes on'}")

    async def send(self, what: str, message: str | bytes) -> None:
        """Says something as any client may."""
        url = f"ws://127.0.0.1:{self._port}{PATH}"
        async with (
            aiohttp.ClientSession() as client,
            client.ws_connect(url, max_msg_size=0) as web,
        ):
            await web.send_str(codec.SUBSCRIPTIONS)
            await web.receive()
            if isinstance(message, bytes):
                await web.send_bytes(message)
            else:
                await web.send_str(message)
            # Statuses are heard by all; the answer to this one names its source.
            note = ""
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(3):
                    while not note:
                        note = self._meaning((await web.receive()).data)
        await self.survived(what, note)

    def _meaning(self, data: object) -> str:
        """What an answer says; empty if it is one for somebody else."""
        if not isinstance(data, str):
            return "closed"
        try:
            answer = codec.decode(data)
        except codec.CodecError:  # Zeek repeats bytes that JSON would have escaped
            return "an answer that is no JSON"
        if isinstance(answer, codec.Refusal):
            return str(answer.code)  # the rest differs between versions of Zeek
        if isinstance(answer, codec.Status) and answer.source != self._feed.peer.source:
            return f"status: {answer.problem or 'no problem'}, {answer.claims} claims"
        return ""

    async def frames(self) -> None:
        """Breaks the rules of frames."""
        self._kept.append(greeted(self._port))
        self._kept[-1].sendall(frame(TEXT, b"abc", last=True, length=1 << 40))
        await self.survived("a frame of 1 TB that is announced")
        for _ in range(20):
            self._kept.append(greeted(self._port))
            self._kept[-1].sendall(frame(TEXT, b"x" * 50_000, last=False))
        await self.survived("twenty messages that never end")
        endless = greeted(self._port)
        endless.sendall(frame(TEXT, b'["', last=False))
        piece = frame(CONTINUED, b"x" * MEGABYTE, last=False)
        for _ in range(50):
            await asyncio.to_thread(endless.sendall, piece)
        await self.survived("50 MB in pieces")
        endless.close()

    async def connections(self) -> None:
        """Uses up what Zeek has of connections, which are 100."""
        for _ in range(60):
            slow = socket.create_connection(("127.0.0.1", self._port), timeout=10)
            slow.sendall(b"G")
            self._kept.append(slow)
        await self.survived("60 requests that are never finished")
        for _ in range(60):
            with contextlib.suppress(OSError, AssertionError):
                self._kept.append(greeted(self._port))
        await self.survived("as many connections as there can be")
        for one in self._kept:
            one.close()
        await asyncio.sleep(1)
        greeted(self._port).close()
        await self.survived("all of them gone")


def stalls() -> Iterator[float]:
    """What Zeek's own probe has seen."""
    for line in Path("stalls").read_text().splitlines():
        yield float(line)


async def run(zeek: subprocess.Popen[bytes], port: int) -> None:
    """Tries it all."""
    feed = Feed(port)
    attack = Attack(zeek, port, feed)
    async with feed.running():
        await attack.survived("the feed alone")
        before = attack.memory()
        for what, message in MESSAGES.items():
            await attack.send(what, message)
        await attack.frames()
        await attack.connections()
        grown = attack.memory() - before
    worst = max(stalls())
    print(f"grown by {grown} MB, longest stall {worst:.2f} s", file=sys.stderr)
    assert grown < GROWTH
    assert worst < LONGEST_STALL


def main() -> None:
    """Runs it."""
    port = int(sys.argv[1].split("/")[0])
    began = time.monotonic()
    with listening(port, "stalls.zeek") as zeek:
        asyncio.run(run(zeek, port))
    print(f"{time.monotonic() - began:.0f} s", file=sys.stderr)


if __name__ == "__main__":
    main()
