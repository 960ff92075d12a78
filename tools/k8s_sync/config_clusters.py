"""The part of the configuration that there is once for each cluster."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from k8s_sync.address import Subnet
from k8s_sync.config_sources import unknown
from k8s_sync.errors import ConfigError
from k8s_sync.model import Kind, Range
from k8s_sync.zeek_pods import ZeekPods, parse

_KINDS: dict[str, Kind] = {"pod": "pod", "node": "node", "service": "service"}

Texts = tuple[str, ...]


class Cluster(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which cluster, and what of it."""

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
    node: str = ""
    """Name of the only node whose pods are told, for a daemon beside a Zeek that sees
    only this node's packets. By default all nodes."""
    zeek_pods: Texts = ()
    """Pods that are Zeeks to feed as well, as NAMESPACE/LABEL=VALUE or
    NAMESPACE/LABEL=VALUE:PORT; more than one may be given. With `node`, only those on
    it. They are called by wss:// if zeek_ca or zeek_cert is set."""
    node_ports: bool = True
    """Tell the owners of node ports: a row for each node port on each node, which a
    large cluster may want to do without."""
    roles: str = ""
    """YAML file with roles of a site's own workloads, beyond those that are known from
    their metadata."""

    def range_rows(self) -> tuple[Range, ...]:
        """The configured blocks, as rows."""
        return tuple(parse_range(text, self.cluster) for text in self.ranges)

    def wanted_pods(self) -> tuple[ZeekPods, ...]:
        """Which pods are Zeeks."""
        return tuple(map(parse, self.zeek_pods))


_FIELDS = {field.name: field for field in msgspec.structs.fields(Cluster)}


def parse_range(text: str, cluster: str) -> Range:
    """Reads ``10.0.0.0/16=pod``.

    Raises:
        ValueError: It is something else.
    """
    subnet, _, kind = text.partition("=")
    if kind not in _KINDS:
        raise ValueError(f"'{text}' is not SUBNET=pod, SUBNET=service or SUBNET=node")
    return Range(cluster=cluster, subnet=Subnet.parse(subnet), kind=_KINDS[kind])


def without_empty(texts: Sequence[str]) -> Texts:
    """Takes an empty text for none, as with keys that have one value."""
    return tuple(filter(None, texts))


def read_clusters(
    values: object, place: str, defaults: Cluster
) -> tuple[tuple[Cluster, ...], dict[str, str]]:
    """Reads the clusters of a file.

    Args:
        values: A list of mappings.
        place: Where it stands.
        defaults: What a mapping does not say.

    Returns:
        The clusters; and where their keys stand, by names such as
        ``clusters[0].context``, as far as they do.

    Raises:
        ConfigError: A key is unknown, a value does not fit, or two have one name.
    """
    if not isinstance(values, list | tuple):
        raise ConfigError(f"{place}: Expected a list, with a mapping for each cluster")
    clusters: list[Cluster] = []
    places: dict[str, str] = {}
    for number, value in enumerate(values):
        at = f"{place}[{number}]"
        one = _read(value, at, defaults)
        check_cluster(one, {name: f"{at}: {name}" for name in _FIELDS})
        for before, other in enumerate(clusters):
            if other.cluster == one.cluster:
                raise ConfigError(
                    f"{at}: cluster: '{one.cluster}' is the name of"
                    f" clusters[{before}], too; each needs one of its own"
                )
        clusters.append(one)
        places |= {f"clusters[{number}].{name}": f"{at}: {name}" for name in value}
    return tuple(clusters), places


def _read(value: object, at: str, defaults: Cluster) -> Cluster:
    if not isinstance(value, Mapping):
        raise ConfigError(f"{at}: must hold keys with values")
    found: dict[str, Any] = {name: getattr(defaults, name) for name in _FIELDS}
    for name, given in value.items():
        field = _FIELDS.get(name)
        if field is None:
            raise ConfigError(f"{at}: {name}: {unknown('key', str(name), _FIELDS)}")
        if given is None:  # as at the top: not said
            continue
        try:
            read = msgspec.convert(given, field.type)
        except msgspec.ValidationError as error:
            raise ConfigError(f"{at}: {name}: {error}") from None
        found[name] = without_empty(read) if isinstance(read, tuple) else read
    return Cluster(**found)


def check_cluster(cluster: Cluster, places: Mapping[str, str]) -> None:
    """Finds what no single value shows.

    Raises:
        ConfigError: There is something.
    """
    for name, read in (
        ("ranges", cluster.range_rows),
        ("zeek_pods", cluster.wanted_pods),
    ):
        try:
            read()
        except ValueError as error:
            raise ConfigError(f"{places[name]}: {error}") from None
    for name in ("node", "zeek_pods"):
        if cluster.source and getattr(cluster, name):
            raise ConfigError(f"{places[name]}: {name} needs an API server, no source")
    if not cluster.cluster or not cluster.cluster.isprintable():
        # Zeek would repeat control characters as they are, which is no JSON.
        raise ConfigError(f"{places['cluster']}: a cluster needs a name that prints")
