"""The small types of a scenario: times, payloads, ports, ends, overlays.

Each is made from what a person writes in YAML, and refuses what makes no sense with
a message that says what would. `hook` gives them to msgspec.
"""

import base64
import binascii
import hashlib
import ipaddress
import re
from typing import Any, Self

from k8s_sync.model import SECOND

_TIME = re.compile(r"([+-]?\d+(?:\.\d{1,6})?)\s*(us|ms|s|m|h|d)?")
_UNITS = {"us": 1, "ms": 1000, "s": SECOND, "m": 60 * SECOND, "h": 3600 * SECOND}
_UNITS["d"] = 24 * _UNITS["h"]
_PORT = re.compile(r"(\d{1,5})(?::(\d{1,5}))?(?:/(tcp|udp|sctp))?")
_PORTS = range(1, 1 << 16)
_END = re.compile(r"(?:(pod|node|service)/)?(?:([^/\s]+)/)?([^/\s]+)")
_OVERLAY = re.compile(r"(none|vxlan|geneve|ipip|vlan)(?::(\d+))?(?:/(\d+))?")
_VLANS = range(1, 4095)
_VNIS = range(1 << 24)
_SIZES = range(1 << 24)


class Time(int):
    """Microseconds; written as seconds, or as text such as ``90s``, ``5m``, ``-2h``."""

    @classmethod
    def of(cls, value: object) -> Self:
        """Reads what a person wrote."""
        text = str(value) if isinstance(value, int | float | str) else ""
        found = _TIME.fullmatch(text.strip())
        if found is None or isinstance(value, bool):
            raise ValueError(f"no time: {value!r}; write seconds, or 90s, 5m, -2h, 1d")
        whole, _, fraction = found[1].partition(".")
        unit = _UNITS[found[2] or "s"]
        sign = -1 if whole.startswith("-") else 1
        return cls(
            int(whole) * unit + sign * int(fraction.ljust(6, "0")) * unit // SECOND
        )


class Payload(bytes):
    """Bytes; written as text, ``{hex: ...}``, ``{base64: ...}`` or ``{size: N}``."""

    @classmethod
    def of(cls, value: object) -> Self:
        """Reads what a person wrote."""
        if isinstance(value, bytes):  # YAML's !!binary
            return cls(value)
        if isinstance(value, str):
            return cls(value.encode())
        if isinstance(value, dict) and len(value) == 1:
            ((how, what),) = value.items()
            try:
                if how == "hex":
                    return cls(bytes.fromhex(str(what)))
                if how == "base64":
                    return cls(base64.b64decode(str(what), validate=True))
            except (ValueError, binascii.Error) as error:
                raise ValueError(f"bad {how}: {error}") from None
            if how == "size" and type(what) is int and what in _SIZES:
                return cls(filler(what))
        raise ValueError(
            "no payload: write text, or one of {hex: 00ff}, {base64: AP8=}, {size: 300}"
        )


def filler(size: int, seed: str = "") -> bytes:
    """Bytes that look like nothing, the same ones each time."""
    return hashlib.shake_128(seed.encode()).digest(size)


class Port(str):
    """A port that is served: ``80``, ``53/udp``; ``80:30080`` has a node port, too."""

    __slots__ = ()

    @classmethod
    def of(cls, value: object) -> Self:
        """Reads what a person wrote."""
        found = _PORT.fullmatch(str(value))
        if found and int(found[1]) in _PORTS and int(found[2] or 1) in _PORTS:
            return cls(value)
        raise ValueError(f"no port: {value!r}; write 80, 53/udp or 80:30080/tcp")

    @property
    def parts(self) -> tuple[int, int, str]:
        """The port, the port on nodes (0: none) and the protocol."""
        number, node, proto = _PORT.fullmatch(self).groups()  # type: ignore[union-attr]
        return int(number), int(node or 0), proto or "tcp"


class End(str):
    """One end of traffic: a pod, node, service, or an address.

    ``NAME`` or ``NAMESPACE/NAME`` is a pod, and so is ``pod/NAMESPACE/NAME``;
    ``node/NAME``, ``service/NAMESPACE/NAME``. The namespace may be left out where only
    one has that name.
    """

    __slots__ = ()

    @classmethod
    def of(cls, value: object) -> Self:
        """Reads what a person wrote."""
        if isinstance(value, str) and _END.fullmatch(value):
            return cls(value)
        raise ValueError(
            f"no end of traffic: {value!r}; write web, shop/web, node/node-1,"
            " service/shop/web or an address"
        )

    @property
    def parts(self) -> tuple[str, str, str]:
        """Kind (``pod`` if it does not say), namespace (or empty), and name."""
        kind, namespace, name = _END.fullmatch(self).groups()  # type: ignore[union-attr]
        return kind or "pod", namespace or "", name


class Ends(tuple[End, ...]):
    """One end, or several in a list."""

    __slots__ = ()

    @classmethod
    def of(cls, value: object) -> Self:
        """Reads what a person wrote."""
        return cls(map(End.of, value if isinstance(value, list) else [value]))


class Address(str):
    """An IPv4 or IPv6 address."""

    __slots__ = ()

    @classmethod
    def of(cls, value: object) -> Self:
        """Reads what a person wrote."""
        return cls(ipaddress.ip_address(value if isinstance(value, str) else ""))


class Subnet(str):
    """A block of addresses, such as ``10.244.0.0/16``."""

    __slots__ = ()

    @classmethod
    def of(cls, value: object) -> Self:
        """Reads what a person wrote."""
        return cls(ipaddress.ip_network(value if isinstance(value, str) else ""))


class Overlay(str):
    """What packets between nodes are wrapped in.

    ``none``, ``vxlan`` (4789), ``vxlan:8472``, ``geneve``, ``ipip``, ``vlan:100``; the
    number of the virtual network follows a slash: ``vxlan:8472/7``.
    """

    __slots__ = ()

    @classmethod
    def of(cls, value: object) -> Self:
        """Reads what a person wrote."""
        found = _OVERLAY.fullmatch(value) if isinstance(value, str) else None
        if found is not None:
            kind, number, vni = found.groups()
            limits = {"vxlan": _PORTS, "geneve": _PORTS, "vlan": _VLANS}.get(kind, ())
            fits = number is None or int(number) in limits
            tagged = vni is None or (kind in ("vxlan", "geneve") and int(vni) in _VNIS)
            if fits and tagged and (kind != "vlan" or number):
                return cls(value)
        raise ValueError(
            f"no overlay: {value!r}; write none, vxlan:4789, vxlan:8472, geneve, ipip"
            " or vlan:100"
        )

    @property
    def parts(self) -> tuple[str, int, int]:
        """Kind, port or VLAN (0: not said), and virtual network (1 if not said)."""
        kind, number, vni = _OVERLAY.fullmatch(self).groups()  # type: ignore[union-attr]
        return kind, int(number or 0), int(vni or 1)


def hook(wanted: Any, value: object) -> object:  # noqa: ANN401 -- as msgspec calls it
    """Makes one of the types here; msgspec knows all others itself."""
    try:
        return wanted.of(value)
    except AttributeError:
        raise NotImplementedError(wanted) from None
