"""A headless Chromium, for tests that look at a page."""

import asyncio
import base64
import itertools
import json
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Literal

import aiohttp

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_PATIENCE = 60.0
"""Seconds that it may take to start, or to answer."""


def find() -> str | None:
    """Finds a Chromium on this machine."""
    return next(filter(None, map(shutil.which, _NAMES)), None)


class Page:
    """A page that is shown, driven by the DevTools protocol."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._numbers = itertools.count(1)
        self.complaints: list[str] = []
        """What the browser had to say about the page, and requests that it made."""

    async def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Calls a method, and takes note of events until its answer."""
        number = next(self._numbers)
        await self._socket.send_json(
            {"id": number, "method": method, "params": parameters}
        )
        while True:
            message = await self._receive()
            if message.get("id") == number:
                assert "error" not in message, message["error"]
                return dict(message["result"])

    async def _receive(self) -> dict[str, Any]:
        async with asyncio.timeout(_PATIENCE):
            message: dict[str, Any] = json.loads((await self._socket.receive()).data)
        match message.get("method"):
            case "Runtime.exceptionThrown" | "Log.entryAdded":
                self.complaints.append(json.dumps(message["params"]))
            case "Network.requestWillBeSent":
                url = message["params"]["request"]["url"]
                if not url.startswith(("file:", "data:")):
                    self.complaints.append(url)
        return message

    async def show(
        self, path: Path, width: int, scheme: Literal["light", "dark"]
    ) -> None:
        """Shows a file in a window of some width, in CSS pixels."""
        await self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=900,
            deviceScaleFactor=1,
            mobile=width < 600,
        )
        await self.call(
            "Emulation.setEmulatedMedia",
            features=[{"name": "prefers-color-scheme", "value": scheme}],
        )
        await self.call("Page.navigate", url=path.as_uri())
        async with asyncio.timeout(_PATIENCE):
            while await self.ask("document.readyState") != "complete":
                await asyncio.sleep(0.05)

    async def ask(self, expression: str) -> Any:
        """Has the page compute something."""
        found = await self.call(
            "Runtime.evaluate", expression=expression, returnByValue=True
        )
        assert "exceptionDetails" not in found, found["exceptionDetails"]
        return found["result"].get("value")

    async def picture(self, path: Path) -> None:
        """Takes a picture of the whole page."""
        taken = await self.call("Page.captureScreenshot", captureBeyondViewport=True)
        path.write_bytes(  # noqa: ASYNC240 -- nobody waits for us
            base64.b64decode(taken["data"])
        )


@asynccontextmanager
async def opened(chromium: str) -> AsyncIterator[Page]:
    """Starts a Chromium without anything of the user's, and opens a page in it."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        process = await asyncio.create_subprocess_exec(
            chromium,
            "--headless=new",
            "--no-sandbox",  # nothing of anybody else's is shown; as root it must be
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--disable-background-networking",
            "--no-first-run",
            "--remote-debugging-port=0",
            f"--user-data-dir={profile}",
            "about:blank",
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        try:
            port = await _port(Path(profile) / "DevToolsActivePort")
            url = f"http://127.0.0.1:{port}/json/list"
            async with aiohttp.ClientSession() as session:
                async with session.get(url) as answer:
                    pages = await answer.json()
                [page] = [one for one in pages if one["type"] == "page"]
                socket = page["webSocketDebuggerUrl"]
                async with session.ws_connect(socket, max_msg_size=0) as connected:
                    found = Page(connected)
                    for domain in ("Page", "Runtime", "Log", "Network"):
                        await found.call(f"{domain}.enable")
                    yield found
        finally:
            process.terminate()
            await process.wait()


async def _port(path: Path) -> int:
    async with asyncio.timeout(_PATIENCE):
        while True:
            lines = _lines(path)
            if len(lines) > 1:
                return int(lines[0])
            await asyncio.sleep(0.05)


def _lines(path: Path) -> list[str]:
    return path.read_text().split() if path.exists() else []
