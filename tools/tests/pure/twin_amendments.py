"""What remembers written lines, in C++, and the same thing in a few lines of Python."""

import ctypes
import functools
from typing import Any, NamedTuple

from k8s_sync.model import Match, Proto
from k8s_sync.rules import Answer
from k8s_sync.timeline import Timeline
from tests.pure.twin import Twin, library

ALL = -1
_ROOM = 1 << 20


class End(NamedTuple):
    """What a line was told about one end of its connection."""

    uid: str
    side: str
    address: bytes
    time: int
    port: int = 0
    proto: Proto = ""
    cluster: str | None = None


class Amendment(NamedTuple):
    """What a line should have been told."""

    uid: str
    side: str
    time: int
    written: int
    was: Match | None
    match: Match | None
    owner: str | None


class Counts(NamedTuple):
    """How it is doing."""

    size: int
    reported: int
    dropped: int


@functools.cache
def _functions() -> ctypes.CDLL:
    lib = library()
    handle, text, size = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t
    i64, u16 = ctypes.c_int64, ctypes.c_uint16
    end = [text, size, ctypes.c_bool, text, i64, u16, text, text, size]
    signatures: dict[str, tuple[Any, list[Any]]] = {
        "new": (handle, [handle, size, i64]),
        "free": (None, [handle]),
        "remember": (None, [handle, handle, *end, i64]),
        "review": (size, [handle, handle, i64, size, size, text, size]),
        "counts": (None, [handle, ctypes.POINTER(ctypes.c_uint64)]),
    }
    for short, (result, arguments) in signatures.items():
        function = getattr(lib, f"k8s_amendments_{short}")
        function.restype = result
        function.argtypes = arguments
    return lib


class Amendments:
    """Remembers lines that the timeline has answered for; in C++."""

    def __init__(self, twin: Twin, *, most: int, within: int) -> None:
        """Begins to watch a timeline, which must be freed together with this."""
        self._lib = _functions()
        self._timeline = twin.handle
        self._handle = self._lib.k8s_amendments_new(self._timeline, most, within)

    def close(self) -> None:
        """Frees the memory; the timeline must not be used any more."""
        self._lib.k8s_amendments_free(self._handle)

    def remember(self, end: End, now: int) -> None:
        """Asks the timeline for a line, and remembers the answer."""
        uid = end.uid.encode()
        cluster = None if end.cluster is None else end.cluster.encode()
        self._lib.k8s_amendments_remember(
            *(self._handle, self._timeline, uid, len(uid), end.side == "resp"),
            *(end.address, end.time, end.port, end.proto.encode()),
            *(cluster, len(cluster or b""), now),
        )

    def review(self, now: int, looks: int = ALL, reports: int = ALL) -> list[Amendment]:
        """Looks for amendments."""
        out = ctypes.create_string_buffer(_ROOM)
        limit = (ctypes.c_size_t(n).value for n in (looks, reports))
        size = self._lib.k8s_amendments_review(
            self._handle, self._timeline, now, *limit, out, _ROOM
        )
        assert size <= _ROOM
        lines = out.raw[:size].decode().split("\n")[:-1]
        return [_amendment(*line.split("\t")) for line in lines]

    def counts(self) -> Counts:
        """Tells how many there are and were."""
        counts = (ctypes.c_uint64 * 3)()
        self._lib.k8s_amendments_counts(self._handle, counts)
        return Counts(*counts)


def _amendment(*cells: Any) -> Amendment:
    uid, side, time, written, was, match, owner = cells
    was, match = (None if word == "nothing" else word for word in (was, match))
    return Amendment(uid, side, int(time), int(written), was, match, owner or None)


class _Line(NamedTuple):
    end: End
    written: int
    answer: Answer


class Model:
    """The same by the definition: it asks about every line, each time."""

    def __init__(self, timeline: Timeline, *, most: int, within: int) -> None:
        """Remembers at most so many ends, for so many microseconds."""
        self._timeline = timeline
        self._most = most
        self._within = within
        self._lines: dict[tuple[str, str], _Line] = {}
        self._done: set[tuple[str, str]] = set()
        self._late: list[tuple[_Line, bool]] = []
        self.dropped = 0

    def remember(self, end: End, now: int) -> None:
        """See `Amendments.remember`."""
        key = end.uid, end.side
        if key in self._lines:
            return
        if len(self._lines) == self._most:
            line = self._forget(next(iter(self._lines)))
            self.dropped += now - line.written <= self._within
        self._lines[key] = _Line(end, now, self._ask(end))

    def review(self, now: int) -> tuple[set[Amendment], set[Amendment]]:
        """See `Amendments.review`.

        Returns:
            What it must tell, and what it may tell: the latter has lines, too, that
            became wrong after they were dropped.
        """
        for key, line in list(self._lines.items()):
            if line.written < now - self._within:
                self._forget(key)
        must, may = set(), set()
        for line, known in self._late:
            if late := self._amendment(line, last=True):
                may.add(late)
                if known:
                    must.add(late)
        self._late.clear()
        for key, line in self._lines.items():
            if key not in self._done and (found := self._amendment(line, last=False)):
                self._done.add(key)
                must.add(found)
        return must, must | may

    def __len__(self) -> int:
        return len(self._lines)

    def _forget(self, key: tuple[str, str]) -> _Line:
        line = self._lines.pop(key)
        if key in self._done:
            self._done.remove(key)
        else:
            self._late.append((line, self._amendment(line, last=True) is not None))
        return line

    def _ask(self, end: End) -> Answer:
        return self._timeline.owner(
            end.address, end.time, end.port, end.proto, cluster=end.cluster
        )

    def _amendment(self, line: _Line, *, last: bool) -> Amendment | None:
        now, was = self._ask(line.end), line.answer
        new, old = (one.owner.uid if one.owner else None for one in (now, was))
        other = new != old
        surer = now.match == "exact" and (other or was.match == "early")
        doubtful = other or (was.match == "exact" and now.match != "exact")
        if not (surer or (doubtful and last)):
            return None
        end = line.end
        return Amendment(
            end.uid, end.side, end.time, line.written, was.match, now.match, new
        )
