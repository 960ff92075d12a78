"""One daemon and several clusters: each is told under its name, and none waits."""

import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from fakes.api_server import FakeApiServer
from fakes.loopback import free_port, kubeconfig
from fakes.zeek import FakeZeek
from k8s_sync import address, check
from k8s_sync.config import load
from k8s_sync.model import Claim
from k8s_sync.timeline import Timeline
from tests.program import run, until
from tests.service.program import Daemon, pod

EU, US = "eu", "us"


def system(uid: str) -> dict[str, Any]:
    """The namespace by whose uid a cluster is known."""
    return {"metadata": {"name": "kube-system", "uid": uid}}


def held(timeline: Timeline) -> set[tuple[str, str, str]]:
    """Cluster, address and pod of all that is held."""
    return {
        (row.cluster, address.text(row.address), row.owner.pod)
        for row in timeline
        if isinstance(row, Claim) and row.end is None
    }


class Stage:
    """Two API servers whose pods have one address, and a Zeek."""

    def __init__(self, folder: Path, zeek: FakeZeek) -> None:
        self.folder = folder
        self.zeek = zeek
        self.eu, self.us = FakeApiServer(free_port()), FakeApiServer(free_port())
        for name, api in self.apis.items():
            api.store.create("namespaces", system(f"uid-{name}"))
            api.store.create("pods", pod(f"{name}-1", "10.0.0.1"))
        self.file = folder / "clusters.json"
        self.kept = folder / "kept.log"
        self.configure({EU: self.eu.url, US: self.us.url})

    @property
    def apis(self) -> dict[str, FakeApiServer]:
        return {EU: self.eu, US: self.us}

    def configure(self, urls: dict[str, str]) -> None:
        """Writes the daemon's file."""
        entries = []
        for name, url in urls.items():
            (folder := self.folder / name).mkdir(exist_ok=True)
            path = kubeconfig(folder, url)
            entries.append({"cluster": name, "kubeconfig": str(path)})
        self.file.write_text(json.dumps({"clusters": entries}))

    def daemon(self) -> Daemon:
        flags = f"--config={self.file}", f"--journal={self.kept}"
        daemon = Daemon(self.folder, *flags, zeek=[self.zeek.url])
        daemon.journal = self.kept
        return daemon

    def truth(self, *names: str) -> set[tuple[str, str, str]]:
        """All that is to be held of these clusters."""
        return {
            (name, one["status"]["podIP"], one["metadata"]["name"])
            for name in names
            for one in self.apis[name].store.objects("pods")
        }

    async def equal(self, daemon: Daemon, *names: str) -> None:
        """Waits until Zeek and the journal hold these clusters and nothing else."""

        def are_equal() -> bool:
            told, node = daemon.told(whole=False), self.zeek.node.timeline
            return held(node) == held(told) == self.truth(*names) and all(
                node.digest(name) == told.digest(name) for name in names
            )

        await until(are_equal, f"Zeek holds {names}")


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with FakeZeek() as zeek:
        yield Stage(tmp_path, zeek)


@pytest.fixture
async def both(stage: Stage) -> AsyncIterator[Stage]:
    async with AsyncExitStack() as stack:
        for api in stage.apis.values():
            await stack.enter_async_context(api)
        yield stage


async def test_each_cluster_is_told_under_its_name(both: Stage) -> None:
    async with both.daemon() as daemon:
        await both.equal(daemon, EU, US)
        await until(daemon.ready, "all is well")
        both.us.store.create("pods", pod("us-2", "10.0.0.2"))
        both.eu.store.delete("pods", "shop", "eu-1")
        await both.equal(daemon, EU, US)
        assert both.zeek.connections == 1, "one session for both"
        infos = {
            sample.labels["cluster"]: sample.labels["uid"]
            for sample in await daemon.samples()
            if sample.name == "k8s_sync_cluster_info"
        }
        assert infos == {EU: "uid-eu", US: "uid-us"}
        numbers = await daemon.metrics()
        assert numbers["k8s_sync_synced"] == 2
        assert numbers["k8s_sync_zeek_agrees"] == 2
        for name in (EU, US):
            assert daemon.said(f"{name}: pods: live with 1 objects")


async def test_one_journal_of_all_goes_on(both: Stage) -> None:
    """What went away between two runs ends in its own cluster, and nowhere else."""
    async with both.daemon() as daemon:
        await both.equal(daemon, EU, US)
    both.us.store.delete("pods", "shop", "us-1")
    async with both.daemon() as daemon:
        await both.equal(daemon, EU, US)
    ended = [row for row in daemon.told() if row.end is not None]
    assert [row.cluster for row in ended] == [US]
    assert both.kept.read_text().count("#fields") == 2


async def test_a_cluster_that_is_away_costs_the_others_nothing(stage: Stage) -> None:
    async with stage.us, stage.daemon() as daemon:
        await stage.equal(daemon, US)
        stage.us.store.create("pods", pod("us-2", "10.0.0.2"))
        await stage.equal(daemon, US)
        await until(lambda: daemon.said("eu: ", str(stage.eu.port)), "it is said")
        status, text = await daemon.get("/readyz")
        assert status == 503
        assert "eu: pods: not synced yet\n" in text
        assert str(stage.eu.port) in text
        assert "us: " not in text
        async with stage.eu:
            await stage.equal(daemon, EU, US)
            await until(daemon.ready, "all is well")
            assert stage.zeek.connections == 1


async def test_a_cluster_that_comes_back_is_not_waited_for(both: Stage) -> None:
    """What an earlier run told of one that is away stays as it is."""
    async with both.daemon() as daemon:
        await both.equal(daemon, EU, US)
    await both.eu.__aexit__()
    both.us.store.create("pods", pod("us-2", "10.0.0.2"))
    before = len(both.zeek.node.events)
    async with both.daemon() as daemon:
        await both.equal(daemon, EU, US)
        assert {event.source for event in both.zeek.node.events[before:]} == {US}


async def test_t20_one_cluster_under_two_names_is_told_once(both: Stage) -> None:
    """The first of the configuration is; what Zeek knew of the other ends."""
    both.configure({US: both.us.url})
    async with both.daemon() as daemon:
        await both.equal(daemon, US)
    both.configure({EU: both.eu.url, US: both.eu.url})
    async with both.daemon() as daemon:
        await both.equal(daemon, EU)
        status, text = await daemon.get("/readyz")
        reason = (
            "us: not told, as it is the cluster eu under another name: both have the"
            " uid uid-eu; take one of them out of the configuration"
        )
        assert (status, text) == (503, f"{reason}\n")
        assert daemon.messages.count(reason) == 1
        assert (await daemon.metrics())["k8s_sync_synced"] == 1
        both.eu.store.create("pods", pod("eu-2", "10.0.0.2"))
        await both.equal(daemon, EU)


async def test_t20_the_first_of_the_configuration_takes_over(stage: Stage) -> None:
    """Although the way there was broken at first, and the other name was told."""
    later = FakeApiServer(free_port())
    later.store = stage.us.store
    stage.configure({EU: later.url, US: stage.us.url})
    async with stage.us, stage.daemon() as daemon:
        await stage.equal(daemon, US)
        async with later:
            await until(lambda: daemon.said("us: not told"), "it is found out")
            wanted = {("eu", "10.0.0.1", "us-1")}
            await until(lambda: held(stage.zeek.node.timeline) == wanted, "eu is told")


async def test_t20_another_cluster_under_an_old_name(both: Stage) -> None:
    """Its versions are higher, so that watches could go on as if nothing were."""
    both.configure({EU: both.eu.url})
    async with both.daemon() as daemon:
        await both.equal(daemon, EU)
        store = both.us.store
        store.version = both.eu.store.version + 1000
        store.patch("namespaces", "", "kube-system", {"metadata": {"labels": {}}})
        store.create("pods", pod("us-9", "10.0.0.9"))
        both.eu.store = store
        both.eu.drop()
        await until(lambda: held(daemon.told(whole=False)) == {
            ("eu", "10.0.0.1", "us-1"),
            ("eu", "10.0.0.9", "us-9"),
        }, "only the new one is held")  # fmt: skip
        said = "eu: another cluster has taken over this name: its uid was uid-eu and is"
        assert sum(said in text for text in daemon.messages) == 1
        await until(daemon.ready, "all is well")
        assert held(both.zeek.node.timeline) == held(daemon.told())
        gone = [row for row in daemon.told() if row.end is not None]
        assert {row.ended for row in gone if isinstance(row, Claim)} == {"missing"}


async def test_a_broken_entry_is_named(stage: Stage) -> None:
    stage.configure({EU: stage.eu.url, US: stage.us.url})
    (stage.folder / US / "kubeconfig").unlink()
    code, said = await run("daemon", f"--config={stage.file}", "--listen=")
    assert code == 2
    assert said.splitlines()[-1].startswith("k8s-sync: cluster us: ")


async def test_check_tries_each(
    both: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    both.us.forbidden = {"jobs"}

    async def said() -> list[str]:
        config = load({"zeek": [""]}, {}, str(both.file)).config
        assert await check._run(config) == 1
        return capsys.readouterr().out.splitlines()

    lines = await said()
    assert lines[0] == "ok      configuration: clusters eu, us"
    failed = [line for line in lines if line.startswith("FAILED")]
    assert [line[:35] for line in failed] == ["FAILED  us: list and watch jobs: li"]
    for name in (EU, US):
        assert f"ok      {name}: list and watch pods" in lines
    both.configure({EU: both.eu.url, US: both.eu.url})
    assert (await said())[-1] == (
        "FAILED  us: identity: eu has the same uid, uid-eu: they are one cluster"
    )
