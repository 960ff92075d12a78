"""LIST and WATCH as the real API server answers them."""

import json
import time
from dataclasses import dataclass

from aiohttp import web

from fakes.faults import Fault, status_object
from fakes.kinds import Json, Place, is_partial, selects, shown
from fakes.store import Change, Store, TooOldError
from fakes.wire import Wire

_END_MARK = "k8s.io/initial-events-end"


class RefusedError(Exception):
    """The answer is a ``Status``."""

    def __init__(self, code: int, message: str = "", reason: str = "") -> None:
        super().__init__(message)
        self.status = status_object(code, message, reason=reason)


@dataclass
class Habits:
    """How this server differs from others.

    Attributes:
        watch_list: ``yes``; ``refuse`` with 422, as with the gate off; ``ignore``
            the parameter, as servers before 1.27.
        bookmark_interval: Seconds between bookmarks.
        gone_in_stream: Answer a version that is too old with 200 and an ERROR event,
            not with HTTP 410.
        bookmarks_go_back: Send bookmarks also to whoever is ahead of them, after
            the history was set back. Real servers keep silent.
    """

    watch_list: str = "yes"
    bookmark_interval: float = 60
    gone_in_stream: bool = True
    bookmarks_go_back: bool = False


@dataclass
class Reading:
    """A request to read, taken apart."""

    request: web.Request
    place: Place
    fault: Fault

    def __post_init__(self) -> None:
        query = self.request.query
        self.partial = is_partial(self.request.headers.get("Accept", ""))
        self.version = query.get("resourceVersion", "")
        self.initial = query.get("sendInitialEvents") == "true"
        self.bookmarks = query.get("allowWatchBookmarks") == "true"
        self.fields = query.get("fieldSelector", "")
        self.labels = query.get("labelSelector", "")

    def wants(self, obj: Json | None) -> bool:
        """Whether an object is asked for."""
        return obj is not None and selects(
            obj, self.place.namespace, self.fields, self.labels
        )

    def show(self, obj: Json) -> Json:
        """An object as it is asked for."""
        return shown(obj, self.place, partial=self.partial)

    def bookmark(self, version: int, *, marked: bool = False) -> Json:
        """A bookmark event."""
        metadata: Json = {"resourceVersion": str(version), "creationTimestamp": None}
        if marked:
            metadata["annotations"] = {_END_MARK: "true"}
        return {"type": "BOOKMARK", "object": self.show({"metadata": metadata})}


async def serve_list(reading: Reading, store: Store) -> web.StreamResponse:
    """Answers a LIST, maybe with a page of it only."""
    query = reading.request.query
    version = store.version
    _check_not_too_large(reading, store)
    if token := query.get("continue"):
        try:
            version, rest = store.take_rest(token)
        except TooOldError as error:
            raise RefusedError(410, str(error)) from error
    else:
        rest = [o for o in store.objects(reading.place.plural) if reading.wants(o)]
    limit = int(query.get("limit", "0")) or len(rest)
    metadata: Json = {"resourceVersion": str(version)}
    if len(rest) > limit:
        metadata["continue"] = store.keep_rest(version, rest[limit:])
        metadata["remainingItemCount"] = len(rest) - limit
    items = [reading.show(obj) for obj in rest[:limit]]
    for item in items if not reading.partial else ():
        # As the real one: the list says it for all.
        del item["kind"], item["apiVersion"]
    kind = "PartialObjectMetadata" if reading.partial else reading.place.kind
    page = {
        "kind": f"{kind}List",
        "apiVersion": "meta.k8s.io/v1"
        if reading.partial
        else reading.place.api_version,
        "metadata": metadata,
        "items": items,
    }
    wire = Wire(reading.request, reading.fault)
    await wire.start()
    await wire.send(json.dumps(page, separators=(",", ":")).encode())
    await wire.end()
    return wire.response


async def serve_watch(
    reading: Reading, store: Store, habits: Habits
) -> web.StreamResponse:
    """Answers a WATCH until its time is up."""
    fault = reading.fault
    initial = reading.initial and habits.watch_list != "ignore"
    if initial:
        _check_watch_list(habits)
        _check_not_too_large(reading, store)
    synthetic = initial or reading.version in {"", "0"}
    position = store.version if synthetic else int(reading.version)
    code, message = fault.error_event, fault.message
    error = status_object(code, message) if code else None
    error = error or _too_old(reading, store, position, habits)

    wire = Wire(reading.request, fault)
    await wire.start()
    if error:
        await wire.send_json({"type": "ERROR", "object": error})
    elif not fault.empty:
        if synthetic:
            await _send_initial(wire, reading, store)
        if initial and not fault.no_end:
            marked = not fault.no_mark
            await wire.send_json(reading.bookmark(position, marked=marked))
        if not (fault.no_end or (initial and fault.close_after_mark)):
            await _send_changes(wire, reading, store, position, habits)
    await wire.end()
    return wire.response


def _check_watch_list(habits: Habits) -> None:
    if habits.watch_list == "refuse":
        raise RefusedError(
            422,
            "sendInitialEvents: Forbidden: sendInitialEvents is forbidden for watch "
            "unless the WatchList feature gate is enabled",
        )


def _too_old(
    reading: Reading, store: Store, position: int, habits: Habits
) -> Json | None:
    try:
        store.since(reading.place.plural, position)
    except TooOldError as problem:
        if not habits.gone_in_stream:
            raise RefusedError(410, str(problem)) from problem
        return status_object(410, str(problem))
    return None


async def _send_initial(wire: Wire, reading: Reading, store: Store) -> None:
    objects = [o for o in store.objects(reading.place.plural) if reading.wants(o)]
    if reading.fault.repeat:
        objects += objects
    if reading.fault.shuffle:
        reading.fault.shuffle(objects)
    for obj in objects:
        await wire.send_json({"type": "ADDED", "object": reading.show(obj)})


async def _send_changes(
    wire: Wire, reading: Reading, store: Store, position: int, habits: Habits
) -> None:
    seconds = float(reading.request.query.get("timeoutSeconds", "1800"))
    end = time.monotonic() + seconds
    next_bookmark = time.monotonic() + habits.bookmark_interval
    while (now := time.monotonic()) < end:
        try:
            plural = reading.place.plural
            changes = list(store.since(plural, position, attached=True))
        except TooOldError as problem:
            status = status_object(410, str(problem))
            await wire.send_json({"type": "ERROR", "object": status})
            return
        for change in changes:
            position = change.version
            if event := _event(change, reading):
                await wire.send_json(event)
        if changes:
            continue
        if reading.bookmarks and now >= next_bookmark:
            next_bookmark = now + habits.bookmark_interval
            if position <= store.version or habits.bookmarks_go_back:
                position = store.version
                await wire.send_json(reading.bookmark(position))
                continue
        await store.wait(max(0.0, min(end, next_bookmark) - now))


def _event(change: Change, reading: Reading) -> Json | None:
    """What a change looks like through the selectors."""
    then, now = reading.wants(change.before), reading.wants(change.object)
    if change.type == "DELETED":
        kind, obj = "DELETED" if then else "", change.object
    elif then and not now and change.before:
        # It left: the former state, with the version of the change.
        metadata = dict(change.before["metadata"])
        metadata["resourceVersion"] = str(change.version)
        kind, obj = "DELETED", {**change.before, "metadata": metadata}
    else:
        kind = ("MODIFIED" if then else "ADDED") if now else ""
        obj = change.object
    return {"type": kind, "object": reading.show(obj)} if kind else None


def _check_not_too_large(reading: Reading, store: Store) -> None:
    if reading.version.isdigit() and int(reading.version) > store.version:
        raise RefusedError(
            504,
            f"Too large resource version: {reading.version}, current: {store.version}",
        )
