"""What the daemon would fail at is found, with what to do about it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import WSMsgType, web

from fakes.api_server import FakeApiServer
from fakes.loopback import kubeconfig
from k8s_sync import check
from k8s_sync.check import Finding, check_api, check_zeek
from k8s_sync.config import Config
from k8s_sync.feed.calling import Calling

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

TOKEN = {"token": "secret"}


@asynccontextmanager
async def serve(handler: Handler) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handler)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


def zeek(answer: str | None) -> Handler:
    async def handle(request: web.Request) -> web.StreamResponse:
        if request.path != "/v1/messages/json":
            return web.Response(status=400)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        message = await socket.receive()
        assert (message.type, message.data) == (WSMsgType.TEXT, "[]")
        if answer is not None:
            await socket.send_str(answer)
        await socket.close(code=1008)
        return socket

    return handle


@pytest.mark.parametrize(
    ("answer", "path", "ok", "note"),
    [
        (
            '{"type":"ack","endpoint":"e","version":"8.0.10"}',
            "",
            True,
            "version 8.0.10",
        ),
        ('{"type":"error","code":"x","context":"y"}', "", False, "it refused: "),
        ("hello", "", False, "is this a Zeek's port?"),
        (None, "", False, "it closed the connection (1008)"),
        (
            None,
            "/x",
            False,
            "HTTP 400: is this a Zeek's port? The path is /v1/messages/json",
        ),
    ],
)
async def test_zeek(answer: str | None, path: str, ok: bool, note: str) -> None:  # noqa: FBT001
    async with serve(zeek(answer)) as address:
        url = f"ws://{address}{path or '/v1/messages/json'}"
        found = await check_zeek(Calling(), url)
    assert found.ok == ok, found
    assert note in found.note


async def test_no_zeek() -> None:
    async with serve(zeek(None)) as address:
        pass
    found = await check_zeek(Calling(), f"ws://me:secret@{address}/v1/messages/json")
    assert "secret" not in str(found)
    assert str(found).startswith("FAILED  Zeek ws://***@127.0.0.1:")
    assert "connection refused" in found.note
    assert "`@load zeek-k8s/listen`" in found.note


async def test_zeek_certificates() -> None:
    found = await check_zeek(Calling(ca="/nowhere/ca"), "wss://a:1/x")
    assert found.note == "zeek_ca: cannot use /nowhere/ca: No such file or directory"


def api(refused: set[tuple[str, str]]) -> Handler:
    async def handle(request: web.Request) -> web.StreamResponse:
        if request.path == "/version":
            return web.json_response({"gitVersion": "v1.36.2"})
        if request.method == "GET":
            return web.json_response({"resources": [{"name": "servicecidrs"}]})
        asked = (await request.json())["spec"]["resourceAttributes"]
        allowed = (asked["verb"], asked["resource"]) not in refused
        return web.json_response({"status": {"allowed": allowed}}, status=201)

    return handle


async def found_at_api(directory: Path, *refused: tuple[str, str]) -> list[Finding]:
    async with serve(api(set(refused))) as address:
        path = kubeconfig(directory, f"http://{address}", TOKEN)
        return await check_api(Config(kubeconfig=str(path)), Calling())


async def test_api(tmp_path: Path) -> None:
    found = await found_at_api(tmp_path)
    assert all(finding.ok for finding in found), found
    assert len(found) == 10
    assert found[1].note == "v1.36.2"


async def test_permissions(tmp_path: Path) -> None:
    found = await found_at_api(tmp_path, ("watch", "jobs"), ("list", "pods"))
    bad = [str(finding) for finding in found if not finding.ok]
    assert bad == [
        (
            "FAILED  list and watch jobs: watch not allowed (something less is known):"
            ' the ClusterRole needs apiGroups: ["batch"], resources: ["jobs"],'
            ' verbs: ["list", "watch"]'
        ),
        (
            "FAILED  list and watch pods: list not allowed (nothing works without):"
            ' the ClusterRole needs apiGroups: [""], resources: ["pods"],'
            ' verbs: ["list", "watch"]'
        ),
    ]


async def test_a_kind_that_an_old_server_does_not_have(tmp_path: Path) -> None:
    """Is nothing to mend; whoever may read it makes no difference."""
    async with FakeApiServer() as old:
        for unserved, note in (
            (set(), ""),
            ({"servicecidrs"}, "not in this server, but in Kubernetes 1.33 and later"),
        ):
            old.unserved = unserved
            path = str(kubeconfig(tmp_path, old.url, TOKEN))
            found = await check_api(Config(kubeconfig=path), Calling())
            [finding] = [one for one in found if one.what.endswith(" servicecidrs")]
            assert (finding.ok, finding.note) == (True, note)


async def test_namespaces_need_no_cluster_role(tmp_path: Path) -> None:
    async with serve(api(set())) as address:
        path = str(kubeconfig(tmp_path, f"http://{address}", TOKEN))
        found = await check_api(
            Config(kubeconfig=path, namespace=("a", "b")), Calling()
        )
    assert [finding.what for finding in found[2:]] == [
        f"list and watch {name} in namespace {namespace}"
        for namespace in ("a", "b")
        for name in ("replicasets", "jobs", "services", "endpointslices", "pods")
    ]


async def test_no_api(tmp_path: Path) -> None:
    async with serve(api(set())) as address:
        path = str(kubeconfig(tmp_path, f"http://{address}", TOKEN))
    found = await check_api(Config(kubeconfig=path), Calling())
    assert [finding.ok for finding in found] == [True, False]
    found = await check_api(Config(kubeconfig="/nowhere/kubeconfig"), Calling())
    assert [finding.ok for finding in found] == [False]


def test_all(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    missing = str(tmp_path / "missing.json")
    useless = tmp_path / "useless.json"
    useless.write_text('{"kind":"ConfigMap","apiVersion":"v1"}')
    good = tmp_path / "good.json"
    good.write_text(
        '{"kind":"Namespace","apiVersion":"v1","metadata":{"name":"a","uid":"u"}}'
    )
    assert check.run(Config(source=(str(good),), zeek=())) == 0
    assert check.run(Config(source=(missing, str(useless)), zeek=())) == 1
    assert [line[:6] for line in capsys.readouterr().out.splitlines()] == [
        *("ok    ", "ok    "),
        *("ok    ", "FAILED", "FAILED"),
    ]
