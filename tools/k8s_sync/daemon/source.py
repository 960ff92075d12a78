"""One cluster: its objects, from the API server or from files, into its store."""

import asyncio
import logging
from collections.abc import Callable, Iterable, Sequence

from k8s_sync.claims.inventory import Inventory
from k8s_sync.daemon.store import Store
from k8s_sync.errors import ConfigError, FatalError
from k8s_sync.kube import files, resources
from k8s_sync.kube.changes import Applied, Change, Degraded, Deleted, Lost, Synced
from k8s_sync.kube.client import ApiClient
from k8s_sync.kube.cluster import ClusterWatch
from k8s_sync.kube.reflector import Reflector

_log = logging.getLogger(__name__)

REQUIRED = frozenset({resources.PODS.name})
"""Without these there is nothing to tell; any other kind adds detail."""


class Source:
    """Follows one API server."""

    def __init__(
        self, inventory: Inventory, store: Store, clock: Callable[[], int]
    ) -> None:
        """Makes a source that follows nothing yet.

        Args:
            inventory: Turns objects into rows.
            store: Is told the rows.
            clock: Now, in microseconds since the epoch.
        """
        self.reflectors: Sequence[Reflector] = ()
        self.ready = asyncio.Event()
        """Set once everything that is there has been told.

        A Zeek must not be fed before: the end of a snapshot ends all claims that
        were not in it.
        """
        self.inventory = inventory
        self.store = store
        self._clock = clock
        self._waiting: set[tuple[str, str]] = set()

    def problems(self) -> list[str]:
        """Says what is not well now, one sentence each.

        Once all is told, only what is needed counts: the other kinds add detail, and
        a server that comes back is no news.
        """
        begun = self.ready.is_set()
        waiting = sorted({name for name, _ in self._waiting})
        return [f"{name}: not synced yet" for name in waiting if not begun] + [
            f"{reflector.resource}: {reflector.problem}"
            for reflector in self.reflectors
            if reflector.problem is not None
            and (not begun or reflector.resource.name in REQUIRED)
        ]

    async def follow(self, client: ApiClient, namespaces: Iterable[str]) -> None:
        """Follows the API server until cancelled.

        Args:
            client: An open client.
            namespaces: The only ones to look into; none for all.
        """
        watch = ClusterWatch(client, self.take, namespaces=namespaces)
        self.reflectors = watch.reflectors
        self._waiting = {(r.resource.name, r.namespace) for r in watch.reflectors}
        await watch.run()

    def read(self, paths: Iterable[str]) -> None:
        """Takes the objects of files, as ``kubectl get -o json`` writes them.

        Raises:
            ConfigError: A file cannot be read, or holds no objects.
        """
        now = self._clock()
        seen = set()
        for path in paths:
            try:
                for found in files.read_file(path, _log.warning):
                    seen.add(found.resource)
                    rows = self.inventory.apply(found.resource, found.object, now)
                    self.store.tell(rows)
            except FatalError as error:
                raise ConfigError(str(error)) from error
        for name in resources.BY_NAME.keys() - seen:
            self.store.tell(self.inventory.set_readable(name, now, readable=False))
        self._settled("", "")

    async def take(self, change: Change) -> None:
        """Takes a change of one object, or of how well its kind is known."""
        now = self._clock()
        name = change.resource.name
        match change:
            case Applied(object=obj):
                self.store.tell(self.inventory.apply(name, obj, now))
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

    def _settled(self, name: str, namespace: str) -> None:
        self._waiting.discard((name, namespace))
        if not self._waiting and not self.ready.is_set():
            held = self.store.timeline.held(self.store.cluster)
            _log.info("%s: synced, %d claims", self.store.cluster, held)
            self.store.settle()
            self.ready.set()
