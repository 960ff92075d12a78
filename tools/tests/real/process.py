"""``k8s-sync`` as a process of its own, seen from outside."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import aiohttp
from prometheus_client.parser import text_string_to_metric_families

from k8s_sync import journal
from k8s_sync.timeline import Timeline

PROGRAM = Path(__file__).resolve().parents[2] / "k8s-sync"
CLUSTER = "real"
PATIENCE = 45.0
"""Seconds that anything may take; the longest wait between two attempts is 30."""


async def until(fact: Callable[[], bool | Awaitable[bool]], what: str) -> None:
    """Waits until something is so."""
    try:
        async with asyncio.timeout(PATIENCE):
            while True:
                found = fact()
                if found if isinstance(found, bool) else await found:
                    return
                await asyncio.sleep(0.05)
    except TimeoutError:
        raise AssertionError(f"not within {PATIENCE:.0f} s: {what}") from None


async def start(
    *arguments: str | Path, stdout: int, stderr: int
) -> asyncio.subprocess.Process:
    """Starts ``k8s-sync`` with nothing in the environment that would mislead it."""
    return await asyncio.create_subprocess_exec(
        sys.executable,
        str(PROGRAM),
        *map(str, arguments),
        stdout=stdout,
        stderr=stderr,
        env={"PATH": os.environ["PATH"]},
    )


async def run(*arguments: str | Path, secret: Iterable[str]) -> tuple[int, str]:
    """Runs it to its end; returns its exit code and all that it said."""
    pipe, both = asyncio.subprocess.PIPE, asyncio.subprocess.STDOUT
    process = await start(*arguments, stdout=pipe, stderr=both)
    async with asyncio.timeout(PATIENCE):
        said = (await process.communicate())[0].decode()
    _expect_no_secret(said, secret)
    assert process.returncode is not None
    return process.returncode, said


def _expect_no_secret(said: str, secret: Iterable[str]) -> None:
    assert not any(text in said for text in secret), "it told a secret"
    assert "PRIVATE KEY" not in said


class Daemon:
    """A daemon that runs; an async context manager.

    At its end it is expected to stop in good order, and to have told no secret.
    """

    def __init__(
        self,
        folder: Path,
        kubeconfig: Path,
        zeek: str,
        *flags: str,
        secret: Iterable[str],
    ) -> None:
        self._output = folder / "daemon.log"
        self.journal = folder / "journal.log"
        self._secret = tuple(secret)
        self._arguments = (
            "daemon",
            f"--kubeconfig={kubeconfig}",
            f"--zeek={zeek}",
            f"--cluster={CLUSTER}",
            f"--journal={self.journal}",
            "--listen=127.0.0.1:0",
            "--log-level=debug",
            "--log-format=json",
            *flags,
        )
        self._process: asyncio.subprocess.Process | None = None
        self._url = ""
        self._shown = ""

    async def __aenter__(self) -> Self:
        with self._output.open("wb") as output:
            self._process = await start(
                *self._arguments, stdout=output.fileno(), stderr=output.fileno()
            )
        await until(lambda: self.said("serving /healthz"), "the endpoints serve")
        [line] = [text for text in self.messages if "serving /healthz" in text]
        self._url = f"http://{line.rpartition(' ')[2]}"
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        assert self._process is not None
        if error is not None:
            if self._process.returncode is None:
                self._process.kill()
            await self._process.wait()
            # Shown by pytest with what failed.
            sys.stdout.write(self._output.read_text())
            return
        self._shown += await self._get("/metrics") + await self._get("/readyz")
        self._process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(PATIENCE):
            code = await self._process.wait()
        said = self._output.read_text()
        assert code == 0, said
        assert "Traceback" not in said
        for text in (said, self._shown, self.journal.read_text()):
            _expect_no_secret(text, self._secret)

    def signal(self, number: signal.Signals) -> None:
        """Sends it a signal."""
        assert self._process is not None
        self._process.send_signal(number)

    @property
    def messages(self) -> list[str]:
        """What it logged."""
        lines = self._output.read_text().splitlines()
        return [json.loads(line)["message"] for line in lines if line.endswith("}")]

    def said(self, *parts: str) -> bool:
        """Whether a message contains all of these."""
        return any(all(part in text for part in parts) for text in self.messages)

    async def _get(self, path: str) -> str:
        async with (
            aiohttp.ClientSession() as session,
            session.get(self._url + path) as response,
        ):
            return await response.text()

    async def unready(self) -> str:
        """What ``/readyz`` complains about."""
        said = (await self._get("/readyz")).strip()
        self._shown += said
        return "" if said == "ok" else said

    async def metric(self, name: str, **labels: str) -> float:
        """The sum of a metric over all that have these labels."""
        text = await self._get("/metrics")
        return sum(
            sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
            if sample.name == f"k8s_sync_{name}"
            and labels.items() <= sample.labels.items()
        )

    def told(self) -> Timeline:
        """All that it told anybody, from its journal.

        Raises:
            AssertionError: The journal has rows that cannot be read.
        """
        problems: list[str] = []
        timeline = journal.read(str(self.journal), problems.append).timeline
        assert not problems
        return timeline

    async def delivered(self, zeek: Any) -> bool:
        """Whether a fake Zeek holds just what it was told."""
        if not self.journal.exists():
            return False
        for name in ("zeek_waiting", "zeek_unanswered"):
            if await self.metric(name):
                return False
        held = zeek.node.timeline.digest(CLUSTER)
        return bool(held == self.told().digest(CLUSTER))
