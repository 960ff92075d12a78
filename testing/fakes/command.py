"""The command line of the fake API server."""

import argparse
import asyncio
import contextlib
import json
import os
import signal
import ssl
from pathlib import Path

from fakes.api_server import FakeApiServer
from fakes.writes import load


async def main(arguments: list[str] | None = None) -> None:
    """Serves until it gets SIGTERM or SIGINT."""
    parser = argparse.ArgumentParser(prog="fakes.api_server", description=main.__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="default: %(default)s")
    parser.add_argument("--port", type=int, default=0, help="default: any that is free")
    parser.add_argument("--port-file", type=Path, help="where to write the port")
    parser.add_argument("--objects", type=Path, help="JSON: a List, or an array")
    parser.add_argument("--version", type=int, help="count on from here, forget before")
    parser.add_argument("--token", action="append", help="let only these in")
    parser.add_argument("--cert", help="PEM file: serve HTTPS")
    parser.add_argument("--key", help="PEM file, if not in the other one")
    parser.add_argument(
        "--watch-list", choices=("yes", "refuse", "ignore"), default="yes"
    )
    parser.add_argument("--bookmark-interval", type=float, default=60)
    options = parser.parse_args(arguments)

    tls = None
    if options.cert:
        tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        tls.load_cert_chain(options.cert, options.key)
    api = FakeApiServer(options.port, host=options.host, tls=tls)
    api.habits.watch_list = options.watch_list
    api.habits.bookmark_interval = options.bookmark_interval
    api.tokens = set(options.token) if options.token else None
    if options.version:
        api.store.begin(options.version)
    if options.objects:
        load(api.store, json.loads(options.objects.read_text()))

    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        with contextlib.suppress(NotImplementedError):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with api:
        print(api.url, flush=True)
        if options.port_file:
            # Whoever waits for the file must not find half of it.
            partial = options.port_file.with_suffix(".new")
            partial.write_text(f"{api.port}\n")
            os.replace(partial, options.port_file)  # noqa: PTH105 - the same
        await stop.wait()
