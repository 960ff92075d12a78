"""``k8s-sync daemon`` as a process of its own, between fake servers on loopback."""

import asyncio
import json
import os
import signal
import socket
import sys
from collections.abc import Awaitable, Callable, Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import aiohttp
from prometheus_client.parser import text_string_to_metric_families

from fakes.api_server import FakeApiServer
from fakes.zeek import FakeZeek
from k8s_sync import address, journal
from k8s_sync.model import Claim
from k8s_sync.timeline import Timeline

PROGRAM = Path(__file__).resolve().parents[2] / "k8s-sync"
CLUSTER = "shop"
PATIENCE = 20.0
"""Seconds that anything may take."""


async def until(fact: Callable[[], bool | Awaitable[bool]], what: str) -> None:
    """Waits until something is so."""
    try:
        async with asyncio.timeout(PATIENCE):
            while True:
                found = fact()
                if found if isinstance(found, bool) else await found:
                    return
                await asyncio.sleep(0.02)
    except TimeoutError:
        raise AssertionError(f"not within {PATIENCE:.0f} s: {what}") from None


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def zeek_url(port: int) -> str:
    """Where a Zeek at this port would be."""
    return FakeZeek(port).url


def kubeconfig(folder: Path, url: str) -> Path:
    """Writes a kubeconfig for an API server."""
    path = folder / "kubeconfig"
    content = {
        "current-context": "c",
        "clusters": [{"name": "c", "cluster": {"server": url}}],
        "users": [{"name": "u", "user": {}}],
        "contexts": [{"name": "c", "context": {"cluster": "c", "user": "u"}}],
    }
    path.write_text(json.dumps(content))
    return path


def pod(name: str, ip: str, **metadata: Any) -> dict[str, Any]:
    """A pod that runs."""
    return {
        "kind": "Pod",
        "apiVersion": "v1",
        "metadata": {"namespace": "shop", "name": name, **metadata},
        "spec": {"nodeName": "n1", "containers": [{"name": "c", "image": "i"}]},
        "status": {"phase": "Running", "podIP": ip, "podIPs": [{"ip": ip}]},
    }


def live(timeline: Timeline) -> Iterator[Claim]:
    """The claims that are held."""
    return (row for row in timeline if isinstance(row, Claim) and row.end is None)


def held(timeline: Timeline) -> dict[str, str]:
    """The addresses that are held, each with its pod."""
    return {address.text(claim.address): claim.owner.pod for claim in live(timeline)}


def truth(api: FakeApiServer) -> dict[str, str]:
    """The same from the objects of an API server."""
    pods = api.store.objects("pods")
    return {one["status"]["podIP"]: one["metadata"]["name"] for one in pods}


async def start(
    *arguments: str | Path, output: int, env: dict[str, str] | None = None
) -> asyncio.subprocess.Process:
    """Starts ``k8s-sync`` with nothing in the environment that would mislead it."""
    return await asyncio.create_subprocess_exec(
        sys.executable,
        str(PROGRAM),
        *map(str, arguments),
        stdout=output,
        stderr=output,
        env={"PATH": os.environ["PATH"], **(env or {})},
    )


async def run(*arguments: str | Path, **env: str) -> tuple[int | None, str]:
    """Runs it to its end; returns its exit code and all that it said."""
    read, write = os.pipe()
    process = await start(*arguments, output=write, env=env)
    os.close(write)
    with os.fdopen(read) as pipe:
        async with asyncio.timeout(PATIENCE):
            await process.wait()
        return process.returncode, pipe.read()


class Daemon:
    """A daemon; as an async context manager, it runs.

    Args:
        folder: Where it writes to.
        flags: What it is told beside the usual.
        zeek: The Zeeks to feed.
    """

    def __init__(
        self, folder: Path, *flags: str | Path, zeek: Iterable[str] = ("",)
    ) -> None:
        number = len(list(folder.glob("daemon-*.log")))
        self.output = folder / f"daemon-{number}.log"
        self.journal = folder / f"journal-{number}.log"
        self.code: int | None = None
        self._arguments = (
            "daemon",
            f"--cluster={CLUSTER}",
            "--listen=127.0.0.1:0",
            "--log-format=json",
            f"--journal={self.journal}",
            *(f"--zeek={url}" for url in zeek),
            *flags,
        )
        self._process: asyncio.subprocess.Process | None = None
        self.url = ""

    async def begin(self) -> None:
        """Starts it."""
        with self.output.open("wb") as output:
            self._process = await start(*self._arguments, output=output.fileno())

    async def serving(self) -> None:
        """Waits for its endpoints."""
        await until(lambda: self.said("serving /healthz"), "the endpoints serve")
        [line] = [text for text in self.messages if "serving /healthz" in text]
        self.url = f"http://{line.rpartition(' ')[2]}"

    async def __aenter__(self) -> Self:
        if self._process is None:
            await self.begin()
        await self.serving()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if error is not None:
            await self.end(signal.SIGKILL)
            sys.stdout.write(self.output.read_text())  # shown with what failed
            return
        if self.code is None:
            assert await self.end() == 0, self.output.read_text()
        assert "Traceback" not in self.output.read_text()

    def send(self, number: signal.Signals) -> None:
        """Sends it a signal."""
        assert self._process is not None
        self._process.send_signal(number)

    async def end(self, number: signal.Signals | None = signal.SIGTERM) -> int:
        """Sends it a signal, if any, and waits for its end; returns its exit code."""
        assert self._process is not None
        if number is not None and self._process.returncode is None:
            self._process.send_signal(number)
        async with asyncio.timeout(PATIENCE):
            self.code = await self._process.wait()
        return self.code

    @property
    def messages(self) -> list[str]:
        """What it logged."""
        lines = self.output.read_text().splitlines()
        return [json.loads(line)["message"] for line in lines if line.endswith("}")]

    def said(self, *parts: str) -> bool:
        """Whether a message contains all of these."""
        return any(all(part in text for part in parts) for text in self.messages)

    async def get(self, path: str) -> tuple[int, str]:
        """Asks one of its endpoints; returns status and text."""
        async with (
            aiohttp.ClientSession() as session,
            session.get(self.url + path) as response,
        ):
            return response.status, await response.text()

    def at_work(self) -> bool:
        """Whether it knows the cluster."""
        return self.said(f"{CLUSTER}: synced")

    async def ready(self) -> bool:
        """Whether it says that all is well."""
        return (await self.get("/readyz"))[0] == 200

    async def metrics(self) -> dict[str, float]:
        """All metrics, those with several labels summed up."""
        sums: dict[str, float] = {}
        for family in text_string_to_metric_families((await self.get("/metrics"))[1]):
            for sample in family.samples:
                sums[sample.name] = sums.get(sample.name, 0) + sample.value
        return sums

    def told(self, *, whole: bool = True) -> Timeline:
        """All that it told anybody, from its journal.

        Args:
            whole: Nothing is being written to it now.
        """
        problems: list[str] = []
        timeline = journal.read(str(self.journal), problems.append).timeline
        assert not (whole and problems), problems
        return timeline

    async def equal(self, api: FakeApiServer, *zeeks: FakeZeek) -> None:
        """Waits until these Zeeks hold what is true, and what the daemon holds."""

        def are_equal() -> bool:
            if not all(held(zeek.node.timeline) == truth(api) for zeek in zeeks):
                return False
            if not self.journal.exists():
                return False
            # Half a line is no journal yet; it is read again.
            timeline = self.told(whole=False)
            digest = timeline.digest(CLUSTER)
            return all(zeek.node.timeline.digest(CLUSTER) == digest for zeek in zeeks)

        await until(are_equal, "Zeek holds the truth")
