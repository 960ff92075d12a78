"""EndpointSlices: who stands behind a service, and on which ports.

A service may have many, an address may be in several of them, and only a label tells
whose they are (T18). Whether an endpoint is ready or about to end makes no difference
here: it is the service's as long as a slice names it.
"""

from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from k8s_sync import address
from k8s_sync.claims.facts import Place, Reader
from k8s_sync.kube.objects import Object, Port
from k8s_sync.model import Proto

_SERVICE = "kubernetes.io/service-name"
_TYPES = ("IPv4", "IPv6")
_NOWHERE = bytes(address.SIZE)

ALL_PORTS: tuple[int, Proto] = (0, "")
"""In place of a port: all there are."""


class Service(NamedTuple):
    """What a slice knows of its service."""

    namespace: str
    name: str


class SliceFacts(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A slice."""

    uid: str
    service: Service
    created: int
    uids: str
    """What is behind the service, by its API object, with spaces between; once for each
    address it has."""
    packed: bytes
    """These addresses, one after the other; zeros for nothing that is of use. There are
    as many as pods, so they are kept small."""
    others: tuple[bytes, ...]
    """Addresses of whoever else is behind it, and is no object of the cluster."""
    ports: tuple[tuple[int, Proto], ...]
    """Without any, nothing is said of ports."""

    def pods(self) -> set[tuple[str, bytes]]:
        """What is behind the service, and where."""
        return {*self._pairs()}

    def named(self) -> set[str]:
        """What is behind the service."""
        return {*self.uids.split()}

    def places(self, uid: str) -> list[bytes]:
        """The addresses of one of them."""
        return [packed for one, packed in self._pairs() if one == uid]

    def _pairs(self) -> Iterator[tuple[str, bytes]]:
        return zip(self.uids.split(), each_address(self.packed), strict=True)


def read_slice(read: Reader, obj: Object) -> SliceFacts | None:
    """Reads a slice; None if what is in it are names, or of a type not yet known."""
    metadata = obj.metadata
    if obj.address_type not in _TYPES:
        return None
    at = Place("endpointslices", metadata)
    uids: list[str] = []
    pods: list[bytes] = []
    others: dict[bytes, None] = {}
    for endpoint in obj.endpoints or ():
        addresses = read.addresses(at, endpoint.addresses)
        target = endpoint.target_ref
        if target is None:
            others |= dict.fromkeys(addresses)
            continue
        for uid in read.each(at, _uid, (target.uid,)):
            addresses = addresses or (_NOWHERE,)
            pods += addresses
            uids += [uid] * len(addresses)
    return SliceFacts(
        uid=metadata.uid,
        service=Service(
            read.share(metadata.namespace),
            read.share(metadata.labels.get(_SERVICE, "")),
        ),
        created=read.created(at, metadata),
        uids=" ".join(uids),
        packed=b"".join(pods),
        others=tuple(others),
        ports=read.share(tuple(_ports(read, at, obj.ports or ()))),
    )


def _uid(text: str) -> str:
    if text.split() != [text]:
        raise ValueError(f"bad uid {address.quoted(text)}")
    return text


def _ports(
    read: Reader, at: Place, ports: tuple[Port, ...]
) -> Iterator[tuple[int, Proto]]:
    for port in ports:
        if not port.port:
            yield ALL_PORTS
        elif found := read.port(at, port.port, port.protocol):
            yield found


class Slices:
    """All slices, by their service.

    Not by the pods that they name: that would be another key for each pod, and what a
    pod is asked about is nearly always found by the services that select it.
    """

    def __init__(self) -> None:
        """Knows of none."""
        self._slices: dict[str, SliceFacts] = {}
        self._of: dict[Service, tuple[SliceFacts, ...]] = {}

    def of(self, service: Service) -> tuple[SliceFacts, ...]:
        """Lists the slices of a service."""
        return self._of.get(service, ())

    def put(self, uid: str, facts: SliceFacts | None) -> SliceFacts | None:
        """Takes note of a slice, or that it is gone; returns what it was before."""
        before = self._slices.pop(uid, None)
        if before is not None:
            left = tuple(one for one in self._of.pop(before.service) if one.uid != uid)
            if left:
                self._of[before.service] = left
        if facts is not None:
            self._slices[uid] = facts
            self._of[facts.service] = (*self.of(facts.service), facts)
        return before


def each_address(packed: bytes) -> Iterator[bytes]:
    """Yields addresses that are kept one after the other."""
    for at in range(0, len(packed), address.SIZE):
        yield packed[at : at + address.SIZE]


def moved(before: SliceFacts | None, after: SliceFacts | None) -> set[str]:
    """Names the pods for which a change of a slice makes a difference."""
    if before is None or after is None:
        return before.named() if before else after.named() if after else set()
    if (before.service, before.ports) != (after.service, after.ports):
        return before.named() | after.named()
    return {pod for pod, _ in before.pods() ^ after.pods()}
