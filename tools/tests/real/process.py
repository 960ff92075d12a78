"""``k8s-sync`` beside a real control plane, where it must not tell any secret."""

from collections.abc import Iterable
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any

from tests import program

CLUSTER = "real"
PATIENCE = 45.0
"""Seconds that anything may take; the longest wait between two attempts is 30."""

until = partial(program.until, patience=PATIENCE, pause=0.05)
"""Waits until something is so."""


async def run(*arguments: str | Path, secret: Iterable[str]) -> tuple[int, str]:
    """Runs it to its end; returns its exit code and all that it said."""
    code, said = await program.run(*arguments, patience=PATIENCE)
    _expect_no_secret(said, secret)
    return code, said


def _expect_no_secret(said: str, secret: Iterable[str]) -> None:
    assert not any(text in said for text in secret), "it told a secret"
    assert "PRIVATE KEY" not in said


class Daemon(program.Daemon):
    """A daemon that, at its end, is expected to have told no secret.

    Args:
        folder: Where it writes to.
        kubeconfig: How it finds the cluster.
        zeek: The Zeek to feed.
        flags: What it is told beside the usual.
        secret: What it must not tell.
    """

    cluster = CLUSTER
    patience = PATIENCE

    def __init__(
        self,
        folder: Path,
        kubeconfig: Path,
        zeek: str,
        *flags: str,
        secret: Iterable[str],
    ) -> None:
        where = f"--kubeconfig={kubeconfig}", f"--zeek={zeek}"
        super().__init__(folder, *where, "--log-level=debug", *flags)
        self._secret = tuple(secret)
        self._shown = ""

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if error is None:
            for path in ("/metrics", "/readyz"):
                self._shown += (await self.get(path))[1]
        await super().__aexit__(kind, error, traceback)
        if error is None:
            said = self.output.read_text()
            for text in (said, self._shown, self.journal.read_text()):
                _expect_no_secret(text, self._secret)

    async def unready(self) -> str:
        """What ``/readyz`` complains about."""
        said = (await self.get("/readyz"))[1].strip()
        self._shown += said
        return "" if said == "ok" else said

    async def metric(self, name: str, **labels: str) -> float:
        """The sum of a metric over all that have these labels."""
        return sum(
            sample.value
            for sample in await self.samples()
            if sample.name == f"k8s_sync_{name}"
            and labels.items() <= sample.labels.items()
        )

    async def delivered(self, zeek: Any) -> bool:
        """Whether a fake Zeek holds just what it was told."""
        if not self.journal.exists():
            return False
        for name in ("zeek_waiting", "zeek_unanswered"):
            if await self.metric(name):
                return False
        held = zeek.node.timeline.digest(CLUSTER)
        return bool(held == self.told().digest(CLUSTER))
