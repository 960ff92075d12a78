"""All Zeeks that one daemon feeds: those that are configured, and those that are found.

Each has a session of its own and a peer for each source; when it goes, so do they.
"""

import asyncio
from collections.abc import Callable, Iterable

from k8s_sync.daemon.store import Store
from k8s_sync.feed.session import Session

DRAIN, DRAIN_STEP = 5.0, 0.02
"""Seconds that the Zeeks have for the rest after SIGTERM, and between two looks."""


class Zeeks:
    """Starts and ends sessions while it runs.

    Attributes:
        sessions: Those that there are, in the order in which they came.
    """

    def __init__(self, sessions: Iterable[Session]) -> None:
        """Takes in those that stay."""
        self.sessions = list(sessions)
        self._stores: list[Store] = []
        self._running: dict[Session, asyncio.Task[None]] = {}
        self._tasks: asyncio.TaskGroup | None = None

    def wake(self) -> None:
        """Says that there is something to send."""
        for session in self.sessions:
            session.wake()

    def tell(self, store: Store) -> None:
        """Lets each Zeek hear of a source, also those that come later."""
        self._stores.append(store)
        for session in self.sessions:
            session.join(store.peer())

    def add(self, session: Session) -> None:
        """Takes in one more Zeek."""
        self.sessions.append(session)
        for store in self._stores:
            session.join(store.peer())
        self._start(session)

    def remove(self, session: Session) -> None:
        """Feeds a Zeek no more."""
        self.sessions.remove(session)
        for store in self._stores:
            store.drop(session.peers)
        if task := self._running.pop(session, None):
            task.cancel()

    async def run(self) -> None:
        """Feeds until cancelled."""
        async with asyncio.TaskGroup() as self._tasks:
            for session in self.sessions:
                self._start(session)
            await asyncio.Event().wait()

    def _start(self, session: Session) -> None:
        if self._tasks:
            task = self._tasks.create_task(session.run(), name=session.name)
            self._running[session] = task

    async def drain(self, complain: Callable[[str], None]) -> None:
        """Waits a moment until each Zeek that can be reached holds all there is."""
        for _ in range(int(DRAIN / DRAIN_STEP)):
            if all(session.idle or session.offline for session in self.sessions):
                return
            await asyncio.sleep(DRAIN_STEP)
        complain("not every Zeek has heard everything; it will ask when I am back")
