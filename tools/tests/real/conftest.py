"""Starts a control plane for all tests of this folder, or skips them."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

import envtest
from fakes.zeek import FakeZeek
from tests.real.api_server import ApiServer
from tests.real.cluster import Cluster
from tests.real.control_plane import ControlPlane
from tests.real.stage import Stage


@pytest.fixture(scope="session")
def plane(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ControlPlane]:
    if note := envtest.lacking():
        pytest.skip(note)
    plane = ControlPlane(envtest.find(), tmp_path_factory.mktemp("control-plane"))
    try:
        plane.start()
        Cluster(plane.api).node("n1", "192.0.2.1", "zone-a")
        yield plane
    finally:
        plane.stop()


@pytest.fixture(scope="session")
def old_api(plane: ControlPlane) -> Iterator[ApiServer]:
    """One more API server of the same cluster, which knows no initial events."""
    api = plane.another("--feature-gates=WatchList=false")
    try:
        api.start()
        yield api
    finally:
        api.stop()


@pytest.fixture
async def stage(plane: ControlPlane, tmp_path: Path) -> AsyncIterator[Stage]:
    async with FakeZeek() as zeek:
        yield Stage(plane, Cluster(plane.api), zeek, tmp_path)
