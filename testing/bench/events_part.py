"""One event for each pod, into a table of a script: what batches are beside."""

import subprocess
import sys
from pathlib import Path

from bench.figures import Figure
from bench.process import run
from bench.zeek_parts import Bench
from fakes.loopback import free_port

PODS = 3_000
"""Fewer than fit the queue of Zeek's WebSocket server, which stalls when it is full."""
BATCH = 166
"""Rows in 128 KiB, which is a batch of the feed: see `join`."""
_HERE = Path(__file__).resolve().parent


def counting(bench: Bench) -> list[Figure]:
    """Processor time of Zeek and of the sender, for each pod.

    The part `join` says what batches take for the same.
    """
    costs = {pods: _sent(bench, pods) for pods in (1, PODS)}
    each = (costs[PODS] - costs[1]) / (PODS - 1)
    return [
        Figure(
            f"one event for each of {PODS:,} pods, Zeek",
            f"{each * 1e6:.0f} us/pod",
            "processor, all threads",
        ),
        Figure(f"one event for each of {BATCH} pods", f"{each * BATCH * 1e3:.2f} ms"),
    ]


def _sent(bench: Bench, pods: int) -> float:
    """CPU seconds of a Zeek that gets so many events."""
    bench.options.say(f"one event for each of {pods} pods")
    port = free_port()
    sender: list[str | Path] = [
        sys.executable,
        _HERE / "simple_events.py",
        str(port),
        str(pods),
    ]
    with subprocess.Popen(sender, stderr=subprocess.DEVNULL) as sending:
        try:
            command: list[str | Path] = [
                *(bench.program, _HERE / "script_events.zeek"),
                *(f"Pods::listen_port={port}/tcp", f"Pods::expected={pods}"),
            ]
            return run(command, bench.scratch("events"), bench.env).cpu
        finally:
            sending.kill()
