"""The daemon: wires sources, stores, sessions and endpoints, and ends in order.

The only module that knows all others. One task group owns every task;
cancellation is the only way to stop.
"""

import asyncio
import logging
import signal
import ssl
import time
from collections.abc import Iterable, Iterator
from contextlib import AsyncExitStack, contextmanager, suppress
from pathlib import Path
from typing import TextIO

from k8s_sync import journal
from k8s_sync.claims.inventory import Inventory
from k8s_sync.config import Config
from k8s_sync.daemon import log
from k8s_sync.daemon.health import problems, serving
from k8s_sync.daemon.metrics import Metrics
from k8s_sync.daemon.source import Source
from k8s_sync.daemon.store import Store
from k8s_sync.errors import ConfigError, SyncError
from k8s_sync.feed.session import Session
from k8s_sync.kube.auth import credentials
from k8s_sync.kube.client import ApiClient
from k8s_sync.model import SECOND, Row

DRAIN, DRAIN_STEP = 5.0, 0.02
"""Seconds that the Zeeks have for the rest after SIGTERM, and between two looks."""
FORGET_EVERY = 60.0
"""Seconds between two looks for claims that ended long ago."""

_log = logging.getLogger(__name__)


def now() -> int:
    """The time of the wall clock in microseconds since the epoch."""
    return time.time_ns() // 1000


def run(config: Config) -> int:
    """Runs until SIGTERM or SIGINT.

    Returns:
        The exit code: 0 after an orderly end.

    Raises:
        SyncError: Something that only a person can mend.
    """
    log.configure(config.log_level, config.log_format)
    known = _remembered(config.journal)
    with _journal(config.journal) as sink:
        try:
            asyncio.run(_Daemon(config, known, sink).run())
        except ExceptionGroup as group:
            # What ended the task group; what else failed with it is its consequence.
            ours = group.subgroup(SyncError)
            if ours is None:
                raise
            raise _first(ours) from None
    return 0


def _first(error: BaseException) -> BaseException:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


@contextmanager
def _journal(path: str) -> Iterator[TextIO | None]:
    if not path:
        yield None
        return
    try:
        file = Path(path).open("a", encoding="utf-8")  # noqa: SIM115 -- closed below
    except OSError as error:
        reason = f"cannot write the journal {path}: {error.strerror}"
        raise ConfigError(reason) from error
    try:
        yield file
    finally:
        # All of it was flushed; if that failed, the store has said so.
        with suppress(OSError):
            file.close()


def _remembered(path: str) -> Iterable[Row]:
    """Reads the journal of earlier runs, and rewrites it with one row per claim."""
    if not path or not Path(path).is_file() or not Path(path).stat().st_size:
        return ()
    known = journal.read(path, _log.warning).timeline
    journal.write(path, known)
    return known


class _Daemon:
    def __init__(
        self, config: Config, known: Iterable[Row], journal: TextIO | None
    ) -> None:
        self._config = config
        self._store = Store(config.cluster, now(), now)
        self._store.remember(known)
        self._forget_now()
        if journal:
            self._store.write_journal(journal)
        inventory = Inventory(
            config.cluster,
            config.ranges_of(config.cluster),
            revise=self._store.revise,
            problem=_log.warning,
            node_ports=config.node_ports,
        )
        self._source = Source(inventory, self._store, now)
        self._sessions = [
            Session(url, [self._store.peer()], tls=lambda: _tls(config))
            for url in config.zeek
        ]
        for session in self._sessions:
            self._store.on_change(session.wake)
        self._metrics = Metrics([self._source], self._sessions, time.monotonic)

    async def run(self) -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            # The first one drains; at the second one Python's own way out is open.
            loop.add_signal_handler(number, self._stopped, stop, number)
        async with AsyncExitStack() as stack, asyncio.TaskGroup() as tasks:
            if self._config.listen:
                host, port = self._config.listen_address
                endpoints = serving(host, port, self._unready, self._metrics.text)
                port = await stack.enter_async_context(endpoints)
                _log.info("serving /healthz, /readyz and /metrics on %s:%d", host, port)
            source = tasks.create_task(self._follow(), name="source")
            forget = tasks.create_task(self._forget(), name="forget")
            feeding = tasks.create_task(self._feed(), name="feed")
            await stop.wait()
            for task in (source, forget):
                task.cancel()
            await self._drain()
            feeding.cancel()

    def _stopped(self, stop: asyncio.Event, number: signal.Signals) -> None:
        _log.info("%s: telling Zeek the rest, then ending", number.name)
        stop.set()
        asyncio.get_running_loop().remove_signal_handler(number)

    def _unready(self) -> list[str]:
        return problems([self._source], self._sessions)

    async def _follow(self) -> None:
        if self._config.source:
            self._source.read(self._config.source)
            return
        access = credentials(
            kubeconfig_path=self._config.kubeconfig,
            context=self._config.context,
            in_cluster=self._config.in_cluster,
        )
        async with ApiClient(access) as client:
            await self._source.follow(client, self._config.namespace)

    async def _feed(self) -> None:
        await self._source.ready.wait()
        async with asyncio.TaskGroup() as tasks:
            for session in self._sessions:
                tasks.create_task(session.run(), name=session.url)

    async def _forget(self) -> None:
        while True:
            await asyncio.sleep(FORGET_EVERY)
            self._forget_now()

    def _forget_now(self) -> None:
        self._store.forget(now() - self._config.retention * SECOND)

    async def _drain(self) -> None:
        for _ in range(int(DRAIN / DRAIN_STEP)):
            if all(session.idle or session.offline for session in self._sessions):
                return
            await asyncio.sleep(DRAIN_STEP)
        _log.warning("not every Zeek has heard everything; it will ask when I am back")


def _tls(config: Config) -> ssl.SSLContext | None:
    if not (config.zeek_ca or config.zeek_cert):
        return None
    try:
        context = ssl.create_default_context(cafile=config.zeek_ca or None)
        if config.zeek_cert:
            context.load_cert_chain(config.zeek_cert, config.zeek_key or None)
    except (OSError, ssl.SSLError) as error:
        raise OSError(f"cannot read the certificates for Zeek: {error}") from error
    return context
