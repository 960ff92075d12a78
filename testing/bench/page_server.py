"""An API server of pods that are only bytes, so that a large cluster fits anywhere.

    python page_server.py PODS

Listens on loopback and prints its URL. A list of pods is answered in pages, as asked
for; every other list is empty; a watch stays silent. It is the fake API server of
`fakes` without objects, history and faults.
"""

import asyncio
import json
import sys
from itertools import islice
from pathlib import Path

from aiohttp import web

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench import full_objects
from fakes.faults import status_object
from fakes.kinds import Place

_VERSION = {"resourceVersion": "20000000"}


class _Server:
    def __init__(self, count: int) -> None:
        """Makes no pod before it is asked for: a page takes as long as it takes."""
        self._count = count
        self._pods = full_objects.pods(count)
        self._given = 0

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Answers any request."""
        place = Place.of(request.path)
        if place is None:
            return web.json_response(status_object(404, ""), status=404)
        query = request.query
        if query.get("sendInitialEvents"):
            # Servers without WatchList say so; lists are what all clients can do.
            return web.json_response(
                status_object(422, "sendInitialEvents"), status=422
            )
        if query.get("watch") in {"true", "True", "1"}:
            response = web.StreamResponse()
            await response.prepare(request)
            await asyncio.sleep(3600)
            return response
        if place.plural == "pods":
            body = self._page(int(query.get("limit", "0")), query.get("continue", ""))
        else:
            kind, version = f"{place.kind}List", place.api_version
            body = json.dumps(
                {"kind": kind, "apiVersion": version, "metadata": _VERSION, "items": []}
            ).encode()
        return web.Response(body=body, content_type="application/json")

    def _page(self, limit: int, token: str) -> bytes:
        begin = int(token or 0)
        if begin != self._given:
            self._pods = full_objects.pods(self._count)
            next(islice(self._pods, begin, begin), None)
        found = list(islice(self._pods, limit or self._count))
        self._given = begin + len(found)
        more = str(self._given) if self._given < self._count else ""
        return full_objects.list_of(found, more)


async def _main() -> None:
    app = web.Application()
    app.router.add_get("/{path:.*}", _Server(int(sys.argv[1])).serve)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(f"http://127.0.0.1:{runner.addresses[0][1]}", flush=True)
    await asyncio.sleep(1e9)


if __name__ == "__main__":
    asyncio.run(_main())
