"""Zeeks that are found by their label, and a daemon for one node only."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from fakes.api_server import FakeApiServer
from fakes.certificates import Authority, server_context
from fakes.loopback import free_port, kubeconfig
from fakes.zeek import FakeZeek
from tests.program import run, until
from tests.service.program import CLUSTER, Daemon, held, pod

# All of 127.0.0.0/8 is this machine: each pod has an address of its own.
FIRST, SECOND = "127.0.0.2", "127.0.0.3"


def sensor(name: str, ip: str, *, node: str = "n1", ready: bool = True) -> Any:
    """A pod that is a Zeek."""
    made = pod(name, ip, labels={"app": "zeek"}, namespace="zeek")
    made["spec"]["nodeName"] = node
    return {**made, "status": {**made["status"], **readiness(ready=ready)}}


def readiness(*, ready: bool) -> dict[str, Any]:
    return {"conditions": [{"type": "Ready", "status": str(ready)}]}


def workloads(zeek: FakeZeek) -> set[str]:
    """Whom a Zeek knows, but for Zeeks."""
    return {name for name in held(zeek.node.timeline).values() if "zeek" not in name}


@pytest.fixture
async def api() -> AsyncIterator[FakeApiServer]:
    async with FakeApiServer() as api:
        for n in (1, 2):
            api.store.create("pods", pod(f"p{n}", f"10.0.0.{n}"))
        api.store.create("nodes", {"metadata": {"name": "n1"}})
        yield api


def daemon(folder: Path, api: FakeApiServer, *flags: str) -> Daemon:
    where = f"--kubeconfig={kubeconfig(folder, api.url)}"
    return Daemon(folder, where, *flags, zeek=())


async def test_zeeks_come_and_go(tmp_path: Path, api: FakeApiServer) -> None:
    """Each ready pod is fed; one that is not ready yet waits, one that is gone ends."""
    port, pods = free_port(), api.store
    flag = f"--zeek-pods=zeek/app=zeek:{port}"
    async with (
        FakeZeek(port, host=FIRST) as first,
        FakeZeek(port, host=SECOND) as second,
        daemon(tmp_path, api, flag) as feeding,
    ):
        await until(lambda: feeding.said("synced"), "the cluster is known")
        nobody = "no Zeek among pods with app=zeek in zeek is ready\n"
        assert await feeding.get("/readyz") == (503, nobody)

        pods.create("pods", sensor("zeek-a", FIRST))
        pods.create("pods", sensor("zeek-b", SECOND, ready=False))
        await until(lambda: workloads(first) == {"p1", "p2"}, "the first is fed")
        await until(feeding.ready, "all is well")
        assert not second.connections

        pods.patch("pods", "zeek", "zeek-b", {"status": readiness(ready=True)})
        pods.create("pods", pod("p3", "10.0.0.3"))
        for zeek in (first, second):
            await until(lambda z=zeek: workloads(z) == {"p1", "p2", "p3"}, "both are")  # type: ignore[misc]
        # Its probe failed for a moment: it is still there.
        pods.patch("pods", "zeek", "zeek-b", {"status": readiness(ready=False)})
        pods.delete("pods", "zeek", "zeek-a")
        await until(lambda: feeding.said("zeek/zeek-a: is gone"), "one is gone")
        pods.create("pods", pod("p4", "10.0.0.4"))
        await until(lambda: "p4" in workloads(second), "the other goes on")
        assert "p4" not in workloads(first)
        names = {
            s.labels["zeek"] for s in await feeding.samples() if "zeek" in s.labels
        }
        assert names == {"zeek/zeek-b"}
        assert (first.connections, second.connections) == (1, 1)


async def test_ready_says_who_lags(tmp_path: Path, api: FakeApiServer) -> None:
    """By the name of the pod; the others are fed as ever."""
    port = free_port()
    api.store.create("pods", sensor("zeek-a", FIRST))
    api.store.create("pods", sensor("zeek-b", SECOND))
    async with (
        FakeZeek(port, host=FIRST) as first,
        daemon(tmp_path, api, f"--zeek-pods=zeek/app=zeek:{port}") as feeding,
    ):
        await until(lambda: workloads(first) == {"p1", "p2"}, "the first is fed")
        said = f"zeek/zeek-b: {CLUSTER}: offline\n"
        await until(
            lambda: feeding.said("zeek/zeek-b: ", "trying again"), "it is tried"
        )

        async def lags() -> bool:
            return await feeding.get("/readyz") == (503, said)

        await until(lags, "only the second lags")
        first.silent = True
        api.store.create("pods", pod("p3", "10.0.0.3"))

        async def both() -> bool:
            return (
                "zeek/zeek-a: shop: zeek: no answer"
                in (await feeding.get("/readyz"))[1]
            )

        await until(both, "the first does, too")


async def test_one_node(tmp_path: Path, api: FakeApiServer) -> None:
    """Its pods are told, its Zeek is fed, and the API server sends no other pods."""
    port = free_port()
    far = pod("far", "10.0.1.1")
    far["spec"]["nodeName"] = "n2"
    api.store.create("pods", far)
    api.store.create("pods", sensor("zeek-a", FIRST))
    api.store.create("pods", sensor("zeek-b", SECOND, node="n2"))
    flags = "--node=n1", f"--zeek-pods=zeek/app=zeek:{port}"
    async with (
        FakeZeek(port, host=FIRST) as first,
        FakeZeek(port, host=SECOND) as second,
        daemon(tmp_path, api, *flags) as feeding,
    ):
        await until(lambda: workloads(first) == {"p1", "p2"}, "its Zeek is fed")
        api.drop()  # what goes on asks in the same way
        api.store.create("pods", pod("p3", "10.0.0.3"))
        await until(lambda: "p3" in workloads(first), "it goes on")
        await until(feeding.ready, "all is well")
        assert not second.connections
        asked = [seen.query for seen in api.requests if seen.plural == "pods"]
        assert {query.get("fieldSelector") for query in asked} == {"spec.nodeName=n1"}


async def test_pods_with_certificates(tmp_path: Path, api: FakeApiServer) -> None:
    """They are called by their address, and known by a name."""
    authority = Authority(tmp_path, "ca")
    sensors = authority.issue("zeek", "sensor.zeek.svc")
    ours = authority.issue("daemon", "daemon")
    api.store.create("pods", sensor("zeek-a", FIRST))
    async with FakeZeek(
        host=FIRST, tls=server_context(sensors, authority.file)
    ) as zeek:
        flags = (
            f"--zeek-pods=zeek/app=zeek:{zeek.port}",
            f"--zeek-ca={authority.file}",
            f"--zeek-cert={ours.cert}",
            f"--zeek-key={ours.key}",
        )
        async with daemon(tmp_path, api, *flags) as feeding:
            await until(
                lambda: feeding.said(
                    "zeek/zeek-a: ", "say with zeek_name which one is"
                ),
                "it is refused by its address",
            )
        async with daemon(tmp_path, api, *flags, "--zeek-name=sensor.zeek.svc"):
            await until(lambda: workloads(zeek) == {"p1", "p2"}, "it is fed")


async def test_check_says_what_is_found(tmp_path: Path, api: FakeApiServer) -> None:
    api.store.create("pods", sensor("zeek-a", FIRST))
    api.store.create("pods", sensor("zeek-b", SECOND, ready=False))
    where = f"--kubeconfig={kubeconfig(tmp_path, api.url)}"
    async with FakeZeek(host=FIRST) as zeek:
        label = f"--zeek-pods=zeek/app=zeek:{zeek.port}"
        code, said = await run("check", where, label, "--node=n1")
    assert code == 0, said
    assert f"ok      Zeek {zeek.url}: version 8.0.10\n" in said
    assert "ok      node n1\n" in said
    assert (
        "ok      Zeeks among pods with app=zeek in zeek on n1: 1 of 2 are ready" in said
    )
    code, said = await run("check", where, label, "--node=n9")
    assert code == 1
    assert "FAILED  node n9: there is none of that name" in said
    assert "on n9: 0 of 0 are ready" in said
