"""Which cluster is which, whatever it is called (T20).

A cluster is known by the uid of its namespace kube-system. Two names for one would
tell each owner twice, so that whoever asks would hear of nothing but ambiguity.
"""

import logging
from collections.abc import Sequence

from k8s_sync.daemon.source import Source

_log = logging.getLogger(__name__)


class Identities:
    """Sees to it that each cluster is told under one name."""

    def __init__(self, sources: Sequence[Source]) -> None:
        """Asks to be called when one of the sources learns which cluster it is."""
        self._sources = sources
        for source in sources:
            source.on_identity = self.met

    def met(self, source: Source) -> None:
        """Takes note that a source has learned which cluster it is."""
        name = source.store.cluster
        _log.info("%s: the uid of this cluster is %s", name, source.uid)
        for other in self._sources:
            if other is source or other.conflict or other.uid != source.uid:
                continue
            # Also if the other has been told already: who comes first by chance may
            # be another one after each start, and with it the name of the cluster.
            first, second = sorted((source, other), key=self._sources.index)
            second.give_up(
                f"not told, as it is the cluster {first.store.cluster} under another"
                f" name: both have the uid {source.uid}; take one of them out of the"
                " configuration"
            )
