"""Sends one event for each pod to a Zeek by zeekpy: what a plain client would do.

python simple_events.py PORT PODS

Prints the seconds of processor that it took, and stays until it is ended.
"""

import ipaddress
import sys
import time
from pathlib import Path

import zeekpy

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench import cluster
from k8s_sync import address

_BURST, _PAUSE = 200, 0.02
"""So many at once, and seconds after them: the main loop of a Zeek 8.0 that has
thousands to publish at once waits for itself, for good."""
_PATIENCE = 30.0
"""Seconds until Zeek has to listen."""


def _connect(port: int) -> zeekpy.Zeek:
    end = time.monotonic() + _PATIENCE
    while True:
        try:
            return zeekpy.Zeek(f"ws://127.0.0.1:{port}/v1/messages/json").__enter__()
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.05)


def _main(port: int, count: int) -> None:
    client = _connect(port)
    took = 0.0
    for number, claim in enumerate(cluster.claims(count), 1):
        owner = claim.owner
        began = time.process_time()
        client.publish(
            "/pods",
            "Pods::one",
            (
                ipaddress.ip_address(address.text(claim.address)),
                (
                    *(owner.namespace, owner.pod, owner.workload, owner.node),
                    *(owner.uid, owner.service_account),
                ),
            ),
        )
        took += time.process_time() - began
        if number % _BURST == 0:
            time.sleep(_PAUSE)
    print(took, flush=True)
    time.sleep(_PATIENCE)


if __name__ == "__main__":
    _main(*map(int, sys.argv[1:3]))
