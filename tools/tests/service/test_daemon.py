"""The daemon from end to end: an API server, a process, a Zeek."""

import asyncio
import contextlib
import json
import random
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from fakes.api_server import FakeApiServer
from fakes.loopback import free_port, kubeconfig
from fakes.zeek import FakeZeek, Node
from k8s_sync.model import Claim, Range
from tests.program import until
from tests.service.program import CLUSTER, Daemon, held, pod, truth, zeek_url


class Stage:
    """An API server with two pods, a Zeek, and a folder."""

    def __init__(self, folder: Path, api: FakeApiServer, zeek: FakeZeek) -> None:
        self.folder = folder
        self.api = api
        self.zeek = zeek
        for n in (1, 2):
            api.store.create("pods", pod(f"p{n}", f"10.0.0.{n}"))

    def daemon(self, *flags: str | Path, zeek: list[str] | None = None) -> Daemon:
        """A daemon between them."""
        where = f"--kubeconfig={kubeconfig(self.folder, self.api.url)}"
        urls = [self.zeek.url] if zeek is None else zeek
        return Daemon(self.folder, where, *flags, zeek=urls)


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with FakeApiServer() as api, FakeZeek() as zeek:
        yield Stage(tmp_path, api, zeek)


async def test_claims_appear_change_and_end(stage: Stage) -> None:
    pods = stage.api.store
    async with stage.daemon() as daemon:
        await daemon.equal(stage.api, stage.zeek)
        pods.create("pods", pod("p3", "10.0.0.3"))
        pods.patch(
            *("pods", "shop", "p1"),
            {"status": {"podIP": "10.0.0.9", "podIPs": [{"ip": "10.0.0.9"}]}},
        )
        pods.delete("pods", "shop", "p2")
        await daemon.equal(stage.api, stage.zeek)
        assert truth(stage.api) == {"10.0.0.9": "p1", "10.0.0.3": "p3"}
        await until(daemon.ready, "all is well")
        assert (await daemon.metrics())["k8s_sync_zeek_resyncs_total"] == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_an_end_tells_the_rest(stage: Stage, number: signal.Signals) -> None:
    """What the daemon knows when it is told to end still reaches Zeek."""
    async with stage.daemon() as daemon:
        await daemon.equal(stage.api, stage.zeek)
        for n in range(3000):
            stage.api.store.create(
                "pods", pod(f"late-{n}", f"10.1.{n // 250}.{n % 250}")
            )
        await until(
            lambda: "late-2999\t" in daemon.journal.read_text(), "the last one came"
        )
        assert await daemon.end(number) == 0
        assert daemon.said(number.name)
        assert held(stage.zeek.node.timeline) == truth(stage.api)
        digest = daemon.told().digest(CLUSTER)
        assert stage.zeek.node.timeline.digest(CLUSTER) == digest


async def test_a_second_interrupt_ends_at_once(stage: Stage) -> None:
    """Nobody waits for a Zeek that does not answer, if he does not want to."""
    async with stage.daemon() as daemon:
        await daemon.equal(stage.api, stage.zeek)
        await until(daemon.ready, "all is well")
        stage.zeek.silent = True
        stage.api.store.create("pods", pod("p3", "10.0.0.3"))
        await until(lambda: "10.0.0.3" in held(stage.zeek.node.timeline), "p3 is told")
        daemon.send(signal.SIGINT)
        await until(lambda: daemon.said("SIGINT"), "it drains")
        assert await daemon.end(signal.SIGINT) == 130


async def test_health(stage: Stage) -> None:
    """It is alive at once, ready once Zeek holds all there is, and says why not."""
    port = free_port()
    async with stage.daemon(zeek=[zeek_url(port)]) as daemon:
        assert await daemon.get("/healthz") == (200, "ok\n")
        await until(lambda: daemon.said("synced, 2 claims"), "the cluster is known")
        assert await daemon.get("/readyz") == (
            503,
            f"{zeek_url(port)}: {CLUSTER}: offline\n",
        )
        numbers = await daemon.metrics()
        assert numbers["k8s_sync_synced"] == 1
        assert numbers["k8s_sync_claims"] == 2
        assert numbers["k8s_sync_zeek_connected"] == 0
        async with FakeZeek(port) as zeek:
            await daemon.equal(stage.api, zeek)
            await until(daemon.ready, "all is well")
            assert await daemon.get("/readyz") == (200, "ok\n")
            numbers = await daemon.metrics()
            assert numbers["k8s_sync_zeek_connected"] == 1
            assert numbers["k8s_sync_zeek_waiting"] == 0
            assert numbers["k8s_sync_objects"] == 2
            assert numbers["process_resident_memory_bytes"] > 0


class Moving:
    """Three programs, each of which may be replaced by a fresh one at any time."""

    def __init__(self, folder: Path, dice: random.Random) -> None:
        self.folder = folder
        self.dice = dice
        self.api = FakeApiServer(free_port())
        self.zeek = FakeZeek(free_port())
        self._number = 0
        self._names: list[str] = []

    def change(self) -> None:
        """A pod appears, and perhaps another one is gone."""
        self._number += 1
        name = f"p{self._number}"
        store = self.api.store
        store.create("pods", pod(name, f"10.0.0.{self._number}"))
        self._names.append(name)
        if self.dice.random() < 0.6:
            gone = self._names.pop(self.dice.randrange(len(self._names)))
            store.delete("pods", "shop", gone)

    async def restart_api(self) -> None:
        await self.api.__aexit__()
        self.change()
        store = self.api.store
        if self.dice.random() < 0.3:
            store.trim("pods")  # its memory of changes is gone
        self.api = FakeApiServer(self.api.port)
        self.api.store = store
        await self.api.__aenter__()

    async def restart_zeek(self) -> None:
        await self.zeek.__aexit__(None, None, None)
        self.change()
        node = self.zeek.node if self.dice.random() < 0.5 else Node()
        self.zeek = FakeZeek(self.zeek.port, node)
        await self.zeek.__aenter__()

    def daemon(self) -> Daemon:
        where = f"--kubeconfig={kubeconfig(self.folder, self.api.url)}"
        return Daemon(self.folder, where, zeek=[self.zeek.url])


async def test_restarts_in_any_order_end_equal(tmp_path: Path) -> None:
    """Of any of the three, with changes in between, and nobody helps."""
    dice = random.Random(7)  # noqa: S311 -- a test
    moving = Moving(tmp_path, dice)
    moving.change()
    await moving.api.__aenter__()
    await moving.zeek.__aenter__()
    try:
        daemon = moving.daemon()
        await daemon.begin()
        for _ in range(12):
            match dice.choice(["api", "zeek", "daemon"]):
                case "api":
                    await moving.restart_api()
                case "zeek":
                    await moving.restart_zeek()
                case _:
                    await daemon.end(dice.choice([signal.SIGTERM, signal.SIGKILL]))
                    moving.change()
                    daemon = moving.daemon()
                    await daemon.begin()
            moving.change()
            await until(daemon.at_work, "the daemon is at work")
            await asyncio.sleep(dice.random() / 5)
        async with daemon:
            await daemon.equal(moving.api, moving.zeek)
            await until(daemon.ready, "all is well")
    finally:
        await moving.zeek.__aexit__(None, None, None)
        await moving.api.__aexit__()


async def test_a_journal_goes_on(stage: Stage) -> None:
    """What went away between two runs ends when the later one begins."""
    flag = f"--journal={stage.folder / 'kept.log'}"
    for n in (3, 4):
        daemon = stage.daemon(flag, zeek=[""])
        daemon.journal = stage.folder / "kept.log"
        async with daemon:
            await until(lambda: len(held(daemon.told())) == 2, "all are told")  # noqa: B023
            stage.api.store.create("pods", pod(f"p{n}", f"10.0.0.{n}"))
            await until(lambda: len(held(daemon.told())) == 3, "the new one is told")  # noqa: B023
        stage.api.store.delete("pods", "shop", f"p{n}")
    text = daemon.journal.read_text()
    assert text.count("#fields") == 2, "rewritten at the start, then appended to"
    (gone,) = [row for row in daemon.told() if row.end is not None]
    assert isinstance(gone, Claim)
    assert gone.owner.pod == "p3"


async def test_configured_ranges_are_told(stage: Stage) -> None:
    """And end with the next run, if that is not told of them."""
    kept = stage.folder / "kept.log"

    def told() -> list[tuple[str, str, bool]]:
        rows = stage.zeek.node.timeline
        return [
            (str(row.subnet), row.kind, row.end is None)
            for row in rows
            if isinstance(row, Range)
        ]

    for flags, held_now in ((["--ranges=10.0.0.0/24=pod"], True), ([], False)):
        expected = [("10.0.0.0/24", "pod", held_now)]
        async with stage.daemon(f"--journal={kept}", *flags):
            await until(lambda: told() == expected, "Zeek knows of them")  # noqa: B023


async def test_files_instead_of_a_cluster(stage: Stage) -> None:
    """They are read once, and Zeek is fed as ever."""
    objects = {"kind": "List", "items": stage.api.store.objects("pods")}
    one = stage.folder / "one.json"
    one.write_text(json.dumps(objects))
    two = stage.folder / "two.json"
    two.write_text(json.dumps(pod("p3", "10.0.0.3", uid="uid-3")))
    flags = f"--source={one}", f"--source={two}"
    async with Daemon(stage.folder, *flags, zeek=[stage.zeek.url]) as daemon:
        stage.api.store.create("pods", pod("p3", "10.0.0.3", uid="uid-3"))
        await daemon.equal(stage.api, stage.zeek)
        await until(daemon.ready, "all is well")
    assert not stage.api.requests


async def test_no_zeek_at_all(stage: Stage) -> None:
    async with stage.daemon(zeek=[""]) as daemon:
        await until(daemon.ready, "all is well")
        assert held(daemon.told()) == truth(stage.api)
        numbers = await daemon.metrics()
        assert numbers["k8s_sync_claims"] == 2
        assert "k8s_sync_zeek_connected" not in numbers


async def test_a_dead_zeek_costs_another_one_nothing(stage: Stage) -> None:
    dead, mute = zeek_url(free_port()), await asyncio.start_server(_mute, "127.0.0.1")
    stuck = zeek_url(mute.sockets[0].getsockname()[1])
    async with mute, stage.daemon(zeek=[dead, stage.zeek.url, stuck]) as daemon:
        await daemon.equal(stage.api, stage.zeek)
        stage.api.store.create("pods", pod("p3", "10.0.0.3"))
        await daemon.equal(stage.api, stage.zeek)
        status, text = await daemon.get("/readyz")
        assert status == 503
        assert text == f"{dead}: {CLUSTER}: offline\n{stuck}: {CLUSTER}: offline\n"
        assert (await daemon.metrics())["k8s_sync_zeek_connected"] == 1
        assert daemon.said(dead, "trying again")


async def _mute(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Takes a connection and never says anything."""
    with contextlib.suppress(ConnectionError):
        await reader.read(-1)
    writer.close()
