"""How Zeeks are called: with which certificates, and by which name. Opens no socket."""

import ssl
from pathlib import Path
from socket import AddressFamily
from typing import Any

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

PATH = "/v1/messages/json"
"""Of Zeek's WebSocket, as of its version 8.0."""


class CertificateFileError(OSError):
    """A file with certificates or a key is of no use; the text says which and why."""


class Calling:
    """What is shown to each Zeek, and wanted of it.

    Args:
        ca: PEM file with the authorities that may vouch for a Zeek; empty for those of
            the system.
        cert: PEM file with our certificate; empty for none.
        key: PEM file with its key.
        name: What the certificate of a Zeek must be for, in place of the host.
    """

    def __init__(
        self, ca: str = "", cert: str = "", key: str = "", name: str = ""
    ) -> None:
        self._ca = ca
        self._cert = cert
        self._key = key
        self._name = name

    def url(self, place: str) -> str:
        """The URL of a Zeek at ``HOST:PORT``."""
        return f"{'wss' if self._ca or self._cert else 'ws'}://{place}{PATH}"

    def context(self) -> ssl.SSLContext:
        """Reads the files as they are now: certificates do not live long.

        Raises:
            CertificateFileError: One of them is of no use.
        """
        try:
            context = ssl.create_default_context(cafile=self._ca or None)
        except OSError as error:  # an SSLError is one
            raise _useless("zeek_ca", self._ca, error) from error
        # As for API servers: Python 3.13 began to refuse what has served for years.
        context.verify_flags &= ~ssl.VERIFY_X509_STRICT
        if self._cert:
            for name, path in (("zeek_cert", self._cert), ("zeek_key", self._key)):
                try:
                    Path(path).read_bytes()
                except OSError as error:
                    raise _useless(name, path, error) from error
            try:
                # The password keeps OpenSSL from asking for one at the terminal.
                context.load_cert_chain(self._cert, self._key, password="")
            except OSError as error:
                raise _useless("zeek_cert or zeek_key", self._cert, error) from error
        return context

    def options(self, url: str) -> dict[str, Any]:
        """What `aiohttp.ClientSession.ws_connect` needs for a Zeek.

        Raises:
            CertificateFileError: A file is of no use.
        """
        if not url.startswith("wss:"):
            return {"url": url}
        renamed = URL(url).with_host(self._name) if self._name else URL(url)
        return {"url": renamed, "ssl": self.context()}

    def connector(self, url: str) -> aiohttp.TCPConnector:
        """A connector that finds a Zeek although it is called by another name."""
        host = URL(url).host or ""
        if not self._name:
            return aiohttp.TCPConnector()
        return aiohttp.TCPConnector(resolver=_Instead(host), use_dns_cache=False)


def _useless(name: str, path: str, error: OSError) -> CertificateFileError:
    if isinstance(error, ssl.SSLError):
        text = error.reason or "it is no PEM file"
        reason = text.lower().replace("_", " ")
    else:
        reason = error.strerror or str(error)
    return CertificateFileError(f"{name}: cannot use {path or 'the system'}: {reason}")


class _Instead(AbstractResolver):
    """Finds one host, whatever it is asked for."""

    def __init__(self, host: str) -> None:
        self._host = host
        self._resolver = aiohttp.ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: AddressFamily = AddressFamily.AF_INET
    ) -> list[ResolveResult]:
        found = await self._resolver.resolve(self._host, port, family)
        return [{**one, "hostname": host} for one in found]

    async def close(self) -> None:
        await self._resolver.close()
