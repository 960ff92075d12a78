"""What the columns about an owner are called, in four dialects: one mapping.

Zeek's own names are those of the package. ECS names follow Elastic's Beats, as ECS
itself has one place only for what Kubernetes knows; OpenTelemetry's follow its
semantic conventions, behind the name of the endpoint, for which it has none; OCSF
keeps what it has no attribute for under ``unmapped``, with Zeek's name.
"""

from collections.abc import Iterable, Mapping
from typing import Literal, NamedTuple

from k8s_sync.enrich.columns import SETS, Value

DialectName = Literal["zeek", "ecs", "otel", "ocsf"]

_ENDPOINTS: dict[str, tuple[str, str]] = {
    "id.orig_k8s": ("source", "src_endpoint"),
    "id.resp_k8s": ("destination", "dst_endpoint"),
    "src_k8s": ("source", "src_endpoint"),
    "dst_k8s": ("destination", "dst_endpoint"),
    "client_k8s": ("client", "src_endpoint"),
    "server_k8s": ("server", "dst_endpoint"),
    "k8s": ("host", "device"),
}
"""Zeek's prefix: that of ECS and OpenTelemetry, and that of OCSF."""


class Field(NamedTuple):
    """A column as a dialect has it."""

    name: str
    """In full, with the endpoint before it."""
    column: str
    """Of `columns.DEFAULT` or `columns.OPTIONAL`."""
    kind: str = ""
    """There only if the workload, or for a uid the owner, is of this kind."""
    members: bool = False
    """In JSON, each label is a member of its own."""
    dot: str = "."
    """What stands for a dot in the key of a label."""

    def member(self, key: str) -> str:
        """The name of the member for a label."""
        return f"{self.name}.{key.replace('.', self.dot)}"

    @property
    def type(self) -> str:
        """The type in a TSV log."""
        return "set[string]" if self.column in SETS else "string"

    def pick(self, values: Mapping[str, Value]) -> Value:
        """Takes from what is said of an owner what belongs here; empty: nothing."""
        value = values[self.column]
        if not self.kind or not value:
            return value
        if self.column == "workload":
            kind, _, name = str(value).partition("/")
            return name if kind == self.kind else ""
        return value if values["kind"] == self.kind else ""


class _Name(NamedTuple):
    """A line of the mapping; empty: the dialect has no such name."""

    column: str
    ecs: str
    otel: str
    ocsf: str
    kind: str = ""


_WORKLOADS = (
    "Deployment",
    "StatefulSet",
    "DaemonSet",
    "ReplicaSet",
    "Job",
    "CronJob",
)
_NAMES = (
    _Name("kind", "kubernetes.kind", "k8s.kind", "type"),
    _Name("match", "kubernetes.match", "k8s.match", ""),
    _Name("namespace", "kubernetes.namespace", "k8s.namespace.name", ""),
    _Name("pod", "kubernetes.pod.name", "k8s.pod.name", "name"),
    _Name("workload", "kubernetes.workload", "k8s.workload", ""),
    *(
        _Name(
            "workload", f"kubernetes.{name}.name", f"k8s.{name}.name", "", kind=workload
        )
        for workload in _WORKLOADS
        for name in (workload.lower(),)
    ),
    _Name("node", "kubernetes.node.name", "k8s.node.name", ""),
    _Name("service", "kubernetes.service.name", "k8s.service.name", "svc_name"),
    _Name("cluster", "orchestrator.cluster.name", "k8s.cluster.name", ""),
    _Name("uid", "", "", "uid"),
    _Name("uid", "kubernetes.pod.uid", "k8s.pod.uid", "container.pod_uuid", kind="pod"),
    _Name("uid", "kubernetes.node.uid", "k8s.node.uid", "", kind="node"),
    _Name("uid", "kubernetes.service.uid", "k8s.service.uid", "", kind="service"),
    _Name(
        "service_account", "kubernetes.service_account", "k8s.serviceaccount.name", ""
    ),
    _Name("labels", "kubernetes.labels", "k8s.pod.label", "container.labels"),
    _Name("images", "container.image.name", "container.image.name", ""),
    _Name("zone", "cloud.availability_zone", "cloud.availability_zone", "zone"),
    _Name("network", "kubernetes.network", "k8s.network", ""),
)


def fields(
    dialect: DialectName, prefix: str, columns: Iterable[str]
) -> tuple[Field, ...]:
    """The columns about the owner of one address, in their order.

    Args:
        dialect: Whose names they get.
        prefix: Zeek's for that address, such as ``id.orig_k8s``.
        columns: Those that are wanted.
    """
    if dialect == "zeek":
        return tuple(Field(f"{prefix}.{column}", column) for column in columns)
    found = []
    for column in columns:
        for name in _NAMES:
            full = _full(dialect, prefix, name) if name.column == column else ""
            if full:
                members = column == "labels" and dialect != "ocsf"
                # As in Beats: to Elasticsearch a dot is a level of an object, and a
                # label may have the name of another one's level.
                dot = "_" if dialect == "ecs" else "."
                found.append(Field(full, column, name.kind, members, dot))
    return tuple(found)


def _full(dialect: DialectName, prefix: str, name: _Name) -> str:
    own = prefix.removesuffix("_k8s")
    endpoint, ocsf = _ENDPOINTS.get(prefix, (own, own))
    if dialect == "ocsf":
        if name.ocsf:
            return f"{ocsf}.{name.ocsf}"
        return "" if name.kind else f"unmapped.{prefix}.{name.column}"
    told = name.ecs if dialect == "ecs" else name.otel
    return f"{endpoint}.{told}" if told else ""
