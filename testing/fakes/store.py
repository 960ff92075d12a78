"""Objects with a real history: what etcd and the watch cache are to a real server.

One counter gives every change its resourceVersion. Each kind keeps a log of its
changes back to a point that moves, so that a version can be too old.
"""

import asyncio
import copy
import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]


class NotThereError(LookupError):
    """There is no such object."""


class ExistsError(ValueError):
    """There is such an object already."""


class TooOldError(LookupError):
    """The version is from before the beginning of the log."""


@dataclass(frozen=True)
class Change:
    """An entry of the log. `before` is unset for what is new."""

    version: int
    type: str
    object: Json
    before: Json | None


def key_of(obj: Json) -> tuple[str, str]:
    """Namespace and name; sorts as the real server lists."""
    metadata = obj["metadata"]
    return metadata.get("namespace", ""), metadata["name"]


def now() -> str:
    """The present, as Kubernetes writes it."""
    return dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def merged(target: Any, patch: Any) -> Any:
    """A JSON merge patch, RFC 7386."""
    if not isinstance(patch, dict):
        return copy.deepcopy(patch)
    result = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = merged(result.get(name), value)
    return result


class Store:
    """All objects by plural. Objects are replaced, never changed in place.

    Attributes:
        version: The version of the latest change.
    """

    def __init__(self, version: int = 1000) -> None:
        self.version = version
        self._objects: dict[str, dict[tuple[str, str], Json]] = defaultdict(dict)
        self._log: dict[str, list[Change]] = defaultdict(list)
        self._trimmed: dict[str, int] = defaultdict(int)
        self._lost: dict[str, int] = defaultdict(int)
        self._snapshots: dict[str, tuple[int, list[Json]]] = {}
        self._changed = asyncio.Event()

    def objects(self, plural: str) -> list[Json]:
        """The objects as they are, in the order of a list."""
        kind = self._objects[plural]
        return [kind[key] for key in sorted(kind)]

    def get(self, plural: str, namespace: str, name: str) -> Json:
        """One object.

        Raises:
            NotThereError: There is none of that name.
        """
        try:
            return self._objects[plural][namespace, name]
        except KeyError:
            raise NotThereError(f"{plural} '{namespace}/{name}' not found") from None

    def create(self, plural: str, obj: Json) -> Json:
        """Adds an object, with uid and creation time if it has none.

        Raises:
            ExistsError: There is one of that name.
        """
        if key_of(obj) in self._objects[plural]:
            raise ExistsError(f"{plural} '{key_of(obj)}' already exists")
        born = {"uid": str(uuid.uuid4()), "creationTimestamp": now()}
        obj = {**obj, "metadata": {**born, **obj["metadata"]}}
        return self._put(plural, "ADDED", obj)

    def update(self, plural: str, obj: Json) -> Json:
        """Replaces an object; uid and creation time stay if not given.

        Raises:
            NotThereError: There is none of that name.
        """
        old = self.get(plural, *key_of(obj))["metadata"]
        kept = {k: old[k] for k in ("uid", "creationTimestamp") if k in old}
        obj = {**obj, "metadata": {**kept, **obj["metadata"]}}
        return self._put(plural, "MODIFIED", obj)

    def patch(self, plural: str, namespace: str, name: str, patch: Json) -> Json:
        """Applies a merge patch.

        Raises:
            NotThereError: There is none of that name.
        """
        obj = merged(self.get(plural, namespace, name), patch)
        return self._put(plural, "MODIFIED", obj)

    def delete(self, plural: str, namespace: str, name: str) -> Json:
        """Removes an object.

        Returns:
            Its last state, with the version of the deletion.

        Raises:
            NotThereError: There is none of that name.
        """
        obj = self.get(plural, namespace, name)
        return self._put(plural, "DELETED", obj)

    def forget(self, plural: str, namespace: str, name: str) -> None:
        """Removes an object without a trace in the log."""
        del self._objects[plural][namespace, name]
        self.version += 1

    def _put(self, plural: str, change: str, obj: Json) -> Json:
        self.version += 1
        metadata = {**obj["metadata"], "resourceVersion": str(self.version)}
        obj = copy.deepcopy({**obj, "metadata": metadata})
        key = key_of(obj)
        before = self._objects[plural].get(key)
        if change == "DELETED":
            del self._objects[plural][key]
        else:
            self._objects[plural][key] = obj
        self._log[plural].append(Change(self.version, change, obj, before))
        self._wake()
        return obj

    def since(
        self, plural: str, version: int, *, attached: bool = False
    ) -> Iterator[Change]:
        """The changes after a version. A version from the future has none yet.

        Args:
            plural: The kind.
            version: The version.
            attached: Whoever asks was there all the time, so that only changes that
                were forgotten before it saw them matter.

        Raises:
            TooOldError: The log does not reach back so far.
        """
        bar = self._lost if attached else self._trimmed
        if version < bar[plural]:
            raise TooOldError(f"too old resource version: {version} ({bar[plural]})")
        return (change for change in self._log[plural] if change.version > version)

    def trim(self, plural: str, keep: int = 0) -> None:
        """Forgets history but for the latest changes, and open lists, too."""
        log = self._log[plural]
        cut = len(log) - keep
        if cut > 0:
            self._trimmed[plural] = self._lost[plural] = log[cut - 1].version
            del log[:cut]
        if not keep:
            self._trimmed[plural] = self.version
        self._snapshots.clear()

    def begin(self, version: int) -> None:
        """Counts on from a version of an earlier run, whose history is gone."""
        self.version = version
        self._trimmed = defaultdict(lambda: version)
        self._lost = defaultdict(lambda: version)

    def restore(self, version: int) -> None:
        """Sets the counter back, as restoring an old backup of etcd does.

        The objects stay as they are, the history is gone.
        """
        self.version = version
        for plural in list(self._objects):
            self._log[plural].clear()
            self._trimmed[plural] = self._lost[plural] = 0
        self._snapshots.clear()
        self._wake()

    def copy(self) -> "Store":
        """What a server that hears of nothing more will go on to tell."""
        copied = Store(self.version)
        for plural, objects in self._objects.items():
            copied._objects[plural].update(objects)
            copied._trimmed[plural] = self.version
        return copied

    def keep_rest(self, version: int, rest: list[Json]) -> str:
        """Keeps the pages that are still to come of a list at a version.

        Returns:
            The token under which they can be had.
        """
        token = uuid.uuid4().hex
        self._snapshots[token] = (version, rest)
        return token

    def take_rest(self, token: str) -> tuple[int, list[Json]]:
        """The version and the rest of a list.

        Raises:
            TooOldError: The list has expired.
        """
        try:
            return self._snapshots[token]
        except KeyError:
            raise TooOldError("The provided continue parameter is too old") from None

    async def wait(self, seconds: float) -> None:
        """Waits for a change, or for some time."""
        changed = self._changed
        try:
            async with asyncio.timeout(seconds):
                await changed.wait()
        except TimeoutError:
            pass

    def _wake(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()
