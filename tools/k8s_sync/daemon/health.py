"""The daemon's HTTP endpoints: ``/healthz``, ``/readyz``, ``/metrics``, ``/whois``."""

import os
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST

from k8s_sync.daemon.source import Source
from k8s_sync.errors import ConfigError
from k8s_sync.feed.session import Session

Handler = Callable[[web.Request], Awaitable[web.Response]]


def problems(sources: Sequence[Source], sessions: Sequence[Session]) -> list[str]:
    """Says why the daemon is not ready; nothing if it is.

    Ready means: every cluster is synced and its pods are up to date, every Zeek
    holds what is known of it, and the journal, if there is one, is kept.
    """
    found = []
    for source in sources:
        texts = source.problems()
        if not texts and not source.ready.is_set():
            # Before it has begun to follow, there is nothing particular to say.
            texts = ["not synced yet"]
        found += [f"{source.store.cluster}: {text}" for text in texts]
    journals = (source.store.journal for source in sources)
    found += dict.fromkeys(one.problem for one in journals if one and one.problem)
    for session in sessions:
        for peer in session.peers:
            found += [
                f"{session.name}: {peer.source}: {text}" for text in peer.troubles()
            ]
    return found


@asynccontextmanager
async def serving(
    host: str,
    port: int,
    unready: Callable[[], list[str]],
    metrics: Callable[[], bytes],
    whois: Handler | None = None,
) -> AsyncIterator[int]:
    """Serves the endpoints; yields the port, which matters if 0 was asked for.

    Raises:
        ConfigError: The address cannot be listened on.
    """

    async def healthz(_: web.Request) -> web.Response:
        return web.Response(text="ok\n")

    async def readyz(_: web.Request) -> web.Response:
        found = unready()
        text = "\n".join(found) or "ok"
        return web.Response(text=f"{text}\n", status=503 if found else 200)

    async def show_metrics(_: web.Request) -> web.Response:
        headers = {"Content-Type": CONTENT_TYPE_LATEST}
        return web.Response(body=metrics(), headers=headers)

    app = web.Application()
    app.router.add_get("/healthz", healthz)
    app.router.add_get("/readyz", readyz)
    app.router.add_get("/metrics", show_metrics)
    if whois:
        app.router.add_get("/whois", whois)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, host, port).start()
        except OSError as error:
            # asyncio's own text repeats the address, in Python's words.
            code = error.errno or 0
            reason = os.strerror(code) if code > 0 else error.strerror
            raise ConfigError(
                f"cannot listen on {host}:{port}: {reason}; "
                "choose another address with --listen"
            ) from error
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()
