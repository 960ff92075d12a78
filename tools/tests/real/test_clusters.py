"""Several clusters, of which there is but one here, and one that is away."""

import json

from fakes.loopback import free_port
from tests.real.cluster import known
from tests.real.process import CLUSTER, until
from tests.real.stage import Stage


async def test_t20_one_cluster_under_two_names(stage: Stage) -> None:
    """And one that is away, which keeps nobody from anything."""
    cluster = stage.cluster
    cluster.namespace("twice")
    cluster.pod("p", "twice", "10.4.1.1")
    away = stage.plane.kubeconfig(
        stage.folder / "away", server=f"https://127.0.0.1:{free_port()}"
    )
    entries = [
        {"cluster": CLUSTER},
        {"cluster": "again"},
        {"cluster": "away", "kubeconfig": str(away)},
    ]
    file = stage.folder / "clusters.json"
    file.write_text(json.dumps({"clusters": entries}))
    async with stage.daemon(f"--config={file}") as daemon:
        reason = f"again: not told, as it is the cluster {CLUSTER} under"
        await until(lambda: daemon.said(reason), "that it is one is found out")
        await until(
            lambda: known(stage.zeek) == cluster.facts(), "Zeek knows the truth"
        )
        live = [row for row in stage.zeek.node.timeline if row.end is None]
        assert {row.cluster for row in live} == {CLUSTER}
        uid = stage.plane.api.call("GET", "/api/v1/namespaces/kube-system")
        labels = {"cluster": CLUSTER, "uid": uid["metadata"]["uid"]}
        assert await daemon.metric("cluster_info", **labels) == 1
        assert "away: pods: not synced yet" in await daemon.unready()
