"""What tests of the pure layer begin with."""

from collections.abc import Iterator

import pytest

from k8s_sync.claims.inventory import Inventory
from tests.pure.twin import Twin
from tests.pure.watched import Both, watched


@pytest.fixture
def inventory() -> Inventory:
    return Inventory("demo")


@pytest.fixture
def both() -> Iterator[Both]:
    with watched() as made:
        yield made


@pytest.fixture
def twin() -> Iterator[Twin]:
    with Twin() as made:
        yield made
