"""Which kinds the fake API serves, where, and how they are selected and shown."""

import re
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]

_KINDS = {
    "namespaces": ("Namespace", "v1"),
    "nodes": ("Node", "v1"),
    "pods": ("Pod", "v1"),
    "services": ("Service", "v1"),
    "replicasets": ("ReplicaSet", "apps/v1"),
    "deployments": ("Deployment", "apps/v1"),
    "statefulsets": ("StatefulSet", "apps/v1"),
    "daemonsets": ("DaemonSet", "apps/v1"),
    "jobs": ("Job", "batch/v1"),
    "cronjobs": ("CronJob", "batch/v1"),
    "endpointslices": ("EndpointSlice", "discovery.k8s.io/v1"),
    "servicecidrs": ("ServiceCIDR", "networking.k8s.io/v1"),
}
_CLUSTER_WIDE = {"namespaces", "nodes", "servicecidrs"}

_PATH = re.compile(
    r"/(?:api|apis/(?P<group>[^/]+))/(?P<version>[^/]+)"
    r"(?:/namespaces/(?P<namespace>[^/]+)(?=/))?"
    r"/(?P<plural>[^/]+)(?:/(?P<name>[^/]+))?(?:/status)?"
)


@dataclass(frozen=True)
class Place:
    """What a path stands for. `name` is empty for the collection."""

    plural: str
    namespace: str
    name: str

    @property
    def kind(self) -> str:
        """The singular."""
        return _KINDS[self.plural][0]

    @property
    def api_version(self) -> str:
        """Group and version."""
        return _KINDS[self.plural][1]

    @classmethod
    def of(cls, path: str) -> "Place | None":
        """Reads a path; nothing if that is not served."""
        found = _PATH.fullmatch(path)
        if not found or found["plural"] not in _KINDS:
            return None
        api_version = "/".join(filter(None, (found["group"], found["version"])))
        if api_version != _KINDS[found["plural"]][1]:
            return None
        return cls(found["plural"], found["namespace"] or "", found["name"] or "")


def plural_of(kind: str) -> str:
    """The plural of a kind.

    Raises:
        KeyError: It is not served.
    """
    return {singular: plural for plural, (singular, _) in _KINDS.items()}[kind]


def in_group(api_version: str) -> list[str]:
    """The plurals of a group."""
    return [plural for plural, (_, found) in _KINDS.items() if found == api_version]


def is_namespaced(plural: str) -> bool:
    """Whether objects of the kind live in namespaces."""
    return plural not in _CLUSTER_WIDE


def selects(obj: Json, namespace: str, fields: str, labels: str) -> bool:
    """Whether an object is in a namespace and meets both selectors."""
    metadata = obj["metadata"]
    if namespace and metadata.get("namespace") != namespace:
        return False
    known = metadata.get("labels") or {}
    return all(
        _meets(term, lambda path: _at(obj, path)) for term in _terms(fields)
    ) and all(_meets(term, known.get) for term in _terms(labels))


def _terms(selector: str) -> list[str]:
    return [term for term in selector.split(",") if term]


def _meets(term: str, value_of: Any) -> bool:
    name, operator, wanted = re.split(r"(!=|==|=)", term, maxsplit=1)
    return ((value_of(name) or "") == wanted) == (operator != "!=")


def _at(obj: Json, path: str) -> Any:
    value: Any = obj
    for part in path.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return value


def is_partial(accept: str) -> bool:
    """Whether only metadata is wanted."""
    return "as=PartialObjectMetadata" in accept.split(",", maxsplit=1)[0]


def shown(obj: Json, place: Place, *, partial: bool) -> Json:
    """An object as it goes over the wire in a watch."""
    if partial:
        return {
            "kind": "PartialObjectMetadata",
            "apiVersion": "meta.k8s.io/v1",
            "metadata": obj["metadata"],
        }
    return {"kind": place.kind, "apiVersion": place.api_version, **obj}
