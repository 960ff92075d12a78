"""The daemon and its history: kept, asked, remembered from, and safe from a kill."""

import asyncio
import json
import os
import random
import signal
import sqlite3
import time
from collections.abc import AsyncIterator
from collections.abc import Set as AbstractSet
from contextlib import asynccontextmanager, closing, suppress
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from fakes.api_server import FakeApiServer
from fakes.loopback import kubeconfig
from k8s_sync import row_reader
from k8s_sync.daemon.health import serving
from k8s_sync.daemon.whois import Whois, _is_here
from k8s_sync.history.reader import Reader
from k8s_sync.model import Claim, Row
from k8s_sync.timeline import row_key
from k8s_sync.whois.grounds import Timelines
from tests import program
from tests.program import until
from tests.service.program import Daemon, pod

KILLS = int(os.environ.get("K8S_SYNC_KILLS", "5"))
"""How often a daemon is killed; the more the better, at about four seconds each."""
PODS = 100
"""That there are at a time, about."""
LOSS = 1.0
"""Seconds before a kill from which on rows may be lost."""


class Stage:
    """An API server with one pod, and a history."""

    def __init__(self, folder: Path, api: FakeApiServer) -> None:
        self.folder = folder
        self.api = api
        self.history = folder / "claims.db"
        api.store.create("pods", pod("p1", "10.0.0.1", uid="u-1"))

    def daemon(self, *flags: str) -> Daemon:
        """A daemon that keeps the history and feeds nobody."""
        where = f"--kubeconfig={kubeconfig(self.folder, self.api.url)}"
        return Daemon(self.folder, where, f"--history={self.history}", *flags)

    def rows(self) -> list[Row]:
        with Reader(str(self.history)) as reader:
            return list(reader.rows())

    def ends(self) -> dict[str, str]:
        """Why each pod's claim ended."""
        return {
            row.owner.pod: row.ended for row in self.rows() if isinstance(row, Claim)
        }


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with FakeApiServer() as api:
        yield Stage(tmp_path, api)


async def ask(daemon: Daemon, *arguments: str) -> tuple[int, str]:
    place = daemon.url.removeprefix("http://")
    return await program.run("whois", *arguments, "--daemon", place)


async def test_it_is_kept_and_asked(stage: Stage) -> None:
    async with stage.daemon() as daemon:
        await until(lambda: stage.history.exists() and bool(stage.rows()), "it is kept")
        stage.api.store.delete("pods", "shop", "p1")
        await until(lambda: stage.ends() == {"p1": "deleted"}, "the end is written")
        code, said = await ask(daemon, "10.0.0.1", "--revisions")
        assert code == 0
        assert "shop/p1" in said
        assert said.count("heard ") >= 2
        code, said = await ask(daemon, "shop/p1", "--json")
        [one] = json.loads(said)["claims"]
        assert (one["address"], one["ended"]) == ("10.0.0.1", "deleted")
        assert await ask(daemon, "10.9.9.9", "--at", "1700000000") == (
            1,
            "10.9.9.9 at 2023-11-14T22:13:20Z: nobody, and in no range of a cluster\n",
        )
        status, text = await daemon.get("/whois?target=10.0.0.1&when=now")
        assert (status, json.loads(text)["error"][:13]) == (400, "unknown: when")
        assert (await daemon.get("/whois"))[0] == 400
        metrics = await daemon.metrics()
        assert metrics["k8s_sync_history_rows_total"] >= 2
        assert metrics["k8s_sync_history_lost_total"] == 0
        assert metrics["k8s_sync_history_waiting"] == 0
    code, said = await program.run("whois", "10.0.0.1", "--history", stage.history)
    assert code == 0
    assert "shop/p1" in said


async def test_without_a_history_memory_is_asked(stage: Stage) -> None:
    where = f"--kubeconfig={kubeconfig(stage.folder, stage.api.url)}"
    async with Daemon(stage.folder, where) as daemon:
        await until(daemon.at_work, "it knows the cluster")
        code, said = await ask(daemon, "10.0.0.1", "--timeline")
        assert code == 0
        assert "shop/p1" in said


@pytest.mark.parametrize("journal", [True, False])
async def test_a_killed_daemons_claims_are_settled_by_the_next(
    stage: Stage, *, journal: bool
) -> None:
    """From the history, and from a journal that the history does not know of."""
    flags = [f"--journal={stage.folder / 'kept.log'}"] if journal else []
    async with stage.daemon(*flags) as first:
        await until(lambda: stage.ends() == {"p1": ""}, "it is kept")
        await first.end(signal.SIGKILL)
    if journal:
        for file in stage.folder.glob("claims.db*"):
            file.unlink()
    stage.api.store.delete("pods", "shop", "p1")
    stage.api.store.create("pods", pod("p2", "10.0.0.1"))
    async with stage.daemon(*flags) as second:
        await until(
            lambda: second.at_work() and stage.ends() == {"p1": "missing", "p2": ""},
            "what is gone has ended",
        )


async def test_what_is_no_history_is_said(stage: Stage) -> None:
    stage.history.write_text("#fields\tx\n")
    daemon = stage.daemon()
    await daemon.begin()
    assert await daemon.end(signal.SIGCONT) == 2
    assert daemon.output.read_text().rstrip() == (
        f"k8s-sync: cannot keep the history {stage.history}: not a history"
    )


@pytest.mark.parametrize(
    ("remote", "here"),
    [
        ("127.0.0.1", True),
        ("::1", True),
        ("::ffff:127.0.0.1", True),
        ("10.0.0.1", False),
        (None, False),
        ("", False),
    ],
)
def test_who_is_here(remote: str | None, *, here: bool) -> None:
    assert _is_here(remote) == here


@pytest.mark.parametrize(("anybody", "status"), [(False, 403), (True, 200)])
async def test_other_machines_are_told_if_that_was_allowed(
    *, anybody: bool, status: int
) -> None:
    whois = Whois(Timelines([]), "", anybody=anybody)

    async def from_elsewhere(request: web.Request) -> web.Response:
        return await whois.handle(request.clone(remote="192.0.2.1"))

    async with (
        serving("127.0.0.1", 0, list, bytes, from_elsewhere) as port,
        aiohttp.ClientSession(f"http://127.0.0.1:{port}") as client,
        client.get("/whois", params={"target": "10.0.0.1"}) as answer,
    ):
        assert answer.status == status
        assert ("open_whois" in await answer.text()) == (status == 403)


class Churn:
    """Pods that come, change and go, and when rows of them were in the journal."""

    def __init__(self, stage: Stage, dice: random.Random) -> None:
        self._pods = stage.api.store
        self._dice = dice
        self._names: list[str] = []
        self._number = 0
        self.seen: list[tuple[float, int]] = []
        """Times, and how long the journal was then."""
        self.rows = 0
        """Rows that were in journals."""
        self.late = 0.0
        """Seconds that a pause of this test was too long: how busy the machine is."""

    def change(self) -> None:
        self._number += 1
        n = self._number
        name = f"churn-{self._dice.getrandbits(64):016x}"
        self._pods.create("pods", pod(name, f"10.1.{n // 200 % 250}.{n % 200 + 1}"))
        self._names.append(name)
        if len(self._names) > PODS or self._dice.random() < 0.7:
            gone = self._names.pop(self._dice.randrange(len(self._names)))
            self._pods.delete("pods", "shop", gone)

    @asynccontextmanager
    async def going_on(self, journal: Path) -> AsyncIterator[None]:
        self.seen, self.late = [], 0.0

        async def run() -> None:
            with journal.open("rb") as file:
                while True:
                    self.change()
                    size = os.fstat(file.fileno()).st_size
                    now = time.monotonic()
                    self.seen.append((now, size))
                    pause = self._dice.random() * 0.02
                    await asyncio.sleep(pause)
                    self.late = max(self.late, time.monotonic() - now - pause)

        task = asyncio.create_task(run())
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    def lost(self, journal: Path, there: AbstractSet[object], killed: float) -> float:
        """Seconds before the kill that the first row that is lost was written."""
        text = journal.read_bytes()
        problems: list[object] = []
        sizes = iter(self.seen)
        at, size = next(sizes, (killed, 0))
        place = 0
        lines = text[: text.rfind(b"\n") + 1].splitlines(keepends=True)
        reader = row_reader.Reader(problems.append)
        for line in lines:
            place += len(line)
            while size < place:
                # Later than that the row was there; if nobody looked again, now.
                at, size = next(sizes, (killed, place))
            for row in reader.read([line.decode()]):
                self.rows += 1
                if (row_key(row), row.revision) not in there:
                    return killed - at
        assert problems == []
        return 0.0


async def test_a_kill_costs_a_second_and_no_more(stage: Stage) -> None:
    """At any time: while it begins, at work, while it forgets."""
    dice = random.Random(KILLS)  # noqa: S311 -- to repeat it
    churn = Churn(stage, dice)
    losses = []
    for n in range(KILLS):
        daemon = stage.daemon()
        daemon.journal.touch()
        async with churn.going_on(daemon.journal):
            await daemon.begin()
            # Most daemons are at work when they die, some have just begun.
            await asyncio.sleep(dice.random() * 1.5)
            if n % 5:
                await until(daemon.at_work, "it knows the cluster")
                await asyncio.sleep(dice.random() * 3)
            daemon.send(signal.SIGKILL)
            killed = time.monotonic()
            await daemon.end(signal.SIGKILL)
        if not stage.history.exists():
            continue
        with closing(sqlite3.connect(stage.history)) as file:
            assert file.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        with Reader(str(stage.history)) as reader:
            there = {(row_key(row), row.revision) for row, _ in reader.exported()}
        lost = churn.lost(daemon.journal, there, killed)
        # Where this test has to wait that long, the daemon, too, is not its own master.
        assert lost < LOSS + 4 * max(0.0, churn.late - 0.25), (n, lost, churn.late)
        losses.append(lost)
    print(  # noqa: T201 -- for those who run it for long, with -s
        f"{len(losses)} kills, {churn.rows} rows, lost at most {max(losses):.2f} s,"
        f" {sum(lost > 0 for lost in losses)} times anything"
    )
    assert churn.rows > 20 * KILLS
