"""Takes journals and other histories in, and gives a journal out.

Memory does not grow with the files. What was taken in before the end of a file that
is cut stays, and does no harm: it may be taken in again.
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path

from k8s_sync import journal
from k8s_sync.errors import ConfigError
from k8s_sync.history.reader import Reader
from k8s_sync.history.schema import MAGIC, is_history, speaking
from k8s_sync.history.writer import Heard, Tally, Writer
from k8s_sync.streams import STANDARD, reading

_BATCH = 20_000
"""Rows that are taken in at once."""


def take(writer: Writer, source: str, warn: Callable[[str], None]) -> Tally:
    """Takes in a journal, compressed or not, or another history.

    Args:
        writer: Of the history that takes.
        source: The file to take in; ``-`` is a journal on standard input.
        warn: Gets a line for each bad row, up to a number of them.

    Returns:
        What became of the rows.

    Raises:
        FatalError: The file cannot be read, or the history not be written.
        ConfigError: They are the same file.
    """
    if _is_history(source):
        if Path(source).samefile(writer.path):
            raise ConfigError(f"{source}: a history cannot be taken into itself")
        with Reader(source) as reader:
            return _take(writer, reader.exported())
    rows = journal.Rows(source, warn)
    tally = _take(writer, ((row, None) for row in rows))
    tally.bad += rows.problems
    return tally


def _take(writer: Writer, rows: Iterable[Heard]) -> Tally:
    tally = Tally()
    for batch in _batches(rows):
        with speaking(writer.path):
            done = writer.write(batch)
        tally.new += done.new
        tally.known += done.known
        tally.bad += done.bad
        tally.reason = done.reason or tally.reason
    return tally


def _batches(rows: Iterable[Heard]) -> Iterator[list[Heard]]:
    source = iter(rows)
    while batch := list(islice(source, _BATCH)):
        yield batch


def _is_history(path: str) -> bool:
    if path == STANDARD or not Path(path).is_file():
        return False  # what is read from a pipe is gone from it
    with reading(path), Path(path).open("rb") as file:
        return is_history(file.read(len(MAGIC)))
