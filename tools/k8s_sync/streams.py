"""Byte streams: inputs that may be compressed, outputs that are whole or not there.

``-`` is standard input or output. This module knows nothing of what is in the
bytes.
"""

import fcntl
import glob
import io
import os
import select
import shutil
import stat
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, cast

from k8s_sync import packing
from k8s_sync.errors import FatalError

STANDARD = "-"
STANDARD_INPUT = "standard input"
"""Its name in messages."""
STANDARD_OUTPUT = "standard output"
CHUNK = 1 << 20
"""Read at once, in bytes: large enough that the cost per read does not show."""
_UNFINISHED = "unfinished-"
"""In the name of a temporary file, so that it is known for one."""
_SETTLED = 1.0
"""Seconds after which who writes to a temporary file has surely locked it."""
LINE_LIMIT = 64 * CHUNK
"""A longer line is no line of a log; memory stays bounded."""


class Input:
    """An open input; its bytes are those inside a compressed file."""

    def __init__(self, name: str, raw: BinaryIO) -> None:
        """Looks at the first bytes of `raw` to see how it is compressed."""
        self.name = name
        """For messages."""
        self._raw = raw
        # The interface of a buffered reader is what the stubs of its argument
        # ask for, and what any binary file offers.
        buffered = io.BufferedReader(cast("io.RawIOBase", raw), CHUNK)
        self.packing = packing.packing_of(buffered.peek(packing.MAGIC))
        """How it is compressed."""
        self.stream = packing.unpacked(cast("BinaryIO", buffered), self.packing)
        status = os.fstat(raw.fileno())
        self.live = not stat.S_ISREG(status.st_mode)
        """Somebody may still be writing to the other end of it."""
        self.given = 0
        """Bytes that `blocks` has read so far."""

    def fileno(self) -> int:
        """The descriptor that bytes come from."""
        return self._raw.fileno()

    def ready(self) -> bool:
        """Tells whether reading will surely not wait for anybody."""
        return not self.live or bool(select.select([self], [], [], 0)[0])

    def position(self) -> int:
        """How many of these bytes were read; 0 if that cannot be known."""
        return 0 if self.live else self._raw.tell()

    def blocks(self) -> Iterator[bytes]:
        r"""Yields the lines that are there; those of a pipe as soon as they are.

        A block is one line or more with their ``\n``; only the last one of all may
        lack it. From a pipe it may be empty: so far there is only a part of a line.

        Raises:
            FatalError: The input ends in the middle, or cannot be read.
        """
        rest: list[bytes] = []
        waiting = 0
        read = self.stream.read1 if self.live else self.stream.read
        with reading(self.name):
            while chunk := read(CHUNK):
                self.given += len(chunk)
                end = chunk.rfind(b"\n") + 1
                if end:
                    yield b"".join([*rest, chunk[:end]])
                    rest, waiting = [], 0
                elif self.live:
                    yield b""
                rest.append(chunk[end:])
                waiting += len(chunk) - end
                if waiting > LINE_LIMIT:
                    raise FatalError(
                        f"{self.name}: a line of more than {LINE_LIMIT} bytes"
                    )
        if waiting:
            yield b"".join(rest)


@contextmanager
def reading(name: str) -> Iterator[None]:
    """Turns what can go wrong while reading a file into one sentence."""
    try:
        yield
    except packing.ERRORS as error:
        raise FatalError(f"{name}: truncated or damaged: {error}") from error
    except OSError as error:
        raise FatalError(f"{name}: {error.strerror or error}") from error


@contextmanager
def open_input(path: str) -> Iterator[Input]:
    """Opens a file, or standard input for ``-``.

    Raises:
        FatalError: It cannot be opened.
    """
    if path == STANDARD:
        # A copy of the descriptor: closing ours leaves standard input open.
        with reading(STANDARD_INPUT):
            file = os.fdopen(os.dup(sys.stdin.fileno()), "rb", buffering=0)
    else:
        with reading(path):
            file = open(path, "rb", buffering=0)  # noqa: PTH123, SIM115
    with file:
        name = STANDARD_INPUT if path == STANDARD else path
        with reading(name):
            opened = Input(name, cast("BinaryIO", file))
        yield opened


@contextmanager
def open_output(path: str, *, like: str | None = None) -> Iterator[BinaryIO]:
    """Opens a file for writing that appears whole, or not at all.

    What is written goes to a temporary file beside it, which takes its name when
    the block ends without an exception. Standard output (``-``), pipes and
    devices are written at once. An `OSError` in the block is one of writing.
    The file is dated from when the block began: what it is made of may change later.

    Args:
        path: The file, or ``-``.
        like: A file whose permissions the new one gets.

    Raises:
        FatalError: It cannot be written.
    """
    if path == STANDARD:
        with writing(STANDARD_OUTPUT):
            sys.stdout.flush()
            yield sys.stdout.buffer
            sys.stdout.buffer.flush()
        return
    with writing(path):  # it may lie where nobody may look
        target = Path(path).resolve()
        special = target.exists() and not stat.S_ISREG(target.stat().st_mode)
    if special:
        with writing(path), target.open("wb") as device:
            yield device
        return
    temporary = ""
    try:
        prefix = f".{target.name}.{_UNFINISHED}"
        _sweep(target.parent, prefix)
        with writing(path):
            handle, temporary = tempfile.mkstemp(prefix=prefix, dir=target.parent)
        # Around it all: where the disk is full, even closing it tries to write.
        with writing(path), os.fdopen(handle, "wb") as file:
            with suppress(OSError):  # not every file system has locks
                fcntl.flock(file, fcntl.LOCK_EX)
            began = os.fstat(file.fileno()).st_mtime_ns
            yield file
            file.flush()
            os.fsync(file.fileno())
        with writing(path):
            _permit(temporary, like or (path if target.exists() else None))
            os.utime(temporary, ns=(began, began))
            os.replace(temporary, target)  # noqa: PTH105
    except BaseException:
        if temporary:
            Path(temporary).unlink(missing_ok=True)
        raise


def _sweep(folder: Path, prefix: str) -> None:
    """Removes what was left unfinished by programs that were killed."""
    for left in folder.glob(f"{glob.escape(prefix)}*"):
        with suppress(OSError), left.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)  # nobody writes to it
            if time.time() - left.stat().st_mtime > _SETTLED:
                left.unlink()


def make_directory(path: Path) -> None:
    """Makes a directory, and those that it is in.

    Raises:
        FatalError: It cannot be made.
    """
    with writing(str(path)):
        path.mkdir(parents=True, exist_ok=True)


@contextmanager
def writing(name: str) -> Iterator[None]:
    """Turns what can go wrong while writing a file into one sentence."""
    try:
        yield
    except BrokenPipeError:
        raise  # who read it has seen enough
    except OSError as error:
        raise FatalError(f"{name}: {error.strerror or error}") from error


def _permit(temporary: str, like: str | None) -> None:
    """Gives a temporary file the permissions of another, or the usual ones."""
    if like is not None:
        shutil.copymode(like, temporary)
        return
    mask = os.umask(0)
    os.umask(mask)
    Path(temporary).chmod(0o666 & ~mask)
