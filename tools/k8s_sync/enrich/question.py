"""How a row of a log becomes a question to the timeline.

Pure. The Zeek plugin follows the same rules, so that live and offline answers are
the same ones.
"""

from typing import Protocol

from k8s_sync.model import Proto
from k8s_sync.rules import Answer

_TCP: tuple[Proto, ...] = ("tcp",)
_UDP: tuple[Proto, ...] = ("udp",)
ANY: tuple[Proto, ...] = ("tcp", "udp")
"""The row does not say which."""
_PROTOS: dict[str, tuple[Proto, ...]] = {"tcp": _TCP, "udp": _UDP, "sctp": ("sctp",)}
_BY_LOG: dict[str, tuple[Proto, ...]] = {
    **dict.fromkeys(
        (
            "dce_rpc",
            "files",
            "ftp",
            "http",
            "irc",
            "ldap",
            "ldap_search",
            "modbus",
            "mqtt_connect",
            "mqtt_publish",
            "mqtt_subscribe",
            "mysql",
            "ntlm",
            "postgresql",
            "rdp",
            "redis",
            "rfb",
            "smb_cmd",
            "smb_files",
            "smb_mapping",
            "smtp",
            "socks",
            "ssh",
            "ssl",
            "websocket",
        ),
        _TCP,
    ),
    **dict.fromkeys(("dhcp", "ntp", "quic", "radius", "snmp"), _UDP),
}


def protocols(log: str, proto: str | None) -> tuple[Proto, ...]:
    """Tells the transport protocol of the ports in a row.

    Inside Zeek a port knows its protocol; a log may have lost it.

    Args:
        log: The log's ``#path``, such as ``http``.
        proto: The value of its column ``proto``; None if it has no such column.

    Returns:
        One, none (as for ICMP, where a port is no port), or those that it may be.
    """
    if proto is not None:
        return _PROTOS.get(proto, ())
    return _BY_LOG.get(log, ANY)


class Owners(Protocol):
    """Whoever can be asked: a timeline, or a part of one."""

    def owner(
        self, address: bytes, time: int, port: int = 0, proto: Proto = ""
    ) -> Answer:
        """Says who owned an address; see `Timeline.owner`."""
        ...


def ask(
    timeline: Owners,
    address: bytes,
    time: int,
    port: int = 0,
    protos: tuple[Proto, ...] = (),
) -> Answer:
    """Asks who owned an address, where the protocol of the port may be unknown.

    A port claim then answers only if one protocol alone has one.
    """
    if len(protos) == 1:
        return timeline.owner(address, time, port, protos[0])
    answers = [timeline.owner(address, time, port, proto) for proto in protos]
    ported = [found for found in answers if found.claim and found.claim.port]
    return ported[0] if len(ported) == 1 else timeline.owner(address, time)
