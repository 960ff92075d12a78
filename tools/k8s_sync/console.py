"""What commands tell the person who runs them."""

import sys
import time

_PROGRESS_EVERY = 1.0
"""In seconds."""


def say(message: str) -> None:
    """Writes a message to standard error, in one line."""
    sys.stderr.write(f"k8s-sync: {message}\n")


def show(text: str) -> None:
    """Writes a result to standard output."""
    sys.stdout.write(text)


class Progress:
    """A line that changes, on a terminal only."""

    def __init__(self) -> None:
        """Shows nothing yet."""
        self._watched = sys.stderr.isatty()
        self._next = time.monotonic() + _PROGRESS_EVERY
        self._shown = False

    def show(self, name: str, rows: int) -> None:
        """Tells how far it is, at most once in a while."""
        if self._watched and time.monotonic() >= self._next:
            sys.stderr.write(f"\r{name}: {rows:,} rows")
            sys.stderr.flush()
            self._next = time.monotonic() + _PROGRESS_EVERY
            self._shown = True

    def clear(self) -> None:
        """Takes the line away."""
        if self._shown:
            sys.stderr.write("\r\x1b[K")
            self._shown = False
