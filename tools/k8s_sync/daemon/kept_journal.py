"""The journal that a daemon keeps, of all its clusters in one file."""

import logging
from collections.abc import Iterable
from typing import TextIO

from k8s_sync import rows
from k8s_sync.model import Row

_log = logging.getLogger(__name__)


class KeptJournal:
    """Takes rows; one that cannot be written costs Zeek nothing."""

    def __init__(self, file: TextIO) -> None:
        """Writes the headers."""
        self.problem = ""
        """Why it is not kept any more; empty if it is."""
        self._file = file
        file.write(rows.HEADER)

    def note(self, news: Iterable[Row]) -> None:
        """Writes rows."""
        if self.problem:
            return
        try:
            self._file.write("".join(map(rows.encode, news)))
            self._file.flush()
        except OSError as error:
            # What comes later would be worth little: it lacks what is lost now.
            self.problem = f"the journal ends here: {error.strerror}"
            _log.error("%s", self.problem)
