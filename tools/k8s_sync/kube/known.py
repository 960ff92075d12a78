"""What a reflector remembers of the objects that it told about. No I/O.

Only names, uids and versions: enough to tell what a new list lacks, what came back
under the same name as somebody else, and what is nothing new.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

from k8s_sync.kube.objects import Metadata

Version = int | str
"""Versions are numbers; a server that has others gets them compared for equality."""


@lru_cache(maxsize=16)
def version(text: str) -> Version:
    """Reads a resourceVersion.

    Who asks for the same one next gets the same number: two places keep it.
    """
    return int(text) if text.isascii() and text.isdigit() else text


def is_older(one: Version, other: Version) -> bool:
    """Whether the first is for sure from before the second."""
    return isinstance(one, int) and isinstance(other, int) and one < other


class News(Enum):
    """What an object is to us."""

    NOTHING = "nothing"
    CHANGE = "change"
    REPLACEMENT = "replacement"
    OUTDATED = "outdated"


@dataclass(frozen=True, slots=True)
class Entry:
    """An object that was told about."""

    uid: str
    namespace: str
    name: str


_Kept = tuple[str, Version, int]
"""Uid, version, and the last sync in which it was seen."""


class Known:
    """The objects that were told about and are still there.

    A sync goes through them like this: `begin`, `apply` for all that there is,
    `finish` for what there is no more. One that never finishes does no harm.
    """

    def __init__(self) -> None:
        # By namespace and name, so that nothing is kept but what the object has.
        self._entries: dict[str, dict[str, _Kept]] = {}
        self._count = 0
        self._round = 0
        self._syncing = False
        self._trusted = True

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Entry]:
        return (entry for entry, _ in self._each())

    def _each(self) -> Iterator[tuple[Entry, int]]:
        for namespace, names in self._entries.items():
            for name, (uid, _, seen) in names.items():
                yield Entry(uid, namespace, name), seen

    @property
    def trusted(self) -> bool:
        """False: this sync may tell of objects as they were, for so they are again."""
        return self._trusted or not self._syncing

    def begin(self, *, trusted: bool = True) -> None:
        """Begins a sync.

        Args:
            trusted: An object with the version that we know is the object that we
                know. Not so if the server's history was set back.
        """
        self._round += 1
        self._syncing = True
        self._trusted = trusted

    def finish(self) -> list[Entry]:
        """Ends a sync.

        Returns:
            What was known and did not come; it is known no longer.
        """
        self._syncing = False
        gone = [entry for entry, seen in self._each() if seen != self._round]
        for entry in gone:
            self._forget(entry.namespace, entry.name)
        return gone

    def apply(self, metadata: Metadata) -> tuple[News, str]:
        """Notes an object.

        Returns:
            What it is to us; for a replacement, with the uid that it replaces.
        """
        name = metadata.name
        here = self._entries.get(metadata.namespace)
        if here is None:
            here = self._entries[metadata.namespace] = {}
        now = version(metadata.resource_version)
        old = here.get(name)
        if old and self._syncing and self._is_nothing_new(old, metadata.uid, now):
            if old[2] != self._round:
                here[name] = (old[0], old[1], self._round)
            return News.NOTHING, ""
        if old and self._syncing and self._is_outdated(old, metadata.uid, now):
            return News.OUTDATED, ""
        here[name] = (metadata.uid, now, self._round)
        if old is None:
            self._count += 1
        if old and old[0] != metadata.uid:
            return News.REPLACEMENT, old[0]
        return News.CHANGE, ""

    def _is_nothing_new(self, old: _Kept, uid: str, now: Version) -> bool:
        """Initial events come in no order and may repeat themselves."""
        same = old[0] == uid and old[1] == now
        if old[2] == self._round:
            return same or is_older(now, old[1])
        return same and self._trusted

    def _is_outdated(self, old: _Kept, uid: str, now: Version) -> bool:
        """Another API server that lags behind may tell what has been (T22).

        Or the history was set back, and what has been is so again: only a sync that
        trusts in nothing can tell.
        """
        return self._trusted and old[0] == uid and is_older(now, old[1])

    def keep(self, metadata: Metadata) -> None:
        """Notes that an object is there although it could not be read."""
        if old := self._find(metadata):
            seen = (old[0], old[1], self._round)
            self._entries[metadata.namespace][metadata.name] = seen

    def remove(self, metadata: Metadata) -> None:
        """Notes that an object is gone; not if its name has another owner by now."""
        old = self._find(metadata)
        if old and old[0] == metadata.uid:
            self._forget(metadata.namespace, metadata.name)

    def _find(self, metadata: Metadata) -> _Kept | None:
        return self._entries.get(metadata.namespace, {}).get(metadata.name)

    def _forget(self, namespace: str, name: str) -> None:
        here = self._entries[namespace]
        del here[name]
        self._count -= 1
        if not here:
            del self._entries[namespace]
