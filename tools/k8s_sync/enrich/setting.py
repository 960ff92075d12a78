"""What all logs of one run have in common."""

from collections.abc import Callable, Hashable

from k8s_sync.enrich.columns import Columns
from k8s_sync.enrich.lookup import Lookup
from k8s_sync.enrich.naming import Naming
from k8s_sync.rules import Answer
from k8s_sync.timeline import Timeline

_LOOKUPS = 32
"""Ways of writing answers that are kept; logs of one Zeek have one way each."""


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
        self._cluster = cluster
        self.timeline = timeline
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
            found = self._lookups[key] = Lookup(self.timeline, render, self._cluster)
        return found
