"""What of an object matters here, read once and kept small.

A value that is no use (an address that is none, a time that is none) is reported
and left out; the rest of its object counts. Equal values are shared between
objects, as a cluster has few different labels, images and names per pod.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeVar

import msgspec

from k8s_sync import address
from k8s_sync.address import Subnet
from k8s_sync.claims import api_time, gateways
from k8s_sync.claims.problems import Problems
from k8s_sync.kube.objects import Container, Metadata, Object
from k8s_sync.model import SECOND, Proto

_T = TypeVar("_T")
_SHARED = 1 << 14
_LABELS = 1 << 8
"""Few: pods of one workload come one after another, and some have all of their own."""
_PORTS = range(1, 1 << 16)
_PROTOS: dict[str, Proto] = {"": "tcp", "TCP": "tcp", "UDP": "udp", "SCTP": "sctp"}
_LOOPBACK_V4 = address.V4_PREFIX + b"\x7f"
_NOBODYS = (bytes(16), bytes(15) + b"\x01", address.V4_PREFIX + bytes(4))
_ZONES = (
    "topology.kubernetes.io/zone",
    "failure-domain.beta.kubernetes.io/zone",
)
_NODE_ADDRESSES = ("InternalIP", "ExternalIP")


class NodeFacts(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A node."""

    uid: str
    name: str
    labels: tuple[str, ...]
    zone: str
    created: int
    terminating: int | None
    addresses: tuple[bytes, ...]
    """Where its host ports and node ports are open."""
    internal: tuple[bytes, ...]
    """Its gateway addresses inside of the pod network."""
    subnets: tuple[Subnet, ...]
    """From which its pods get their addresses."""


class ServiceFacts(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A service."""

    uid: str
    namespace: str
    name: str
    labels: tuple[str, ...]
    selector: tuple[str, ...]
    """``key=value``, sorted; without any, only slices tell its backends."""
    alias: bool
    """It is but a name in the DNS for something else, and has no backends."""
    created: int
    terminating: int | None
    addresses: tuple[bytes, ...]
    """Its own alone."""
    shared: tuple[tuple[bytes, int, Proto], ...]
    """Ports on addresses that other services may use as well."""
    node_ports: tuple[tuple[int, Proto], ...]


class Place(msgspec.Struct, frozen=True, gc=False):
    """An object as it is called in messages: only made a text for these."""

    resource: str
    metadata: Metadata

    def __str__(self) -> str:
        name = f"{self.metadata.namespace}/{self.metadata.name}".removeprefix("/")
        return f"{self.resource} {name}"


class Reader:
    """Reads facts; shares equal values between them."""

    def __init__(self, problems: Problems) -> None:
        """Reports to `problems` what is no use."""
        self._problems = problems
        self._shared: dict[Any, Any] = {}
        self._labels: dict[tuple[str, ...], tuple[str, ...]] = {}

    def share(self, value: _T) -> _T:
        """Returns the equal value that is already in use elsewhere, if any."""
        if len(self._shared) >= _SHARED:
            # What changes with every rollout must not pile up. What is in use stays
            # in use; only new objects start sharing anew.
            self._shared.clear()
        shared: _T = self._shared.setdefault(value, value)
        return shared

    def labels(self, labels: Mapping[str, str]) -> tuple[str, ...]:
        """Writes labels as sorted ``key=value``."""
        told = (*labels, *labels.values())
        if (known := self._labels.get(told)) is not None:
            return known
        share = self.share
        written = share(tuple(sorted(share(f"{k}={v}") for k, v in labels.items())))
        if len(self._labels) >= _LABELS:
            self._labels.clear()
        self._labels[told] = written
        return written

    def images(self, containers: Iterable[Container]) -> tuple[str, ...]:
        """Lists the images of containers, each once."""
        images = tuple([one.image for one in containers])
        if "" in images or len(set(images)) < len(images):
            images = tuple(dict.fromkeys(filter(None, images)))
        return self.share(images)

    def each(
        self, place: Place, read: Callable[[str], _T], texts: Iterable[str]
    ) -> Iterator[_T]:
        """Yields what `read` makes of the texts that are neither empty nor wrong."""
        for text in texts:
            if text:
                try:
                    yield read(text)
                except ValueError as error:
                    self._problems.report(place, str(error))

    def addresses(self, place: Place, texts: Iterable[str]) -> tuple[bytes, ...]:
        """Reads addresses."""
        found = []
        for text in texts:
            if text:
                try:
                    found.append(usable(text))
                except ValueError as error:
                    self._problems.report(place, str(error))
        return tuple(found)

    def time(self, place: Place, text: str | None) -> int | None:
        """Reads a time; None if it is unset or wrong."""
        if not text:
            return None
        try:
            return api_time.parse(text)
        except ValueError as error:
            self._problems.report(place, str(error))
            return None

    def port(
        self, place: Place, number: int, protocol: str
    ) -> tuple[int, Proto] | None:
        """Reads a port; None if it is unset or wrong."""
        if not number:
            return None
        if number not in _PORTS or protocol not in _PROTOS:
            self._problems.report(place, f"bad port '{number}/{protocol}'")
            return None
        return number, _PROTOS[protocol]

    def created(self, place: Place, metadata: Metadata) -> int:
        """When it was made; the epoch if it does not say."""
        return self.time(place, metadata.creation_timestamp) or 0

    def terminating(self, place: Place, metadata: Metadata) -> int | None:
        """When its deletion was asked for.

        The API writes when it will be over at the latest, a grace period later.
        """
        over = self.time(place, metadata.deletion_timestamp)
        grace = (metadata.deletion_grace_period_seconds or 0) * SECOND
        return None if over is None else over - grace

    def node(self, obj: Object) -> NodeFacts:
        """Reads a node."""
        metadata, spec = obj.metadata, obj.spec
        at = Place("nodes", metadata)
        zones = (metadata.labels.get(name, "") for name in _ZONES)
        cidrs = spec.pod_cidrs or (spec.pod_cidr,)
        subnets = tuple(dict.fromkeys(self.each(at, Subnet.parse, cidrs)))
        return NodeFacts(
            uid=metadata.uid,
            name=self.share(metadata.name),
            labels=self.labels(metadata.labels),
            zone=self.share(next(filter(None, zones), "")),
            created=self.created(at, metadata),
            terminating=self.terminating(at, metadata),
            addresses=self.addresses(
                at,
                (a.address for a in obj.status.addresses if a.type in _NODE_ADDRESSES),
            ),
            internal=self.addresses(at, self._gateways(at, metadata, subnets)),
            subnets=subnets,
        )

    def _gateways(
        self, at: Place, metadata: Metadata, subnets: Iterable[Subnet]
    ) -> Iterator[str]:
        yield from gateways.written(metadata.annotations)
        yield from gateways.flannel(metadata.annotations, subnets)
        try:
            yield from gateways.ovn(metadata.annotations)
        except ValueError as error:
            self._problems.report(at, str(error))

    def service(self, obj: Object) -> ServiceFacts:
        """Reads a service."""
        metadata, spec = obj.metadata, obj.spec
        at = Place("services", metadata)
        ports = []
        node_ports = []
        # An ExternalName is a name in the DNS, whatever else is left in its fields.
        real = spec.type != "ExternalName"
        for port in spec.ports if real else ():
            if found := self.port(at, port.port, port.protocol):
                ports.append(found)
            if found := self.port(at, port.node_port, port.protocol):
                node_ports.append(found)
        own = (ip for ip in spec.cluster_ips or (spec.cluster_ip,) if ip != "None")
        shared = (*spec.external_ips, *(i.ip for i in obj.status.load_balancer.ingress))
        return ServiceFacts(
            uid=metadata.uid,
            namespace=self.share(metadata.namespace),
            name=metadata.name,
            labels=self.labels(metadata.labels),
            selector=self.labels(spec.selector) if real else (),
            alias=not real,
            created=self.created(at, metadata),
            terminating=self.terminating(at, metadata),
            addresses=self.addresses(at, own) if real else (),
            shared=tuple(
                (ip, *port) for ip in self.addresses(at, shared) for port in ports
            ),
            node_ports=tuple(node_ports),
        )


def usable(text: str) -> bytes:
    """Reads an address that packets of others can carry.

    Raises:
        ValueError: It is none, or every host's own, such as ``127.0.0.1``.
    """
    packed = address.pack(text)
    if packed in _NOBODYS or packed.startswith(_LOOPBACK_V4):
        raise ValueError(f"bad addr '{text}'")
    return packed


def unspecified(text: str) -> bool:
    """Tells whether an address to listen on means: all of them."""
    return not text or text in ("0.0.0.0", "::")  # noqa: S104
