"""The C++ timeline is small, and stays so under churn."""

import os
import random
from pathlib import Path

import pytest

from k8s_sync import address
from k8s_sync.model import SECOND, Claim, Owner, Row
from tests.pure.twin import Twin

pytestmark = pytest.mark.long

PODS = 2_000
ROUNDS = 60
SLACK = 2 << 20
"""Bytes that a process may grow by for reasons of its own."""

STATM = Path("/proc/self/statm")
needs_proc = pytest.mark.skipif(not STATM.exists(), reason="needs Linux's /proc")


def resident() -> int:
    return int(STATM.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def generation(number: int, choose: random.Random) -> list[Row]:
    """Makes pods with names that were never seen and never will be again."""
    return [
        Claim(
            cluster="c1",
            address=address.pack(f"10.{number % 3}.{n >> 8}.{n & 255}"),
            owner=Owner(
                kind="pod",
                uid=f"{choose.getrandbits(64):x}"
                if n % 2
                else f"6f1c2a3e-8b7d-4c5e-{n:04x}-{choose.getrandbits(48):012x}",
                namespace=f"namespace-{number}",
                pod=f"pod-{number}-{n}" + "x" * choose.randrange(60),
                workload=f"Job/job-{number}-{n // 20}",
                labels=(f"job={number}-{n // 20}", "a=b", f"c={number}"),
                images=(f"image:{number}",),
            ),
            start=number * SECOND,
            end=(number + 1) * SECOND,
            revision=1,
        )
        for n in range(PODS)
    ]


@needs_proc
def test_memory_is_flat_while_pods_come_and_go() -> None:
    choose = random.Random(1)  # noqa: S311 -- no secret
    sizes = []
    with Twin() as twin:
        for number in range(ROUNDS):
            pods = generation(number, choose)
            assert twin.apply(*pods).applied == PODS
            twin.evict(number * SECOND + 1)
            assert len(twin) <= 2 * PODS
            sizes.append(resident())
        assert twin.evict(1 << 62) == PODS
        assert len(twin) == 0
    assert max(sizes[ROUNDS // 2 :]) - sizes[ROUNDS // 2 - 1] < SLACK


@needs_proc
def test_memory_is_flat_while_one_pod_changes() -> None:
    sizes = []
    with Twin() as twin:
        for number in range(40):
            some = [
                Claim(
                    cluster="c1",
                    address=address.pack("10.0.0.1"),
                    owner=Owner(kind="pod", uid="u", labels=(f"round={revision}",)),
                    start=0,
                    end=revision,
                    revision=revision,
                )
                for revision in range(number * 1000 + 1, number * 1000 + 1001)
            ]
            assert twin.apply(*some).applied == 1000
            sizes.append(resident())
        assert len(twin) == 1
    assert max(sizes[20:]) - sizes[19] < SLACK
