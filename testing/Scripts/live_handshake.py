"""The daemon comes just while a worker and the manager make their peering.

Broker's handshake carries what each side wants to hear. Whatever the manager wants
only after it has said so, and before the handshake is over, the worker never learns.
"""

import re
import sys
import time
from collections.abc import Callable
from pathlib import Path

from chaos.joint import Joint
from chaos.programs import Programs
from chaos.truth import ADDRESSES
from chaos.verdict import metrics

PATIENCE = 30.0
"""Seconds after which what is waited for counts as not to come."""
LAST = 4
"""Which of the manager's messages ends the handshake: two of TLS, and two of Broker."""


def until(what: str, fact: Callable[[], bool]) -> None:
    """Waits until something is so."""
    end = time.monotonic() + PATIENCE
    while not fact():
        if time.monotonic() > end:
            sys.exit(f"waited for {what}")
        time.sleep(0.02)


def behind(programs: Programs, node: str) -> Joint:
    """Puts a joint between a node and the manager."""
    layout = (programs.folder / "cluster-layout.zeek").read_text()
    found = re.search(r'\["manager"\].* \$p=(\d+)/tcp', layout)
    assert found
    joint = Joint(int(found[1]))
    own = programs.folder / node
    own.mkdir()
    (own / "cluster-layout.zeek").write_text(
        layout.replace(f"$p={found[1]}/tcp", f"$p={joint.port}/tcp")
    )
    return joint


def main() -> None:
    """Goes through it."""
    folder = Path.cwd()
    (folder / "objects.json").write_text("[]")
    programs = Programs(folder, "broker", ADDRESSES)
    joint = behind(programs, "worker-1")
    joint.stall_before_answer = LAST

    def synced(node: str) -> bool:
        return metrics(programs).get(("zeek_node_synced", node)) == 1

    try:
        for name in ("api", "manager", "worker-1"):
            programs.start(name)
        until("the handshake", lambda: joint.stalled)
        programs.start("daemon")
        until("the manager to be synced", lambda: synced("manager"))
        joint.flow()
        until("the worker to be synced", lambda: synced("worker-1"))
    finally:
        programs.close()


if __name__ == "__main__":
    main()
