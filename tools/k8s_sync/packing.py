"""Compressed bytes: gzip and zstd, told apart by what they begin with.

What is written in pieces is a sequence of gzip members or zstd frames, which every
reader of these formats takes for one file.
"""

import gzip
import io
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, Literal, cast

if sys.version_info >= (3, 14):  # pragma: no cover -- one of them is there
    from compression import zstd
else:
    from backports import zstd

Packing = Literal["", "gzip", "zstd"]
"""How bytes are compressed; empty: they are not."""

ERRORS = (EOFError, zlib.error, gzip.BadGzipFile, zstd.ZstdError)
"""What reading from `unpacked` raises if the bytes are cut off or damaged."""
MAGIC = 4
"""Bytes that `packing_of` wants to see."""

_MAGICS: dict[bytes, Packing] = {b"\x1f\x8b": "gzip", b"\x28\xb5\x2f\xfd": "zstd"}
_SUFFIXES: dict[str, Packing] = {".gz": "gzip", ".zst": "zstd"}
_GZIP_LEVEL = 6
_ZSTD_LEVEL = 3


def packing_of(begin: bytes) -> Packing:
    """Tells how bytes are compressed by the first `MAGIC` of them."""
    for magic, packing in _MAGICS.items():
        if begin.startswith(magic):
            return packing
    return ""


def packing_for(name: str) -> Packing:
    """Tells how a file is to be compressed by its name."""
    for suffix, packing in _SUFFIXES.items():
        if name.endswith(suffix):
            return packing
    return ""


def unpacked(raw: BinaryIO, packing: Packing) -> io.BufferedReader:
    """Opens what is inside a stream of compressed bytes."""
    if packing == "gzip":
        return cast("io.BufferedReader", gzip.GzipFile(fileobj=raw))
    if packing == "zstd":
        return cast("io.BufferedReader", zstd.ZstdFile(raw))
    return cast("io.BufferedReader", raw)


def pack(data: bytes, packing: Packing) -> bytes:
    """Compresses a piece of a file; equal pieces become equal bytes."""
    if packing == "gzip":
        return gzip.compress(data, _GZIP_LEVEL, mtime=0)
    if packing == "zstd":
        return zstd.compress(data, _ZSTD_LEVEL)
    return data


@contextmanager
def packed(stream: BinaryIO, packing: Packing) -> Iterator[BinaryIO]:
    """Compresses what is written, as one stream."""
    if packing == "gzip":
        # Without name and time, so that equal contents are equal files.
        with gzip.GzipFile("", "wb", _GZIP_LEVEL, stream, mtime=0) as file:
            yield cast("BinaryIO", file)
    elif packing == "zstd":
        with zstd.ZstdFile(stream, "wb", level=_ZSTD_LEVEL) as file:
            yield cast("BinaryIO", file)
    else:
        yield stream
