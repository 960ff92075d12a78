"""Finds the Zeeks among the pods of a cluster, through its API server."""

import logging
from collections.abc import Callable

from k8s_sync.daemon.zeeks import Zeeks
from k8s_sync.feed.session import Session
from k8s_sync.kube.changes import Applied, Change, Deleted
from k8s_sync.kube.client import ApiClient
from k8s_sync.kube.cluster import on_node
from k8s_sync.kube.objects import Object
from k8s_sync.kube.reflector import Reflector
from k8s_sync.kube.resources import PODS
from k8s_sync.zeek_pods import ZeekPods, address, ready

_log = logging.getLogger(__name__)


class Finder:
    """Adds a Zeek when its pod is ready, and removes it when the pod runs no more.

    A pod that is not ready for a moment keeps its session: that is what tells best
    whether its Zeek can be reached.
    """

    def __init__(
        self, wanted: ZeekPods, zeeks: Zeeks, session: Callable[[str, str], Session]
    ) -> None:
        """Looks for nothing yet.

        Args:
            wanted: Which pods.
            zeeks: Is told of them.
            session: Makes a session, from ``HOST:PORT`` and a name.
        """
        self._wanted = wanted
        self._zeeks = zeeks
        self._make = session
        self._found: dict[str, tuple[str, Session]] = {}
        self._reflector: Reflector | None = None

    async def run(self, client: ApiClient, node: str = "") -> None:
        """Looks until cancelled.

        Args:
            client: An open client.
            node: The only node to look at; empty for all.
        """
        self._reflector = Reflector(
            client,
            PODS,
            self.take,
            namespace=self._wanted.namespace,
            selectors={"labelSelector": self._wanted.label, **on_node(node)},
        )
        await self._reflector.run()

    def problems(self) -> list[str]:
        """Says why no Zeek is found; nothing if one is."""
        if self._reflector and self._reflector.problem:
            return [f"Zeeks among {self._wanted}: {self._reflector.problem}"]
        return [] if self._found else [f"no Zeek among {self._wanted} is ready"]

    async def take(self, change: Change) -> None:
        """Takes a change of one pod."""
        match change:
            case Applied(object=pod):
                self._see(pod)
            case Deleted(uid=uid):
                self._lose(uid, "is gone")

    def _see(self, pod: Object) -> None:
        uid, host = pod.metadata.uid, address(pod)
        known = self._found.get(uid)
        if known and known[0] != host:
            self._lose(uid, "has moved" if host else "does not run any more")
            known = None
        if known or not host or not ready(pod):
            return
        name = f"{pod.metadata.namespace}/{pod.metadata.name}"
        session = self._make(f"{host}:{self._wanted.port}", name)
        self._found[uid] = host, session
        _log.info("%s: found at %s", name, session.url)
        self._zeeks.add(session)

    def _lose(self, uid: str, why: str) -> None:
        if known := self._found.pop(uid, None):
            _log.info("%s: %s", known[1].name, why)
            self._zeeks.remove(known[1])
