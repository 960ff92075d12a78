"""``k8s-sync daemon`` between fake servers on loopback."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from fakes.api_server import FakeApiServer
from fakes.zeek import FakeZeek
from k8s_sync import address
from k8s_sync.model import Claim
from k8s_sync.timeline import Timeline
from tests import program

CLUSTER = "shop"


def zeek_url(port: int) -> str:
    """Where a Zeek at this port would be."""
    return FakeZeek(port).url


def pod(name: str, ip: str, **metadata: Any) -> dict[str, Any]:
    """A pod that runs."""
    return {
        "kind": "Pod",
        "apiVersion": "v1",
        "metadata": {"namespace": "shop", "name": name, **metadata},
        "spec": {"nodeName": "n1", "containers": [{"name": "c", "image": "i"}]},
        "status": {"phase": "Running", "podIP": ip, "podIPs": [{"ip": ip}]},
    }


def live(timeline: Timeline) -> Iterator[Claim]:
    """The claims that are held."""
    return (row for row in timeline if isinstance(row, Claim) and row.end is None)


def held(timeline: Timeline) -> dict[str, str]:
    """The addresses that are held, each with its pod."""
    return {address.text(claim.address): claim.owner.pod for claim in live(timeline)}


def truth(api: FakeApiServer) -> dict[str, str]:
    """The same from the objects of an API server."""
    pods = api.store.objects("pods")
    return {one["status"]["podIP"]: one["metadata"]["name"] for one in pods}


class Daemon(program.Daemon):
    """A daemon between fake servers.

    Args:
        folder: Where it writes to.
        flags: What it is told beside the usual.
        zeek: The Zeeks to feed.
    """

    cluster = CLUSTER

    def __init__(
        self, folder: Path, *flags: str | Path, zeek: Iterable[str] = ("",)
    ) -> None:
        super().__init__(folder, *(f"--zeek={url}" for url in zeek), *flags)

    def at_work(self) -> bool:
        """Whether it knows the cluster."""
        return self.said(f"{CLUSTER}: synced")

    async def ready(self) -> bool:
        """Whether it says that all is well."""
        return (await self.get("/readyz"))[0] == 200

    async def equal(self, api: FakeApiServer, *zeeks: FakeZeek) -> None:
        """Waits until these Zeeks hold what is true, and what the daemon holds."""

        def are_equal() -> bool:
            if not all(held(zeek.node.timeline) == truth(api) for zeek in zeeks):
                return False
            if not self.journal.exists():
                return False
            # Half a line is no journal yet; it is read again.
            timeline = self.told(whole=False)
            digest = timeline.digest(CLUSTER)
            return all(zeek.node.timeline.digest(CLUSTER) == digest for zeek in zeeks)

        await program.until(are_equal, "Zeek holds the truth")
