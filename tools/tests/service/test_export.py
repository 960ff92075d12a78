"""A journal of a cluster as its API server tells it."""

import asyncio
import json
from pathlib import Path

import pytest

from fakes.api_server import FakeApiServer
from fakes.loopback import kubeconfig
from fakes.writes import load
from k8s_sync import export
from k8s_sync.config_clusters import Cluster
from k8s_sync.errors import FatalError
from k8s_sync.model import Claim, Row
from k8s_sync.row_reader import Problem, decode
from tests.program import run

CLUSTER = Path(__file__).resolve().parents[3] / "testing/Files/demo-cluster.json"
NOW = 1_793_620_000_000_000


def options(path: Path, out: Path, *sources: str) -> export.Options:
    cluster = Cluster(cluster="demo", kubeconfig=str(path), source=sources)
    return export.Options(clusters=(cluster,), output=str(out))


def rows(path: Path) -> set[tuple[str, str]]:
    """All that a journal says but its revisions and what is over."""
    problems: list[Problem] = []
    found: list[Row] = list(decode(path.read_text(), problems.append))
    assert not problems
    return {
        (str(row.address), str(row.owner))
        if isinstance(row, Claim)
        else (str(row.subnet), row.kind)
        for row in found
        if row.end is None
    }


async def test_the_api_server_tells_what_files_of_it_tell(tmp_path: Path) -> None:
    async with FakeApiServer() as api:
        load(api.store, json.loads(CLUSTER.read_text()))
        asked = options(kubeconfig(tmp_path, api.url), tmp_path / "asked.log")
        assert await asyncio.to_thread(export.run, asked, NOW) == 0
    read = options(tmp_path / "none", tmp_path / "read.log", str(CLUSTER))
    assert await asyncio.to_thread(export.run, read, NOW) == 0
    assert rows(tmp_path / "asked.log") == rows(tmp_path / "read.log")


async def test_what_keeps_it_from_being_told_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "PATIENCE", 3.0)
    async with FakeApiServer() as api:
        api.faults.add(plural="pods", status=503, times=-1)
        asked = options(kubeconfig(tmp_path, api.url), tmp_path / "asked.log")
        with pytest.raises(FatalError, match=r"not synced after 3 s: pods: .*503"):
            await asyncio.to_thread(export.run, asked, NOW)
    assert not (tmp_path / "asked.log").exists()


async def refused(api: FakeApiServer, folder: Path) -> str:
    """What it says, long before its patience ends, to whom the server does not let in.

    One line by itself, with the exit code of what cannot be as it was asked for.
    """
    where = kubeconfig(folder, api.url, {"token": "old"})
    out = folder / "asked.log"
    code, said = await run("export", f"--kubeconfig={where}", f"--journal={out}")
    assert code == 2, said
    assert not out.exists()
    [line] = [line for line in said.splitlines() if line.startswith("k8s-sync: ")]
    return line


async def test_credentials_that_are_refused_are_not_tried_for_long(
    tmp_path: Path,
) -> None:
    async with FakeApiServer() as api:
        api.tokens = {"new"}
        line = await refused(api, tmp_path)
        assert line == (
            f"k8s-sync: kubernetes: pods: GET {api.url}/api/v1/pods as context 'c' of"
            f" {tmp_path}/kubeconfig: 401 Unauthorized Unauthorized; renew the"
            " credentials; `k8s-sync check` tells what else is missing"
        )


async def test_a_role_without_pods_is_not_tried_for_long(tmp_path: Path) -> None:
    async with FakeApiServer() as api:
        api.forbidden = {"pods"}
        line = await refused(api, tmp_path)
        assert f"{tmp_path}/kubeconfig: 403 Forbidden pods is forbidden: " in line
        assert (
            'grant the role list and watch: the ClusterRole needs apiGroups: [""],'
            ' resources: ["pods"], verbs: ["list", "watch"]; `k8s-sync check`'
        ) in line


async def test_what_is_not_needed_may_be_refused(tmp_path: Path) -> None:
    """And so may the first attempts: a token or a role may just have been replaced."""
    async with FakeApiServer() as api:
        load(api.store, json.loads(CLUSTER.read_text()))
        api.forbidden, api.unserved = {"replicasets"}, {"servicecidrs"}
        # Each attempt is made twice, the second time with fresh credentials.
        api.faults.add(plural="pods", status=401, times=4)
        asked = options(kubeconfig(tmp_path, api.url), tmp_path / "asked.log")
        assert await asyncio.to_thread(export.run, asked, NOW) == 0
    assert rows(tmp_path / "asked.log")
