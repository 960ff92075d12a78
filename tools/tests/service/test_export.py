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
        api.forbidden.add("pods")
        asked = options(kubeconfig(tmp_path, api.url), tmp_path / "asked.log")
        with pytest.raises(FatalError, match=r"not synced after 3 s: pods: .*403"):
            await asyncio.to_thread(export.run, asked, NOW)
    assert not (tmp_path / "asked.log").exists()
