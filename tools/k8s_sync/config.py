"""The configuration of the daemon: one struct, from four places.

A flag counts more than an environment variable, that more than the file, and that
more than the default. Flags and variables are made from the fields of `Config`, so
that there is one list of them, here.
"""

import ast
import inspect
import itertools
import re
import textwrap
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Annotated, Any, Literal, get_args, get_origin

import msgspec
from yarl import URL

from k8s_sync.config_clusters import (
    Cluster,
    Texts,
    check_cluster,
    read_clusters,
    without_empty,
)
from k8s_sync.config_sources import FILE_VARIABLE, PREFIX, from_environment, from_file
from k8s_sync.errors import ConfigError

_LISTEN = re.compile(r".+:[0-9]{1,5}")
_LAST_PORT = 65_535


class Config(Cluster, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the daemon is to do."""

    clusters: tuple[Cluster, ...] = ()
    """Several clusters: a list with a mapping for each, of the keys `cluster` to
    `roles`. What such a mapping does not say is as it is at the top, which is
    then no cluster of its own."""
    zeek: Texts = ("ws://127.0.0.1:27759/v1/messages/json",)
    """WebSocket of a Zeek; more than one may be given, empty for none. The default is
    Zeek's own port on this machine, and none with zeek_pods."""
    zeek_ca: str = ""
    """PEM file with the authorities that may vouch for a Zeek behind wss://. By default
    those of the system."""
    zeek_cert: str = ""
    """PEM file with the certificate to show to Zeek; needs zeek_key."""
    zeek_key: str = ""
    """PEM file with the private key of zeek_cert."""
    zeek_name: str = ""
    """Name that the certificates of all Zeeks must have, in place of the host of their
    URL; for such as are called by the address of a pod."""
    journal: str = ""
    """File to keep a journal of all claims in. By default none is kept."""
    history: str = ""
    """File to keep a history of all claims in, an SQLite database that whois asks. By
    default none is kept."""
    history_days: Annotated[int, msgspec.Meta(ge=0)] = 90
    """Days for which ended claims stay in the history; 0 for ever."""
    history_megabytes: Annotated[int, msgspec.Meta(ge=0)] = 10_000
    """Size of the history from which on what ended first is forgotten first, in
    millions of bytes; 0 for none. A claim needs about 400 bytes."""
    retention: Annotated[int, msgspec.Meta(ge=120)] = 3600
    """Seconds for which claims are kept after they ended. The default covers logs that
    are written up to an hour late; 120 is what matches of kind `ended` need."""
    listen: str = "127.0.0.1:9477"
    """Address and port of /healthz, /readyz, /metrics and /whois; empty for none. The
    default is not reachable from other machines."""
    open_whois: bool = False
    """Answer /whois to other machines, too, where they can reach it. It tells names,
    labels and images to whoever asks."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    """Least severity of messages that are written."""
    log_format: Literal["auto", "text", "json"] = "auto"
    """Form of messages. By default text on a terminal and JSON elsewhere."""

    @property
    def listen_address(self) -> tuple[str, int]:
        """Host and port of `listen`; the host without the brackets of IPv6."""
        host, _, port = self.listen.rpartition(":")
        return host.strip("[]"), int(port)

    @property
    def each(self) -> tuple[Cluster, ...]:
        """All clusters: those of the list, or the one at the top."""
        return self.clusters or (self,)


class Loaded(msgspec.Struct, frozen=True):
    """A configuration, and where each part of it comes from."""

    config: Config
    places: dict[str, str]
    """By key: ``--flag``, ``K8S_SYNC_...``, the file with its key, or ``default``."""


class Key(msgspec.Struct, frozen=True):
    """One field of `Config`, as flags and documentation need it."""

    name: str
    type: Any
    default: Any
    help: str

    @property
    def flag(self) -> str:
        """The flag, as ``--log-level``."""
        return "--" + self.name.replace("_", "-")

    @property
    def variable(self) -> str:
        """The environment variable."""
        return PREFIX + self.name.upper()

    @property
    def choices(self) -> tuple[str, ...]:
        """The only values there are; empty if any goes."""
        return get_args(self.type) if get_origin(self.type) is Literal else ()

    @property
    def only_in_file(self) -> bool:
        """Whether it is more than one text can say, or a few."""
        return bool(self.type == tuple[Cluster, ...])

    @property
    def is_list(self) -> bool:
        """Whether there may be several."""
        return bool(self.type == Texts)


@cache
def keys() -> tuple[Key, ...]:
    """All keys, in the order of their declaration."""
    docs = _docstrings(Cluster) | _docstrings(Config)
    return tuple(
        Key(field.name, field.type, field.default, docs.get(field.name, ""))
        for field in msgspec.structs.fields(Config)
    )


def _docstrings(struct: type) -> dict[str, str]:
    """Reads the docstrings of fields, which are gone at run time, in the source."""
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(struct)))
    except OSError:  # installed without sources
        return {}
    body = tree.body[0].body if isinstance(tree.body[0], ast.ClassDef) else []
    docs: dict[str, str] = {}
    for field, doc in itertools.pairwise(body):
        if (
            isinstance(field, ast.AnnAssign)
            and isinstance(field.target, ast.Name)
            and isinstance(doc, ast.Expr)
            and isinstance(doc.value, ast.Constant)
        ):
            docs[field.target.id] = " ".join(str(doc.value.value).split())
    return docs


def load(
    flags: Mapping[str, Any],
    environ: Mapping[str, str],
    file: str | None = None,
) -> Loaded:
    """Puts a configuration together.

    Args:
        flags: Values by key; None where no flag was given.
        environ: Environment variables.
        file: YAML, TOML or JSON by its suffix; by default the one that the variable
            K8S_SYNC_CONFIG names.

    Raises:
        ConfigError: A key is unknown or a value does not fit; says where it stands.
    """
    file = file or environ.get(FILE_VARIABLE)
    names = [key.name for key in keys()]
    told = [key for key in keys() if not key.only_in_file]
    layers = [
        _Layer(flags, lambda key: key.flag, strict=False),
        _Layer(
            from_environment(
                environ,
                [key.name for key in told],
                [key.name for key in told if key.is_list],
            ),
            lambda key: key.variable,
            strict=False,
        ),
    ]
    several = None
    if file:
        values_there = from_file(file, names)
        several = values_there.pop("clusters", None)
        layers.append(_Layer(values_there, lambda key: f"{file}: {key.name}"))
    values: dict[str, Any] = {}
    places: dict[str, str] = {}
    for key in told:
        layer = next((x for x in layers if x.values.get(key.name) is not None), None)
        places[key.name] = layer.place(key) if layer else "default"
        if layer:
            value = layer.values[key.name]
            try:
                values[key.name] = msgspec.convert(value, key.type, strict=layer.strict)
            except msgspec.ValidationError as error:
                reason = str(error) + _choices(key)
                raise ConfigError(f"{places[key.name]}: {reason}") from None
            if key.is_list:  # an empty text stands for none, as with other keys
                values[key.name] = without_empty(values[key.name])
    config = Config(**values)
    _check(config, places)
    places["clusters"] = f"{file}: clusters" if several else "default"
    if several:
        clusters, found = read_clusters(several, places["clusters"], config)
        config = msgspec.structs.replace(config, clusters=clusters)
        places |= found
    if places["zeek"] == "default" and any(one.zeek_pods for one in config.each):
        config = msgspec.structs.replace(config, zeek=())
    return Loaded(config, places)


def _choices(key: Key) -> str:
    return f"; must be one of {', '.join(key.choices)}" if key.choices else ""


class _Layer(msgspec.Struct, frozen=True):
    """One of the places that values come from."""

    values: Mapping[str, Any]
    place: Callable[[Key], str]
    strict: bool = True
    """Unset: a text may stand for a number, as there is nothing but text."""


def _check(config: Config, places: Mapping[str, str]) -> None:
    """Finds what no single value shows."""
    check_cluster(config, places)
    for url in config.zeek:
        if not _is_websocket(url):
            raise ConfigError(
                f"{places['zeek']}: '{redact(url)}' is not"
                " ws://HOST:PORT/v1/messages/json, or the same with wss://"
            )
    if bool(config.zeek_cert) != bool(config.zeek_key):
        name = "zeek_cert" if config.zeek_cert else "zeek_key"
        raise ConfigError(f"{places[name]}: zeek_cert and zeek_key need each other")
    if config.zeek_name and not _is_websocket("wss://a", config.zeek_name):
        name = f"{places['zeek_name']}: '{config.zeek_name}'"
        raise ConfigError(f"{name} is no name of a host, without a port")
    listens = _LISTEN.fullmatch(config.listen)
    if config.listen and not (listens and config.listen_address[1] <= _LAST_PORT):
        raise ConfigError(f"{places['listen']}: '{config.listen}' is not HOST:PORT")


def _is_websocket(text: str, host: str = "a") -> bool:
    """Tells whether a URL can be called, also with another host in it."""
    try:
        url = URL(text)
        return url.scheme in ("ws", "wss") and bool(url.host and url.with_host(host))
    except ValueError:
        return False


def redact(text: str) -> str:
    """Takes user and password out of a URL."""
    return re.sub(r"(?<=://)[^/@]*@", "***@", text)


def render(loaded: Loaded) -> str:
    """Writes a configuration as YAML, each key with where it comes from.

    Passwords in URLs are left out.
    """
    lines = []
    for key in keys():
        place = loaded.places[key.name]
        if key.only_in_file and loaded.config.clusters:
            lines += [f"{key.name}:  # {place}\n", *_render_clusters(loaded)]
            continue
        value = getattr(loaded.config, key.name)
        value = [redact(text) for text in value] if key.is_list else value
        lines.append(f"{key.name}: {_text(value)}  # {place}\n")
    return "".join(lines)


def _render_clusters(loaded: Loaded) -> Iterator[str]:
    for number, cluster in enumerate(loaded.config.clusters):
        indent = "- "
        for name, value in msgspec.structs.asdict(cluster).items():
            own = loaded.places.get(f"clusters[{number}].{name}")
            place = own or loaded.places[name]
            yield f"{indent}{name}: {_text(value)}  # {place}\n"
            indent = "  "


def _text(value: object) -> str:
    return msgspec.json.encode(value).decode()
