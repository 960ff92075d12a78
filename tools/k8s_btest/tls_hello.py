"""Hellos of TLS clients, as they were measured.

The ciphers and extensions of each, in their order, are those that kubectl 1.36 (Go),
curl 7.88 with OpenSSL 3.0, and Python 3.11 with OpenSSL 3.0 sent.
"""

import struct
from typing import NamedTuple

from k8s_btest.traffic_words import Tls
from k8s_btest.values import filler

_SNI, _ALPN, _PADDING, _KEY_SHARE = 0, 16, 21, 51
_X25519 = 29
_PADDED = range(256, 512)
"""Sizes of hellos that OpenSSL pads, since some servers stumbled over them."""
_OPENSSL_SIGNATURES = (
    "0028040305030603080708080809080a080b0804080508060401050106010303030103020402"
    "05020602"
)
_GO_SIGNATURES = "001e090409050906080404030807080508060401050106010503060302010203"
_OPENSSL_GROUPS = "0014001d0017001e0019001801000101010201030104"


class _Client(NamedTuple):
    ciphers: str
    extensions: tuple[tuple[int, str], ...]
    """Type and contents; ALPN, key share and padding are made, SNI comes first."""
    alpn: tuple[str, ...]


_CLIENTS = {
    "go": _Client(
        "c02bc02fc02cc030cca9cca8c009c013c00ac014130113021303",
        (
            (11, "0100"),
            (65281, "00"),
            (23, ""),
            (18, ""),
            (5, "0100000000"),
            (10, "0008001d001700180019"),
            (13, _GO_SIGNATURES),
            (50, _GO_SIGNATURES),
            (_ALPN, ""),
            (43, "0403040303"),
            (_KEY_SHARE, ""),
        ),
        ("h2", "http/1.1"),
    ),
    "curl": _Client(
        "130213031301c02cc030009fcca9cca8ccaac02bc02f009ec024c028006bc023c0270067"
        "c00ac0140039c009c0130033009d009c003d003c0035002f00ff",
        (
            (11, "03000102"),
            (10, _OPENSSL_GROUPS),
            (_ALPN, ""),
            (22, ""),
            (23, ""),
            (49, ""),
            (13, _OPENSSL_SIGNATURES),
            (43, "080304030303020301"),
            (45, "0101"),
            (_KEY_SHARE, ""),
            (_PADDING, ""),
        ),
        ("h2", "http/1.1"),
    ),
    "python": _Client(
        "130213031301c02cc030c02bc02fcca9cca8c024c028c023c027009f009e006b006700ff",
        (
            (11, "03000102"),
            (10, _OPENSSL_GROUPS),
            (_ALPN, ""),
            (35, ""),
            (22, ""),
            (23, ""),
            (13, _OPENSSL_SIGNATURES),
            (43, "0403040303"),
            (45, "0101"),
            (_KEY_SHARE, ""),
            (_PADDING, ""),
        ),
        (),
    ),
}


def ciphers(said: Tls) -> tuple[int, ...]:
    """What the client offers."""
    data = bytes.fromhex(_CLIENTS[said.client].ciphers)
    return said.ciphers or struct.unpack(f">{len(data) // 2}H", data)


def client_hello(said: Tls, sni: str, seed: str) -> bytes:
    """Makes the handshake message with which a client begins."""
    client = _CLIENTS[said.client]
    offered = ciphers(said)
    body = struct.pack(">H", 0x0303) + filler(32, f"random/{seed}")
    body += vector(1, filler(32, f"session/{seed}"))
    body += vector(2, struct.pack(f">{len(offered)}H", *offered)) + b"\x01\x00"
    extensions = extension(_SNI, _server_name(sni)) if sni else b""
    alpn = client.alpn if said.alpn is None else said.alpn
    for kind, contents in client.extensions:
        if kind == _ALPN:
            extensions += extension(_ALPN, protocols(alpn)) if alpn else b""
        elif kind == _KEY_SHARE:
            extensions += extension(_KEY_SHARE, vector(2, key_share(seed)))
        elif kind == _PADDING:
            size = len(body) + 2 + len(extensions) + 4
            if size in _PADDED:
                zeros = max(_PADDED.stop - size - 4, 1)
                extensions += extension(_PADDING, bytes(zeros))
        else:
            extensions += extension(kind, bytes.fromhex(contents))
    return handshake(1, body + vector(2, extensions))


def vector(size: int, data: bytes) -> bytes:
    """Puts the length of data before it, in so many bytes."""
    return len(data).to_bytes(size) + data


def extension(kind: int, data: bytes) -> bytes:
    """Makes an extension of a hello."""
    return struct.pack(">H", kind) + vector(2, data)


def protocols(names: tuple[str, ...]) -> bytes:
    """The contents of the extension that names protocols."""
    return vector(2, b"".join(vector(1, name.encode()) for name in names))


def key_share(seed: str) -> bytes:
    """A share of a key on the usual curve."""
    return struct.pack(">H", _X25519) + vector(2, filler(32, f"share/{seed}"))


def handshake(kind: int, body: bytes) -> bytes:
    """Makes a message of the handshake."""
    return bytes([kind]) + vector(3, body)


def _server_name(name: str) -> bytes:
    return vector(2, b"\x00" + vector(2, name.encode()))
