"""Runs a reflector against a fake API server, in a world where time flies."""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

from fakes.api_server import FakeApiServer
from k8s_sync.kube.auth import Credentials
from k8s_sync.kube.backoff import Timing
from k8s_sync.kube.changes import Applied, Change, Degraded, Deleted, Lost, Synced
from k8s_sync.kube.client import ApiClient
from k8s_sync.kube.profile import Profile
from k8s_sync.kube.reflector import Reflector
from k8s_sync.kube.resources import PODS, Resource
from k8s_sync.kube.surroundings import Surroundings

SPEED = 100
"""So many seconds of the reflector pass in one of ours."""


def world(
    *, seed: int = 1, page_size: int = 500, timing: Timing | None = None
) -> Surroundings:
    return Surroundings(
        random=random.Random(seed).random,  # noqa: S311 - to be the same each time
        clock=lambda: time.monotonic() * SPEED,
        sleep=lambda seconds: asyncio.sleep(seconds / SPEED),
        timing=timing or Timing(),
        page_size=page_size,
    )


def client_of(api: FakeApiServer, *, token: str = "", silence: float = 10) -> ApiClient:
    profile = Profile(origin="a test", server=api.url, token=token)
    return ApiClient(Credentials(lambda: profile), silence_timeout=silence)


def pod(name: str, ip: str = "10.0.0.1", **status: Any) -> dict[str, Any]:
    return {
        "metadata": {"namespace": "shop", "name": name},
        "spec": {"nodeName": "n1", "containers": [{"name": "c", "image": "i"}]},
        "status": {"phase": "Running", "podIP": ip, "podIPs": [{"ip": ip}], **status},
    }


class View:
    """What a consumer of changes believes."""

    def __init__(self) -> None:
        self.changes: list[Change] = []
        self.objects: dict[str, tuple[str, str]] = {}

    async def __call__(self, change: Change) -> None:
        self.changes.append(change)
        match change:
            case Applied(object=obj):
                metadata = obj.metadata
                self.objects[metadata.uid] = metadata.name, metadata.resource_version
            case Deleted(uid=uid):
                self.objects.pop(uid, None)

    def of(self, kind: type[Change]) -> list[Any]:
        return [change for change in self.changes if isinstance(change, kind)]

    @property
    def names(self) -> list[str]:
        return sorted(name for name, _ in self.objects.values())

    @property
    def story(self) -> list[str]:
        """All changes, in words."""
        words = []
        for change in self.changes:
            match change:
                case Applied(object=obj):
                    words.append(f"+{obj.metadata.name}")
                case Deleted(name=name):
                    words.append(f"-{name}")
                case Synced() | Lost() | Degraded():
                    words.append(type(change).__name__.lower())
        return words


class Following:
    """A reflector at work."""

    def __init__(self, api: FakeApiServer, reflector: Reflector, view: View) -> None:
        self.api = api
        self.reflector = reflector
        self.view = view

    def stored(self) -> dict[str, tuple[str, str]]:
        """What a fresh list would give."""
        return {
            obj["metadata"]["uid"]: (
                obj["metadata"]["name"],
                obj["metadata"]["resourceVersion"],
            )
            for obj in self.api.store.objects(self.reflector.resource.name)
        }

    def agrees(self) -> bool:
        return self.view.objects == self.stored() and self.reflector.state == "live"

    async def synced(self, times: int = 1) -> None:
        await until(lambda: len(self.view.of(Synced)) >= times)


@asynccontextmanager
async def following(
    api: FakeApiServer,
    resource: Resource = PODS,
    *,
    surroundings: Surroundings | None = None,
    silence: float = 10,
    token: str = "",
    namespace: str = "",
) -> AsyncIterator[Following]:
    view = View()
    async with client_of(api, token=token, silence=silence) as client:
        reflector = Reflector(
            client,
            resource,
            view,
            namespace=namespace,
            surroundings=surroundings or world(),
        )
        task = asyncio.create_task(reflector.run())
        try:
            yield Following(api, reflector, view)
            if task.done():
                task.result()
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


async def until(predicate: Callable[[], bool], seconds: float = 10) -> None:
    async with asyncio.timeout(seconds):
        while not predicate():
            await asyncio.sleep(0.002)
