"""Connections with TLS: handshakes as they are, and records that nobody can read."""

import struct
from collections.abc import Iterator

from k8s_btest.certificate import certificate
from k8s_btest.talk import Spoken, spoken
from k8s_btest.tls_hello import (
    ciphers,
    client_hello,
    extension,
    handshake,
    key_share,
    protocols,
    vector,
)
from k8s_btest.traffic_words import Certificate, Tls
from k8s_btest.values import filler

_ALERT, _CHANGE, _HANDSHAKE, _DATA = 21, 20, 22, 23
_USUAL = 0xC02B
"""ECDHE with ECDSA, AES-128-GCM and SHA-256: a certificate as ours has it."""
_TLS_1_3 = range(0x1301, 0x1306)
_LONGEST = 1 << 14
_CHANGED = b"\x01"
_NO_CIPHER_IN_COMMON = b"\x02\x28"
_CERTIFICATE_SIZE = 1800
"""Of what a server of TLS 1.3 sends encrypted after its hello, about."""


def exchange(said: Tls, sni: str, seed: str) -> Iterator[Spoken]:
    """Shakes hands and goes on.

    Args:
        said: What kind of client and server, and what both say.
        sni: The name that the client asks for.
        seed: Makes random numbers differ between connections.
    """
    # A client's first record says 1.0, for servers that know nothing else.
    hello = client_hello(said, sni, seed)
    yield Spoken(client=True, data=_record(_HANDSHAKE, hello, 0x0301))
    if said.answer == "none":
        return
    if said.answer == "alert":
        yield Spoken(client=False, data=_record(_ALERT, _NO_CIPHER_IN_COMMON))
        return
    answer = _answer_1_3 if said.version == "1.3" else _answer_1_2
    yield from answer(said, seed)
    if said.answer == "established":
        for one in spoken(said.then):
            yield one._replace(data=_record(_DATA, one.data))


def _answer_1_3(said: Tls, seed: str) -> Iterator[Spoken]:
    hello = _server_hello(
        next((c for c in ciphers(said) if c in _TLS_1_3), _TLS_1_3[0]),
        f"session/{seed}",
        extension(43, b"\x03\x04") + extension(51, key_share(f"server/{seed}")),
        seed,
    )
    data = _record(_HANDSHAKE, hello)
    if said.answer == "hello":
        yield Spoken(client=False, data=data)
        return
    data += _record(_CHANGE, _CHANGED)
    data += _record(_DATA, filler(_CERTIFICATE_SIZE, f"certificate/{seed}"))
    yield Spoken(client=False, data=data)
    finished = _record(_DATA, filler(53, f"finished/{seed}"))
    yield Spoken(client=True, data=_record(_CHANGE, _CHANGED) + finished)


def _answer_1_2(said: Tls, seed: str) -> Iterator[Spoken]:
    offered = [c for c in ciphers(said) if c not in _TLS_1_3]
    extensions = extension(65281, b"\x00")
    if said.server_alpn:
        extensions += extension(16, protocols((said.server_alpn,)))
    hello = _server_hello(
        _USUAL if _USUAL in offered or not offered else offered[0],
        f"new session/{seed}",
        extensions,
        seed,
    )
    data = _record(_HANDSHAKE, hello)
    if said.answer == "hello":
        yield Spoken(client=False, data=data)
        return
    chain = vector(3, vector(3, certificate(said.certificate or Certificate())))
    # The share on a named curve, and a signature by ECDSA with SHA-256 over it.
    share = b"\x03\x00\x1d" + vector(1, filler(32, f"server/{seed}"))
    share += b"\x04\x03" + vector(2, filler(70, f"signature/{seed}"))
    for kind, body in ((11, chain), (12, share), (14, b"")):
        data += _record(_HANDSHAKE, handshake(kind, body))
    yield Spoken(client=False, data=data)
    mine = handshake(16, vector(1, filler(32, f"client/{seed}")))
    end = _record(_CHANGE, _CHANGED) + _record(_HANDSHAKE, filler(40, f"end/{seed}"))
    yield Spoken(client=True, data=_record(_HANDSHAKE, mine) + end)
    yield Spoken(client=False, data=end)


def _server_hello(cipher: int, session: str, extensions: bytes, seed: str) -> bytes:
    body = struct.pack(">H", 0x0303) + filler(32, f"server random/{seed}")
    body += vector(1, filler(32, session)) + struct.pack(">HB", cipher, 0)
    return handshake(2, body + vector(2, extensions))


def _record(kind: int, data: bytes, version: int = 0x0303) -> bytes:
    """Makes records of data, as many as it needs."""
    parts = []
    for start in range(0, max(len(data), 1), _LONGEST):
        part = data[start : start + _LONGEST]
        parts.append(struct.pack(">BH", kind, version) + vector(2, part))
    return b"".join(parts)
