"""Reads kubeconfig files as kubectl does: merged, relative to each file.

Nothing is contacted and no program is started here.
"""

import base64
import binascii
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote, urlsplit

import msgspec
import yaml

from k8s_sync.errors import ConfigError
from k8s_sync.kube.decode import without_nulls
from k8s_sync.kube.profile import ExecPlugin, Profile

_HEADER_SAFE = "!#$&'*+-.^_`|~"
_EXEC_GROUP = "client.authentication.k8s.io"
_EXEC_EXTENSION = f"{_EXEC_GROUP}/exec"
_EXEC_VERSIONS = (f"{_EXEC_GROUP}/v1", f"{_EXEC_GROUP}/v1beta1")


class _Kebab(msgspec.Struct, frozen=True, kw_only=True, rename="kebab"):
    """Most keys of a kubeconfig are written like ``tls-server-name``."""


class _Extension(msgspec.Struct, frozen=True):
    name: str = ""
    extension: object = None


class _Cluster(_Kebab, frozen=True, kw_only=True):
    server: str = ""
    certificate_authority: str = ""
    certificate_authority_data: str = ""
    insecure_skip_tls_verify: bool = False
    tls_server_name: str = ""
    proxy_url: str = ""
    disable_compression: bool = True
    extensions: tuple[_Extension, ...] = ()


class _EnvVar(msgspec.Struct, frozen=True):
    name: str
    value: str = ""


class _Exec(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    command: str
    api_version: str = ""
    args: tuple[str, ...] = ()
    env: tuple[_EnvVar, ...] = ()
    install_hint: str = ""
    provide_cluster_info: bool = False
    interactive_mode: str = ""


class _AuthProvider(msgspec.Struct, frozen=True):
    name: str = ""
    config: dict[str, object] = {}


class _User(_Kebab, frozen=True, kw_only=True):
    client_certificate: str = ""
    client_certificate_data: str = ""
    client_key: str = ""
    client_key_data: str = ""
    token: str = ""
    token_file: str = msgspec.field(default="", name="tokenFile")
    username: str = ""
    password: str = ""
    exec: _Exec | None = None
    auth_provider: _AuthProvider | None = None
    as_: str = msgspec.field(default="", name="as")
    as_uid: str = ""
    as_groups: tuple[str, ...] = ()
    as_user_extra: dict[str, tuple[str, ...]] = {}


class _Context(msgspec.Struct, frozen=True):
    cluster: str = ""
    user: str = ""


class _NamedCluster(msgspec.Struct, frozen=True):
    name: str
    cluster: _Cluster = _Cluster()


class _NamedUser(msgspec.Struct, frozen=True):
    name: str
    user: _User = _User()


class _NamedContext(msgspec.Struct, frozen=True):
    name: str
    context: _Context = _Context()


class _File(_Kebab, frozen=True, kw_only=True):
    current_context: str = ""
    clusters: tuple[_NamedCluster, ...] = ()
    users: tuple[_NamedUser, ...] = ()
    contexts: tuple[_NamedContext, ...] = ()


def load(paths: Iterable[str | Path], context: str = "") -> Profile:
    """Merges files and picks a context.

    What comes first wins, as in kubectl. Files that do not exist are passed over
    as long as one does.

    Args:
        paths: The files.
        context: The name of the context; empty for the current one.

    Raises:
        ConfigError: A file is unreadable, or does not say what is needed.
    """
    wanted = [Path(path).expanduser().absolute() for path in paths]
    files = [(path, file) for path in wanted if (file := _read(path)) is not None]
    origin = os.pathsep.join(str(path) for path in wanted)
    if not files:
        raise ConfigError(
            f"no kubeconfig at {origin}: name another with --kubeconfig, "
            "or use --in-cluster inside of a pod"
        )
    contexts = {c.name: c.context for _, f in reversed(files) for c in f.contexts}
    clusters = {c.name: (p, c.cluster) for p, f in reversed(files) for c in f.clusters}
    users = {u.name: (p, u.user) for p, f in reversed(files) for u in f.users}

    name = context or next(
        (f.current_context for _, f in files if f.current_context), ""
    )
    if not name:
        raise ConfigError(f"{origin} has no current context: name one with --context")
    chosen = _named(contexts, name, "context", origin)
    cluster_path, cluster = _named(clusters, chosen.cluster, "cluster", origin)
    user_path, user = (
        _named(users, chosen.user, "user", origin)
        if chosen.user
        else (wanted[0], _User())
    )
    return _profile(
        f"context '{name}' of {origin}",
        (cluster_path, cluster),
        (user_path, user),
        tuple(str(path) for path in wanted),
    )


def _read(path: Path) -> _File | None:
    """Reads a file; None if there is none.

    One that may not be looked at is not passed over: what counts may stand there.
    """
    try:
        # The C loader where there is one: large files take seconds otherwise.
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        value = yaml.load(path.read_bytes(), Loader=loader)  # noqa: S506 - both are safe
        return msgspec.convert(without_nulls(value or {}), _File)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise ConfigError(f"cannot read {path}: {error.strerror}") from error
    except yaml.YAMLError as error:
        # The error itself quotes the file, and with it maybe a token.
        mark = getattr(error, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark else ""
        raise ConfigError(f"{path}{line}: this is not YAML") from None
    except msgspec.ValidationError as error:
        raise ConfigError(f"{path} is no kubeconfig: {error}") from error


_T = TypeVar("_T")


def _named(known: Mapping[str, _T], name: str, what: str, origin: str) -> _T:
    if name not in known:
        names = ", ".join(f"'{other}'" for other in sorted(known)) or "none at all"
        raise ConfigError(f"no {what} '{name}' in {origin}, which has {names}")
    return known[name]


def _profile(
    origin: str,
    at_cluster: tuple[Path, _Cluster],
    at_user: tuple[Path, _User],
    watched: tuple[str, ...],
) -> Profile:
    cluster_path, cluster = at_cluster
    user_path, user = at_user
    if not cluster.server.startswith(("https://", "http://")):
        raise ConfigError(f"{origin}: '{cluster.server}' is no URL of an API server")
    if "@" in urlsplit(cluster.server).netloc:
        raise ConfigError(f"{origin}: user and password belong into users, not a URL")
    if cluster.proxy_url and not cluster.proxy_url.startswith(("http://", "https://")):
        raise ConfigError(f"{origin}: only HTTP proxies are supported in proxy-url")
    ca_data = _decoded(
        cluster.certificate_authority_data, "certificate-authority-data", origin
    )
    if cluster.insecure_skip_tls_verify and (ca_data or cluster.certificate_authority):
        raise ConfigError(
            f"{origin}: insecure-skip-tls-verify contradicts certificate-authority"
        )
    return Profile(
        origin=origin,
        server=cluster.server.rstrip("/"),
        # Where there is data, the file of the same purpose does not count.
        ca_file="" if ca_data else _beside(cluster_path, cluster.certificate_authority),
        ca_data=ca_data,
        insecure=cluster.insecure_skip_tls_verify,
        tls_server_name=cluster.tls_server_name,
        proxy=cluster.proxy_url,
        compression=not cluster.disable_compression,
        token=user.token or _provider_token(user.auth_provider, origin),
        token_file=_beside(user_path, user.token_file),
        cert_file=_beside(user_path, user.client_certificate),
        cert_data=_decoded(
            user.client_certificate_data, "client-certificate-data", origin
        ),
        key_file=_beside(user_path, user.client_key),
        key_data=_decoded(user.client_key_data, "client-key-data", origin),
        username=user.username,
        password=user.password,
        plugin=_plugin(user.exec, user_path, cluster, origin),
        headers=tuple(_impersonation(user)),
        watched=watched,
    )


def _beside(config: Path, path: str) -> str:
    return str(config.parent / path) if path else ""


def _decoded(data: str, key: str, origin: str) -> str:
    try:
        return base64.b64decode(data, validate=False).decode()
    except (binascii.Error, UnicodeDecodeError):
        raise ConfigError(f"{origin}: {key} is not PEM in base64") from None


def _provider_token(provider: _AuthProvider | None, origin: str) -> str:
    if provider is None:
        return ""
    token = provider.config.get("id-token") if provider.name == "oidc" else None
    if not isinstance(token, str):
        raise ConfigError(
            f"{origin} uses the auth-provider '{provider.name}', which Kubernetes has "
            "given up: use an exec plugin, such as kubelogin or gke-gcloud-auth-plugin"
        )
    return token


def _plugin(
    spec: _Exec | None, path: Path, cluster: _Cluster, origin: str
) -> ExecPlugin | None:
    if spec is None:
        return None
    if spec.api_version not in _EXEC_VERSIONS:
        raise ConfigError(
            f"{origin}: the exec plugin '{spec.command}' speaks '{spec.api_version}', "
            f"but only {' and '.join(_EXEC_VERSIONS)} are supported"
        )
    if spec.interactive_mode == "Always":
        raise ConfigError(
            f"{origin}: the exec plugin '{spec.command}' needs a terminal "
            "(interactiveMode: Always), and there is none"
        )
    # A bare name is looked for on PATH; anything else is relative to the file.
    bare = os.sep not in spec.command
    return ExecPlugin(
        command=spec.command if bare else _beside(path, spec.command),
        args=spec.args,
        env=tuple((variable.name, variable.value) for variable in spec.env),
        api_version=spec.api_version,
        install_hint=spec.install_hint,
        provide_cluster_info=spec.provide_cluster_info,
        cluster_config=next(
            (e.extension for e in cluster.extensions if e.name == _EXEC_EXTENSION), None
        ),
    )


def _impersonation(user: _User) -> Iterable[tuple[str, str]]:
    if user.as_:
        yield "Impersonate-User", user.as_
    if user.as_uid:
        yield "Impersonate-Uid", user.as_uid
    for group in user.as_groups:
        yield "Impersonate-Group", group
    for key, values in user.as_user_extra.items():
        for value in values:
            # What may not stand in a header's name is percent-encoded.
            yield f"Impersonate-Extra-{quote(key, safe=_HEADER_SAFE)}", value
