"""Follows all kinds of objects of one cluster."""

import asyncio
import contextlib
from collections.abc import Iterable

from k8s_sync.kube.changes import Sink
from k8s_sync.kube.client import ApiClient
from k8s_sync.kube.reflector import Reflector
from k8s_sync.kube.resources import ALL, PODS, Resource
from k8s_sync.kube.surroundings import Surroundings

_PATIENCE = 30.0


def on_node(node: str) -> dict[str, str]:
    """What a request for pods says to get only those of a node; nothing for all.

    It is the one selector of pods that the API server has an index for.
    """
    return {"fieldSelector": f"spec.nodeName={node}"} if node else {}


class ClusterWatch:
    """One reflector for each kind, and for each namespace if only some are allowed.

    Args:
        client: An open client.
        sink: Who is told. It is called by one reflector at a time or by several in
            turns, but never from another thread.
        resources: The kinds.
        node: The only node whose pods are told; empty for all. All else is told as
            ever: what those pods talk to is on other nodes.
        namespaces: The only namespaces to look into; none means all. Kinds outside
            of namespaces are then left out: a role in a namespace cannot allow them.
        surroundings: Random numbers, clock and the like.

    Attributes:
        reflectors: In the order in which they begin.
    """

    def __init__(  # noqa: PLR0913 -- most are options, by name
        self,
        client: ApiClient,
        sink: Sink,
        *,
        resources: Iterable[Resource] = ALL,
        namespaces: Iterable[str] = (),
        node: str = "",
        surroundings: Surroundings | None = None,
    ) -> None:
        self._world = surroundings or Surroundings()
        only = tuple(namespaces)
        of_pods = on_node(node)
        self.reflectors = tuple(
            Reflector(
                client,
                resource,
                sink,
                namespace=namespace,
                selectors=of_pods if resource is PODS else None,
                surroundings=self._world,
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
