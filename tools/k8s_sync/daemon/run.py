"""The daemon: wires sources, stores, sessions and endpoints, and ends in order.

The only module that knows all others. One task group owns every task;
cancellation is the only way to stop.
"""

import asyncio
import logging
import signal
import time
from collections.abc import Iterable, Iterator
from contextlib import AsyncExitStack, contextmanager, suppress
from pathlib import Path

from k8s_sync import garbage, journal, role_file
from k8s_sync.claims.inventory import Inventory
from k8s_sync.config import Config
from k8s_sync.config_clusters import Cluster
from k8s_sync.daemon import log
from k8s_sync.daemon.finder import Finder
from k8s_sync.daemon.health import problems, serving
from k8s_sync.daemon.history import keeping, remembered
from k8s_sync.daemon.identity import Identities
from k8s_sync.daemon.kept_journal import KeptJournal
from k8s_sync.daemon.metrics import Metrics
from k8s_sync.daemon.source import Source
from k8s_sync.daemon.store import Store
from k8s_sync.daemon.whois import Whois
from k8s_sync.daemon.zeeks import Zeeks
from k8s_sync.errors import ConfigError, SyncError
from k8s_sync.feed.calling import Calling
from k8s_sync.feed.session import Session
from k8s_sync.history.recorder import Recorder
from k8s_sync.kube.auth import credentials
from k8s_sync.kube.client import ApiClient
from k8s_sync.model import SECOND, Row
from k8s_sync.whois.grounds import Timelines

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
    garbage.look_seldom()
    known = _remembered(config.journal)
    with _journal(config.journal) as sink, keeping(config, now) as recorder:
        try:
            asyncio.run(_Daemon(config, known, sink, recorder).run())
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
def _journal(path: str) -> Iterator[KeptJournal | None]:
    if not path:
        yield None
        return
    try:
        file = Path(path).open("a", encoding="utf-8")  # noqa: SIM115 -- closed below
    except OSError as error:
        reason = f"cannot write the journal {path}: {error.strerror}"
        raise ConfigError(reason) from error
    try:
        yield KeptJournal(file)
    finally:
        # All of it was flushed; if that failed, that has been said.
        with suppress(OSError):
            file.close()


def _remembered(path: str) -> Iterable[Row]:
    """Reads the journal of earlier runs, and rewrites it with one row per claim."""
    try:
        if not path or not Path(path).is_file() or not Path(path).stat().st_size:
            return ()
    except OSError as error:
        reason = f"cannot read the journal {path}: {error.strerror}"
        raise ConfigError(reason) from error
    known = journal.read(path, _log.warning).timeline
    journal.write(path, known)
    return known


class _Daemon:
    def __init__(
        self,
        config: Config,
        known: Iterable[Row],
        journal: KeptJournal | None,
        recorder: Recorder | None,
    ) -> None:
        self._config = config
        self._recorder = recorder
        self._calling = Calling(
            config.zeek_ca, config.zeek_cert, config.zeek_key, config.zeek_name
        )
        self._zeeks = Zeeks(Session(url, calling=self._calling) for url in config.zeek)
        self._finders: list[Finder] = []
        self._sources = [self._source(cluster, known) for cluster in config.each]
        for store in self._stores:
            store.journal = journal
            store.history = recorder
            store.on_change(self._zeeks.wake)
        strange = {row.cluster for row in known} - {one.cluster for one in config.each}
        for name in sorted(strange):
            _log.warning("the journal has rows of %s, which stay as they are", name)
        self._forget_now()
        Identities(self._sources)
        self._metrics = Metrics(
            self._sources, self._zeeks.sessions, time.monotonic, recorder
        )
        self._whois = Whois(
            Timelines(store.timeline for store in self._stores),
            config.history,
            anybody=config.open_whois,
        )

    @property
    def _stores(self) -> Iterator[Store]:
        return (source.store for source in self._sources)

    def _source(self, cluster: Cluster, known: Iterable[Row]) -> Source:
        store = Store(cluster.cluster, now(), now)
        if self._recorder:
            rows = remembered(self._recorder, store.cluster, self._horizon)
            store.remember(rows)
            self._recorder.put(store.remember(known), news=False)
        else:
            store.remember(known)
        site_roles = role_file.read(cluster.roles)

        def problem(text: str) -> None:
            _log.warning("%s: %s", cluster.cluster, text)

        def inventory() -> Inventory:
            return Inventory(
                cluster.cluster,
                cluster.range_rows(),
                revise=store.revise,
                recall=store.recall,
                knew=store.knew,
                problem=problem,
                node_ports=cluster.node_ports,
                site_roles=site_roles,
            )

        return Source(inventory, store, now)

    async def run(self) -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            # The first one drains; at the second one Python's own way out is open.
            loop.add_signal_handler(number, self._stopped, stop, number)
        async with AsyncExitStack() as stack, asyncio.TaskGroup() as tasks:
            if self._config.listen:
                host, port = self._config.listen_address
                endpoints = serving(
                    host, port, self._unready, self._metrics.text, self._whois.handle
                )
                port = await stack.enter_async_context(endpoints)
                _log.info("serving /healthz, /readyz and /metrics on %s:%d", host, port)
            learning = [tasks.create_task(self._forget(), name="forget")]
            feeding = [tasks.create_task(self._zeeks.run(), name="Zeeks")]
            for cluster, source in zip(self._config.each, self._sources, strict=True):
                follow, feed = self._follow(cluster, source), self._feed(source)
                learning.append(tasks.create_task(follow, name=cluster.cluster))
                feeding.append(tasks.create_task(feed, name=f"feed {cluster.cluster}"))
            await stop.wait()
            for task in learning:
                task.cancel()
            await self._zeeks.drain(_log.warning)
            for task in feeding:
                task.cancel()

    def _stopped(self, stop: asyncio.Event, number: signal.Signals) -> None:
        # First of all: who reads the message may send the second one at once.
        asyncio.get_running_loop().remove_signal_handler(number)
        _log.info("%s: telling Zeek the rest, then ending", number.name)
        stop.set()

    def _unready(self) -> list[str]:
        found = problems(self._sources, self._zeeks.sessions)
        for finder in self._finders:
            found += finder.problems()
        if self._recorder and self._recorder.problem:
            found.append(self._recorder.problem)
        return found

    async def _follow(self, cluster: Cluster, source: Source) -> None:
        log.CLUSTER.set(cluster.cluster)
        try:
            if cluster.source:
                source.read(cluster.source)
                return
            access = credentials(
                kubeconfig_path=cluster.kubeconfig,
                context=cluster.context,
                in_cluster=cluster.in_cluster,
            )
        except ConfigError as error:
            if not self._config.clusters:
                raise
            raise ConfigError(f"cluster {cluster.cluster}: {error}") from error
        async with ApiClient(access) as client, asyncio.TaskGroup() as tasks:
            for wanted in cluster.wanted_pods():
                finder = Finder(wanted, self._zeeks, self._found)
                self._finders.append(finder)
                tasks.create_task(finder.run(client, cluster.node), name=str(wanted))
            await source.follow(client, cluster.namespace, cluster.node)

    def _found(self, place: str, name: str) -> Session:
        return Session(self._calling.url(place), calling=self._calling, name=name)

    async def _feed(self, source: Source) -> None:
        """Lets each Zeek hear of a cluster once all of it is known."""
        await source.ready.wait()
        self._zeeks.tell(source.store)

    async def _forget(self) -> None:
        while True:
            await asyncio.sleep(FORGET_EVERY)
            self._forget_now()
            if self._recorder and self._recorder.take_gap():
                for store in self._stores:
                    store.tell_history()

    @property
    def _horizon(self) -> int:
        """What ended before this time is of no more use."""
        return now() - self._config.retention * SECOND

    def _forget_now(self) -> None:
        for source in self._sources:
            source.forget(self._horizon)
