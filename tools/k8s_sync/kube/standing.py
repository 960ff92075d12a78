"""How well one kind of objects is known: what is told of that, and what to wait for."""

import asyncio
import logging
from collections import deque
from typing import Literal

from k8s_sync.errors import TransientError
from k8s_sync.kube.backoff import Backoff
from k8s_sync.kube.changes import Degraded, Lost, Sink, Synced
from k8s_sync.kube.policy import PATIENT, Verdict, barred, judge
from k8s_sync.kube.resources import Resource
from k8s_sync.kube.stats import Stats
from k8s_sync.kube.surroundings import Surroundings

_log = logging.getLogger(__name__)

State = Literal["new", "live", "lost", "degraded"]


class Standing:
    """Tells a sink of losses and recoveries.

    Args:
        resource: The kind of objects.
        namespace: The only namespace that is looked into; empty for all.
        sink: Who is told.
        stats: Where failures are counted.
        surroundings: Random numbers, clock and the like.

    Attributes:
        label: What to call the objects in messages.
        state: How well we know: ``new``, ``live``, ``lost`` or ``degraded``.
        problem: Why it is not better; unset if all is well.
        settled: Set after the first sync or the first failure.
    """

    def __init__(
        self,
        resource: Resource,
        namespace: str,
        sink: Sink,
        stats: Stats,
        surroundings: Surroundings,
    ) -> None:
        self.label = f"{resource} in {namespace}" if namespace else str(resource)
        self.state: State = "new"
        self.problem: TransientError | None = None
        self.settled = asyncio.Event()
        self._resource = resource
        self._namespace = namespace
        self._sink = sink
        self._stats = stats
        self._world = surroundings
        self._backoff = Backoff(surroundings.timing, surroundings.random)
        # In a row, the latest ones; none if all is well.
        self._failures: deque[type[TransientError]] = deque(maxlen=PATIENT)
        self._well_since: float | None = None

    @property
    def barred(self) -> bool:
        """Whether it takes a person to have the server tell us anything."""
        return barred(self._failures)

    def works(self) -> None:
        """Takes note that the latest request is more than a short success."""
        self._failures.clear()

    async def live(self, *, always: bool = False) -> None:
        """Tells that all is known and up to date, if that is news.

        Args:
            always: It is.
        """
        if self._well_since is None:
            self._well_since = self._world.clock()
        if always or self.state != "live":
            _log.info("%s: live with %d objects", self.label, self._stats.objects)
            self.state = "live"
            self.problem = None
            await self._sink(Synced(self._resource, self._namespace))
        self.settled.set()

    async def failed(self, error: TransientError, *, following: bool) -> Verdict:
        """Judges a failure, and tells of it if it is news.

        Args:
            error: The failure.
            following: It hit a watch that went on from a version.
        """
        self._failures.append(type(error))
        verdict = judge(error, self._failures, following=following)
        self._stats.failures[verdict.reason] += 1
        if self._well_since is not None:
            calm = self._world.clock() - self._well_since
            self._backoff.calm(calm, self._stats.sync_seconds or 0)
            self._well_since = None
        # A kind that we have read is not given up at the first word.
        degraded = verdict.refused and (verdict.meant or not self._stats.syncs)
        state: State = "degraded" if degraded else "lost"
        if self.state != state and not (verdict.quiet and len(self._failures) == 1):
            _log.warning("%s: %s", self.label, error)
            self.state = state
            self.problem = error
            told = Degraded if degraded else Lost
            await self._sink(told(self._resource, error, self._namespace))
        elif self.state == state:
            self.problem = error
        self.settled.set()
        return verdict

    async def pause(self, verdict: Verdict) -> None:
        """Waits until it is worth another attempt."""
        if verdict.meant:
            wait = self._world.timing.refused * (1 + self._world.random() / 10)
        elif verdict.cheap:
            wait = self._backoff.knock()
        else:
            wait = self._backoff.next(self._world.clock(), verdict.least)
        await self._world.sleep(wait)
