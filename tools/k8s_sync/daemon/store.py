"""What the daemon holds of one cluster, and everybody who has to hear of it.

Rows go in, and out to the peers (one for each Zeek), to the journal and to the
history. No socket is opened here.
"""

import time
from collections.abc import Callable, Iterable

import msgspec

from k8s_sync.claims.ledger import Key as Place
from k8s_sync.claims.ledger import key
from k8s_sync.daemon.kept_journal import KeptJournal
from k8s_sync.feed.peer import Peer
from k8s_sync.history.recorder import Recorder
from k8s_sync.model import Claim, Row
from k8s_sync.timeline import Timeline, missing, row_key

_NO_TIME = 1 << 60
"""As a revision: that is none of a clock, but of the year 38,500."""


class Store:
    """The timeline of one cluster and its sinks."""

    def __init__(self, cluster: str, epoch: int, clock: Callable[[], int]) -> None:
        """Makes an empty store.

        Args:
            cluster: The name that rows carry.
            epoch: Names this run of the daemon: when it began, in microseconds.
            clock: Now, in microseconds since the epoch.
        """
        self.cluster = cluster
        self.timeline = Timeline()
        self.peers: list[Peer] = []
        self.changes = 0
        """Rows that changed something."""
        self._epoch = epoch
        self._revision = epoch - 1
        self._clock = clock
        self._wake: list[Callable[[], None]] = []
        self._remembered: dict[tuple[str, Place], Claim] = {}
        self._knew: set[str] = set()
        self.journal: KeptJournal | None = None
        """Gets each row from when it is set."""
        self.history: Recorder | None = None
        """Gets each row from when it is set."""

    def revise(self) -> int:
        """Gives the next revision.

        Those of a later run are higher than any of this one: no cluster changes a
        million rows a second for long.
        """
        self._revision += 1
        return self._revision

    def peer(self) -> Peer:
        """Makes the peer for one more Zeek."""
        peer = Peer(self.timeline, self.cluster, self._epoch, self._clock, _timer)
        self.peers.append(peer)
        return peer

    def drop(self, peers: Iterable[Peer]) -> None:
        """Forgets the peers of a Zeek that is fed no more."""
        gone = set(map(id, peers))
        self.peers = [peer for peer in self.peers if id(peer) not in gone]

    def on_change(self, wake: Callable[[], None]) -> None:
        """Asks for a call whenever peers have something to send."""
        self._wake.append(wake)

    def tell_history(self) -> None:
        """Hands all that is known to the history, which may lack some of it."""
        if self.history is not None:
            self.history.put(self.timeline, news=False)

    def remember(self, known: Iterable[Row]) -> list[Row]:
        """Takes in what an earlier run knew; other clusters' rows are passed over.

        To be called before the first revision is given.

        Returns:
            What was news.
        """
        news = [
            row
            for row in known
            if row.cluster == self.cluster and self.timeline.apply(row)
        ]
        for row in self.timeline:
            # Its clock may have been ahead: nothing that we say would be newer.
            if self._epoch <= row.revision < _NO_TIME:
                self._revision = row.revision
                self._epoch = row.revision + 1
            if isinstance(row, Claim):
                index = row.owner.uid, key(row)
                known_so_far = self._remembered.get(index, row)
                self._remembered[index] = max(known_so_far, row, key=_how_late)
                if row.owner.kind != "pod":  # which tell themselves when they began
                    self._knew.add(row.owner.uid)
        return news

    def recall(self, uid: str, place: Place) -> Claim | None:
        """Finds what an earlier run knew last of a claim, by its owner and its key.

        It saw what happened; this run sees what is left of it. So its start holds,
        even if it is later, as that of an address that replaced another.
        """
        return self._remembered.get((uid, place))

    def knew(self, uid: str) -> bool:
        """Tells whether an earlier run knew a node or service."""
        return uid in self._knew

    def settle(self) -> None:
        """Ends what an earlier run knew and this one, now complete, did not find.

        What has ended stays remembered: whoever comes back to an address goes on with
        the claim that it had, as all rows of a claim have one key.
        """
        self._end(row for row in self.timeline if row.revision < self._epoch)
        self._remembered = {
            index: now
            for index, claim in self._remembered.items()
            if isinstance(now := self.timeline.get(row_key(claim)), Claim)
            and now.end is not None
        }

    def withdraw(self) -> None:
        """Ends all: it is not told any more, or is another cluster's from now on."""
        self._end(self.timeline)
        self._remembered.clear()
        self._knew.clear()

    def _end(self, rows: Iterable[Row]) -> None:
        now = self._clock()
        self.tell(
            msgspec.structs.replace(missing(row, now), revision=self.revise())
            for row in [row for row in rows if row.end is None]
        )

    def tell(self, changed: Iterable[Row]) -> None:
        """Takes rows in and passes on what is news."""
        news = [row for row in changed if self.timeline.apply(row)]
        if not news:
            return
        self.changes += len(news)
        if self.peers:
            keys = [row_key(row) for row in news]
            for peer in self.peers:
                peer.changed(keys)
        for wake in self._wake:
            wake()
        if self.journal is not None:
            self.journal.note(news)
        if self.history is not None:
            self.history.put(news)

    def forget(self, before: int) -> None:
        """Forgets claims that ended before a time."""
        self.timeline.evict(before)
        self._remembered = {
            index: claim
            for index, claim in self._remembered.items()
            if claim.end is None or claim.end >= before
        }


def _timer() -> int:
    """Microseconds of the monotonic clock."""
    return time.monotonic_ns() // 1000


def _how_late(claim: Claim) -> tuple[bool, int, int]:
    """Orders the versions of a claim: the last is the one that is held, or was."""
    return claim.end is None, claim.end or 0, claim.revision
