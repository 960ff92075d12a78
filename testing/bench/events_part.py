"""One event for each pod, into a table of a script: what batches are beside."""

import subprocess
import sys
import threading
from importlib.util import find_spec
from pathlib import Path

from bench.counters import Command
from bench.figures import Figure, LackingError
from bench.zeek_parts import Bench
from fakes.loopback import free_port

PODS = 30_000
BATCH = 166
"""Rows in 128 KiB, which is a batch of the feed: see `join`."""
PATIENCE = 30.0
"""Seconds until all have to have come; events may be lost, and nobody says so."""
_HERE = Path(__file__).resolve().parent


def counting(bench: Bench) -> list[Figure]:
    """Processor time of Zeek, all threads, and of the client, for each pod.

    The part `join` says what batches take for the same.

    Raises:
        LackingError: There is no zeekpy.
    """
    if not find_spec("zeekpy"):
        raise LackingError("pip install './tools[bench]'")
    bench.options.say(f"one event for each of {PODS} pods")
    each, sent = (seconds / PODS for seconds in _took(bench, PODS))
    return [
        Figure(
            f"one event for each of {PODS:,} pods, zeekpy",
            f"{sent * 1e6:.0f} us/pod",
            "processor",
        ),
        Figure(
            f"one event for each of {PODS:,} pods, Zeek",
            f"{each * 1e6:.0f} us/pod",
            "processor, all threads",
        ),
        Figure(f"one event for each of {BATCH} pods", f"{each * BATCH * 1e3:.2f} ms"),
    ]


def _took(bench: Bench, pods: int) -> tuple[float, float]:
    """Seconds of processor from the first event to the last, as both ends tell them.

    Returns:
        Those of Zeek, and of the client.

    Raises:
        RuntimeError: Not all came.
    """
    port = free_port()
    listen = f"Pods::listen_port={port}/tcp"
    receiver: Command = [bench.program, _HERE / "script_events.zeek", listen]
    sender: Command = [sys.executable, _HERE / "simple_events.py", str(port), str(pods)]
    folder = bench.scratch("events")
    with (
        subprocess.Popen(
            [*receiver, f"Pods::expected={pods}"],
            stdout=subprocess.PIPE,
            cwd=folder,
            env=bench.env,
            text=True,
        ) as zeek,
        subprocess.Popen(
            sender, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        ) as sending,
    ):

        def end() -> None:
            # What has said all is of no more use; to end by itself may take it a while.
            zeek.kill()
            sending.kill()

        limit = threading.Timer(PATIENCE, end)
        limit.start()
        try:
            said = [one.stdout.readline() for one in (zeek, sending) if one.stdout]
        finally:
            limit.cancel()
            end()
    if not all(said):
        raise RuntimeError(f"not all of {pods} events came within {PATIENCE:.0f} s")
    received, sent = map(float, said)
    return received, sent
