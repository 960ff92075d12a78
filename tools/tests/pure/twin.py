"""The C++ timeline, built on first use and called through its C ABI.

`Twin` has the methods of `k8s_sync.timeline.Timeline` where it can, so that a
test can put one question to both. Rows go in and come out as text, which
tests the two parsers along the way.
"""

import ctypes
import fcntl
import functools
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple, cast

import pytest

from k8s_sync.closing import Closing
from k8s_sync.model import Claim, Match, Proto, Row
from k8s_sync.row_reader import Problem, decode
from k8s_sync.rows import FIELDS, encode
from k8s_sync.rules import LEAD, LINGER, Answer

TOP = Path(__file__).resolve().parents[3]
SOURCES = TOP / "plugin" / "src" / "timeline" / "tests"
BUILD = TOP / "build" / "timeline"
LIBRARY = BUILD / "libk8s_timeline_abi.so"
REPLAY = {name: BUILD / f"k8s_timeline_replay_{name}" for name in ("rows", "feed")}
"""What feeds files to the bodies of the fuzzers."""

_TEXT = 1 << 16
_DONE = -1


class Loaded(NamedTuple):
    """What became of a payload."""

    rows: int
    """Rows that were read."""
    applied: int
    """Of these, how many changed the timeline."""
    bad: int
    """Lines that were refused."""
    problems: list[str]
    """The first ten of these, as ``line N: reason``."""


@functools.cache
def build() -> Path:
    """Builds the library and the replayers, once per session.

    Returns:
        The directory that holds them.
    """
    cmake = shutil.which("cmake")
    if cmake is None:
        pytest.skip("the C++ timeline needs cmake: install cmake >= 3.15")
    if not any(map(shutil.which, ("c++", "g++", "clang++"))):
        pytest.skip("the C++ timeline needs a C++20 compiler: install g++ >= 12")
    BUILD.mkdir(parents=True, exist_ok=True)
    with (BUILD / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        _run(cmake, "-S", str(SOURCES), "-B", str(BUILD))
        _run(cmake, "--build", str(BUILD), "--parallel", "2")
    return BUILD


def _run(*command: str) -> None:
    done = subprocess.run(  # noqa: S603 -- our own build
        command,
        check=False,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    if done.returncode:
        pytest.fail(f"{' '.join(command)}:\n{done.stdout}", pytrace=False)


@functools.cache
def library() -> ctypes.CDLL:
    """Loads the library, with the types of its functions."""
    build()
    lib = ctypes.CDLL(str(LIBRARY))
    handle, text, size = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t
    i64, u64 = ctypes.c_int64, ctypes.c_uint64
    name = text, size
    signatures: dict[str, tuple[Any, list[Any]]] = {
        "new": (handle, [i64, i64]),
        "free": (None, [handle]),
        "load": (size, [handle, text, size, ctypes.POINTER(size), text, size]),
        "load_journal": (size, [handle, text, ctypes.POINTER(size), text, size]),
        "owner": (
            size,
            [handle, text, i64, ctypes.c_uint16, text, *name, *name, *name],
        ),
        "digest": (u64, [handle, text, size]),
        "claims": (size, [handle, text, size]),
        "total": (size, [handle]),
        "set_generation": (None, [handle, text, size, u64]),
        "sweep": (size, [handle, text, size, u64, i64]),
        "distrust": (None, [handle, text, size]),
        "evict": (size, [handle, i64, size]),
        "write": (size, [handle, text, size]),
    }
    for short, (result, arguments) in signatures.items():
        function = getattr(lib, f"k8s_timeline_{short}")
        function.restype = result
        function.argtypes = arguments
    return lib


def _bytes(text: str) -> bytes:
    return text.encode(errors="surrogateescape")


def _name(text: str | None) -> tuple[bytes | None, int]:
    if text is None:
        return None, 0
    data = _bytes(text)
    return data, len(data)


class Twin(Closing):
    """A timeline in C++."""

    def __init__(self, *, linger: int = LINGER, lead: int = LEAD) -> None:
        """Makes an empty timeline with its two tolerances, in microseconds."""
        self._lib = library()
        self.handle = self._lib.k8s_timeline_new(linger, lead)
        """What the C functions know it by."""

    def close(self) -> None:
        """Frees the timeline."""
        self._lib.k8s_timeline_free(self.handle)
        self.handle = None

    def __len__(self) -> int:
        """Counts the claims and ranges, ended ones included."""
        return cast("int", self._lib.k8s_timeline_total(self.handle))

    def load(self, payload: str | bytes) -> Loaded:
        """Applies the rows of a text, which begins with its ``#fields``."""
        data = _bytes(payload) if isinstance(payload, str) else payload
        return self._loaded("load", data, len(data))

    def load_journal(self, path: Path) -> Loaded:
        """Applies the rows of a file."""
        return self._loaded("load_journal", str(path).encode())

    def _loaded(self, function: str, *source: Any) -> Loaded:
        counts = (ctypes.c_size_t * 3)()
        problems = ctypes.create_string_buffer(_TEXT)
        load = getattr(self._lib, f"k8s_timeline_{function}")
        size = load(self.handle, *source, counts, problems, _TEXT)
        assert size <= _TEXT, "the text of the problems is not bounded"
        text = problems.raw[:size].decode()
        rows, applied, bad = counts
        return Loaded(rows, applied, bad, text.split("\n")[:-1])

    def apply(self, *rows: Row) -> Loaded:
        """Applies some rows."""
        return self.load(FIELDS + "\n" + "".join(map(encode, rows)))

    def owner_row(
        self,
        address: bytes,
        time: int,
        port: int = 0,
        proto: Proto = "",
        *,
        cluster: str | None = None,
        network: str | None = None,
    ) -> tuple[Match | None, str | None]:
        """As `owner`, with the claim as the text of its row, newline included."""
        assert len(address) == 16
        out = ctypes.create_string_buffer(_TEXT)
        arguments = (
            *(self.handle, address, time, port, proto.encode()),
            *_name(cluster),
            *_name(network),
        )
        size = self._lib.k8s_timeline_owner(*arguments, out, len(out))
        if size > len(out):
            out = ctypes.create_string_buffer(size)
            self._lib.k8s_timeline_owner(*arguments, out, size)
        match, _, row = out.raw[:size].decode().partition("\n")
        known = None if match == "nothing" else cast("Match", match)
        return known, row or None

    def owner(
        self,
        address: bytes,
        time: int,
        port: int = 0,
        proto: Proto = "",
        *,
        cluster: str | None = None,
        network: str | None = None,
    ) -> Answer:
        """Says who owned an address; see `Timeline.owner`."""
        match, text = self.owner_row(
            address, time, port, proto, cluster=cluster, network=network
        )
        if text is None:
            return Answer(match)
        (row,) = read(FIELDS + "\n" + text)
        assert isinstance(row, Claim)
        return Answer(match, row)

    def digest(self, cluster: str) -> int:
        """Sums up what a cluster holds now."""
        data = _bytes(cluster)
        result = self._lib.k8s_timeline_digest(self.handle, data, len(data))
        return cast("int", result)

    def held(self, cluster: str) -> int:
        """Counts the claims of a cluster that have not ended."""
        data = _bytes(cluster)
        result = self._lib.k8s_timeline_claims(self.handle, data, len(data))
        return cast("int", result)

    def set_generation(self, cluster: str, generation: int) -> None:
        """Sets what rows of a cluster are marked with; 0 leaves marks alone."""
        data = _bytes(cluster)
        self._lib.k8s_timeline_set_generation(self.handle, data, len(data), generation)

    def sweep(self, cluster: str, generation: int, at: int) -> int:
        """Ends what a snapshot did not confirm; returns how many rows that were."""
        data = _bytes(cluster)
        result = self._lib.k8s_timeline_sweep(
            self.handle, data, len(data), generation, at
        )
        return cast("int", result)

    def distrust(self, cluster: str) -> None:
        """Lets any row win over what is known of a cluster."""
        data = _bytes(cluster)
        self._lib.k8s_timeline_distrust(self.handle, data, len(data))

    def evict(self, before: int, limit: int = _DONE) -> int:
        """Forgets at most `limit` claims that ended before a time."""
        work = ctypes.c_size_t(limit).value
        result = self._lib.k8s_timeline_evict(self.handle, before, work)
        return cast("int", result)

    def write(self) -> str:
        """Writes all rows as a journal, headers included."""
        size = self._lib.k8s_timeline_write(self.handle, None, 0)
        out = ctypes.create_string_buffer(size or 1)
        self._lib.k8s_timeline_write(self.handle, out, size)
        return out.raw[:size].decode()

    def rows(self) -> list[Row]:
        """Lists all rows, in no order."""
        return read(self.write())


def read(text: str) -> list[Row]:
    """Reads rows that the C++ side wrote, which has to be without a fault."""
    problems: list[Problem] = []
    rows: Iterable[Row] = list(decode(text, problems.append))
    assert not problems
    return list(rows)
