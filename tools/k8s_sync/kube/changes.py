"""What a reflector tells: the one vocabulary between the API and the rest."""

from collections.abc import Awaitable, Callable

import msgspec

from k8s_sync.errors import TransientError
from k8s_sync.kube.objects import Object
from k8s_sync.kube.resources import Resource


class Applied(msgspec.Struct, frozen=True, gc=False):
    """An object is there, new or changed."""

    resource: Resource
    object: Object
    trusted: bool = True
    """False: the server's history was set back, and what was newer has never been."""


class Deleted(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """An object is gone."""

    resource: Resource
    uid: str
    namespace: str = ""
    name: str = ""
    object: Object | None = None
    """Its last state. Unset if nobody saw the end: it was only missed later."""


class Synced(msgspec.Struct, frozen=True, gc=False):
    """All objects of the scope were told, and what follows is up to date.

    Comes after each full list and after each recovery.
    """

    resource: Resource
    namespace: str = ""


class Lost(msgspec.Struct, frozen=True, gc=False):
    """The view may be outdated from now on; a `Synced` follows when it is not."""

    resource: Resource
    error: TransientError
    namespace: str = ""


class Degraded(msgspec.Struct, frozen=True, gc=False):
    """The server refuses this kind of objects. It is asked again now and then."""

    resource: Resource
    error: TransientError
    namespace: str = ""


Change = Applied | Deleted | Synced | Lost | Degraded

Sink = Callable[[Change], Awaitable[None]]
"""Takes one change after the other. While it waits, its reflector does, too."""
