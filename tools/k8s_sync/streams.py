"""Byte streams: inputs that may be gzip, outputs that are whole or not there.

``-`` is standard input or output. This module knows nothing of what is in the
bytes.
"""

import gzip
import io
import os
import shutil
import stat
import sys
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from k8s_sync.errors import FatalError

STANDARD = "-"
STANDARD_INPUT = "standard input"
"""Its name in messages."""
CHUNK = 1 << 20
"""Read at once, in bytes: large enough that the cost per read does not show."""
LINE_LIMIT = 64 * CHUNK
"""A longer line is handed on in pieces, so that memory stays bounded."""

_GZIP_MAGIC = b"\x1f\x8b"


class Input:
    """An open input; its bytes are those inside a gzip file."""

    def __init__(self, name: str, raw: BinaryIO) -> None:
        """Looks at the first bytes of `raw` to see whether it is gzip."""
        self.name = name
        """For messages."""
        self.cut = False
        """The last line has no newline."""
        # The interface of a buffered reader is what the stubs of its argument
        # ask for, and what any binary file offers.
        buffered = io.BufferedReader(cast("io.RawIOBase", raw), CHUNK)
        self.is_gzip = buffered.peek(2)[:2] == _GZIP_MAGIC
        self.stream: BinaryIO = (
            cast("BinaryIO", gzip.GzipFile(fileobj=buffered))
            if self.is_gzip
            else buffered
        )

    def lines(self) -> Iterator[list[bytes]]:
        r"""Yields the lines that are there, as soon as they are there.

        Lines end in ``\n``, which is taken off. If there is something after the last
        one, it comes as a line by itself, and `cut` is set before it does.

        Raises:
            FatalError: The input ends in the middle, or cannot be read.
        """
        read = cast("io.BufferedReader", self.stream).read1
        rest = b""
        with reading(self.name):
            while chunk := read(CHUNK):
                lines = (rest + chunk).split(b"\n")
                rest = lines.pop()
                if len(rest) > LINE_LIMIT:
                    raise FatalError(
                        f"{self.name}: a line of more than {LINE_LIMIT} bytes"
                    )
                if lines:
                    yield lines
        if rest:
            self.cut = True
            yield [rest]


@contextmanager
def reading(name: str) -> Iterator[None]:
    """Turns what can go wrong while reading a file into one sentence."""
    try:
        yield
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise FatalError(f"{name}: truncated or damaged gzip: {error}") from error
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
def open_output(
    path: str, *, compress: bool = False, like: str | None = None
) -> Iterator[BinaryIO]:
    """Opens a file for writing that appears whole, or not at all.

    What is written goes to a temporary file beside it, which takes its name when
    the block ends without an exception. Standard output (``-``), pipes and
    devices are written at once.

    Args:
        path: The file, or ``-``.
        compress: Writes gzip.
        like: A file whose permissions the new one gets.

    Raises:
        FatalError: It cannot be written.
    """
    if path == STANDARD:
        sys.stdout.flush()
        with _compressed(sys.stdout.buffer, compress=compress) as stream:
            yield stream
        sys.stdout.buffer.flush()
        return
    target = Path(path).resolve()
    with _writing(path):
        plain = not target.exists() or stat.S_ISREG(target.stat().st_mode)
        if not plain:
            file = target.open("wb")
        else:
            handle, temporary = tempfile.mkstemp(
                prefix=f".{target.name}.", dir=target.parent
            )
            file = os.fdopen(handle, "wb")
    try:
        with file:
            with _compressed(file, compress=compress) as stream:
                yield stream
            if plain:
                with _writing(path):
                    file.flush()
                    os.fsync(file.fileno())
        if plain:
            with _writing(path):
                _permit(temporary, like or (path if target.exists() else None))
                os.replace(temporary, target)  # noqa: PTH105
    except BaseException:
        if plain:
            Path(temporary).unlink(missing_ok=True)
        raise


@contextmanager
def _compressed(file: BinaryIO, *, compress: bool) -> Iterator[BinaryIO]:
    if not compress:
        yield file
        return
    # Without name and time, so that equal contents are equal files.
    with gzip.GzipFile("", "wb", compresslevel=6, fileobj=file, mtime=0) as stream:
        yield cast("BinaryIO", stream)


@contextmanager
def _writing(name: str) -> Iterator[None]:
    try:
        yield
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
