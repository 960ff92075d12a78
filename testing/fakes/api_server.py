"""A Kubernetes API server without a cluster: real sockets, real versions, real faults.

From Python:

    async with FakeApiServer() as api:
        api.store.create("pods", {"metadata": {"namespace": "shop", "name": "web"}})
        api.faults.add(verb="watch", cut_after=100)

From a shell: ``python -m fakes.api_server --port 0 --objects FILE.json``, then
POST, PUT, PATCH and DELETE on the usual paths. ``/_fake/`` has what a real server
lacks: POST ``faults`` (the settings of a `Fault`), ``trim/pods``, ``drop``; DELETE
``faults``; GET ``requests``.
"""

import asyncio
import ssl
import time
from dataclasses import asdict, dataclass
from typing import Any, Self

from aiohttp import web

from fakes import writes
from fakes.faults import Fault, Faults, status_object
from fakes.kinds import Place, in_group
from fakes.reads import Habits, Reading, RefusedError, serve_list, serve_watch
from fakes.store import ExistsError, Store
from fakes.wire import BrokenOffError, break_off

_REVIEWS = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"


@dataclass(frozen=True)
class Seen:
    """A request that came in; `time` is of the monotonic clock."""

    time: float
    verb: str
    plural: str
    path: str
    query: dict[str, str]
    authorization: str


class FakeApiServer:
    """Listens while it is entered.

    Args:
        port: Where to listen; 0 for any that is free.
        host: The address; loopback unless somebody insists.
        tls: Serve HTTPS with this.

    Attributes:
        store: The objects.
        faults: What is to go wrong.
        habits: What kind of server this is.
        tokens: The bearer tokens that are let in; unset for everybody.
        forbidden: The plurals that nobody may read.
        unserved: The plurals that this server does not have, as an old one.
        requests: What came in so far.
    """

    def __init__(
        self,
        port: int = 0,
        *,
        host: str = "127.0.0.1",
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.store = Store()
        self.faults = Faults()
        self.habits = Habits()
        self.tokens: set[str] | None = None
        self.forbidden: set[str] = set()
        self.unserved: set[str] = set()
        self.requests: list[Seen] = []
        self._host = host
        self._port = port
        self._tls = tls
        self._runner: web.AppRunner | None = None
        self._watches: dict[int, web.Request] = {}

    @property
    def port(self) -> int:
        """Where it listens."""
        return self._port

    @property
    def url(self) -> str:
        """What to put into a kubeconfig."""
        return f"{'https' if self._tls else 'http'}://{self._host}:{self._port}"

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=64 * 1024 * 1024)
        app.router.add_route("*", "/{path:.*}", self._serve)
        self._runner = web.AppRunner(
            app, handler_cancellation=True, shutdown_timeout=0.01, access_log=None
        )
        await self._runner.setup()
        site = web.TCPSite(self._runner, self._host, self._port, ssl_context=self._tls)
        await site.start()
        self._port = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self.drop()
        if self._runner:
            await self._runner.cleanup()

    def drop(self, *, reset: bool = False) -> None:
        """Breaks all watches, as a restart would."""
        for request in list(self._watches.values()):
            break_off(request, reset=reset)

    def count(self, verb: str = "", plural: str = "") -> int:
        """How many requests there were, of a verb and a kind."""
        return sum(
            verb in {"", seen.verb} and plural in {"", seen.plural}
            for seen in self.requests
        )

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        place = Place.of(request.path)
        verb, plural = _verb(request, place), place.plural if place else ""
        if request.path.startswith("/_fake/"):
            return await self._control(request)
        self.requests.append(
            Seen(
                time.monotonic(),
                verb,
                plural,
                request.path,
                dict(request.query),
                request.headers.get("Authorization", ""),
            )
        )
        fault = self.faults.take(verb, plural)
        try:
            early = self._hit(request, fault)
            if early is not None:
                return early
            return await self._answer(request, place, verb, fault)
        except (BrokenOffError, ConnectionResetError):
            return web.Response()
        except (RefusedError, LookupError, ValueError) as error:
            return _refuse(_status_of(error))

    def _hit(self, request: web.Request, fault: Fault) -> web.Response | None:
        """What a request gets that does not come far."""
        bearer = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if self.tokens is not None and bearer not in self.tokens:
            raise RefusedError(401)
        if fault.status:
            wait = fault.retry_after
            status = status_object(fault.status, fault.message, retry_after=wait)
            return _refuse(status, wait)
        if fault.body is not None:
            return web.Response(body=fault.body, content_type="application/json")
        if fault.reset and fault.cut_after < 0:
            break_off(request, reset=True)
            raise BrokenOffError
        return None

    async def _answer(
        self, request: web.Request, place: Place | None, verb: str, fault: Fault
    ) -> web.StreamResponse:
        if place is None or place.plural in self.unserved:
            return await self._answer_other(request)
        if place.plural in self.forbidden:
            raise RefusedError(403, f"{place.plural} is forbidden: cannot {verb} it")
        if verb == "write":
            return await writes.serve_write(request, place, self.store)
        if verb == "get":
            return web.json_response(
                self.store.get(place.plural, place.namespace, place.name)
            )
        reading = Reading(request, place, fault)
        if verb in {"list", "probe"}:
            return await serve_list(reading, self.store)
        self._watches[id(request)] = request
        try:
            return await serve_watch(reading, self.store, self.habits)
        finally:
            del self._watches[id(request)]

    async def _answer_other(self, request: web.Request) -> web.Response:
        if request.path == "/version":
            version = {"major": "1", "minor": "36", "gitVersion": "v1.36.2"}
            return web.json_response(version)
        if request.path == _REVIEWS:
            return await self._review(request)
        if plurals := in_group(request.path.removeprefix("/apis/")):
            there = [{"name": name} for name in plurals if name not in self.unserved]
            return web.json_response({"kind": "APIResourceList", "resources": there})
        raise RefusedError(404, "the server could not find the requested resource")

    async def _review(self, request: web.Request) -> web.Response:
        question = await request.json()
        asked = question["spec"]["resourceAttributes"]
        reads = asked["verb"] in {"list", "watch", "get"}
        allowed = reads and asked["resource"] not in self.forbidden
        return web.json_response(
            {**question, "status": {"allowed": allowed}}, status=201
        )

    async def _control(self, request: web.Request) -> web.Response:
        match request.method, request.path.removeprefix("/_fake/").split("/"):
            case "POST", ["faults"]:
                self.faults.add(**await request.json())
            case "DELETE", ["faults"]:
                self.faults.clear()
            case "POST", ["trim", plural]:
                self.store.trim(plural)
            case "POST", ["drop"]:
                self.drop()
            case "GET", ["requests"]:
                return web.json_response([asdict(seen) for seen in self.requests])
            case _:
                return _refuse(status_object(404))
        return web.json_response({})


def _verb(request: web.Request, place: Place | None) -> str:
    if request.method != "GET":
        return "write"
    if place is None or place.name:
        return "get"
    if request.query.get("watch") not in {"true", "1"}:
        return "probe" if "resourceVersion" in request.query else "list"
    initial = request.query.get("sendInitialEvents") == "true"
    return "watchlist" if initial else "watch"


def _status_of(error: Exception) -> dict[str, Any]:
    match error:
        case RefusedError():
            return error.status
        case LookupError():
            return status_object(404, str(error))
        case ExistsError():
            return status_object(409, str(error))
    return status_object(400, str(error))


def _refuse(status: dict[str, Any], retry_after: int = 0) -> web.Response:
    headers = {"Retry-After": str(retry_after)} if retry_after else {}
    return web.json_response(status, status=status["code"], headers=headers)


if __name__ == "__main__":
    from fakes.command import main

    asyncio.run(main())
