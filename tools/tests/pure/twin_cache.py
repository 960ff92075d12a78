"""The C++ timeline's cache: what writes a file and what reads it, by its C ABI."""

import ctypes
import functools
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple, cast

from k8s_sync.closing import Closing
from tests.pure.twin import Twin, library

_ROOM = 1 << 16
_MARK = "#source\t"


class Mark(NamedTuple):
    """How far the feed of a source had come."""

    epoch: int
    seq: int
    heard: int = 0


class Restored(NamedTuple):
    """What became of a file."""

    rows: int
    marks: Mapping[str, Mark]
    problem: str


@functools.cache
def _functions() -> ctypes.CDLL:
    lib = library()
    handle, text, size = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t
    u64 = ctypes.c_uint64
    signatures: dict[str, tuple[Any, list[Any]]] = {
        "restore": (size, [handle, text, text, size]),
        "new": (handle, [handle]),
        "free": (None, [handle]),
        "start": (None, [handle, text]),
        "set": (None, [handle, text, size, u64, u64, ctypes.c_int64]),
        "drop": (None, [handle, text, size]),
        "step": (size, [handle, size, text, size]),
        "finish": (size, [handle, text, size]),
        "bytes": (u64, [handle]),
        "rewrites": (u64, [handle]),
    }
    for short, (result, arguments) in signatures.items():
        function = getattr(lib, f"k8s_cache_{short}")
        function.restype = result
        function.argtypes = arguments
    return lib


def restore(twin: Twin, path: Path) -> Restored:
    """Reads a file into a timeline."""
    out = ctypes.create_string_buffer(_ROOM)
    size = _functions().k8s_cache_restore(twin.handle, str(path).encode(), out, _ROOM)
    rows, *lines = out.raw[:size].decode().split("\n")
    marks = {}
    for line in lines[:-1]:
        assert line.startswith(_MARK)
        name, *numbers = line.removeprefix(_MARK).split("\t")
        marks[name] = Mark(*map(int, numbers))
    return Restored(int(rows), marks, lines[-1])


class Cache(Closing):
    """What keeps the file of a timeline; a context manager."""

    def __init__(self, twin: Twin, path: Path) -> None:
        """Begins to keep it."""
        self._lib = _functions()
        self._handle = self._lib.k8s_cache_new(twin.handle)
        self._path = str(path).encode()
        self.start()

    def close(self) -> None:
        """Frees the memory; the file stays as it is."""
        self._lib.k8s_cache_free(self._handle)

    def start(self) -> None:
        """Begins anew."""
        self._lib.k8s_cache_start(self._handle, self._path)

    def set(self, source: str | bytes, *mark: int) -> None:
        """Says how far the feed of a source has come: epoch, seq, and when."""
        name = source.encode() if isinstance(source, str) else source
        self._lib.k8s_cache_set(self._handle, name, len(name), *Mark(*mark))

    def drop(self, source: str) -> None:
        """Keeps nothing more of a source."""
        self._lib.k8s_cache_drop(self._handle, source.encode(), len(source.encode()))

    def step(self, rows: int) -> str:
        """Does a bit of the work; returns what is wrong."""
        out = ctypes.create_string_buffer(_ROOM)
        size = self._lib.k8s_cache_step(self._handle, rows, out, _ROOM)
        return out.raw[:size].decode()

    def finish(self) -> str:
        """Does all the work and waits for the disk; returns what is wrong."""
        out = ctypes.create_string_buffer(_ROOM)
        size = self._lib.k8s_cache_finish(self._handle, out, _ROOM)
        return out.raw[:size].decode()

    @property
    def bytes(self) -> int:
        """How large the file is."""
        return cast("int", self._lib.k8s_cache_bytes(self._handle))

    @property
    def rewrites(self) -> int:
        """How many files with all rows have taken their place."""
        return cast("int", self._lib.k8s_cache_rewrites(self._handle))
