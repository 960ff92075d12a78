"""The kinds of objects that are watched, and how they are asked for."""

from dataclasses import dataclass

_AS = "application/json;as={};v=v1;g=meta.k8s.io,application/json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """One kind of objects.

    Attributes:
        name: The plural, as in the URL and in roles: ``pods``.
        kind: The singular of the objects: ``Pod``.
        group: The API group; empty for the core.
        version: The version of the group.
        namespaced: The objects live in namespaces.
        metadata_only: Only the metadata is asked for.
        since: The version of Kubernetes that has it first, for messages; empty if
            all that are in use do.
    """

    name: str
    kind: str
    group: str = ""
    version: str = "v1"
    namespaced: bool = True
    metadata_only: bool = False
    since: str = ""

    def __str__(self) -> str:
        return self.name

    def path(self, namespace: str = "") -> str:
        """Where they are listed: everywhere, or in one namespace."""
        root = f"/apis/{self.group}" if self.group else "/api"
        scope = f"/namespaces/{namespace}" if namespace and self.namespaced else ""
        return f"{root}/{self.version}{scope}/{self.name}"

    def rule(self, namespace: str = "") -> str:
        """What has to be in a role so that they can be followed, for messages."""
        kind = "Role" if namespace and self.namespaced else "ClusterRole"
        return (
            f'the {kind} needs apiGroups: ["{self.group}"], resources: ["{self.name}"],'
            ' verbs: ["list", "watch"]'
        )

    def accept(self, *, watch: bool) -> str:
        """What to put into the ``Accept`` header."""
        if not self.metadata_only:
            return "application/json"
        return _AS.format(
            "PartialObjectMetadata" if watch else "PartialObjectMetadataList"
        )


NAMESPACES = Resource(
    name="namespaces", kind="Namespace", namespaced=False, metadata_only=True
)
NODES = Resource(name="nodes", kind="Node", namespaced=False)
SERVICE_CIDRS = Resource(
    name="servicecidrs",
    kind="ServiceCIDR",
    group="networking.k8s.io",
    namespaced=False,
    since="1.33",
)
REPLICASETS = Resource(
    name="replicasets", kind="ReplicaSet", group="apps", metadata_only=True
)
JOBS = Resource(name="jobs", kind="Job", group="batch", metadata_only=True)
SERVICES = Resource(name="services", kind="Service")
ENDPOINT_SLICES = Resource(
    name="endpointslices", kind="EndpointSlice", group="discovery.k8s.io"
)
# Also those that are over: their last state tells when they ended. A selector of phases
# would have them deleted in the state before that (T21).
PODS = Resource(name="pods", kind="Pod")

ALL = (
    NAMESPACES,
    NODES,
    SERVICE_CIDRS,
    REPLICASETS,
    JOBS,
    SERVICES,
    ENDPOINT_SLICES,
    PODS,
)
"""In the order in which they are best learned: owners before what they own."""

BY_NAME = {resource.name: resource for resource in ALL}
