"""Credentials that stay valid: what to send to the API server with each request.

    profile (kubeconfig or pod files) ──▶ Credentials ──▶ Access, for one request

Tokens in files are read again every minute and after a refusal, plugins are run
again when what they gave expires or is refused, TLS follows its files.
"""

import asyncio
import base64
import logging
import os
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from k8s_sync.errors import ConfigError, CredentialError
from k8s_sync.kube import exec_plugin, kubeconfig
from k8s_sync.kube.profile import ExecPlugin, Profile
from k8s_sync.kube.tls import Signature, TlsContext, signature

SERVICE_ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")
"""Where the kubelet puts credentials into a pod."""

_TOKEN_AGE = 60.0
"""Seconds after which a token file is read again, as in client-go."""
_EXPIRY_MARGIN = 10.0
"""Seconds before its expiry at which a plugin's answer is given up."""
_PLUGIN_PAUSE = 5.0
"""Seconds for which the failure of a plugin is remembered, not repeated."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, repr=False)
class Access:
    """All that one request needs. Not to be kept.

    Attributes:
        server: The URL to which paths are appended.
        headers: Whatever proves who we are.
        tls: The TLS context; unset for plain HTTP.
        server_hostname: The name that the certificate must have, if not the URL's.
        proxy: The URL of a proxy, if any.
        compression: Ask for compressed answers.
    """

    server: str
    headers: tuple[tuple[str, str], ...]
    tls: ssl.SSLContext | None = None
    server_hostname: str | None = None
    proxy: str | None = None
    compression: bool = False


def credentials(
    *,
    kubeconfig_path: str = "",
    context: str = "",
    in_cluster: bool = False,
    environ: Mapping[str, str] | None = None,
    service_account: Path = SERVICE_ACCOUNT,
) -> "Credentials":
    """Finds credentials: as told, else KUBECONFIG, else the pod's, else ``~/.kube``.

    Args:
        kubeconfig_path: A kubeconfig file.
        context: A context in it; empty for the current one.
        in_cluster: Use the service account of the pod we run in.
        environ: The environment; the process's own if not given.
        service_account: Where the files of the service account are.

    Raises:
        ConfigError: There is nothing usable.
    """
    env = os.environ if environ is None else environ
    listed = [path for path in env.get("KUBECONFIG", "").split(os.pathsep) if path]
    in_pod = "KUBERNETES_SERVICE_HOST" in env and (service_account / "token").exists()
    if in_cluster and (kubeconfig_path or context):
        raise ConfigError("in-cluster and kubeconfig or context exclude each other")

    def load() -> Profile:
        if kubeconfig_path:
            return kubeconfig.load([kubeconfig_path], context)
        if in_cluster or (in_pod and not listed and not context):
            return in_cluster_profile(env, service_account)
        return kubeconfig.load(listed or ["~/.kube/config"], context)

    return Credentials(load, environ=env)


def in_cluster_profile(environ: Mapping[str, str], directory: Path) -> Profile:
    """The service account of the pod that we run in.

    Raises:
        ConfigError: We do not run in a pod, or it has no service account.
    """
    host = environ.get("KUBERNETES_SERVICE_HOST", "")
    port = environ.get("KUBERNETES_SERVICE_PORT", "443")
    if not host:
        raise ConfigError(
            "KUBERNETES_SERVICE_HOST is not set, so this is no pod: use --kubeconfig"
        )
    if not (directory / "token").exists():
        raise ConfigError(
            f"there is no {directory / 'token'}: does the pod set "
            "automountServiceAccountToken to false?"
        )
    return Profile(
        origin="the pod's service account",
        server=f"https://{f'[{host}]' if ':' in host else host}:{port}",
        ca_file=str(directory / "ca.crt"),
        token_file=str(directory / "token"),
    )


class Credentials:
    """Knows what proves our identity right now.

    Args:
        load: Makes the profile; called again when the files that it names change.
        environ: The environment for plugins.
        clock: Seconds that never go back.
        wall_clock: Seconds since the epoch.
        plugin_timeout: Seconds that a plugin may take.

    Raises:
        ConfigError: The profile cannot be made.
    """

    def __init__(
        self,
        load: Callable[[], Profile],
        *,
        environ: Mapping[str, str] | None = None,
        clock: Callable[[], float] = time.monotonic,
        wall_clock: Callable[[], float] = time.time,
        plugin_timeout: float = 30,
    ) -> None:
        self._load = load
        self._environ = os.environ if environ is None else environ
        self._clock = clock
        self._wall_clock = wall_clock
        self._plugin_timeout = plugin_timeout
        self._tls = TlsContext()
        self._profile = load()
        self._seen: Signature = signature(self._profile.watched)
        self._token = ""
        self._token_read: float | None = None
        self._grant: exec_plugin.Grant | None = None
        self._plugin_lock = asyncio.Lock()
        self._failure: tuple[float, str] | None = None
        self._latest: Access | None = None

    def __repr__(self) -> str:
        return f"<Credentials of {self._profile.origin}>"

    @property
    def origin(self) -> str:
        """Where the credentials come from, for messages."""
        return self._profile.origin

    @property
    def server(self) -> str:
        """The URL of the API server, for messages."""
        return self._profile.server

    async def access(self) -> Access:
        """What to send with a request now.

        Raises:
            CredentialError: Nothing valid can be had at the moment.
        """
        profile = self._current_profile()
        headers = list(profile.headers)
        cert = None
        token = self._file_token(profile.token_file) or profile.token
        if profile.plugin:
            grant = await self._granted(profile.plugin, profile)
            token, cert = grant.token, grant.cert
        if token:
            headers.append(("Authorization", f"Bearer {_checked(token, profile)}"))
        elif profile.username:
            pair = f"{profile.username}:{profile.password}".encode()
            basic = base64.b64encode(pair).decode()
            headers.append(("Authorization", f"Basic {basic}"))
        secure = profile.server.startswith("https:")
        self._latest = Access(
            profile.server,
            tuple(headers),
            self._tls.current(profile, cert) if secure else None,
            profile.tls_server_name or None,
            profile.proxy or None,
            profile.compression,
        )
        return self._latest

    def reject(self, access: Access) -> None:
        """Learns that the server said 401 to this access.

        Only what it was made of is given up: another request may have brought in
        new credentials meanwhile.
        """
        if self._latest and access.headers == self._latest.headers:
            self._token_read = None
            self._grant = None
            self._seen = ()

    def _current_profile(self) -> Profile:
        now = signature(self._profile.watched)
        if now != self._seen:
            self._seen = now
            try:
                self._profile = self._load()
            except ConfigError as error:
                _log.warning("%s; going on with what it said before", error)
        return self._profile

    def _file_token(self, path: str) -> str:
        if not path:
            return ""
        now = self._clock()
        if self._token_read is None or now - self._token_read >= _TOKEN_AGE:
            try:
                token = Path(path).read_text(encoding="utf-8").strip()
                # One who writes it anew empties it first. Without a token one would
                # be somebody, too, but nobody who may do anything.
                reason = "" if token else "it is empty"
            except (OSError, UnicodeDecodeError) as error:
                reason = getattr(error, "strerror", None) or "it is not text"
            message = f"cannot read the token in {path}: {reason}"
            if not reason:
                self._token, self._token_read = token, now
            elif self._token:
                _log.warning("%s; going on with the former one", message)
            else:
                raise CredentialError(message)
        return self._token

    async def _granted(self, plugin: ExecPlugin, profile: Profile) -> exec_plugin.Grant:
        async with self._plugin_lock:
            grant, now = self._grant, self._wall_clock()
            if grant and (
                grant.expires is None or now < grant.expires - _EXPIRY_MARGIN
            ):
                return grant
            if self._failure and self._clock() < self._failure[0] + _PLUGIN_PAUSE:
                raise CredentialError(self._failure[1])
            self._failure = None
            try:
                self._grant = await exec_plugin.run(
                    plugin, profile, self._environ, self._plugin_timeout
                )
            except CredentialError as error:
                self._failure = self._clock(), str(error)
                raise
            return self._grant


def _checked(token: str, profile: Profile) -> str:
    if not (token.isascii() and token.isprintable() and " " not in token):
        raise CredentialError(f"the token of {profile.origin} is not one line of ASCII")
    return token
