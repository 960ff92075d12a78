"""What the daemon says and does where something is wrong around it."""

import json
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from fakes.api_server import FakeApiServer
from fakes.loopback import free_port, kubeconfig
from fakes.zeek import FakeZeek
from k8s_sync.kube.policy import STUBBORN
from tests.program import run, until
from tests.service.program import Daemon, held, pod, truth

FULL = Path("/dev/full")


@pytest.fixture
async def api() -> AsyncIterator[FakeApiServer]:
    async with FakeApiServer() as server:
        server.store.create("pods", pod("p1", "10.0.0.1"))
        yield server


@pytest.fixture
async def zeek() -> AsyncIterator[FakeZeek]:
    async with FakeZeek() as server:
        yield server


async def test_a_forbidden_kind_costs_one_feature(
    tmp_path: Path, api: FakeApiServer, zeek: FakeZeek
) -> None:
    api.forbidden = {"replicasets"}
    flag = f"--kubeconfig={kubeconfig(tmp_path, api.url)}"
    async with Daemon(tmp_path, flag, zeek=[zeek.url]) as daemon:
        await daemon.equal(api, zeek)
        await until(daemon.ready, "all else is well")
        assert daemon.said("replicasets is forbidden")
        text = (await daemon.get("/metrics"))[1]
        assert 'reason="forbidden",resource="replicasets"} ' in text


async def test_an_old_server_and_a_narrow_role_are_enough(
    tmp_path: Path, api: FakeApiServer, zeek: FakeZeek
) -> None:
    """Neither ServiceCIDRs nor slices: said, asked for again, and not waited for."""
    api.unserved, api.forbidden = {"servicecidrs"}, {"endpointslices"}
    flag = f"--kubeconfig={kubeconfig(tmp_path, api.url)}"
    async with Daemon(tmp_path, flag, zeek=[zeek.url]) as daemon:
        await daemon.equal(api, zeek)
        await until(daemon.ready, "all else is well")
        for name, words in (
            ("servicecidrs", "this server does not have it"),
            ("endpointslices", "grant the role list and watch"),
        ):
            told = [text for text in daemon.messages if f"shop: {name}: " in text]
            assert len(told) == 1, told
            assert words in told[0]
            assert api.count(plural=name) < 10


async def test_forbidden_pods_leave_zeek_as_it_is(
    tmp_path: Path, api: FakeApiServer, zeek: FakeZeek
) -> None:
    """Nothing to tell is no reason to tell that there is nothing."""
    flag = f"--kubeconfig={kubeconfig(tmp_path, api.url)}"
    async with Daemon(tmp_path, flag, zeek=[zeek.url]) as daemon:
        await daemon.equal(api, zeek)
    connections, events = zeek.connections, len(zeek.node.events)
    api.forbidden = {"pods"}
    async with Daemon(tmp_path, flag, zeek=[zeek.url]) as daemon:
        await until(lambda: daemon.said("pods is forbidden"), "it says so")
        status, text = await daemon.get("/readyz")
        assert status == 503
        assert "shop: pods: not synced yet\n" in text
        assert "pods is forbidden" in text
        assert (await daemon.metrics())["k8s_sync_synced"] == 0
    assert (zeek.connections, len(zeek.node.events)) == (connections, events)
    assert held(zeek.node.timeline) == truth(api)


async def test_credentials_that_are_refused_are_waited_for(
    tmp_path: Path, api: FakeApiServer, zeek: FakeZeek
) -> None:
    """However often: who runs unattended is let in some day."""
    api.tokens = {"new"}
    flag = f"--kubeconfig={kubeconfig(tmp_path, api.url, {'token': 'old'})}"
    async with Daemon(tmp_path, flag, zeek=[zeek.url]) as daemon:
        await until(lambda: api.count(plural="pods") > 2 * STUBBORN, "it asks on")
        assert "401" in (await daemon.get("/readyz"))[1]
        api.tokens.add("old")
        await daemon.equal(api, zeek)


async def test_no_api_server(tmp_path: Path, zeek: FakeZeek) -> None:
    """It is waited for, and whoever asks hears why."""
    port = free_port()
    where = kubeconfig(tmp_path, f"http://127.0.0.1:{port}")
    async with Daemon(tmp_path, f"--kubeconfig={where}", zeek=[zeek.url]) as daemon:
        await until(lambda: daemon.said("namespaces"), "it says so")
        assert (await daemon.get("/healthz"))[0] == 200
        status, text = await daemon.get("/readyz")
        assert status == 503
        assert f"127.0.0.1:{port}" in text
        assert zeek.connections == 0


@pytest.mark.skipif(not FULL.exists(), reason="needs /dev/full, which Linux has")
async def test_a_full_disk_costs_the_journal_only(
    tmp_path: Path, api: FakeApiServer, zeek: FakeZeek
) -> None:
    flags = f"--kubeconfig={kubeconfig(tmp_path, api.url)}", f"--journal={FULL}"
    async with Daemon(tmp_path, *flags, zeek=[zeek.url]) as daemon:
        await until(lambda: held(zeek.node.timeline) == truth(api), "Zeek is told")
        api.store.create("pods", pod("p2", "10.0.0.2"))
        await until(lambda: held(zeek.node.timeline) == truth(api), "Zeek is told")
        reason = "the journal ends here: No space left on device"
        assert await daemon.get("/readyz") == (503, f"{reason}\n")
        assert daemon.messages.count(reason) == 1


async def failure(*arguments: str | Path) -> str:
    """What a daemon says that cannot begin: one line, and exit code 2."""
    code, said = await run("daemon", "--listen=", "--zeek=", *arguments)
    assert code == 2, said
    [line] = [line for line in said.splitlines() if line.startswith("k8s-sync: ")]
    assert "Traceback" not in said
    assert all(line.startswith(("{", "k8s-sync: ")) for line in said.splitlines()), said
    return line.removeprefix("k8s-sync: ")


async def test_an_unknown_key(tmp_path: Path) -> None:
    path = tmp_path / "c.yaml"
    path.write_text("clutser: prod\n")
    line = await failure(f"--config={path}")
    assert line == f"{path}: clutser: unknown key; did you mean cluster?"


async def test_a_wrong_value(tmp_path: Path) -> None:
    path = tmp_path / "c.toml"
    path.write_text("retention = 5\n")
    line = await failure(f"--config={path}")
    assert line.startswith(f"{path}: retention: ")


async def test_kubeconfigs_that_cannot_be_used(tmp_path: Path) -> None:
    missing = tmp_path / "missing"
    assert str(missing) in await failure(f"--kubeconfig={missing}")
    broken = tmp_path / "broken"
    broken.write_text("clusters: [")
    assert str(broken) in await failure(f"--kubeconfig={broken}")
    where = kubeconfig(tmp_path, "http://127.0.0.1:1")
    line = await failure(f"--kubeconfig={where}", "--context=nowhere")
    assert "nowhere" in line


async def test_files_that_cannot_be_used(tmp_path: Path) -> None:
    missing = tmp_path / "missing.json"
    assert str(missing) in await failure(f"--source={missing}")
    broken = tmp_path / "broken.json"
    broken.write_text("{")
    assert str(broken) in await failure(f"--source={broken}")
    objects = tmp_path / "pod.json"
    objects.write_text(json.dumps(pod("p1", "10.0.0.1", uid="u")))
    journal = tmp_path / "no" / "journal.log"
    line = await failure(f"--source={objects}", f"--journal={journal}")
    assert line == f"cannot write the journal {journal}: No such file or directory"
    # As with a folder that nobody may look into, which is none to root.
    line = await failure(f"--source={objects}", f"--journal={'n' * 300}")
    assert "the journal nnn" in line


async def test_a_port_in_use(tmp_path: Path) -> None:
    objects = tmp_path / "pod.json"
    objects.write_text(json.dumps(pod("p1", "10.0.0.1", uid="u")))
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        line = await failure(f"--source={objects}", f"--listen=127.0.0.1:{port}")
    assert line == (
        f"cannot listen on 127.0.0.1:{port}: Address already in use;"
        " choose another address with --listen"
    )
