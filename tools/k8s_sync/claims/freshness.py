"""Which states of an object are news: the API may tell an older one once more."""

from collections import OrderedDict

from k8s_sync.kube.known import Version, is_older, version
from k8s_sync.kube.objects import Metadata

_FOR_GOOD: Version = "gone"
"""Instead of a version: a uid is never used again."""
_REMEMBERED = 10_000
"""Objects that are gone, and not forgotten: nothing lags behind by more."""


class Freshness:
    """The newest states of the objects that are there, and what is gone.

    An API server that lags behind another tells what has been (T22), and so do lists
    that were overtaken by events. Versions are compared as numbers, as Kubernetes
    allows since 1.35 (KEP-5504); those that are none are taken as they come.
    """

    def __init__(self) -> None:
        """Knows nothing yet."""
        self._versions: dict[str, int] = {}
        self._gone: OrderedDict[str, Version] = OrderedDict()

    def is_news(self, metadata: Metadata, *, trusted: bool) -> bool:
        """Takes note of an object; tells whether what is said of it can be true now.

        Args:
            metadata: The object's.
            trusted: False if the server's history was set back: what was newer before
                has never been.
        """
        uid, told = metadata.uid, version(metadata.resource_version)
        known = self._versions.get(uid, self._gone.get(uid, 0))
        if trusted and (known == _FOR_GOOD or is_older(told, known)):
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
        known = self._versions.pop(uid, 0)
        self._gone[uid] = _FOR_GOOD if seen else known
        if len(self._gone) > _REMEMBERED:
            self._gone.popitem(last=False)
