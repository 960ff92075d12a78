"""What all logs of one run have in common."""

from collections.abc import Callable, Collection, Hashable

from k8s_sync.enrich.columns import Columns
from k8s_sync.enrich.lookup import Lookup
from k8s_sync.enrich.naming import Naming
from k8s_sync.model import Claim, Proto
from k8s_sync.rules import Answer
from k8s_sync.timeline import Timeline

_LOOKUPS = 32
"""Ways of writing answers that are kept; logs of one Zeek have one way each."""


class OneCluster:
    """What a timeline says of one of its clusters, as if there were no other."""

    def __init__(self, timeline: Timeline, cluster: str) -> None:
        """Makes a view; nothing is copied."""
        self._timeline = timeline
        self._cluster = cluster

    def claims(self, address: bytes) -> Collection[Claim]:
        """The claims on an address."""
        every = self._timeline.claims(address)
        return [claim for claim in every if claim.cluster == self._cluster]

    def owner(
        self, address: bytes, time: int, port: int = 0, proto: Proto = ""
    ) -> Answer:
        """Says who owned an address; see `Timeline.owner`."""
        return self._timeline.owner(address, time, port, proto, cluster=self._cluster)


class Setting:
    """Where answers come from, and how they are written."""

    def __init__(
        self,
        timeline: Timeline,
        columns: Columns | None = None,
        naming: Naming | None = None,
        cluster: str | None = None,
    ) -> None:
        """Makes a setting.

        Args:
            timeline: Where the answers come from.
            columns: What to say about an owner; by default what Zeek says.
            naming: What columns are called; by default as Zeek does.
            cluster: The only one that the logs can speak of; None for all.
        """
        self._claims = OneCluster(timeline, cluster) if cluster else timeline
        self.columns = columns or Columns()
        self.naming = naming or Naming()
        self._lookups: dict[Hashable, Lookup] = {}

    def lookup(self, key: Hashable, render: Callable[[Answer], bytes]) -> Lookup:
        """Gives a lookup, which keeps its answers from log to log.

        Args:
            key: Stands for all that `render` depends on.
            render: Turns an answer into what is added to a row.
        """
        found = self._lookups.get(key)
        if found is None:
            if len(self._lookups) >= _LOOKUPS:
                self._lookups.clear()
            found = self._lookups[key] = Lookup(self._claims, render)
        return found
