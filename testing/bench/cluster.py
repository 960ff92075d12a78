"""A cluster that is made up, always the same one: its claims, as rows of a journal.

20 pods to a workload, which share their labels and images; 500 nodes. Pod `n` has
the address ``10.0.0.0 + n``.
"""

import itertools
import uuid
from collections.abc import Iterator
from pathlib import Path

from bench.seeds import seeded
from k8s_sync.address import V4_PREFIX, Subnet
from k8s_sync.model import SECOND, Claim, Owner, Range, Row
from k8s_sync.rows import HEADER, encode

NAME = "production"
BEGAN = 1_790_000_000
"""Since when all pods have their addresses, in seconds; before every trace."""
PODS_PER_WORKLOAD = 20
NODES = 500
LETTERS = "bcdfghjklmnpqrstvwxz2456789"
"""What Kubernetes makes the ends of names from."""
_NETWORK = 10 << 24


def address(pod: int) -> bytes:
    """The four bytes of a pod's address."""
    return (_NETWORK + pod).to_bytes(4)


def claims(count: int) -> Iterator[Claim]:
    """The claims of so many pods."""
    dice = seeded("cluster")
    for workload in itertools.count():
        name = f"team-checkout-{workload:05d}-api"
        replicas = f"{name}-{''.join(dice.choices(LETTERS, k=10))}"
        labels = tuple(
            f"app.kubernetes.io/label-{n:02d}=value-{workload:06d}x" for n in range(12)
        )
        images = (f"registry.example/app-{workload}:v1", "registry.example/mesh:v2")
        for pod in range(workload * PODS_PER_WORKLOAD, count)[:PODS_PER_WORKLOAD]:
            owner = Owner(
                kind="pod",
                uid=str(uuid.UUID(int=dice.getrandbits(128), version=4)),
                namespace=f"team-{workload % 97:02d}",
                pod=f"{replicas}-{''.join(dice.choices(LETTERS, k=5))}",
                workload=f"Deployment/{name}",
                node=f"ip-10-0-{pod % NODES:03d}.compute.internal",
                service_account="default",
                labels=labels,
                images=images,
                zone=f"zone-{pod % NODES % 3}",
                roles=("mesh",),
            )
            yield Claim(
                cluster=NAME,
                address=V4_PREFIX + address(pod),
                owner=owner,
                start=BEGAN * SECOND + pod,
                revision=1000 + pod,
            )
        if (workload + 1) * PODS_PER_WORKLOAD >= count:
            return


def write_journal(path: Path, count: int) -> None:
    """Writes a journal of so many claims; it has no rows at all for none."""
    subnet = Subnet.parse("10.0.0.0/8")
    ranges: list[Row] = [Range(cluster=NAME, subnet=subnet, kind="pod", revision=1)]
    with path.open("w", encoding="utf-8") as journal:
        journal.write(HEADER)
        if count:
            journal.writelines(map(encode, itertools.chain(ranges, claims(count))))
