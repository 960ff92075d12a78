"""Addresses as 16 packed bytes, the one form in which they are compared.

IPv4 is kept as v4-mapped IPv6 (``::ffff:a.b.c.d``), as Zeek itself does, so that
every way of writing one and the same address ends in the same key.
"""

import socket

SIZE = 16
"""Bytes of a packed address."""
V4_PREFIX = b"\x00" * 10 + b"\xff\xff"
_V4_PREFIX_BITS = 96
_BITS = 128
_LONGEST_QUOTE = 200


def quoted(value: str) -> str:
    """A value as a complaint about it names it: no more than 200 bytes of it."""
    data = value.encode(errors="surrogatepass")
    if len(data) > _LONGEST_QUOTE:
        value = data[:_LONGEST_QUOTE].decode(errors="ignore")
    return f"'{value}'"


def pack(text: str) -> bytes:
    """Turns text into a packed address.

    Args:
        text: IPv4 in four decimal octets without leading zeros, or IPv6 as of
            RFC 4291. A v4-mapped IPv6 address is that IPv4 address.

    Returns:
        The 16 bytes in network order.

    Raises:
        ValueError: It is no address, or has a zone.
    """
    try:
        if ":" in text:
            return socket.inet_pton(socket.AF_INET6, text)
        return V4_PREFIX + socket.inet_pton(socket.AF_INET, text)
    except (OSError, ValueError):  # ValueError: an embedded NUL or a surrogate
        raise ValueError(f"bad addr {quoted(text)}") from None


def text(packed: bytes) -> str:
    """Writes a packed address as Zeek does: IPv4 dotted, IPv6 shortest."""
    if packed.startswith(V4_PREFIX):
        return socket.inet_ntop(socket.AF_INET, packed[12:])
    return socket.inet_ntop(socket.AF_INET6, packed)


class Subnet:
    """A range of addresses; bits after the prefix are cleared."""

    __slots__ = ("bits", "length", "network")

    def __init__(self, network: bytes, length: int) -> None:
        """Makes a subnet of a packed address and a length of 0 to 128 bits."""
        self.length = length
        self.bits = int.from_bytes(network) >> (_BITS - length)
        self.network = (self.bits << (_BITS - length)).to_bytes(16)

    @classmethod
    def parse(cls, text: str) -> "Subnet":
        """Turns ``10.0.0.0/8`` or ``fd00::/8`` into a subnet.

        Raises:
            ValueError: It is no subnet.
        """
        base, slash, length = text.partition("/")
        try:
            network = pack(base)
        except ValueError:
            raise ValueError(f"bad subnet {quoted(text)}") from None
        extra = 0 if ":" in base else _V4_PREFIX_BITS
        # isdigit() alone would let other scripts' digits pass.
        if not (slash and length.isascii() and length.isdigit() and len(length) <= 3):  # noqa: PLR2004
            raise ValueError(f"bad subnet {quoted(text)}")
        bits = int(length) + extra
        if bits > _BITS:
            raise ValueError(f"bad subnet {quoted(text)}")
        return cls(network, bits)

    def __contains__(self, packed: bytes) -> bool:
        return int.from_bytes(packed) >> (_BITS - self.length) == self.bits

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Subnet)
            and self.length == other.length
            and self.bits == other.bits
        )

    def __hash__(self) -> int:
        return hash((self.length, self.bits))

    def __repr__(self) -> str:
        return f"Subnet({self})"

    def __str__(self) -> str:
        if self.length >= _V4_PREFIX_BITS and self.network.startswith(V4_PREFIX):
            return f"{text(self.network)}/{self.length - _V4_PREFIX_BITS}"
        return f"{socket.inet_ntop(socket.AF_INET6, self.network)}/{self.length}"
