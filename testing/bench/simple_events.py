"""Sends one event for each pod to a Zeek: what a plain client would do.

python simple_events.py PORT PODS
"""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import aiohttp

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench import cluster
from k8s_sync import address

_BURST, _PAUSE = 200, 0.02
"""So many at once, and seconds after them: the main loop of a Zeek 8.0 that has
thousands to publish at once waits for itself, for good."""


def _data(kind: str, value: Any) -> dict[str, Any]:
    return {"@data-type": kind, "data": value}


async def _main(port: int, count: int) -> None:
    url = f"ws://127.0.0.1:{port}/v1/messages/json"
    async with aiohttp.ClientSession() as session:
        while True:
            try:
                socket = await session.ws_connect(url)
                break
            except aiohttp.ClientError:
                await asyncio.sleep(0.05)
        await socket.send_str("[]")
        await socket.receive()
        for number, claim in enumerate(cluster.claims(count), 1):
            owner = claim.owner
            record = [
                *(owner.namespace, owner.pod, owner.workload, owner.node),
                *(owner.uid, owner.service_account),
            ]
            arguments = [
                _data("address", address.text(claim.address)),
                _data("vector", [_data("string", text) for text in record]),
            ]
            call = [_data("string", "Pods::one"), _data("vector", arguments)]
            event = [_data("count", 1), _data("count", 1), _data("vector", call)]
            message = {"type": "data-message", "topic": "/pods"}
            await socket.send_str(json.dumps(message | _data("vector", event)))
            if number % _BURST == 0:
                await asyncio.sleep(_PAUSE)
        await asyncio.sleep(60)  # Zeek ends when it has all


if __name__ == "__main__":
    asyncio.run(_main(*map(int, sys.argv[1:3])))
