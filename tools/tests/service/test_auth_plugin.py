"""Credential plugins: real programs, run as kubectl runs them."""

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import trustme

from fakes.api_server import FakeApiServer
from k8s_sync.errors import CredentialError
from k8s_sync.kube.auth import Credentials
from k8s_sync.kube.client import ApiClient
from k8s_sync.kube.profile import ExecPlugin, Profile

V1 = "client.authentication.k8s.io/v1"
V1BETA1 = "client.authentication.k8s.io/v1beta1"
SECRET = "eyJhbGciOiJSUzI1NiJ9.s3cret-s3cret-s3cret"

PROGRAM = """#!{python}
import json, os, pathlib, sys, time
here = pathlib.Path(__file__).parent
with open(here / "calls", "a") as calls:
    calls.write(os.environ["KUBERNETES_EXEC_INFO"] + "\\n")
exec((here / "body").read_text())
"""


class Program:
    """A plugin whose behaviour is a few lines of Python."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.path = directory / "login"
        self.path.write_text(PROGRAM.format(python=sys.executable))
        self.path.chmod(0o755)

    def does(self, body: str) -> None:
        (self.directory / "body").write_text(body)

    def answers(self, version: str = V1, **status: Any) -> None:
        answer = {"apiVersion": version, "kind": "ExecCredential", "status": status}
        self.does(f"print({json.dumps(answer)!r})")

    @property
    def calls(self) -> list[dict[str, Any]]:
        path = self.directory / "calls"
        lines = path.read_text().splitlines() if path.exists() else []
        return [json.loads(line) for line in lines]

    def credentials(self, *, timeout: float = 10, **settings: Any) -> Credentials:
        known = {"origin", "server", "ca_data", "tls_server_name"}
        profile = {k: settings.pop(k) for k in known & settings.keys()}
        plugin = ExecPlugin(**{"command": str(self.path), **settings})
        made = Profile(
            **{"origin": "a test", "server": "http://x", **profile}, plugin=plugin
        )
        return Credentials(
            lambda: made,
            wall_clock=time.time,
            environ=os.environ,
            plugin_timeout=timeout,
        )


@pytest.fixture
def program(tmp_path: Path) -> Program:
    return Program(tmp_path)


def at(seconds: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + seconds))


async def token(creds: Credentials) -> str:
    return dict((await creds.access()).headers)["Authorization"]


@pytest.mark.parametrize("version", [V1, V1BETA1])
async def test_a_token_is_kept_until_it_expires(program: Program, version: str) -> None:
    program.answers(version, token="one", expirationTimestamp=at(3600))
    creds = program.credentials(api_version=version)
    assert await token(creds) == "Bearer one"
    assert await token(creds) == "Bearer one"
    assert program.calls == [
        {
            "apiVersion": version,
            "kind": "ExecCredential",
            "spec": {"interactive": False},
        }
    ]


async def test_an_expired_token_is_replaced(program: Program) -> None:
    program.answers(token="one", expirationTimestamp=at(5))
    creds = program.credentials()
    assert await token(creds) == "Bearer one"
    program.answers(token="two")
    assert await token(creds) == "Bearer two"
    assert await token(creds) == "Bearer two"
    assert len(program.calls) == 2


async def test_a_refused_token_is_replaced(program: Program) -> None:
    program.answers(token="one")
    async with FakeApiServer() as api:
        creds = program.credentials(server=api.url)
        async with ApiClient(creds) as client:
            await client.get("/version")
            api.tokens = {"two"}
            program.answers(token="two")
            await client.get("/version")
    assert len(program.calls) == 2


async def test_the_cluster_is_told_if_wanted(program: Program) -> None:
    program.answers(token="one")
    creds = program.credentials(
        ca_data="CA",
        tls_server_name="kube",
        provide_cluster_info=True,
        cluster_config={"audience": "x"},
    )
    await creds.access()
    assert program.calls[0]["spec"]["cluster"] == {
        "server": "http://x",
        "tls-server-name": "kube",
        "certificate-authority-data": "Q0E=",
        "config": {"audience": "x"},
    }


async def test_arguments_and_environment(program: Program) -> None:
    program.does(
        'print(json.dumps({"apiVersion": "' + V1 + '", "kind": "ExecCredential",'
        ' "status": {"token": sys.argv[1] + os.environ["MINE"]}}))'
    )
    creds = program.credentials(args=("a",), env=(("MINE", "b"),))
    assert await token(creds) == "Bearer ab"


async def test_a_certificate_instead_of_a_token(program: Program) -> None:
    issued = trustme.CA().issue_cert("client@example.org")
    program.answers(
        clientCertificateData=issued.cert_chain_pems[0].bytes().decode(),
        clientKeyData=issued.private_key_pem.bytes().decode(),
    )
    access = await program.credentials(server="https://x").access()
    assert access.headers == ()
    assert access.tls is not None


async def test_a_program_that_is_not_there(program: Program) -> None:
    """The message says which one, and how to get it."""
    creds = program.credentials(command="no-such-login", install_hint="brew it")
    with pytest.raises(CredentialError, match=r"no-such-login.*a test") as caught:
        await creds.access()
    assert "brew it" in str(caught.value)


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        (f"print({SECRET!r})", "printed no ExecCredential"),
        (f"print({SECRET!r}, file=sys.stderr); sys.exit(3)", "failed with status 3: "),
        ("sys.exit('login first')", "status 1: login first"),
        ("sys.exit(2)", "said nothing"),
        (
            f'print(\'{{"apiVersion": "{V1}", "kind": "ExecCredential"}}\')',
            "neither a token nor",
        ),
        (
            f'print(\'{{"apiVersion": "{V1BETA1}", "kind": "ExecCredential"}}\')',
            "correct apiVersion",
        ),
    ],
)
async def test_a_program_that_fails(
    program: Program, body: str, complaint: str
) -> None:
    program.does(body)
    creds = program.credentials(args=("--token=s3cret",))
    with pytest.raises(CredentialError, match=complaint) as caught:
        await creds.access()
    assert str(program.path) in str(caught.value)
    assert "s3cret" not in str(caught.value)
    # The failure is remembered for a moment: six reflectors, one attempt.
    with pytest.raises(CredentialError, match=complaint):
        await creds.access()
    assert len(program.calls) == 1


async def test_a_program_that_hangs(program: Program) -> None:
    """It is killed with its children."""
    program.does("time.sleep(60)")
    began = time.monotonic()
    with pytest.raises(CredentialError, match=r"did not answer within 0\.3 s"):
        await program.credentials(timeout=0.3).access()
    assert time.monotonic() - began < 10
