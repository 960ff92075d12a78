"""The daemon and its history: kept, asked, and remembered from."""

import json
import signal

import aiohttp
import pytest
from aiohttp import web

from fakes.loopback import kubeconfig
from k8s_sync.daemon.health import serving
from k8s_sync.daemon.whois import Whois, _is_here
from k8s_sync.whois.grounds import Timelines
from tests import program
from tests.program import until
from tests.service.program import Daemon, pod
from tests.service.stage import Stage


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
