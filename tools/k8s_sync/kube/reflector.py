"""Follows all objects of one kind, whatever the server does in the meantime.

    sync (stream, else pages) ──▶ watch ──▶ watch ──▶ ... ──▶ sync when history is lost

A watch that follows a failure begins with a question: whether the server has come as
far as we have. A database that was restored from a backup has not, and a watch from a
version that it has yet to reach would just be silent.

Objects are told as they come, also those of a sync that is cut and begins anew: each
was there at the time. What is *not* there is told only by a DELETED event or by a
complete sync: an initial stream up to the bookmark that says so, or a last page.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from typing import NoReturn

from k8s_sync.errors import BadAnswerError, GoneError, TransientError
from k8s_sync.kube.changes import Sink
from k8s_sync.kube.client import ApiClient
from k8s_sync.kube.decode import Decoder, Event
from k8s_sync.kube.known import Known
from k8s_sync.kube.objects import Failure, Object
from k8s_sync.kube.policy import (
    NoWatchListError,
    ShortWatchError,
    WatchListChoice,
)
from k8s_sync.kube.position import Position
from k8s_sync.kube.resources import Resource
from k8s_sync.kube.standing import Standing, State
from k8s_sync.kube.stats import Stats
from k8s_sync.kube.surroundings import Surroundings
from k8s_sync.kube.teller import Teller

INITIAL_EVENTS_END = "k8s.io/initial-events-end"
_LARGEST_PAGE = 8000

_log = logging.getLogger(__name__)


class Reflector:
    """Follows the objects of one kind, everywhere or in one namespace.

    Args:
        client: An open client.
        resource: The kind.
        sink: Who is told.
        namespace: The only namespace to look into; empty for all.
        selectors: What a request says to get only some, as ``labelSelector``.
        surroundings: Random numbers, clock and the like.

    Attributes:
        stats: What happened so far.
    """

    def __init__(  # noqa: PLR0913 -- most are options, by name
        self,
        client: ApiClient,
        resource: Resource,
        sink: Sink,
        *,
        namespace: str = "",
        selectors: Mapping[str, str] | None = None,
        surroundings: Surroundings | None = None,
    ) -> None:
        self.resource = resource
        self.namespace = namespace
        self.stats = Stats()
        self._client = client
        self._world = surroundings or Surroundings()
        self._timing = self._world.timing
        self._standing = Standing(resource, namespace, sink, self.stats, self._world)
        self._label = self._standing.label
        self._path = resource.path(namespace)
        self._selectors = dict(selectors or {})
        self._decoder = Decoder(metadata_only=resource.metadata_only)
        self._teller = Teller(resource, self._label, sink, self.stats)
        self._choice = WatchListChoice()
        self._full_page = self._page_size = self._world.page_size
        self._position = Position(self._label)
        self._sync_began = 0.0

    @property
    def known(self) -> Known:
        """The objects that were told about and are still there."""
        return self._teller.known

    @property
    def state(self) -> State:
        """How well we know: ``new``, ``live``, ``lost`` or ``degraded``."""
        return self._standing.state

    @property
    def problem(self) -> TransientError | None:
        """Why it is not better; unset if all is well."""
        return self._standing.problem

    @property
    def barred(self) -> bool:
        """Whether it takes a person to have the server tell us anything."""
        return self._standing.barred

    @property
    def settled(self) -> asyncio.Event:
        """Set after the first sync or the first failure."""
        return self._standing.settled

    async def run(self) -> NoReturn:
        """Follows until cancelled."""
        while True:
            try:
                if self._position.version is None:
                    await self._sync()
                else:
                    await self._go_on()
            except TransientError as error:
                await self._recover(error)

    async def _recover(self, error: TransientError) -> None:
        position = self._position
        following = position.version is not None
        verdict = await self._standing.failed(error, following=following)
        position.sure = False
        if verdict.relist:
            position.lose(trust=not verdict.distrust)
        await self._standing.pause(verdict)

    async def _sync(self) -> None:
        self._sync_began = self._world.clock()
        self._teller.known.begin(trusted=self._position.trusted)
        if self._choice.usable:
            opened = self.stats.watches
            try:
                await self._watch()
            except TransientError as error:
                if self._position.version is not None:  # It was what followed.
                    raise
                opened = self.stats.watches - opened
                if not self._choice.failed(error, opened=bool(opened)):
                    raise
                self.stats.failures["watch_list"] += 1
                _log.info("%s: no initial events, so pages: %s", self._label, error)
                self._teller.known.begin(trusted=self._position.trusted)
            else:
                return
        await self._list()

    async def _list(self) -> None:
        token, first = "", ""
        while True:
            params = {**self._selectors, "limit": str(self._page_size)}
            if token:
                params["continue"] = token
            self.stats.lists += 1
            try:
                body = await self._client.get(
                    self._path, params, accept=self.resource.accept(watch=False)
                )
            except GoneError:
                # We were too slow for the snapshot: fewer requests are faster.
                self._page_size = min(self._page_size * 2, _LARGEST_PAGE)
                raise
            self.stats.last_contact = self._world.clock()
            page = self._decoder.page(body)
            first = first or page.metadata.resource_version
            self._position.check(first)
            for item in page.items:
                await self._teller.upsert(item)
            token = page.metadata.continue_ or ""
            if not token:
                break
        self._page_size = self._full_page
        await self._finish(first, "pages")

    async def _finish(self, reached: str, how: str) -> None:
        """All that there is has been told: now tell what is no more."""
        self._position.check(reached)
        await self._teller.finish()
        self._position.begin(reached)
        self.stats.syncs[how] += 1
        self.stats.objects = len(self._teller.known)
        self.stats.sync_seconds = self._world.clock() - self._sync_began
        await self._standing.live(always=True)

    async def _go_on(self) -> None:
        """Follows on from where we are, if the server has been there."""
        position = self._position
        if not position.sure and position.version is not None:
            params = {
                **self._selectors,
                "limit": "1",
                "resourceVersion": position.version,
                "resourceVersionMatch": "NotOlderThan",
            }
            body = await self._client.get(
                self._path, params, accept=self.resource.accept(watch=False)
            )
            position.check(self._decoder.page(body).metadata.resource_version)
            position.sure = True
        await self._watch()

    async def _watch(self) -> None:
        """Follows one stream to its end, with the initial state if it is due."""
        seconds = int(self._timing.watch * (1 + self._world.random()))
        params = {
            **self._selectors,
            "watch": "true",
            "allowWatchBookmarks": "true",
            "timeoutSeconds": str(seconds),
        }
        position = self._position
        if position.version is None:
            params["sendInitialEvents"] = "true"
            params["resourceVersionMatch"] = "NotOlderThan"
        else:
            params["resourceVersion"] = position.version
        began, events = self._world.clock(), 0
        async with self._client.watch(
            self._path, params, accept=self.resource.accept(watch=True)
        ) as batches:
            self.stats.watches += 1
            if position.version is not None and self.state != "live":
                batches = self._hopeful(batches)  # noqa: PLW2901 - the same lines
            events = await self._follow(batches, began)
        if position.version is None:
            raise BadAnswerError(f"{self._label}: the initial events ended early")
        lasted = self._world.clock() - began
        if lasted < self._timing.short_watch:
            raise ShortWatchError(self._label, events)
        # A server that has just been started anew may be one that was restored.
        position.sure = lasted >= seconds

    async def _follow(self, batches: AsyncIterator[list[bytes]], began: float) -> int:
        events = 0
        async for lines in batches:
            now = self.stats.last_contact = self._world.clock()
            following = self._position.version is not None
            if following and now - began >= self._timing.short_watch:
                self._standing.works()
            for line in lines:
                events += 1
                event = self._decoder.event(line)
                self.stats.events[event.type] += 1
                if self._position.version is None:
                    await self._take_initial(event)
                else:
                    await self._take(event)
            self.stats.objects = len(self._teller.known)
            if self._position.version is not None:
                await self._standing.live()
        return events

    async def _hopeful(
        self, batches: AsyncIterator[list[bytes]]
    ) -> AsyncIterator[list[bytes]]:
        """Takes it for a recovery if a new watch does not fail within a moment."""
        # The first line may take a minute; a version that is too old gets 200, too.
        first = asyncio.ensure_future(anext(batches, None))
        moment = asyncio.ensure_future(self._world.sleep(self._timing.short_watch))
        try:
            await asyncio.wait({first, moment}, return_when=asyncio.FIRST_COMPLETED)
            if not first.done():
                await self._standing.live()
            lines = await first
        finally:
            first.cancel()
            moment.cancel()
        if lines is not None:
            yield lines
            async for more in batches:
                yield more

    async def _take_initial(self, event: Event) -> None:
        """The versions of initial events are in no order: only the end has one."""
        if event.type == "BOOKMARK" and isinstance(event.object, Object):
            metadata = event.object.metadata
            marked = metadata.annotations.get(INITIAL_EVENTS_END) == "true"
            if not (marked and metadata.resource_version):
                raise NoWatchListError(f"{self._label}: a bookmark without the mark")
            await self._finish(metadata.resource_version, "stream")
            self._choice.succeeded()
        else:
            await self._teller.take(event)

    async def _take(self, event: Event) -> None:
        what = event.object
        reached = "" if isinstance(what, Failure) else what.metadata.resource_version
        if reached:
            self._position.see(reached)
        await self._teller.take(event)
        if reached:
            self._position.version = reached
