"""Where in the server's history a reflector is. No I/O."""

from k8s_sync.kube.known import Version, is_older, version
from k8s_sync.kube.policy import RegressionError


class Position:
    """A version to go on from, and what is known of versions beyond it.

    Args:
        label: What to call the objects in messages.

    Attributes:
        version: Where to go on from; unset: nowhere, a sync is due.
        trusted: Versions still are what they were. Not so once the server's history
            was set back, until a sync has told all anew.
        sure: The server is known to have come as far as we have.
    """

    def __init__(self, label: str) -> None:
        self.version: str | None = None
        self.trusted = True
        self.sure = True
        self._label = label
        self._highest: Version = 0

    def lose(self, *, trust: bool) -> None:
        """There is no way on from here; maybe no version can be trusted either."""
        self.version = None
        self.trusted = self.trusted and trust

    def check(self, reached: str) -> None:
        """Sees whether a server that has come so far has come as far as we have.

        Raises:
            RegressionError: It has not.
        """
        if self.trusted and is_older(version(reached), self._highest):
            raise RegressionError(f"{self._label}: the server's history was set back")

    def begin(self, reached: str) -> None:
        """Takes the version of a complete sync.

        Raises:
            RegressionError: It is older than what we have seen.
        """
        self.check(reached)
        self.version = reached
        self.trusted = self.sure = True
        self._highest = version(reached)

    def see(self, reached: str) -> None:
        """Takes note of the version of an event.

        Raises:
            RegressionError: It is older than what we have seen.
        """
        found = version(reached)
        if is_older(found, self._highest):
            raise RegressionError(
                f"{self._label}: version {found} came after {self._highest}"
            )
        self._highest = found
