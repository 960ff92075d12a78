"""Claims of a world, by the code that `k8s-sync export` uses.

Nothing about claims is decided here: objects go in, in the order of time, and the
rows that come out are the journal.
"""

from collections.abc import Iterable

from k8s_btest.cluster_words import Cluster, Ranges
from k8s_btest.errors import ScenarioError
from k8s_btest.world import Step
from k8s_sync import rows
from k8s_sync.address import Subnet
from k8s_sync.claims.inventory import Inventory
from k8s_sync.kube.decode import Problem, read
from k8s_sync.kube.objects import Object
from k8s_sync.model import Kind, Range, Row
from k8s_sync.timeline import Timeline


def journal(
    cluster: Cluster,
    found: Iterable[tuple[str, Object]],
    steps: Iterable[Step],
    started: int,
) -> str:
    """Makes the journal of a cluster.

    Args:
        cluster: Its name, its ranges and a site's own roles.
        found: Resource and object of each that came from a file.
        steps: What the API tells, in the order of time.
        started: When the scenario starts, in microseconds: what files tell is heard
            then.

    Raises:
        ScenarioError: An object is not what the API would tell.
    """
    inventory = Inventory(
        cluster.name,
        _ranges(cluster.name, cluster.ranges),
        problem=_refuse,
        site_roles=cluster.roles,
    )
    timeline = Timeline()

    def tell(changed: Iterable[Row]) -> None:
        for row in changed:
            timeline.apply(row)

    tell(inventory.rows())
    for resource, one in found:
        tell(inventory.apply(resource, one, started))
    for step in steps:
        one_read = _object(step)
        if step.gone:
            uid = one_read.metadata.uid
            tell(inventory.delete(step.resource, uid, step.at, one_read))
        else:
            tell(inventory.apply(step.resource, one_read, step.at))
    return rows.HEADER + "".join(map(rows.encode, timeline))


def _object(step: Step) -> Object:
    one = read(step.object)
    if isinstance(one, Problem):
        raise ScenarioError(f"cluster: {one}")
    return one


def _refuse(problem: str) -> None:
    raise ScenarioError(f"cluster: {problem}")


def _ranges(name: str, said: Ranges) -> list[Range]:
    blocks: list[tuple[Kind, Iterable[str]]] = [
        ("pod", said.pod),
        ("service", said.service),
        ("node", said.node),
    ]
    return [
        Range(cluster=name, subnet=Subnet.parse(block), kind=kind)
        for kind, texts in blocks
        for block in texts
    ]
