"""The same cluster as in `cluster`, as objects of an API server."""

import random
import socket
import uuid
from collections.abc import Iterator
from typing import Any

from bench import cluster
from bench.cluster import LETTERS, NODES, PODS_PER_WORKLOAD
from bench.seeds import seeded

Json = dict[str, Any]


def address(number: int) -> str:
    """The `number`-th address of 10.0.0.0/8."""
    return socket.inet_ntoa(cluster.address(number))


def pod(number: int, since: str, dice: random.Random) -> Json:
    """A pod that runs, with the `number`-th address of 10.0.0.0/8.

    Args:
        number: Also decides its workload and node.
        since: When it began, as Kubernetes writes it.
        dice: Makes its uid and the end of its name.
    """
    workload = number // PODS_PER_WORKLOAD
    app = f"team-checkout-{workload:05d}-api"
    tail = "".join(dice.choices(LETTERS, k=5))
    maker = {
        "apiVersion": "apps/v1",
        "kind": "StatefulSet",
        "name": app,
        "uid": f"maker-{workload}",
        "controller": True,
    }
    held = address(number)
    images = [f"registry.example/app-{workload}:v1", "registry.example/mesh:v2"]
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "namespace": f"team-{workload % 97:02d}",
            "name": f"{app}-{number:07d}-{tail}",
            "uid": str(uuid.UUID(int=dice.getrandbits(128), version=4)),
            "creationTimestamp": since,
            "ownerReferences": [maker],
            "labels": {
                f"app.kubernetes.io/label-{n:02d}": f"value-{workload:06d}x"
                for n in range(12)
            },
        },
        "spec": {
            "nodeName": f"ip-10-0-{number % NODES:03d}.compute.internal",
            "serviceAccountName": "default",
            "containers": [{"name": f"c{n}", "image": i} for n, i in enumerate(images)],
        },
        "status": {
            "phase": "Running",
            "podIP": held,
            "podIPs": [{"ip": held}],
            "startTime": since,
        },
    }


def pods(count: int, since: str) -> Iterator[Json]:
    """So many pods, always the same ones."""
    dice = seeded("objects")
    return (pod(number, since, dice) for number in range(count))
