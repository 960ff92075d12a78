"""Which states of an object are news: the API may tell an older one once more."""

from collections import OrderedDict

from k8s_sync.kube.known import is_older, version
from k8s_sync.kube.objects import Metadata

_GONE = 10_000
"""Uids that are remembered of what is gone; a uid is never used again."""


class Freshness:
    """The newest states of the objects that are there, and what is gone.

    An API server that lags behind another tells what has been (T22), and so do lists
    that were overtaken by events. Versions are compared as numbers, as Kubernetes
    allows since 1.35 (KEP-5504); those that are none are taken as they come.
    """

    def __init__(self) -> None:
        """Knows nothing yet."""
        self._versions: dict[str, int] = {}
        self._gone: OrderedDict[str, None] = OrderedDict()

    def is_news(self, metadata: Metadata, *, trusted: bool) -> bool:
        """Takes note of an object; tells whether what is said of it can be true now.

        Args:
            metadata: The object's.
            trusted: False if the server's history was set back: what was newer before
                has never been.
        """
        uid = metadata.uid
        known, told = self._versions.get(uid, 0), version(metadata.resource_version)
        if trusted and (uid in self._gone or is_older(told, known)):
            return False
        self._gone.pop(uid, None)
        if isinstance(told, int):
            self._versions[uid] = told
        return True

    def gone(self, uid: str, *, seen: bool) -> None:
        """Takes note that an object is gone.

        Args:
            uid: The object's.
            seen: Its deletion was seen. What was only missing may be found again.
        """
        self._versions.pop(uid, None)
        if seen:
            self._gone[uid] = None
        if len(self._gone) > _GONE:
            self._gone.popitem(last=False)
