"""Tells a sink about objects, and remembers which ones it told about."""

import logging

from k8s_sync.kube.changes import Applied, Deleted, Sink
from k8s_sync.kube.decode import Event, Problem
from k8s_sync.kube.known import Known, News
from k8s_sync.kube.objects import Failure, Metadata, Object
from k8s_sync.kube.policy import RegressionError
from k8s_sync.kube.refusal import refused
from k8s_sync.kube.resources import Resource
from k8s_sync.kube.stats import Stats

_log = logging.getLogger(__name__)


class Teller:
    """Turns pages and events into changes.

    Args:
        resource: The kind of the objects.
        label: What to call it in messages.
        sink: Who is told.
        stats: Where to count.

    Attributes:
        known: The objects that were told about and are still there.
    """

    def __init__(
        self, resource: Resource, label: str, sink: Sink, stats: Stats
    ) -> None:
        self.known = Known()
        self._resource = resource
        self._label = label
        self._sink = sink
        self._stats = stats
        self._strange: set[str] = set()

    async def take(self, event: Event) -> None:
        """Tells what an event says.

        Raises:
            ApiError: It says that the watch failed.
        """
        match event.type, event.object:
            case (("ADDED" | "MODIFIED"), (Object() | Problem()) as what):
                await self.upsert(what)
            case "DELETED", (Object() | Problem()) as what:
                await self._delete(what)
            case "BOOKMARK", _:
                pass
            case "ERROR", Failure() as failure:
                error = refused(failure, f"watch of {self._label}")
                error.streamed = True
                raise error
            case _:
                self._wonder(event.type)

    async def upsert(self, what: Object | Problem) -> None:
        """Tells that an object is there, unless that is known.

        Raises:
            RegressionError: It is older than what is known.
        """
        if isinstance(what, Problem):
            self._complain(what)
            self.known.keep(what.metadata)
            return
        news, replaced = self.known.apply(what.metadata)
        if news is News.OUTDATED:
            raise RegressionError(
                f"{self._label}: {what.metadata.name} of version"
                f" {what.metadata.resource_version} is older than what is known of it"
            )
        if news is News.REPLACEMENT:
            await self._sink(self._deleted(replaced, what.metadata, None))
        if news is not News.NOTHING:
            trusted = self.known.trusted
            await self._sink(Applied(self._resource, what, trusted))

    async def finish(self) -> None:
        """Tells what was known and did not come in this sync."""
        for entry in self.known.finish():
            await self._sink(
                Deleted(
                    resource=self._resource,
                    uid=entry.uid,
                    namespace=entry.namespace,
                    name=entry.name,
                )
            )

    async def _delete(self, what: Object | Problem) -> None:
        last = what if isinstance(what, Object) else None
        if isinstance(what, Problem):
            self._complain(what)
        self.known.remove(what.metadata)
        await self._sink(self._deleted(what.metadata.uid, what.metadata, last))

    def _deleted(self, uid: str, metadata: Metadata, last: Object | None) -> Deleted:
        return Deleted(
            resource=self._resource,
            uid=uid,
            namespace=metadata.namespace,
            name=metadata.name,
            object=last,
        )

    def _complain(self, problem: Problem) -> None:
        self._stats.problems += 1
        # The 1st, 2nd, 4th, 8th... of what may be thousands.
        if self._stats.problems & (self._stats.problems - 1) == 0:
            _log.warning(
                "%s: cannot read %s (%d so far)",
                self._label,
                problem,
                self._stats.problems,
            )

    def _wonder(self, kind: str) -> None:
        if kind not in self._strange:
            self._strange.add(kind)
            _log.warning("%s: unknown event '%s'", self._label, kind)
