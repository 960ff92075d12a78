"""The daemon's answer to ``/whois``: who had an address, as JSON."""

import asyncio
import ipaddress

import msgspec
from aiohttp import web

from k8s_sync.errors import ConfigError, SyncError
from k8s_sync.history.reader import Reader
from k8s_sync.whois.answer import answer
from k8s_sync.whois.grounds import Timelines
from k8s_sync.whois.question import Question
from k8s_sync.whois.remote import Problem, question_of
from k8s_sync.whois.report import Report


class Whois:
    """Answers from the history, or from what is in memory if there is none."""

    def __init__(self, timelines: Timelines, history: str, *, anybody: bool) -> None:
        """Makes a handler of requests.

        Args:
            timelines: What is in memory.
            history: File of the history; empty if there is none.
            anybody: Answers other machines, too.
        """
        self._timelines = timelines
        self._history = history
        self._anybody = anybody

    async def handle(self, request: web.Request) -> web.Response:
        """Answers one request."""
        if not self._anybody and not _is_here(request.remote):
            return _json(403, Problem("only this machine may ask; see open_whois"))
        try:
            question = question_of(request.query)
            return _json(200, await self._answer(question))
        except ConfigError as error:
            return _json(400, Problem(str(error)))
        except SyncError as error:
            return _json(500, Problem(str(error)))

    async def _answer(self, question: Question) -> Report:
        if self._history:
            return await asyncio.to_thread(self._from_history, question)
        return answer(question, self._timelines)

    def _from_history(self, question: Question) -> Report:
        with Reader(self._history) as reader:
            return answer(question, reader)


def _is_here(remote: str | None) -> bool:
    try:
        address = ipaddress.ip_address(remote or "")
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback


def _json(status: int, body: Report | Problem) -> web.Response:
    return web.Response(
        status=status,
        body=msgspec.json.encode(body),
        content_type="application/json",
    )
