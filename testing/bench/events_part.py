"""One event for each pod, into a table of a script: what batches are beside."""

import subprocess
import sys
import threading
from pathlib import Path

from bench.figures import Figure
from bench.zeek_parts import Bench
from fakes.loopback import free_port

PODS = 30_000
BATCH = 166
"""Rows in 128 KiB, which is a batch of the feed: see `join`."""
PATIENCE = 30.0
"""Seconds until all have to have come; events may be lost, and nobody says so."""
_HERE = Path(__file__).resolve().parent


def counting(bench: Bench) -> list[Figure]:
    """Processor time of Zeek, all threads, for each pod.

    The part `join` says what batches take for the same.
    """
    bench.options.say(f"one event for each of {PODS} pods")
    each = _took(bench, PODS) / PODS
    return [
        Figure(
            f"one event for each of {PODS:,} pods, Zeek",
            f"{each * 1e6:.0f} us/pod",
            "processor, all threads",
        ),
        Figure(f"one event for each of {BATCH} pods", f"{each * BATCH * 1e3:.2f} ms"),
    ]


def _took(bench: Bench, pods: int) -> float:
    """Seconds of processor from the first event to the last, as Zeek tells them.

    Raises:
        RuntimeError: Not all came.
    """
    port = free_port()
    listen = f"Pods::listen_port={port}/tcp"
    receiver = [bench.program, _HERE / "script_events.zeek", listen]
    sender = [sys.executable, _HERE / "simple_events.py", str(port), str(pods)]
    folder = bench.scratch("events")
    with (
        subprocess.Popen(
            [*receiver, f"Pods::expected={pods}"],
            stdout=subprocess.PIPE,
            cwd=folder,
            env=bench.env,
            text=True,
        ) as zeek,
        subprocess.Popen(sender, stderr=subprocess.DEVNULL) as sending,
    ):
        # Once it has said so, it is of no more use: ending may take it a while.
        limit = threading.Timer(PATIENCE, zeek.kill)
        limit.start()
        try:
            said = zeek.stdout.readline() if zeek.stdout else ""
        finally:
            limit.cancel()
            zeek.kill()
            sending.kill()
    if not said:
        raise RuntimeError(f"not all of {pods} events came within {PATIENCE:.0f} s")
    return float(said)
