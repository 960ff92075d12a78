"""Addresses of a pod outside of the pod network, as CNI plugins annotate them.

They are unique only within their network. Multus writes what every plugin
answered; OVN-Kubernetes writes the networks that users define.
"""

from collections.abc import Iterator, Mapping

import msgspec

from k8s_sync.claims.annotations import annotation

_MULTUS = (
    "k8s.v1.cni.cncf.io/network-status",
    # A historic mistake that is still written, often beside the right one.
    "k8s.v1.cni.cncf.io/networks-status",
)
_OVN = "k8s.ovn.org/pod-networks"
ANNOTATIONS = (*_MULTUS, _OVN)


class _Attachment(msgspec.Struct, frozen=True):
    name: str = ""
    ips: tuple[str, ...] | None = None
    default: bool = False


class _OvnNetwork(msgspec.Struct, frozen=True):
    ip_addresses: tuple[str, ...] = ()


_multus = msgspec.json.Decoder(tuple[_Attachment, ...])
_ovn = msgspec.json.Decoder(dict[str, _OvnNetwork])


def secondary(annotations: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yields network and address, as text, of each secondary interface.

    Raises:
        ValueError: An annotation is not what it should be; the message says which.
    """
    name = next((name for name in _MULTUS if name in annotations), "")
    if name:
        for attachment in annotation(_multus, annotations, name):
            if not attachment.default:
                for ip in attachment.ips or ():
                    yield _named(attachment.name, name), ip
    if _OVN in annotations:
        for network, found in annotation(_ovn, annotations, _OVN).items():
            if network != "default":
                for ip in found.ip_addresses:
                    yield _named(network, _OVN), ip.partition("/")[0]


def _named(network: str, annotation: str) -> str:
    """Refuses what has no name: it would be taken for the pod network.

    Whoever makes a pod may annotate it, and what is another pod's there is not for him
    to claim.
    """
    if not network:
        raise ValueError(f"bad annotation {annotation}: a network without a name")
    return network
