"""All that a test plays with: a cluster, a fake Zeek, and daemons between them."""

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from fakes.zeek import FakeZeek
from k8s_sync.kube.resources import BY_NAME
from tests.real import process
from tests.real.cluster import Cluster, known
from tests.real.control_plane import ControlPlane
from tests.real.process import Daemon, until
from tests.real.users import READER

RESOURCES = tuple(BY_NAME)


class Stage(NamedTuple):
    """One test's."""

    plane: ControlPlane
    cluster: Cluster
    zeek: FakeZeek
    folder: Path

    def kubeconfig(self, user: str = READER, *, server: str = "") -> Path:
        """Writes a kubeconfig for a user."""
        path = self.folder / "kubeconfig"
        return self.plane.kubeconfig(path, user, server=server)

    def daemon(
        self, *flags: str, user: str = READER, server: str = "", config: str = ""
    ) -> Daemon:
        """Makes a daemon; as a context manager, it runs."""
        return Daemon(
            self.folder,
            Path(config) if config else self.kubeconfig(user, server=server),
            self.zeek.url,
            *flags,
            secret=self.plane.tokens.values(),
        )

    async def check(self, kubeconfig: Path, *flags: str) -> tuple[int, str]:
        """Runs ``k8s-sync check``; returns its exit code and what it said."""
        return await process.run(
            "check",
            f"--kubeconfig={kubeconfig}",
            f"--zeek={self.zeek.url}",
            *flags,
            secret=self.plane.tokens.values(),
        )

    async def equal(self, daemon: Daemon, unreadable: Iterable[str] = ()) -> None:
        """Waits until Zeek holds what the daemon told, and that is the truth."""
        missing = unreadable

        async def are_equal() -> bool:
            if known(self.zeek) != self.cluster.facts(missing):
                return False
            return await daemon.delivered(self.zeek) and not await daemon.unready()

        try:
            await until(are_equal, "Zeek knows the truth")
        except AssertionError as error:
            truth, told = self.cluster.facts(missing), known(self.zeek)
            error.add_note(f"not known: {sorted(truth - told)}")
            error.add_note(f"not true: {sorted(told - truth)}")
            error.add_note(f"not ready: {await daemon.unready() or 'nothing'}")
            raise
        # A wrong digest would have been repaired behind our back.
        assert await daemon.metric("zeek_resyncs_total") == 0
