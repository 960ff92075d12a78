"""The journal: claims in a file, in Zeek's own log format.

Readable by ``zeek-cut`` as much as by us. What is in a row is the business of
`rows` and `row_reader`.
"""

import io
from collections.abc import Callable, Iterable, Iterator

import msgspec

from k8s_sync.errors import FatalError
from k8s_sync.model import Row
from k8s_sync.packing import packed, packing_for
from k8s_sync.row_reader import Problem, Reader
from k8s_sync.rows import HEADER, encode
from k8s_sync.streams import open_input, open_output, reading
from k8s_sync.timeline import Timeline

_TOLD = 10
"""Problems that are told one by one; a file that is no journal has one per line."""


class Journal(msgspec.Struct, frozen=True):
    """What was in a journal file."""

    timeline: Timeline
    rows: int
    """Rows that could be read."""
    problems: int
    """Rows that could not."""


class Rows:
    """The rows of a journal, one by one, however many there are.

    Attributes:
        rows: Rows that could be read so far.
        problems: Rows that could not.
    """

    def __init__(self, path: str, warn: Callable[[str], None]) -> None:
        """Makes an iterable that reads a journal; as with `read`."""
        self.rows = 0
        self.problems = 0
        self._path = path
        self._warn = warn

    def __iter__(self) -> Iterator[Row]:
        """Reads the file.

        Raises:
            FatalError: As with `read`.
        """
        first: list[Problem] = []

        def note(problem: Problem) -> None:
            self.problems += 1
            if self.problems <= _TOLD:
                first.append(problem)
                self._warn(f"{name}:{problem.line}: {problem.reason}")

        with open_input(self._path) as source:
            name = source.name
            # Rows end in \n and nothing else; bad UTF-8 is found row by row.
            lines = io.TextIOWrapper(
                source.stream,
                encoding="utf-8",
                errors="surrogateescape",
                newline="\n",
            )
            with reading(name):
                for row in Reader(note).read(lines):
                    self.rows += 1
                    yield row
        if self.problems > _TOLD:
            self._warn(f"{name}: {self.problems - _TOLD} more bad rows")
        if first and not self.rows:
            raise FatalError(f"{name}: not a journal: {first[0]}")


def read(
    path: str, warn: Callable[[str], None], into: Timeline | None = None
) -> Journal:
    """Reads a journal, compressed or not; ``-`` is standard input.

    Args:
        path: The file.
        warn: Gets a line for each bad row, up to a number of them.
        into: What is known already, from another journal.

    Raises:
        FatalError: It cannot be read, or has no rows but bad ones.
    """
    timeline = Timeline() if into is None else into
    source = Rows(path, warn)
    for row in source:
        timeline.apply(row)
    return Journal(timeline, source.rows, source.problems)


def write(path: str, rows: Iterable[Row]) -> int:
    """Writes a journal that appears whole, or not at all.

    Args:
        path: The file, compressed if its name ends in ``.gz`` or ``.zst``; ``-`` is
            standard output.
        rows: What to write.

    Returns:
        How many rows were written.

    Raises:
        FatalError: It cannot be written.
    """
    count = 0
    with open_output(path) as out, packed(out, packing_for(path)) as stream:
        stream.write(HEADER.encode())
        for row in rows:
            stream.write(encode(row).encode(errors="surrogateescape"))
            count += 1
    return count
