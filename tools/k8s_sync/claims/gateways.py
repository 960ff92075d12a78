"""A node's own addresses inside of the pod network: gateways and ends of tunnels.

Probes of the kubelet, and all else that the node itself sends to pods, come from them.
They are read from what network plugins write about their nodes. Where a plugin says
nothing, nothing is guessed: the first address of a block may as well be a pod's.
"""

from collections.abc import Iterable, Iterator, Mapping

import msgspec

from k8s_sync import address
from k8s_sync.address import Subnet
from k8s_sync.claims.annotations import annotation

_ADDRESSES = (
    # Calico: libcalico-go/lib/backend/k8s/resources/node.go.
    "projectcalico.org/IPv4VXLANTunnelAddr",
    "projectcalico.org/IPv6VXLANTunnelAddr",
    "projectcalico.org/IPv4IPIPTunnelAddr",
    "projectcalico.org/IPv4WireguardInterfaceAddr",
    "projectcalico.org/IPv6WireguardInterfaceAddr",
    # Cilium: pkg/annotation/k8s.go, with the names before 1.13. The health endpoint and
    # the proxy of an Ingress are the agent's own.
    *(
        f"{prefix}{family}-{name}"
        for prefix in ("network.cilium.io/", "io.cilium.network.")
        for family in ("ipv4", "ipv6")
        for name in ("cilium-host", "health-ip", "Ingress-ip")
    ),
)
_OVN = "k8s.ovn.org/node-subnets"
_FLANNEL = "flannel.alpha.coreos.com/backend-type"
_FLANNEL_TUNNELS = frozenset(("vxlan", "ipip", "wireguard"))

_ovn = msgspec.json.Decoder(dict[str, str | tuple[str, ...]])


def written(annotations: Mapping[str, str]) -> Iterator[str]:
    """Yields the addresses that annotations of a node name as its own."""
    return (annotations.get(name, "") for name in _ADDRESSES)


def flannel(annotations: Mapping[str, str], cidrs: Iterable[Subnet]) -> Iterator[str]:
    """Yields those that flannel takes from the blocks of a node's pods.

    The first address is the bridge's, `cni0` (pkg/subnet/subnetfile_unix.go writes it
    as FLANNEL_SUBNET), and the block's own is that of the tunnel: of `flannel.1`,
    `flannel.ipip` or `flannel-wg` (RegisterNetwork in pkg/backend/*).
    """
    backend = annotations.get(_FLANNEL, "")
    for cidr in cidrs if backend else ():
        yield from _numbered(cidr, 1)
        if backend in _FLANNEL_TUNNELS:
            yield from _numbered(cidr, 0)


def ovn(annotations: Mapping[str, str]) -> Iterator[str]:
    """Yields those that OVN-Kubernetes takes from the blocks of a node's pods.

    The first is the gateway's, the second that of the management port, `ovn-k8s-mp0`
    (GetNodeGatewayIfAddr and GetNodeManagementIfAddr in go-controller/pkg/util/net.go).

    Raises:
        ValueError: The annotation is not what it should be.
    """
    if _OVN not in annotations:
        return
    blocks = annotation(_ovn, annotations, _OVN).get("default", ())
    for text in (blocks,) if isinstance(blocks, str) else blocks:
        yield from _numbered(Subnet.parse(text), 1, 2)


def _numbered(cidr: Subnet, *numbers: int) -> Iterator[str]:
    """Yields addresses of a block, counted from the block's own, if it has them."""
    for number in numbers:
        packed = (int.from_bytes(cidr.network) | number).to_bytes(16)
        if packed in cidr:
            yield address.text(packed)
