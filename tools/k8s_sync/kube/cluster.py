"""Follows all kinds of objects of one cluster."""

import asyncio
import contextlib
from collections.abc import Iterable

from k8s_sync.kube.changes import Sink
from k8s_sync.kube.client import ApiClient
from k8s_sync.kube.reflector import Reflector
from k8s_sync.kube.resources import ALL, Resource
from k8s_sync.kube.surroundings import Surroundings

_PATIENCE = 30.0


class ClusterWatch:
    """One reflector for each kind, and for each namespace if only some are allowed.

    Args:
        client: An open client.
        sink: Who is told. It is called by one reflector at a time or by several in
            turns, but never from another thread.
        resources: The kinds.
        namespaces: The only namespaces to look into; none means all. Kinds outside
            of namespaces are then left out: a role in a namespace cannot allow them.
        surroundings: Random numbers, clock and the like.

    Attributes:
        reflectors: In the order in which they begin.
    """

    def __init__(
        self,
        client: ApiClient,
        sink: Sink,
        *,
        resources: Iterable[Resource] = ALL,
        namespaces: Iterable[str] = (),
        surroundings: Surroundings | None = None,
    ) -> None:
        self._world = surroundings or Surroundings()
        only = tuple(namespaces)
        self.reflectors = tuple(
            Reflector(
                client, resource, sink, namespace=namespace, surroundings=self._world
            )
            for resource in resources
            if resource.namespaced or not only
            for namespace in only or ("",)
        )

    @property
    def settled(self) -> bool:
        """Every kind was synced or has failed at least once."""
        return all(reflector.settled.is_set() for reflector in self.reflectors)

    @property
    def live(self) -> bool:
        """Every kind is up to date, but those that the server refuses."""
        return all(r.state in {"live", "degraded"} for r in self.reflectors)

    async def run(self) -> None:
        """Follows until cancelled."""
        # Not all the clients of a server that comes back at the same moment.
        timing = self._world.timing
        await self._world.sleep(self._world.random() * timing.start_jitter)
        async with asyncio.TaskGroup() as tasks:
            for reflector in self.reflectors:
                name = f"reflector {reflector.resource} {reflector.namespace}".strip()
                tasks.create_task(reflector.run(), name=name)
                # One after the other: the server counts what it does at a time, and
                # owners are better known before what they own.
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(_PATIENCE):
                        await reflector.settled.wait()
