"""What commands tell the person who runs them."""

import os
import shutil
import sys
import time
from collections.abc import Callable
from typing import TextIO

from k8s_sync.errors import FatalError

_PROGRESS_EVERY = 1.0
"""In seconds."""


def say(message: str) -> None:
    """Writes a message to standard error, in one line.

    Where it cannot be written, nobody can be told; the work goes on.
    """
    try:
        sys.stderr.write(f"k8s-sync: {message}\n")
    except BrokenPipeError:
        raise  # who read it has seen enough
    except OSError:
        drop(sys.stderr)


def show(text: str) -> None:
    """Writes a result to standard output.

    Raises:
        FatalError: It cannot be written.
    """
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        raise  # who read it has seen enough
    except OSError as error:
        raise output_error(error) from error


def output_error(error: OSError) -> FatalError:
    """Says that a result could not be written."""
    return FatalError(f"standard output: {error.strerror}")


def drop(stream: TextIO) -> None:
    """Forgets what is still to be written to standard output, or error.

    Python would try, and complain, at its end; the exit code would be Python's, too.
    """
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


class Progress:
    """A line that changes, on a terminal only: how far, how fast, how long still."""

    def __init__(
        self,
        total: int = 0,
        *,
        stream: TextIO | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Shows nothing yet.

        Args:
            total: Bytes that there are to read; 0 if that is not known.
            stream: Where the line is; standard error by default.
            clock: Tells the time, in seconds.
        """
        self._stream = stream or sys.stderr
        self._watched = self._stream.isatty()
        self._total = total
        self._clock = clock
        self._began = clock()
        self._next = self._began + _PROGRESS_EVERY
        self._shown = False
        self._rows = self._size = 0

    def add(self, what: str, rows: int, size: int) -> None:
        """Counts rows, and the bytes read for them; shows that once in a while."""
        self._rows += rows
        self._size += size
        self._tell(what, self._rows, self._size)

    def show(self, what: str, rows: int, size: int) -> None:
        """Shows, beside what was counted here, what was counted elsewhere."""
        self._tell(what, self._rows + rows, self._size + size)

    def _tell(self, what: str, rows: int, size: int) -> None:
        now = self._clock()
        if not self._watched or now < self._next:
            return
        self._next = now + _PROGRESS_EVERY
        self._shown = True
        passed = now - self._began
        parts = [what, f"{rows:,} rows", f"{rows / passed:,.0f}/s"]
        if 0 < size <= self._total:
            left = passed * (self._total - size) / size
            parts.append(f"{size / self._total:.0%}, {_duration(left)} left")
        line = ", ".join(parts)
        width = shutil.get_terminal_size().columns - 1
        self._stream.write(f"\r\x1b[K{line[-width:]}")
        self._stream.flush()

    def clear(self) -> None:
        """Takes the line away."""
        if self._shown:
            self._stream.write("\r\x1b[K")
            self._stream.flush()
            self._shown = False


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"
