"""An API server, and a daemon that keeps a history of what it tells."""

from pathlib import Path

from fakes.api_server import FakeApiServer
from fakes.loopback import kubeconfig
from k8s_sync.history.reader import Reader
from k8s_sync.model import Claim, Row
from tests.service.program import Daemon, pod


class Stage:
    """An API server with one pod, and a history."""

    def __init__(self, folder: Path, api: FakeApiServer) -> None:
        self.folder = folder
        self.api = api
        self.history = folder / "claims.db"
        api.store.create("pods", pod("p1", "10.0.0.1", uid="u-1"))

    def daemon(self, *flags: str) -> Daemon:
        """A daemon that keeps the history and feeds nobody."""
        where = f"--kubeconfig={kubeconfig(self.folder, self.api.url)}"
        return Daemon(self.folder, where, f"--history={self.history}", *flags)

    def rows(self) -> list[Row]:
        with Reader(str(self.history)) as reader:
            return list(reader.rows())

    def ends(self) -> dict[str, str]:
        """Why each pod's claim ended."""
        return {
            row.owner.pod: row.ended for row in self.rows() if isinstance(row, Claim)
        }
