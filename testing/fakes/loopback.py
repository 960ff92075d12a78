"""What programs on loopback need to find each other."""

import json
import socket
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path


def free_port() -> int:
    """A port that nobody listens on."""
    return free_ports(1)[0]


def free_ports(count: int) -> list[int]:
    """So many different ones."""
    with ExitStack() as stack:
        probes = [stack.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [int(probe.getsockname()[1]) for probe in probes]


def kubeconfig(folder: Path, url: str, user: Mapping[str, str] | None = None) -> Path:
    """Writes a kubeconfig for an API server.

    Args:
        folder: Where it goes.
        url: Of the API server.
        user: The credentials; none if it asks for none.
    """
    path = folder / "kubeconfig"
    content = {
        "current-context": "c",
        "clusters": [{"name": "c", "cluster": {"server": url}}],
        "users": [{"name": "u", "user": dict(user or {})}],
        "contexts": [{"name": "c", "context": {"cluster": "c", "user": "u"}}],
    }
    path.write_text(json.dumps(content))
    return path
