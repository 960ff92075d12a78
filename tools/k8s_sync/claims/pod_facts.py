"""What of a pod matters here: where it is reachable, since when and until when."""

from collections.abc import Collection, Iterator

import msgspec

from k8s_sync.claims.facts import Place, Reader, unspecified, usable
from k8s_sync.claims.pod_times import Times, times
from k8s_sync.claims.problems import Problems
from k8s_sync.claims.secondary import ANNOTATIONS, secondary
from k8s_sync.claims.workload import Controller, controller
from k8s_sync.kube.objects import Container, Object
from k8s_sync.model import Owner, Proto

_MIRROR = "kubernetes.io/config.mirror"
_HASH = "kubernetes.io/config.hash"
_OVER = ("Succeeded", "Failed")


class PodFacts(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A pod."""

    object_uid: str
    """Of the API object. For a static pod that is only its mirror in the API."""
    owner: Owner
    """As far as the pod tells; its uid is that which its node knows it by."""
    host_network: bool
    above: Controller | None
    created: int
    times: Times
    terminating: int | None
    over: bool
    """It has ended, whatever its status says about addresses."""
    addresses: tuple[bytes, ...]
    """In the pod network; empty if it uses the node's."""
    secondary: tuple[tuple[str, bytes], ...]
    """Those in other networks, with these."""
    host_addresses: tuple[bytes, ...]
    host_ports: tuple[tuple[bytes | None, int, Proto], ...]
    """Ports on its node; on all of the node's addresses if there is none."""

    @property
    def key(self) -> str:
        """Under which the pod is kept; a manifest may give one uid to many nodes."""
        uid = self.owner.uid
        return uid if uid == self.object_uid else f"{self.owner.node}/{uid}"


class PodReader:
    """Reads pods."""

    def __init__(self, reader: Reader, problems: Problems) -> None:
        """Reads values with `reader`; reports to `problems` what is no use."""
        self._read = reader
        self._problems = problems

    def pod(self, obj: Object) -> PodFacts:
        """Reads a pod.

        Each object of a cluster that has changed comes through here, and all of them
        at the start: so no part is looked at that most pods do not have.
        """
        read, metadata, spec, status = self._read, obj.metadata, obj.spec, obj.status
        at = Place("pods", metadata)
        mirror = _MIRROR in metadata.annotations
        over = status.phase in _OVER
        created = read.created(at, metadata)
        begun = read.time(at, status.start_time) or created
        told = times(read, at, obj, begun, created=created, mirror=mirror)
        host = spec.host_network
        # One of the host network shows its node's address before it has begun.
        up = told.ran or (not host and _has_address(obj))
        if not over:
            up = up or told.stamped is not None or status.phase == "Running"
        host_ports = tuple(self._host_ports(at, obj)) if up and _opens(obj) else ()
        above = controller(metadata.owner_references)
        networks = not host and not metadata.annotations.keys().isdisjoint(ANNOTATIONS)
        return PodFacts(
            object_uid=metadata.uid,
            owner=self._owner(obj, mirror=mirror),
            host_network=host,
            above=above and read.share(above),
            created=created,
            times=told,
            terminating=read.terminating(at, metadata),
            over=over,
            # Not by comparing podIP with hostIP: a pod of the host network may
            # report a tunnel's address, a stale one, or none (T8).
            addresses=() if host else read.addresses(at, _pod_ips(obj)),
            secondary=tuple(self._secondary(at, obj)) if networks else (),
            host_addresses=read.addresses(at, _host_ips(obj)) if host_ports else (),
            host_ports=read.share(host_ports),
        )

    def _owner(self, obj: Object, *, mirror: bool) -> Owner:
        read, metadata, spec = self._read, obj.metadata, obj.spec
        share = read.share
        return Owner(
            kind="pod",
            uid=(metadata.annotations.get(_HASH) if mirror else "") or metadata.uid,
            namespace=share(metadata.namespace),
            pod=metadata.name,
            node=share(spec.node_name),
            service_account=share(spec.service_account_name),
            labels=read.labels(metadata.labels),
            images=read.images(spec.containers),
        )

    def _secondary(self, at: Place, obj: Object) -> Iterator[tuple[str, bytes]]:
        try:
            found = list(secondary(obj.metadata.annotations))
        except ValueError as error:
            self._problems.report(at, str(error))
            return
        for network, text in dict.fromkeys(found):
            for packed in self._read.addresses(at, (text,)):
                yield self._read.share(network), packed

    def _host_ports(
        self, at: Place, obj: Object
    ) -> Iterator[tuple[bytes | None, int, Proto]]:
        for container in _serving(obj):
            for port in container.ports:
                number = port.host_port
                if obj.spec.host_network:
                    number = number or port.container_port
                found = self._read.port(at, number, port.protocol)
                if found is None:
                    continue
                if unspecified(port.host_ip):
                    yield None, *found
                elif not port.host_ip.startswith("127.") and port.host_ip != "::1":
                    for packed in self._read.each(at, usable, (port.host_ip,)):
                        yield packed, *found


def _pod_ips(obj: Object) -> Collection[str]:
    return [ip.ip for ip in obj.status.pod_ips] or (obj.status.pod_ip,)


def _host_ips(obj: Object) -> Collection[str]:
    return [ip.ip for ip in obj.status.host_ips] or (obj.status.host_ip,)


def _has_address(obj: Object) -> bool:
    return any(_pod_ips(obj))


def _opens(obj: Object) -> bool:
    """Tells whether there may be a port on its node."""
    if obj.spec.host_network or obj.spec.init_containers:
        return True
    for container in obj.spec.containers:
        for port in container.ports:
            if port.host_port:
                return True
    return False


def _serving(obj: Object) -> Iterator[Container]:
    """Yields the containers that stay: the usual ones, and sidecars."""
    yield from obj.spec.containers
    for container in obj.spec.init_containers:
        if container.restart_policy == "Always":
            yield container
