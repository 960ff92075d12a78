"""POST, PUT, PATCH and DELETE, so that a test can change a cluster with curl."""

import datetime as dt
import json
from typing import Any

from aiohttp import web

from fakes.kinds import Json, Place, is_namespaced, plural_of
from fakes.store import Store, now


def load(store: Store, value: Any) -> int:
    """Creates objects: one, some, or a ``List`` as kubectl prints it.

    Returns:
        How many.
    """
    if isinstance(value, dict):
        value = value["items"] if value.get("kind", "").endswith("List") else [value]
    for obj in value:
        plural = plural_of(obj["kind"])
        store.create(plural, _placed(obj, plural, ""))
    return len(value)


async def serve_write(request: web.Request, place: Place, store: Store) -> web.Response:
    """Answers a request that changes something."""
    at = (place.plural, place.namespace, place.name)
    match request.method:
        case "POST":
            obj = _placed(await request.json(), place.plural, place.namespace)
            return web.json_response(store.create(place.plural, obj), status=201)
        case "PUT":
            obj = _placed(await request.json(), place.plural, place.namespace)
            return web.json_response(store.update(place.plural, obj))
        case "PATCH":
            patch = json.loads(await request.text())
            return web.json_response(store.patch(*at, patch))
        case "DELETE":
            grace = int(request.query.get("gracePeriodSeconds", "0"))
            return web.json_response(_deleted(at, store, grace))
    raise ValueError(f"{request.method} is not served")


def _deleted(at: tuple[str, str, str], store: Store, grace: int) -> Json:
    """With a grace period, the object stays until it is deleted without one."""
    if not grace:
        return store.delete(*at)
    end = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=grace)
    metadata = {
        "deletionTimestamp": end.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "deletionGracePeriodSeconds": grace,
    }
    return store.patch(*at, {"metadata": metadata})


def _placed(obj: Json, plural: str, namespace: str) -> Json:
    """Fills in what a server would: the namespace, and the time of creation."""
    given = dict(obj.get("metadata") or {})
    if is_namespaced(plural):
        given["namespace"] = namespace or given.get("namespace") or "default"
    given.setdefault("creationTimestamp", now())
    return {**obj, "metadata": given}
