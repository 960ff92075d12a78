"""What tests between fake servers share."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from fakes.api_server import FakeApiServer
from tests.service.stage import Stage


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with FakeApiServer() as api:
        yield Stage(tmp_path, api)
