"""The parts of Kubernetes objects that are of use here, as slim structs.

One struct serves all kinds: a field that a kind does not have is empty. Only what
is named here is decoded, everything else is skipped at full speed. Times stay the
text that the API gave. What bytes become such objects is the business of `decode`.
"""

import msgspec

_WORDS = {"cidr": "CIDR", "cidrs": "CIDRs", "id": "ID", "ip": "IP", "ips": "IPs"}


def api_name(name: str) -> str:
    """Turns ``pod_ips`` into ``podIPs``, the spelling of the API."""
    first, *rest = name.rstrip("_").split("_")
    return first + "".join(_WORDS.get(word, word.capitalize()) for word in rest)


class _Slim(msgspec.Struct, frozen=True, kw_only=True, gc=False, rename=api_name):
    """Immutable, and invisible to the garbage collector: there are many."""


class OwnerReference(_Slim, frozen=True, kw_only=True):
    """Who made the object; the one with `controller` set is responsible for it."""

    kind: str = ""
    name: str = ""
    uid: str = ""
    controller: bool = False


class Metadata(_Slim, frozen=True, kw_only=True):
    """What every object has."""

    name: str = ""
    namespace: str = ""
    uid: str = ""
    resource_version: str = ""
    creation_timestamp: str | None = None
    deletion_timestamp: str | None = None
    """When it is to be gone at the latest; deletion began a grace period before."""
    deletion_grace_period_seconds: int | None = None
    labels: dict[str, str] = {}
    annotations: dict[str, str] = {}
    owner_references: tuple[OwnerReference, ...] = ()


class Port(_Slim, frozen=True, kw_only=True):
    """A port of a container, a service or a slice: three shapes under one name."""

    name: str = ""
    protocol: str = ""
    """``TCP``, ``UDP``, ``SCTP``; empty means TCP."""
    container_port: int = 0
    host_port: int = 0
    """0: not open on the node."""
    host_ip: str = ""
    """Empty: every address of the node."""
    port: int = 0
    """Of a service or of a slice; of a slice 0: all of them."""
    node_port: int = 0
    """Of a service; 0: none."""


class Container(_Slim, frozen=True, kw_only=True):
    """A container as it was asked for."""

    image: str = ""
    ports: tuple[Port, ...] = ()
    restart_policy: str = ""
    """``Always`` makes an init container a sidecar that stays."""


class Spec(_Slim, frozen=True, kw_only=True):
    """What was asked for: of a pod, a node, a service or a ServiceCIDR."""

    # Pods.
    node_name: str = ""
    host_network: bool = False
    service_account_name: str = ""
    containers: tuple[Container, ...] = ()
    init_containers: tuple[Container, ...] = ()
    # Nodes.
    pod_cidr: str = ""
    pod_cidrs: tuple[str, ...] = ()
    # Services.
    type: str = ""
    cluster_ip: str = ""
    """``None`` is the word for a headless service."""
    cluster_ips: tuple[str, ...] = ()
    external_ips: tuple[str, ...] = ()
    ports: tuple[Port, ...] = ()
    selector: dict[str, str] = {}
    # ServiceCIDRs.
    cidrs: tuple[str, ...] = ()


class Ip(_Slim, frozen=True, kw_only=True):
    """One of a pod's or of a node's addresses."""

    ip: str = ""


class NodeAddress(_Slim, frozen=True, kw_only=True):
    """An address of a node; `type` is ``InternalIP``, ``Hostname``..."""

    type: str = ""
    address: str = ""


class Condition(_Slim, frozen=True, kw_only=True):
    """A fact about an object and since when; `status` is ``True``, ``False``..."""

    type: str = ""
    status: str = ""
    reason: str = ""
    last_transition_time: str | None = None


class Running(_Slim, frozen=True, kw_only=True):
    """How a container is doing."""

    started_at: str | None = None


class Terminated(_Slim, frozen=True, kw_only=True):
    """How a container ended."""

    started_at: str | None = None
    finished_at: str | None = None


class ContainerState(_Slim, frozen=True, kw_only=True):
    """The state of a container; it waits if it is in none of these."""

    running: Running | None = None
    terminated: Terminated | None = None


class ContainerStatus(_Slim, frozen=True, kw_only=True):
    """A container as it is."""

    state: ContainerState = ContainerState()
    last_state: ContainerState = ContainerState()


class Ingress(_Slim, frozen=True, kw_only=True):
    """An address under which a load balancer serves."""

    ip: str = ""


class LoadBalancer(_Slim, frozen=True, kw_only=True):
    """What a load balancer reported."""

    ingress: tuple[Ingress, ...] = ()


class Status(_Slim, frozen=True, kw_only=True):
    """What is: of a pod, a node or a service."""

    # Pods.
    phase: str = ""
    reason: str = ""
    pod_ip: str = ""
    pod_ips: tuple[Ip, ...] = ()
    host_ip: str = ""
    host_ips: tuple[Ip, ...] = ()
    start_time: str | None = None
    container_statuses: tuple[ContainerStatus, ...] = ()
    init_container_statuses: tuple[ContainerStatus, ...] = ()
    ephemeral_container_statuses: tuple[ContainerStatus, ...] = ()
    # Pods and nodes.
    conditions: tuple[Condition, ...] = ()
    # Nodes.
    addresses: tuple[NodeAddress, ...] = ()
    # Services.
    load_balancer: LoadBalancer = LoadBalancer()


class Reference(_Slim, frozen=True, kw_only=True):
    """The object behind an endpoint; its uid tells all the rest."""

    uid: str = ""


class Endpoint(_Slim, frozen=True, kw_only=True):
    """Somebody who serves. Whether it is ready makes no difference to whose it is."""

    addresses: tuple[str, ...] = ()
    target_ref: Reference | None = None
    """Unset: it is no object of this cluster."""


class Object(_Slim, frozen=True, kw_only=True):
    """A Kubernetes object of any kind that is watched."""

    api_version: str = ""
    """Empty for the items of a list: the list says it for all."""
    kind: str = ""
    metadata: Metadata = Metadata()
    spec: Spec = Spec()
    status: Status = Status()
    # EndpointSlices. The API writes null for a list without anything in it.
    address_type: str = ""
    """``IPv4``, ``IPv6`` or ``FQDN``."""
    endpoints: tuple[Endpoint, ...] | None = None
    ports: tuple[Port, ...] | None = None


class Details(_Slim, frozen=True, kw_only=True):
    """What a failure says beyond its reason."""

    retry_after_seconds: int = 0


class Failure(_Slim, frozen=True, kw_only=True):
    """The API's own ``Status`` object: why a request or a watch failed."""

    code: int = 0
    reason: str = ""
    message: str = ""
    details: Details = Details()
