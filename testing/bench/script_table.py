"""The claims as a table for scripts alone: what people use instead of a plugin."""

from pathlib import Path

from bench import cluster
from k8s_sync import address

SCRIPT = Path(__file__).with_suffix(".zeek")
_FIELDS = ("kind", "match", "namespace", "pod", "workload", "node", "service")


def write(path: Path, count: int) -> None:
    """Writes so many claims as the Input framework reads them."""
    with path.open("w") as file:
        file.write("#fields\taddress\t" + "\t".join(_FIELDS) + "\n")
        for claim in cluster.claims(count):
            owner = claim.owner
            cells = ("pod", "exact", owner.namespace, owner.pod, owner.workload)
            row = (address.text(claim.address), *cells, owner.node, "-")
            file.write("\t".join(row) + "\n")
