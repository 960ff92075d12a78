"""A Zeek that listens, and a feed for it: for tests of what lies between the two."""

import asyncio
import contextlib
import logging
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

TOOLS = Path(__file__).resolve().parents[2] / "tools"
sys.path.insert(0, str(TOOLS))

from k8s_sync.address import pack  # noqa: E402
from k8s_sync.feed.calling import PATH, Calling  # noqa: E402
from k8s_sync.feed.peer import Peer  # noqa: E402
from k8s_sync.feed.session import Session  # noqa: E402
from k8s_sync.model import Claim, Owner  # noqa: E402
from k8s_sync.timeline import Timeline, row_key  # noqa: E402

PATIENCE = 60.0
"""Seconds after which what is waited for counts as not to come."""
CLUSTER = "live"


def until(what: str, fact: Callable[[], bool]) -> None:
    """Waits until something is so; ends the test if it does not come to be."""
    end = time.monotonic() + PATIENCE
    while not fact():
        if time.monotonic() > end:
            sys.exit(f"waited in vain for {what}")
        time.sleep(0.02)


@contextmanager
def listening(port: int, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """Runs a Zeek that sees no packets; its output is in ``zeek.out``."""

    def is_up() -> bool:
        with (
            contextlib.suppress(OSError),
            socket.create_connection(("127.0.0.1", port)),
        ):
            return True
        return process.poll() is not None

    command = ["zeek", "zeek-k8s", "zeek-k8s/listen", "exit_only_after_terminate=T"]
    with Path("zeek.out").open("ab") as output:
        process = subprocess.Popen(
            [*command, f"K8s::listen_port={port}/tcp", *arguments],
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        until("Zeek", is_up)
        yield process
    finally:
        process.kill()
        process.wait()


class Feed:
    """What the daemon has for one Zeek: claims of a cluster, and a session."""

    def __init__(
        self, port: int, scheme: str = "ws", calling: Calling | None = None
    ) -> None:
        """Begins with no claims."""
        self.epoch = time.time_ns() // 1000
        self.timeline = Timeline()
        self.peer = Peer(
            self.timeline,
            CLUSTER,
            self.epoch,
            clock=lambda: time.time_ns() // 1000,
            timer=lambda: time.monotonic_ns() // 1000,
        )
        url = f"{scheme}://127.0.0.1:{port}{PATH}"
        self.session = Session(url, [self.peer], calling=calling)

    def claim(self, number: int) -> None:
        """Adds a claim."""
        claim = Claim(
            cluster=CLUSTER,
            address=pack(f"10.1.{number >> 8}.{number & 255}"),
            owner=Owner(kind="pod", uid=f"uid-{number}", pod=f"pod-{number}"),
            start=self.epoch,
            revision=self.epoch + number,
        )
        self.timeline.apply(claim)
        self.peer.changed([row_key(claim)])
        self.session.wake()

    @property
    def agrees(self) -> bool:
        """Whether Zeek holds what we hold, as it says itself."""
        return self.session.idle and self.peer.agrees

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Feeds."""
        task = asyncio.create_task(self.session.run())
        try:
            yield
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task


async def eventually(what: str, fact: Callable[[], bool]) -> float:
    """Waits until something is so; returns how long it took, in seconds."""
    began = time.monotonic()
    while not fact():
        if time.monotonic() > began + PATIENCE:
            sys.exit(f"waited in vain for {what}")
        await asyncio.sleep(0.01)
    return time.monotonic() - began


class Said(logging.Handler):
    """What the session said, without what changes from run to run."""

    def __init__(self) -> None:
        """Listens."""
        super().__init__(logging.WARNING)
        self.messages: list[str] = []
        logging.getLogger("k8s_sync").addHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        """Takes a message in."""
        text = record.getMessage().partition(f"{PATH}: ")[2]
        self.messages.append(text.partition("; trying again in")[0])
