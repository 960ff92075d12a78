"""Sends an answer, and breaks it where a fault says so."""

import asyncio
import json
import socket
import struct
from typing import Any

from aiohttp import web

from fakes.faults import Fault


class BrokenOffError(Exception):
    """The connection was broken on purpose; there is nobody to answer any more."""


class Wire:
    """The body of one answer, sent piece by piece."""

    def __init__(self, request: web.Request, fault: Fault) -> None:
        self._request = request
        self._fault = fault
        self._sent = 0
        self.response = web.StreamResponse(headers={"Content-Type": "application/json"})

    async def start(self) -> None:
        """Sends the header."""
        await self.response.prepare(self._request)

    async def send_json(self, value: Any) -> None:
        """Sends a line."""
        await self.send(json.dumps(value, separators=(",", ":")).encode() + b"\n")

    async def send(self, data: bytes) -> None:
        """Sends bytes, as far as the fault lets them pass.

        Raises:
            BrokenOffError: The fault has struck.
        """
        fault = self._fault
        if fault.mangle:
            data = fault.mangle(data)
        for limit in (fault.cut_after, fault.stall_after):
            if limit >= 0 and self._sent + len(data) > limit:
                await self._write(data[: limit - self._sent])
                await self._strike()
        await self._write(data)

    async def end(self) -> None:
        """Ends in good order, unless the fault is still waiting for its moment."""
        if self._fault.cut_after >= 0 or self._fault.stall_after >= 0:
            await self._strike()
        await self.response.write_eof()

    async def _write(self, data: bytes) -> None:
        step = self._fault.drip or len(data) or 1
        for start in range(0, len(data), step):
            await self.response.write(data[start : start + step])
            if self._fault.drip:
                await asyncio.sleep(0)
        self._sent += len(data)

    async def _strike(self) -> None:
        if self._fault.stall_after >= 0:
            await asyncio.sleep(3600)
        break_off(self._request, reset=self._fault.reset)
        raise BrokenOffError


def break_off(request: web.Request, *, reset: bool) -> None:
    """Breaks a connection, by RST or by closing it before the end."""
    transport = request.transport
    if transport is None:
        return
    if reset:
        raw = transport.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()
    else:
        transport.close()
