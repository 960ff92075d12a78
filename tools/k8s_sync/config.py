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
from collections.abc import Callable, Mapping
from functools import cache
from typing import Annotated, Any, Literal, get_args, get_origin
from urllib.parse import urlsplit

import msgspec

from k8s_sync.address import Subnet
from k8s_sync.config_sources import FILE_VARIABLE, PREFIX, from_environment, from_file
from k8s_sync.errors import ConfigError
from k8s_sync.model import Kind, Range

_LISTEN = re.compile(r".+:[0-9]{1,5}")
_KINDS: dict[str, Kind] = {"pod": "pod", "node": "node", "service": "service"}

Texts = tuple[str, ...]


class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the daemon is to do."""

    cluster: str = "kubernetes"
    """Name of the cluster in every row; must differ between clusters that one Zeek
    hears of. The default is the name that kubeadm gives."""
    kubeconfig: str = ""
    """Path of a kubeconfig. By default what kubectl takes: KUBECONFIG, then
    ~/.kube/config."""
    context: str = ""
    """Context in the kubeconfig. By default its current one."""
    in_cluster: bool = False
    """Use the service account of the pod this runs in, and nothing else. Without it
    that is done if there is one and no kubeconfig is named."""
    source: Texts = ()
    """File with the output of `kubectl get -o json` or yaml, to be read instead of
    asking an API server; more than one may be given."""
    namespace: Texts = ()
    """Namespace to watch; more than one may be given. By default all of them, which
    needs a ClusterRole."""
    ranges: Texts = ()
    """Block of addresses of the cluster as SUBNET=pod, SUBNET=service or SUBNET=node;
    more than one may be given. By default those that the API tells, which are not
    all: with some network plugins it knows none."""
    node_ports: bool = True
    """Tell the owners of node ports: a row for each node port on each node, which a
    large cluster may want to do without."""
    zeek: Texts = ("ws://127.0.0.1:27759/v1/messages/json",)
    """WebSocket of a Zeek; more than one may be given, empty for none. The default is
    Zeek's own port on this machine."""
    zeek_ca: str = ""
    """PEM file with the authorities that may vouch for a Zeek behind wss://. By default
    those of the system."""
    zeek_cert: str = ""
    """PEM file with the certificate to show to Zeek; needs zeek_key."""
    zeek_key: str = ""
    """PEM file with the private key of zeek_cert."""
    journal: str = ""
    """File to keep a journal of all claims in. By default none is kept."""
    retention: Annotated[int, msgspec.Meta(ge=120)] = 3600
    """Seconds for which claims are kept after they ended. The default covers logs that
    are written up to an hour late; 120 is what matches of kind `ended` need."""
    listen: str = "127.0.0.1:9477"
    """Address and port of /healthz, /readyz and /metrics; empty for none. The default
    is not reachable from other machines."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    """Least severity of messages that are written."""
    log_format: Literal["auto", "text", "json"] = "auto"
    """Form of messages. By default text on a terminal and JSON elsewhere."""

    @property
    def listen_address(self) -> tuple[str, int]:
        """Host and port of `listen`; the host without the brackets of IPv6."""
        host, _, port = self.listen.rpartition(":")
        return host.strip("[]"), int(port)

    def ranges_of(self, cluster: str) -> tuple[Range, ...]:
        """The configured blocks, as rows of a cluster."""
        return tuple(parse_range(text, cluster) for text in self.ranges)


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
    def is_list(self) -> bool:
        """Whether there may be several."""
        return bool(self.type == Texts)


@cache
def keys() -> tuple[Key, ...]:
    """All keys, in the order of their declaration."""
    docs = _docstrings(Config)
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
    layers = [
        _Layer(flags, lambda key: key.flag, strict=False),
        _Layer(
            from_environment(
                environ, names, [key.name for key in keys() if key.is_list]
            ),
            lambda key: key.variable,
            strict=False,
        ),
    ]
    if file:
        layers.append(_Layer(from_file(file, names), lambda key: f"{file}: {key.name}"))
    values: dict[str, Any] = {}
    places: dict[str, str] = {}
    for key in keys():
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
                values[key.name] = tuple(filter(None, values[key.name]))
    config = Config(**values)
    _check(config, places)
    return Loaded(config, places)


def _choices(key: Key) -> str:
    return f"; must be one of {', '.join(key.choices)}" if key.choices else ""


class _Layer(msgspec.Struct, frozen=True):
    """One of the places that values come from."""

    values: Mapping[str, Any]
    place: Callable[[Key], str]
    strict: bool = True
    """Unset: a text may stand for a number, as there is nothing but text."""


def parse_range(text: str, cluster: str) -> Range:
    """Reads ``10.0.0.0/16=pod``.

    Raises:
        ValueError: It is something else.
    """
    subnet, _, kind = text.partition("=")
    if kind not in _KINDS:
        raise ValueError(f"'{text}' is not SUBNET=pod, SUBNET=service or SUBNET=node")
    return Range(cluster=cluster, subnet=Subnet.parse(subnet), kind=_KINDS[kind])


def _check(config: Config, places: Mapping[str, str]) -> None:
    """Finds what no single value shows."""
    for text in config.ranges:
        try:
            parse_range(text, config.cluster)
        except ValueError as error:
            raise ConfigError(f"{places['ranges']}: {error}") from None
    for url in config.zeek:
        if urlsplit(url).scheme not in ("ws", "wss") or not urlsplit(url).hostname:
            raise ConfigError(
                f"{places['zeek']}: '{redact(url)}' is not"
                " ws://HOST:PORT/v1/messages/json, or the same with wss://"
            )
    if bool(config.zeek_cert) != bool(config.zeek_key):
        name = "zeek_cert" if config.zeek_cert else "zeek_key"
        raise ConfigError(f"{places[name]}: zeek_cert and zeek_key need each other")
    if config.listen and not _LISTEN.fullmatch(config.listen):
        raise ConfigError(f"{places['listen']}: '{config.listen}' is not HOST:PORT")
    if not config.cluster:
        raise ConfigError(f"{places['cluster']}: a cluster needs a name")


def redact(text: str) -> str:
    """Takes user and password out of a URL."""
    return re.sub(r"(?<=://)[^/@]*@", "***@", text)


def render(loaded: Loaded) -> str:
    """Writes a configuration as YAML, each key with where it comes from.

    Passwords in URLs are left out.
    """
    lines = []
    for key in keys():
        value = getattr(loaded.config, key.name)
        value = [redact(text) for text in value] if key.is_list else value
        text = msgspec.json.encode(value).decode()
        lines.append(f"{key.name}: {text}  # {loaded.places[key.name]}\n")
    return "".join(lines)
