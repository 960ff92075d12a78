"""Real programs that talk to each other on loopback: DNS, HTTP and TLS.

In a network of its own; see ``in-own-network``.
"""

import asyncio
import socket
import ssl
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import cast

import trustme

DNS_PORT, HTTP_PORT, TLS_PORT = 53, 80, 443
BODY = b"hello from a pod\n"


class _Resolver(asyncio.DatagramProtocol):
    """Answers every question with one address."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        header = data[:2] + b"\x81\x80" + struct.pack("!4H", 1, 1, 0, 0)
        record = b"\xc0\x0c" + struct.pack("!HHIH", 1, 1, 60, 4) + b"\x0a\x4d\x01\x01"
        self._transport.sendto(header + data[12:] + record, addr)


def _question(name: str) -> bytes:
    labels = b"".join(bytes([len(part)]) + part.encode() for part in name.split("."))
    return struct.pack("!6H", 7, 0x0100, 1, 0, 0, 0) + labels + b"\0" + b"\0\1\0\1"


async def _serve_http(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    await reader.readuntil(b"\r\n\r\n")
    head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(BODY)}\r\nConnection: close\r\n"
    writer.write(f"{head}Content-Type: text/plain\r\n\r\n".encode() + BODY)
    await writer.drain()
    writer.close()
    await writer.wait_closed()


@asynccontextmanager
async def serving(address: str) -> AsyncIterator[ssl.SSLContext]:
    """Serves all three on an address; yields what a TLS client has to trust."""
    authority = trustme.CA()
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    # In TLS 1.2 the certificate is on the wire for Zeek to see.
    server.maximum_version = ssl.TLSVersion.TLSv1_2
    authority.issue_cert("web.shop.svc").configure_cert(server)
    client = ssl.create_default_context()
    authority.configure_trust(client)
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(
        _Resolver, local_addr=(address, DNS_PORT)
    )
    http = await asyncio.start_server(_serve_http, address, HTTP_PORT)
    tls = await asyncio.start_server(_serve_http, address, TLS_PORT, ssl=server)
    async with http, tls:
        yield client
    transport.close()


async def _fetch(
    source: str, target: str, port: int, path: str, trust: ssl.SSLContext | None
) -> None:
    reader, writer = await asyncio.open_connection(
        target,
        port,
        local_addr=(source, 0),
        ssl=trust,
        server_hostname="web.shop.svc" if trust else None,
    )
    writer.write(f"GET {path} HTTP/1.1\r\nHost: web.shop.svc\r\n\r\n".encode())
    answer = await reader.read()
    assert answer.endswith(BODY)
    writer.close()
    await writer.wait_closed()


async def talk(source: str, target: str, word: str, trust: ssl.SSLContext) -> None:
    """Looks a name up, fetches over HTTP and over TLS; `word` marks the requests."""
    loop = asyncio.get_running_loop()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(0)
        client.bind((source, 0))
        await loop.sock_sendto(client, _question(f"{word}.svc"), (target, DNS_PORT))
        async with asyncio.timeout(5):
            await loop.sock_recv(client, 512)
    await _fetch(source, target, HTTP_PORT, f"/{word}", None)
    await _fetch(source, target, TLS_PORT, f"/{word}", trust)
