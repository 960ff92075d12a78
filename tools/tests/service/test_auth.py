"""Credentials find their way, rotate, and never show."""

import asyncio
import json
import logging
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import trustme

from fakes.api_server import FakeApiServer
from k8s_sync.errors import (
    ConfigError,
    CredentialError,
    SyncError,
    UnauthorizedError,
    UnreachableError,
)
from k8s_sync.kube.auth import Credentials, credentials
from k8s_sync.kube.client import ApiClient
from k8s_sync.kube.profile import Profile

SECRET = "t0ken"


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def service_account(directory: Path, token: str = SECRET) -> Path:
    (directory / "token").write_text(f"{token}\n")
    return directory


def of(clock: Clock, **settings: Any) -> Credentials:
    profile = Profile(origin="a test", **{"server": "http://x", **settings})
    return Credentials(lambda: profile, clock=clock)


async def authorization(creds: Credentials) -> str:
    return dict((await creds.access()).headers)["Authorization"]


async def test_in_a_pod(tmp_path: Path) -> None:
    """Also with an IPv6 service address."""
    environ = {"KUBERNETES_SERVICE_HOST": "fd00::1", "KUBERNETES_SERVICE_PORT": "6443"}
    with pytest.raises(ConfigError, match="automountServiceAccountToken"):
        credentials(in_cluster=True, environ=environ, service_account=tmp_path)
    service_account(tmp_path)
    for explicit in (True, False):
        creds = credentials(
            in_cluster=explicit, environ=environ, service_account=tmp_path
        )
        assert creds.server == "https://[fd00::1]:6443"
        assert creds.origin == "the pod's service account"
    with pytest.raises(ConfigError, match="this is no pod"):
        credentials(in_cluster=True, environ={}, service_account=tmp_path)


async def test_where_credentials_are_looked_for(tmp_path: Path) -> None:
    """What is named goes before KUBECONFIG, that before the pod, that before home."""
    files = {}
    for name in ("named", "env", "home/.kube/config"):
        files[name] = tmp_path / name
        files[name].parent.mkdir(parents=True, exist_ok=True)
        cluster = {
            "name": "c",
            "cluster": {"server": f"https://{name.partition('/')[0]}"},
        }
        context = {"name": "x", "context": {"cluster": "c"}}
        content = {"current-context": "x", "clusters": [cluster], "contexts": [context]}
        files[name].write_text(json.dumps(content))
    environ = {
        "KUBECONFIG": f"{tmp_path / 'none'}:{files['env']}",
        "KUBERNETES_SERVICE_HOST": "10.0.0.1",
    }
    service_account(tmp_path)

    def found(path: str = "", **more: Any) -> str:
        return credentials(
            kubeconfig_path=path, environ=environ, service_account=tmp_path, **more
        ).server

    assert found(str(files["named"])) == "https://named"
    assert found() == "https://env"
    del environ["KUBECONFIG"]
    assert found() == "https://10.0.0.1:443"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(tmp_path / "home"))
        assert found(context="x") == "https://home"
    with pytest.raises(ConfigError, match="exclude"):
        found(context="x", in_cluster=True)


async def test_a_token_file_is_read_each_minute(tmp_path: Path) -> None:
    """A file that is gone does not take the former token along."""
    clock = Clock()
    service_account(tmp_path, "one")
    creds = of(clock, token_file=str(tmp_path / "token"))
    assert await authorization(creds) == "Bearer one"
    service_account(tmp_path, "two")
    clock.now += 59
    assert await authorization(creds) == "Bearer one"
    clock.now += 1
    assert await authorization(creds) == "Bearer two"
    (tmp_path / "token").write_text("\n")
    clock.now += 60
    assert await authorization(creds) == "Bearer two"
    with pytest.raises(CredentialError, match="it is empty"):
        await of(clock, token_file=str(tmp_path / "token")).access()
    (tmp_path / "token").unlink()
    clock.now += 60
    assert await authorization(creds) == "Bearer two"
    with pytest.raises(CredentialError, match="cannot read the token"):
        await of(clock, token_file=str(tmp_path / "token")).access()


async def test_a_refused_token_is_read_again_at_once(tmp_path: Path) -> None:
    """The request that was refused succeeds in its second attempt."""
    service_account(tmp_path, "old")
    async with FakeApiServer() as api:
        api.tokens = {"old"}
        creds = of(Clock(), server=api.url, token_file=str(tmp_path / "token"))
        async with ApiClient(creds) as client:
            await client.get("/version")
            api.tokens = {"new"}
            service_account(tmp_path, "new")
            await client.get("/version")
            assert [seen.authorization for seen in api.requests] == [
                *("Bearer old", "Bearer old", "Bearer new")
            ]
            api.tokens = {"newest"}
            with pytest.raises(UnauthorizedError, match="renew the credentials"):
                await client.get("/version")
            assert len(api.requests) == 5


async def test_a_rewritten_kubeconfig_counts(tmp_path: Path) -> None:
    """A broken one does not."""
    path = tmp_path / "config"

    def write(token: str) -> None:
        content = {
            "current-context": "x",
            "clusters": [{"name": "c", "cluster": {"server": "http://x"}}],
            "users": [{"name": "u", "user": {"token": token}}],
            "contexts": [{"name": "x", "context": {"cluster": "c", "user": "u"}}],
        }
        path.write_text(json.dumps(content))

    write("one")
    creds = credentials(kubeconfig_path=str(path), environ={})
    assert await authorization(creds) == "Bearer one"
    write("another")
    assert await authorization(creds) == "Bearer another"
    path.write_text("{")
    assert await authorization(creds) == "Bearer another"


async def test_a_user_with_a_password() -> None:
    creds = of(Clock(), username="me", password="pw")
    assert await authorization(creds) == "Basic bWU6cHc="


async def test_a_token_with_a_line_end_in_it_is_refused() -> None:
    with pytest.raises(CredentialError, match="one line of ASCII") as caught:
        await of(Clock(), token=f"{SECRET}\nX: y").access()
    assert SECRET not in str(caught.value)


async def test_nothing_secret_is_said(caplog: pytest.LogCaptureFixture) -> None:
    """Not by any error, text or log line on the way of a request."""
    caplog.set_level(logging.DEBUG)
    async with FakeApiServer() as api:
        for fault in ({"status": 401}, {"reset": True}, {"body": b""}, {"status": 302}):
            api.faults.add(times=4, **fault)
            creds = of(
                Clock(), server=api.url, token=SECRET, headers=(("X-A", SECRET),)
            )
            access = await creds.access()
            async with ApiClient(creds) as client:
                error: object = None
                try:
                    await client.get("/version")
                except SyncError as caught:
                    error = caught
                said = f"{creds!r} {access!r} {error!r} {error} {client!r}"
                assert SECRET not in said
            api.faults.clear()
    assert SECRET not in caplog.text


@asynccontextmanager
async def tls_server(
    ca: trustme.CA, *names: str, clients: trustme.CA | None = None
) -> AsyncIterator[FakeApiServer]:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    ca.issue_cert(*names).configure_cert(context)
    if clients:
        clients.configure_trust(context)
        context.verify_mode = ssl.CERT_REQUIRED
    async with FakeApiServer(tls=context) as api:
        yield api


async def reaches(api: FakeApiServer, **settings: Any) -> None:
    async with ApiClient(of(Clock(), server=api.url, **settings)) as client:
        await client.get("/version")


async def test_servers_prove_who_they_are(tmp_path: Path) -> None:
    ca, other = trustme.CA(), trustme.CA()
    ca.cert_pem.write_to_path(str(tmp_path / "ca.crt"))
    data = ca.cert_pem.bytes().decode()
    async with tls_server(ca, "127.0.0.1") as api:
        await reaches(api, ca_file=str(tmp_path / "ca.crt"))
        await reaches(api, ca_data=data)
        await reaches(api, insecure=True)
        with pytest.raises(UnreachableError, match="certificate authority"):
            await reaches(api, ca_data=other.cert_pem.bytes().decode())
    async with tls_server(ca, "kube.example") as api:
        await reaches(api, ca_data=data, tls_server_name="kube.example")
        with pytest.raises(UnreachableError, match="certificate authority"):
            await reaches(api, ca_data=data)


async def test_clients_prove_who_they_are(tmp_path: Path) -> None:
    ca = trustme.CA()
    issued = ca.issue_cert("client@example.org")
    cert, key = tmp_path / "c.crt", tmp_path / "c.key"
    cert.write_bytes(b"".join(pem.bytes() for pem in issued.cert_chain_pems))
    key.write_bytes(issued.private_key_pem.bytes())
    data = ca.cert_pem.bytes().decode()
    async with tls_server(ca, "127.0.0.1", clients=ca) as api:
        await reaches(api, ca_data=data, cert_file=str(cert), key_file=str(key))
        await reaches(
            api, ca_data=data, cert_data=cert.read_text(), key_data=key.read_text()
        )
        with pytest.raises(UnreachableError):
            await reaches(api, ca_data=data)


async def test_authorities_rotate(tmp_path: Path) -> None:
    """A new ca.crt counts at once, half of one does not."""
    old, new = trustme.CA(), trustme.CA()
    path = tmp_path / "ca.crt"
    old.cert_pem.write_to_path(str(path))
    async with (
        tls_server(old, "127.0.0.1") as api,
        tls_server(new, "127.0.0.1") as api2,
    ):
        server = [api.url]
        creds = Credentials(
            lambda: Profile(origin="a test", server=server[0], ca_file=str(path)),
        )
        async with ApiClient(creds) as client:
            await client.get("/version")
            assert (await creds.access()).tls is (await creds.access()).tls
            path.write_text("-----BEGIN CERTIFICATE-----\n")
            await client.get("/version")
            new.cert_pem.write_to_path(str(path))
            with pytest.raises(UnreachableError):
                await client.get("/version")
            server[0] = api2.url
        async with ApiClient(Credentials(creds._load)) as client:
            await client.get("/version")


async def test_a_missing_authority_is_named(tmp_path: Path) -> None:
    creds = of(Clock(), server="https://x", ca_file=str(tmp_path / "ca.crt"))
    with pytest.raises(CredentialError, match="a test: cannot use its certificates"):
        await creds.access()


async def test_a_proxy_is_used() -> None:
    async with FakeApiServer() as api:
        creds = of(Clock(), server="http://kube.invalid", proxy=api.url)
        async with ApiClient(creds) as client:
            assert b"v1.36.2" in await client.get("/version")


async def test_nobody_listens() -> None:
    async with FakeApiServer() as api:
        url = api.url
    async with ApiClient(of(Clock(), server=url)) as client:
        with pytest.raises(UnreachableError, match="cannot connect"):
            await asyncio.wait_for(client.get("/version"), 5)
