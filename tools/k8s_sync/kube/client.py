"""The thin rim between the Kubernetes API and us: bytes over HTTP, nothing else.

No retries here but one: a request that is refused with 401 is sent once more with
fresh credentials. What the bytes mean is the business of `decode`, when to ask again
that of `reflector`.
"""

import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import aiohttp

from k8s_sync import __version__
from k8s_sync.errors import (
    BadAnswerError,
    NoAnswerError,
    SilentError,
    UnauthorizedError,
    UnreachableError,
)
from k8s_sync.kube.auth import Access, Credentials
from k8s_sync.kube.lines import LineSplitter, LineTooLongError
from k8s_sync.kube.refusal import refusal

CONNECT_TIMEOUT = 10.0
"""Seconds for a TCP and TLS connection."""
SILENCE_TIMEOUT = 75.0
"""Seconds without a byte after which a connection counts as dead.

A watch hears a bookmark each 60 s, and the server remembers 75 s of history: so the
watch can go on from where it was.
"""

_NO_WORK = 1.0
"""Seconds. Who closes a connection before that without a word has done nothing for us:
a load balancer without a server behind it, or a server that just ends."""
_BUFFER = 256 * 1024
_ERROR_BODY = 64 * 1024


class ApiClient:
    """Talks to one API server. Use as an async context manager.

    Args:
        credentials: Where the server is and who we are.
        connect_timeout: Seconds.
        silence_timeout: Seconds without a byte.
    """

    def __init__(
        self,
        credentials: Credentials,
        *,
        connect_timeout: float = CONNECT_TIMEOUT,
        silence_timeout: float = SILENCE_TIMEOUT,
    ) -> None:
        self.credentials = credentials
        self._silence = silence_timeout
        self._timeout = aiohttp.ClientTimeout(
            total=None, sock_connect=connect_timeout, sock_read=silence_timeout
        )
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(
            # One connection per watch, so a limit would starve somebody.
            connector=aiohttp.TCPConnector(limit=0),
            timeout=self._timeout,
            headers={"User-Agent": f"k8s-sync/{__version__}"},
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=False,
            read_bufsize=_BUFFER,
        )
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._session:
            await self._session.close()
            self._session = None

    async def get(
        self,
        path: str,
        params: Mapping[str, str] | None = None,
        *,
        accept: str = "application/json",
    ) -> bytes:
        """Fetches one answer.

        Raises:
            TransientError: See `errors` for which.
        """
        return await self._fetch(_Request("GET", path, params or {}, accept))

    async def post(self, path: str, body: bytes) -> bytes:
        """Posts JSON and fetches the answer, for reviews of access.

        Raises:
            TransientError: See `errors` for which.
        """
        return await self._fetch(_Request("POST", path, {}, "application/json", body))

    @asynccontextmanager
    async def watch(
        self,
        path: str,
        params: Mapping[str, str],
        *,
        accept: str = "application/json",
    ) -> AsyncIterator[AsyncIterator[list[bytes]]]:
        """Opens a watch: once entered, the server has agreed to it.

        Yields:
            The lines, as many at a time as came in. They end when the server ends
            the watch in good order.

        Raises:
            TransientError: See `errors` for which. What the caller itself raises
                in the meantime passes through as it is.
        """
        where = self._where("GET", path)
        with self._explained(where):
            response = await self._open(_Request("GET", path, params, accept), where)
        try:
            yield self._lines(response, where)
        finally:
            response.close()

    async def _fetch(self, request: "_Request") -> bytes:
        where = self._where(request.method, request.path)
        with self._explained(where):
            async with await self._open(request, where) as response:
                return await response.read()

    def _where(self, method: str, path: str) -> str:
        return f"{method} {self.credentials.server}{path}"

    async def _open(self, request: "_Request", where: str) -> aiohttp.ClientResponse:
        """Sends a request; a 401 gets a second chance with fresh credentials."""
        for final in (False, True):
            access = await self.credentials.access()
            asked = time.monotonic()
            try:
                response = await self._send(access, request)
            except aiohttp.ClientConnectorError:
                raise
            except (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError) as cut:
                if time.monotonic() - asked > _NO_WORK:
                    raise
                message = f"{where}: closed without an answer; is it up?"
                raise NoAnswerError(message) from cut
            if response.status in {200, 201}:
                return response
            async with response:
                body = await response.content.read(_ERROR_BODY)
            error = refusal(
                response.status,
                body,
                f"{where} as {self.credentials.origin}",
                retry_after=response.headers.get("Retry-After", ""),
            )
            if not isinstance(error, UnauthorizedError):
                raise error
            self.credentials.reject(access)
            if final:
                raise error
        raise AssertionError  # pragma: no cover - the loop does not end by itself

    async def _send(
        self, access: Access, request: "_Request"
    ) -> aiohttp.ClientResponse:
        if self._session is None:
            raise RuntimeError("use ApiClient as an async context manager")
        headers = [
            *access.headers,
            ("Accept", request.accept),
            # Inside of a cluster, compression costs more than it saves.
            ("Accept-Encoding", "gzip" if access.compression else "identity"),
        ]
        if request.body is not None:
            headers.append(("Content-Type", "application/json"))
        return await self._session.request(
            request.method,
            access.server + request.path,
            params=request.params,
            headers=headers,
            data=request.body,
            ssl=access.tls or True,
            server_hostname=access.server_hostname,
            proxy=access.proxy,
            # A redirect would carry the token to wherever it leads.
            allow_redirects=False,
        )

    async def _lines(
        self, response: aiohttp.ClientResponse, where: str
    ) -> AsyncIterator[list[bytes]]:
        splitter = LineSplitter()
        while True:
            with self._explained(where):
                chunk = await response.content.readany()
                lines = splitter.feed(chunk)
            if lines:
                yield lines
            elif not chunk:
                break
        if splitter.pending:
            raise UnreachableError(f"{where}: cut in the middle of a line")

    @contextmanager
    def _explained(self, where: str) -> Iterator[None]:
        """Turns what aiohttp raises into errors of ours."""
        try:
            yield
        except aiohttp.SocketTimeoutError as error:
            raise SilentError(
                f"{where}: nothing came for {self._silence:g} s; trying again"
            ) from error
        except TimeoutError as error:
            raise NoAnswerError(f"{where}: no answer in time; is it up?") from error
        except aiohttp.ClientSSLError as error:
            raise UnreachableError(
                f"{where}: TLS failed: {error}; check the certificate authority"
            ) from error
        except aiohttp.ClientConnectorError as error:
            raise NoAnswerError(
                f"{where}: cannot connect: {error.os_error}; is it up?"
            ) from error
        except (aiohttp.ClientError, OSError) as error:
            # The text of some of these shows headers, and with them the token.
            raise UnreachableError(
                f"{where}: the connection broke ({type(error).__name__})"
            ) from None
        except LineTooLongError as error:
            raise BadAnswerError(f"{where}: {error}") from error


@dataclass(frozen=True, slots=True)
class _Request:
    method: str
    path: str
    params: Mapping[str, str]
    accept: str
    body: bytes | None = None
