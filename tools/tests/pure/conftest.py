"""What tests of the pure layer begin with."""

import pytest

from k8s_sync.claims.inventory import Inventory


@pytest.fixture
def inventory() -> Inventory:
    return Inventory("demo")
