"""Splits a stream into lines, without copying more than it must."""

LONGEST = 64 * 1024 * 1024
"""Bytes. Objects end at about 3 MB; what is longer than this is no object."""


class LineTooLongError(ValueError):
    """What comes is no sequence of lines."""


class LineSplitter:
    """Takes chunks as they come and gives complete lines."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._length = 0

    @property
    def pending(self) -> bool:
        """There is the beginning of a line."""
        return self._length > 0

    def feed(self, chunk: bytes) -> list[bytes]:
        """Takes a chunk.

        Returns:
            The lines that it completes, without line ends; empty lines are left out.

        Raises:
            LineTooLongError: A line is longer than `LONGEST`.
        """
        end = chunk.rfind(b"\n")
        if end < 0:
            self._keep(chunk)
            return []
        whole = b"".join((*self._parts, chunk[:end]))
        self._parts.clear()
        self._length = 0
        self._keep(chunk[end + 1 :])
        return [line for line in whole.split(b"\n") if line.strip()]

    def _keep(self, part: bytes) -> None:
        if not part:
            return
        self._parts.append(part)
        self._length += len(part)
        if self._length > LONGEST:
            raise LineTooLongError(f"a line has more than {LONGEST} bytes")
