"""What is asked about: an address, perhaps with a port, or an object by name."""

import re

import msgspec

from k8s_sync import address, selector
from k8s_sync.enrich.question import ANY
from k8s_sync.errors import ConfigError
from k8s_sync.model import Proto
from k8s_sync.selector import Selector

_LIKE_ADDRESS = re.compile(r"[0-9.]{1,15}(/.*)?|.*[:\[].*", re.DOTALL)
"""Names of Kubernetes have no colons; a uid may be 32 digits."""
_TARGET = re.compile(
    r"(?:\[(?P<six>[^\]]*)\]|(?P<four>[0-9.]+)|(?P<bare>[0-9A-Fa-f:.]+?))"
    r"(?::(?P<port>[0-9]{1,5})(?:/(?P<proto>tcp|udp|sctp))?)?"
)
_PROTOS: dict[str, tuple[Proto, ...]] = {
    "tcp": ("tcp",),
    "udp": ("udp",),
    "sctp": ("sctp",),
}
PORTS = 1 << 16
_FORMS = "ADDRESS, ADDRESS:PORT[/PROTO] or [IPV6]:PORT[/PROTO]"
_NAMES = "NAMESPACE/POD, [NAMESPACE/]KIND/NAME, a uid or the name of a node"


class Target(msgspec.Struct, frozen=True):
    """An address, with a port or without."""

    address: bytes
    port: int = 0
    protos: tuple[Proto, ...] = ()


def parse_target(text: str) -> Target | Selector:
    """Reads an address such as ``10.0.0.1:53/udp``, or what an object is called.

    Raises:
        ConfigError: It is neither.
    """
    if not _is_text(text):
        raise ConfigError(f"{text!r} is no text in UTF-8")
    if _LIKE_ADDRESS.fullmatch(text):
        return _parse_address(text)
    try:
        return selector.parse(text)
    except ValueError as error:
        raise ConfigError(f"{error}: give {_FORMS}, {_NAMES}") from None


def _is_text(text: str) -> bool:
    """Tells whether no part of a text is a byte that no letter could be made of."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _parse_address(text: str) -> Target:
    if ":" in text and "[" not in text and "." not in text:
        found, host = None, text
    else:
        found = _TARGET.fullmatch(text)
        if not found:
            raise ConfigError(f"'{text}' is not {_FORMS}")
        host = found["six"] or found["four"] or found["bare"] or ""
    try:
        packed = address.pack(host)
    except ValueError as error:
        raise ConfigError(f"{error}: give {_FORMS}") from None
    if not found or not found["port"]:
        return Target(packed)
    port = int(found["port"])
    if not 0 < port < PORTS:
        raise ConfigError(f"bad port '{port}'")
    return Target(packed, port, _PROTOS.get(found["proto"] or "", ANY))
