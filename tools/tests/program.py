"""``k8s-sync`` as a process of its own, seen from outside."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from types import TracebackType
from typing import ClassVar, Self

import aiohttp
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample

from k8s_sync import journal
from k8s_sync.timeline import Timeline

PROGRAM = Path(__file__).resolve().parents[1] / "k8s-sync"
PATIENCE = 20.0
"""Seconds that anything may take, unless a layer of tests has more patience."""


async def until(
    fact: Callable[[], bool | Awaitable[bool]],
    what: str,
    *,
    patience: float = PATIENCE,
    pause: float = 0.02,
) -> None:
    """Waits until something is so.

    Args:
        fact: Whether it is.
        what: What is waited for, in words.
        patience: Seconds that it may take.
        pause: Seconds from one look to the next.

    Raises:
        AssertionError: It took too long.
    """
    try:
        async with asyncio.timeout(patience):
            while True:
                found = fact()
                if found if isinstance(found, bool) else await found:
                    return
                await asyncio.sleep(pause)
    except TimeoutError:
        raise AssertionError(f"not within {patience:.0f} s: {what}") from None


async def start(*arguments: str | Path, output: int) -> asyncio.subprocess.Process:
    """Starts ``k8s-sync`` with nothing in the environment that would mislead it."""
    return await asyncio.create_subprocess_exec(
        sys.executable,
        str(PROGRAM),
        *map(str, arguments),
        stdout=output,
        stderr=asyncio.subprocess.STDOUT,
        env={"PATH": os.environ["PATH"]},
    )


async def run(*arguments: str | Path, patience: float = PATIENCE) -> tuple[int, str]:
    """Runs it to its end; returns its exit code and all that it said."""
    process = await start(*arguments, output=asyncio.subprocess.PIPE)
    async with asyncio.timeout(patience):
        said = (await process.communicate())[0].decode()
    assert process.returncode is not None
    return process.returncode, said


class Daemon:
    """A daemon; as an async context manager, it runs.

    At the end of that, it is expected to stop in good order, if it has not ended yet.

    Args:
        folder: Where it writes to.
        flags: What it is told beside the usual.
    """

    cluster: ClassVar[str]
    """What it calls the cluster."""
    patience: ClassVar[float] = PATIENCE
    """Seconds that its start may take, and its end."""

    def __init__(self, folder: Path, *flags: str | Path) -> None:
        number = len(list(folder.glob("daemon-*.log")))
        self.output = folder / f"daemon-{number}.log"
        self.journal = folder / f"journal-{number}.log"
        self.code: int | None = None
        self.url = ""
        self._arguments = (
            "daemon",
            f"--cluster={self.cluster}",
            "--listen=127.0.0.1:0",
            "--log-format=json",
            f"--journal={self.journal}",
            *flags,
        )
        self._process: asyncio.subprocess.Process | None = None

    async def begin(self) -> None:
        """Starts it."""
        with self.output.open("wb") as output:
            self._process = await start(*self._arguments, output=output.fileno())

    @property
    def process(self) -> int:
        """The id of its process."""
        assert self._process is not None
        return self._process.pid

    async def serving(self) -> None:
        """Waits for its endpoints."""
        await until(
            lambda: self.said("serving /healthz"),
            "the endpoints serve",
            patience=self.patience,
        )
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

    async def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Sends it a signal and waits for its end; returns its exit code."""
        assert self._process is not None
        if self._process.returncode is None:
            self._process.send_signal(number)
        async with asyncio.timeout(self.patience):
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

    async def samples(self) -> list[Sample]:
        """All metrics, one for each set of labels."""
        families = text_string_to_metric_families((await self.get("/metrics"))[1])
        return [sample for family in families for sample in family.samples]

    async def metrics(self) -> dict[str, float]:
        """All metrics, those with several labels summed up."""
        sums: dict[str, float] = {}
        for sample in await self.samples():
            sums[sample.name] = sums.get(sample.name, 0) + sample.value
        return sums

    def told(self, *, whole: bool = True) -> Timeline:
        """All that it told anybody, from its journal.

        Args:
            whole: Nothing is being written to it now.

        Raises:
            AssertionError: The journal has rows that cannot be read.
        """
        problems: list[str] = []
        timeline = journal.read(str(self.journal), problems.append).timeline
        assert not (whole and problems), problems
        return timeline
