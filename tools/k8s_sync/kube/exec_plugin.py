"""Runs a credential plugin, such as ``aws eks get-token`` or ``kubelogin``.

What the program prints is secret: of its output nothing reaches a log or an error,
and of its complaints only the last line, with whatever looks like a token cut out.
"""

import asyncio
import base64
import contextlib
import os
import re
import signal
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import msgspec

from k8s_sync.errors import CredentialError
from k8s_sync.kube.profile import ExecPlugin, Profile

_SECRET_LIKE = re.compile(r"[A-Za-z0-9_=+.~-]{24,}")
_COMPLAINT_LENGTH = 200


@dataclass(frozen=True, slots=True, repr=False)
class Grant:
    """What a plugin gave.

    Attributes:
        token: A bearer token; may be empty.
        cert: A client certificate and its key, PEM; may be unset.
        expires: Until when both are good, seconds since the epoch.
    """

    token: str = ""
    cert: tuple[str, str] | None = None
    expires: float | None = None


class _Status(msgspec.Struct, rename="camel"):
    token: str | None = None
    client_certificate_data: str | None = None
    client_key_data: str | None = None
    expiration_timestamp: datetime | None = None


class _Credential(msgspec.Struct, rename="camel"):
    api_version: str = ""
    kind: str = ""
    status: _Status = msgspec.field(default_factory=_Status)


async def run(
    plugin: ExecPlugin,
    profile: Profile,
    environ: Mapping[str, str],
    timeout: float = 30,  # noqa: ASYNC109 - the process has to be killed, too
) -> Grant:
    """Runs the plugin once.

    Args:
        plugin: What to run.
        profile: The cluster that it may ask about.
        environ: The environment to start from.
        timeout: Seconds; then it is killed.

    Raises:
        CredentialError: It is not there, failed, took too long, or gave nothing.
    """
    name = f"the credential plugin '{plugin.command}' of {profile.origin}"
    env = {**environ, **dict(plugin.env)}
    env["KUBERNETES_EXEC_INFO"] = _exec_info(plugin, profile)
    try:
        process = await asyncio.create_subprocess_exec(
            plugin.command,
            *plugin.args,
            env=env,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
        )
    except OSError as error:
        hint = f"\n{plugin.install_hint.strip()}" if plugin.install_hint else ""
        raise CredentialError(
            f"cannot run {name}: {error.strerror}; install it, or put it on PATH{hint}"
        ) from error
    try:
        async with asyncio.timeout(timeout):
            output, complaint = await process.communicate()
    except TimeoutError:
        raise CredentialError(
            f"{name} did not answer within {timeout:g} s; run it by hand to see why"
        ) from None
    finally:
        if process.returncode is None:
            # Its children, too: most plugins are shell scripts around others.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            # A child that got away may hold the pipes open: do not wait for it.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(1):
                    await process.wait()
    if process.returncode:
        raise CredentialError(
            f"{name} failed with status {process.returncode}{_last_line(complaint)}"
        )
    return _grant(output, plugin, name)


def _grant(output: bytes, plugin: ExecPlugin, name: str) -> Grant:
    try:
        answer = msgspec.json.decode(output, type=_Credential)
    except msgspec.DecodeError:
        raise CredentialError(f"{name} printed no ExecCredential") from None
    status = answer.status
    if answer.kind != "ExecCredential" or answer.api_version != plugin.api_version:
        raise CredentialError(
            f"{name} answered as '{answer.api_version}' '{answer.kind}', expected "
            f"'{plugin.api_version}' 'ExecCredential'; correct apiVersion in kubeconfig"
        )
    cert = None
    if status.client_certificate_data and status.client_key_data:
        cert = (status.client_certificate_data, status.client_key_data)
    if not (status.token or cert):
        raise CredentialError(f"{name} gave neither a token nor a certificate with key")
    expiry = status.expiration_timestamp
    expires = expiry.timestamp() if expiry else None
    return Grant((status.token or "").strip(), cert, expires)


def _exec_info(plugin: ExecPlugin, profile: Profile) -> str:
    spec: dict[str, object] = {"interactive": False}
    if plugin.provide_cluster_info:
        cluster: dict[str, object] = {"server": profile.server}
        if profile.tls_server_name:
            cluster["tls-server-name"] = profile.tls_server_name
        if profile.insecure:
            cluster["insecure-skip-tls-verify"] = True
        if profile.proxy:
            cluster["proxy-url"] = profile.proxy
        authorities = profile.ca_data.encode()
        if profile.ca_file:
            with contextlib.suppress(OSError):
                authorities = Path(profile.ca_file).read_bytes()
        if authorities:
            encoded = base64.b64encode(authorities).decode()
            cluster["certificate-authority-data"] = encoded
        if plugin.cluster_config is not None:
            cluster["config"] = plugin.cluster_config
        spec["cluster"] = cluster
    info = {"apiVersion": plugin.api_version, "kind": "ExecCredential", "spec": spec}
    return msgspec.json.encode(info).decode()


def _last_line(complaint: bytes) -> str:
    lines = complaint.decode(errors="replace").strip().splitlines()
    if not lines:
        return " and said nothing"
    return ": " + _SECRET_LIKE.sub("[...]", lines[-1].strip())[:_COMPLAINT_LENGTH]
