"""A backup of etcd is put back: versions begin anew from an earlier one."""

import asyncio
import sys
import time

from tests.real.cluster import claims, running
from tests.real.stage import Stage

CHANGES = 200
"""How far the history is set back, at least."""
HELD = ("10.2.6.1", "10.2.6.8", "10.2.6.9")
WITHIN = 15.0
"""Seconds from the first answer of the API server until all are equal. It takes 3 s to
say that it has not come as far as we have, and is asked so for each kind. Without the
question the watches are silent until the history has come so far again: 167 s, and only
because two silences are held against a version."""


async def test_a_backup_that_is_put_back_is_noticed_at_once(stage: Stage) -> None:
    plane, cluster, zeek = stage.plane, stage.cluster, stage.zeek
    cluster.namespace("restored")
    cluster.pod("stays", "restored", "10.2.6.1")
    cluster.pod("goes", "restored", "10.2.6.2")
    cluster.pod("moves", "restored", "10.2.6.3")
    backup = await asyncio.to_thread(plane.back_up)
    cluster.delete("pods", "goes", "restored")
    cluster.set_status("pods", "moves", running("10.2.6.8"), "restored")
    cluster.pod("never-was", "restored", "10.2.6.9")
    for turn in range(CHANGES):
        cluster.set_status(
            "pods", "stays", running("10.2.6.1") | {"reason": str(turn)}, "restored"
        )
    async with stage.daemon() as daemon:
        await stage.equal(daemon)
        assert all(claims(zeek, text)[-1].end is None for text in HELD)
        await asyncio.to_thread(plane.restore, backup)
        await asyncio.to_thread(plane.api.start)
        began = time.monotonic()
        await stage.equal(daemon)
        took = time.monotonic() - began
        sys.stdout.write(f"equal {took:.1f} s after the API server was up\n")
        assert took < WITHIN
        for text in ("10.2.6.8", "10.2.6.9"):
            assert claims(zeek, text)[0].end is not None, "it has never been"
        for text in ("10.2.6.1", "10.2.6.2", "10.2.6.3"):
            assert claims(zeek, text)[-1].end is None
        assert await daemon.metric("failures_total", reason="gone") >= 1
        assert await daemon.metric("failures_total", reason="silent") == 0
