"""A certificate that parses as one; its signature is made up.

Nobody checks it: Zeek only reads it, and a real one needs keys and a clock.
"""

import hashlib

from k8s_btest.traffic_words import Certificate
from k8s_btest.values import filler

_INTEGER, _BITS, _OCTETS, _OBJECT, _UTF8, _UTC = 0x02, 0x03, 0x04, 0x06, 0x0C, 0x17
_SEQUENCE, _SET, _VERSION, _EXTENSIONS, _DNS_NAME = 0x30, 0x31, 0xA0, 0xA3, 0x82
_LONG = 0x80
_ECDSA_SHA256 = bytes.fromhex("2a8648ce3d040302")
_EC_KEY = bytes.fromhex("2a8648ce3d0201")
_P256 = bytes.fromhex("2a8648ce3d030107")
_COMMON_NAME = bytes.fromhex("550403")
_ALTERNATIVE_NAMES = bytes.fromhex("551d11")
# The base point of P-256: a key that is on the curve.
_KEY = bytes.fromhex(
    "046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
    "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5"
)


def certificate(said: Certificate) -> bytes:
    """Writes a certificate of X.509 as DER."""
    algorithm = _der(_SEQUENCE, _der(_OBJECT, _ECDSA_SHA256))
    names = b"".join(_der(_DNS_NAME, name.encode()) for name in said.names)
    extension = _der(_OBJECT, _ALTERNATIVE_NAMES)
    extension += _der(_OCTETS, _der(_SEQUENCE, names))
    serial = b"\x01" + hashlib.sha256(repr(said).encode()).digest()[:8]
    body = _der(_VERSION, _der(_INTEGER, b"\x02"))
    body += _der(_INTEGER, serial) + algorithm + _name(said.issuer)
    dates = (b"260101000000Z", b"360101000000Z")
    body += _der(_SEQUENCE, b"".join(_der(_UTC, date) for date in dates))
    body += _name(said.subject)
    curve = _der(_SEQUENCE, _der(_OBJECT, _EC_KEY) + _der(_OBJECT, _P256))
    body += _der(_SEQUENCE, curve + _der(_BITS, b"\x00" + _KEY))
    if said.names:
        extensions = _der(_SEQUENCE, _der(_SEQUENCE, extension))
        body += _der(_EXTENSIONS, extensions)
    half = _der(_INTEGER, b"\x01" + filler(31))
    signature = _der(_BITS, b"\x00" + _der(_SEQUENCE, half + half))
    return _der(_SEQUENCE, _der(_SEQUENCE, body) + algorithm + signature)


def _name(common: str) -> bytes:
    pair = _der(_OBJECT, _COMMON_NAME) + _der(_UTF8, common.encode())
    return _der(_SEQUENCE, _der(_SET, _der(_SEQUENCE, pair)))


def _der(tag: int, data: bytes) -> bytes:
    size = len(data)
    if size < _LONG:
        return bytes([tag, size]) + data
    length = size.to_bytes((size.bit_length() + 7) // 8)
    return bytes([tag, _LONG | len(length)]) + length + data
