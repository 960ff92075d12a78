"""One cluster: its objects, from the API server or from files, into its store."""

import asyncio
import logging
from collections.abc import Callable, Iterable, Iterator, Sequence

from k8s_sync.claims.inventory import Inventory
from k8s_sync.daemon.store import Store
from k8s_sync.errors import ConfigError, FatalError
from k8s_sync.kube import files, resources
from k8s_sync.kube.changes import Applied, Change, Degraded, Deleted, Lost, Synced
from k8s_sync.kube.client import ApiClient
from k8s_sync.kube.cluster import ClusterWatch
from k8s_sync.kube.objects import Object
from k8s_sync.kube.reflector import Reflector

_log = logging.getLogger(__name__)

REQUIRED = frozenset({resources.PODS.name})
"""Without these there is nothing to tell; any other kind adds detail."""


class Source:
    """Follows one API server."""

    def __init__(
        self,
        inventory: Callable[[], Inventory],
        store: Store,
        clock: Callable[[], int],
    ) -> None:
        """Makes a source that follows nothing yet.

        Args:
            inventory: Makes what turns objects into rows.
            store: Is told the rows.
            clock: Now, in microseconds since the epoch.
        """
        self.uid = ""
        """Which cluster it is; empty as long as that is not known."""
        self.on_identity: Callable[[Source], None] = lambda _: None
        """Called when that is learned."""
        self.conflict = ""
        """Why it is not told; empty if it is."""
        self.reflectors: Sequence[Reflector] = ()
        self.ready = asyncio.Event()
        """Set once everything that is there has been told.

        A Zeek must not be fed before: the end of a snapshot ends all claims that
        were not in it.
        """
        self.inventory = inventory()
        self.store = store
        self._anew = inventory
        self._clock = clock
        self._over = asyncio.Event()
        self._waiting: set[tuple[str, str]] = set()

    def problems(self) -> list[str]:
        """Says what is not well now, one sentence each.

        Once all is told, only what is needed counts: the other kinds add detail, and
        a server that comes back is no news.
        """
        if self.conflict:
            return [self.conflict]
        begun = self.ready.is_set()
        waiting = sorted({name for name, _ in self._waiting})
        return [f"{name}: not synced yet" for name in waiting if not begun] + [
            f"{reflector.resource}: {reflector.problem}"
            for reflector in self.reflectors
            if reflector.problem is not None
            and (not begun or reflector.resource.name in REQUIRED)
        ]

    def barred(self) -> Iterator[Reflector]:
        """Those that are needed, and of no use until a person changes something."""
        return (
            reflector
            for reflector in self.reflectors
            if reflector.barred and reflector.resource.name in REQUIRED
        )

    async def follow(
        self, client: ApiClient, namespaces: Iterable[str], node: str = ""
    ) -> None:
        """Follows the API server until cancelled, or given up.

        Args:
            client: An open client.
            namespaces: The only ones to look into; none for all.
            node: The only node whose pods are looked at; empty for all.
        """
        while not self.conflict:
            self._over.clear()
            self._begin()
            watch = ClusterWatch(client, self.take, namespaces=namespaces, node=node)
            self.reflectors = watch.reflectors
            self._waiting = {(r.resource.name, r.namespace) for r in watch.reflectors}
            async with asyncio.TaskGroup() as tasks:
                watching = tasks.create_task(watch.run(), name="watch")
                await self._over.wait()
                watching.cancel()
        self.reflectors = ()

    def give_up(self, conflict: str) -> None:
        """Ends all that was told, and tells nothing any more."""
        self.conflict = conflict
        _log.error("%s: %s", self.store.cluster, conflict)
        self.store.withdraw()
        self._over.set()
        # A Zeek may know it from an earlier run, and has to hear of the end.
        self.ready.set()

    def read(self, paths: Iterable[str]) -> None:
        """Takes the objects of files, as ``kubectl get -o json`` writes them.

        Raises:
            ConfigError: A file cannot be read, or holds no objects.
        """
        self._begin()
        now = self._clock()
        seen = set()
        for path in paths:
            try:
                for found in files.read_file(path, _log.warning):
                    seen.add(found.resource)
                    self._apply(found.resource, found.object, now)
            except FatalError as error:
                raise ConfigError(str(error)) from error
        if self.conflict:
            return
        for name in resources.BY_NAME.keys() - seen:
            self.store.tell(self.inventory.set_readable(name, now, readable=False))
        self._settled("", "")

    async def take(self, change: Change) -> None:
        """Takes a change of one object, or of how well its kind is known."""
        if self._over.is_set():
            return
        now = self._clock()
        name = change.resource.name
        match change:
            case Applied(object=obj, trusted=trusted):
                self._apply(name, obj, now, trusted=trusted)
            case Deleted(uid=uid, object=last):
                self.store.tell(self.inventory.delete(name, uid, now, last))
            case Synced(namespace=namespace):
                rows = self.inventory.set_readable(name, now, readable=True)
                self.store.tell(rows)
                self._settled(name, namespace)
            case Degraded(namespace=namespace):
                rows = self.inventory.set_readable(name, now, readable=False)
                self.store.tell(rows)
                if name not in REQUIRED:
                    self._settled(name, namespace)
            case Lost():
                pass  # what is known stays true until somebody says otherwise

    def forget(self, before: int) -> None:
        """Forgets claims that ended before a time."""
        self.store.forget(before)
        self.inventory.forget(before)

    def _begin(self) -> None:
        """Tells what is known before any object is: the configured ranges."""
        self.store.tell(self.inventory.rows())

    def _apply(
        self, resource: str, obj: Object, now: int, *, trusted: bool = True
    ) -> None:
        if self.conflict:
            return
        rows = self.inventory.apply(resource, obj, now, trusted=trusted)
        self.store.tell(rows)
        uid, before = self.inventory.cluster_uid, self.uid
        if uid == before:
            return
        self.uid = uid
        if before:
            self._replaced(before)
        self.on_identity(self)

    def _replaced(self, before: str) -> None:
        """Begins anew with another cluster, of which nothing is known yet.

        What is watched may go on without a sign: versions are numbers everywhere.
        """
        _log.warning(
            "%s: another cluster has taken over this name: its uid was %s and is %s",
            self.store.cluster,
            before,
            self.uid,
        )
        self.store.withdraw()
        self.inventory = self._anew()
        self._over.set()

    def _settled(self, name: str, namespace: str) -> None:
        self._waiting.discard((name, namespace))
        if not self._waiting and not self.ready.is_set():
            held = self.store.timeline.held(self.store.cluster)
            _log.info("%s: synced, %d claims", self.store.cluster, held)
            self.store.settle()
            self.ready.set()
