"""Rows as payloads of limited size, and what was sent lately."""

from collections import OrderedDict, deque
from collections.abc import Iterable, Sequence

from k8s_sync import rows
from k8s_sync.timeline import Key, Timeline

BATCH_ROWS = 500
BATCH_BYTES = 128 * 1024
"""Limits of one event: Zeek's main loop must not stall for more than a few ms."""
RECENT_ROWS = 20_000
"""Rows that are remembered as sent, so that a node gets only what it missed."""


class Waiting:
    """Keys of rows that have to be sent, each once and the oldest first."""

    def __init__(self, keys: Iterable[Key] = ()) -> None:
        """Starts with some keys."""
        # A plain dict would walk over all that was taken from its front, each time.
        self._keys: OrderedDict[Key, None] = OrderedDict.fromkeys(keys)

    def __len__(self) -> int:
        return len(self._keys)

    def add(self, keys: Iterable[Key], timeline: Timeline) -> None:
        """Adds keys; those that wait already keep their place.

        For a Zeek that is away for weeks all that there ever was would wait, so what
        the timeline has forgotten meanwhile is given up now and then.
        """
        self._keys.update(dict.fromkeys(keys))
        if len(self._keys) > 2 * len(timeline) + BATCH_ROWS:
            there = (key for key in self._keys if timeline.get(key) is not None)
            self._keys = OrderedDict.fromkeys(there)

    def drain(self) -> list[Key]:
        """Takes all keys."""
        keys = list(self._keys)
        self._keys.clear()
        return keys

    def take(self, timeline: Timeline) -> tuple[list[Key], str]:
        """Takes keys until a batch is full.

        Returns:
            The keys whose rows are in the batch, and the payload. Without any, the
            payload is empty.
        """
        lines: list[str] = []
        keys: list[Key] = []
        size = 0
        while self._keys and len(lines) < BATCH_ROWS:
            key, _ = self._keys.popitem(last=False)
            row = timeline.get(key)
            if row is None:  # evicted meanwhile: nothing to tell
                continue
            line = rows.encode(row)
            size += len(line.encode())
            if lines and size > BATCH_BYTES:
                self._keys[key] = None
                self._keys.move_to_end(key, last=False)
                break
            keys.append(key)
            lines.append(line)
        return keys, rows.FIELDS + "\n" + "".join(lines) if lines else ""


class Recent:
    """Which rows went out with which delta, for those that missed some."""

    def __init__(self) -> None:
        """Starts before the first delta."""
        self._deltas: deque[Sequence[Key]] = deque()
        self._first = 1
        self._rows = 0

    def sent(self, keys: Sequence[Key]) -> None:
        """Takes note of the next delta."""
        self._deltas.append(keys)
        self._rows += len(keys)
        while self._rows > RECENT_ROWS:
            self._rows -= len(self._deltas.popleft())
            self._first += 1

    def since(self, seq: int) -> list[Key] | None:
        """Lists the keys of all deltas after one, or None if that is not known."""
        if not self._first <= seq + 1 <= self._first + len(self._deltas):
            return None
        deltas = list(self._deltas)[seq + 1 - self._first :]
        return [key for keys in deltas for key in keys]
