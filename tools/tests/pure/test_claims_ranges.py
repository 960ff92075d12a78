"""The blocks that services get their addresses from, as ServiceCIDRs tell them."""

import pytest

from k8s_sync.claims.inventory import Inventory
from k8s_sync.model import Range
from tests.pure.kubernetes import NOW, ranges, service_cidr

BOTH = "10.96.0.0/16", "fd00:96::/112"


def test_a_service_cidr_is_a_range(inventory: Inventory) -> None:
    made = service_cidr("kubernetes", *BOTH)
    rows = inventory.apply("servicecidrs", made, NOW)
    assert [row.kind for row in rows if isinstance(row, Range)] == ["service"] * 2
    assert ranges(inventory) == [*BOTH]
    assert inventory.apply("servicecidrs", made, NOW) == []


def test_it_is_withdrawn_when_nobody_names_it(inventory: Inventory) -> None:
    """Two may overlap, and one may be made anew beside the old one."""
    inventory.apply("servicecidrs", service_cidr("old", *BOTH), NOW)
    inventory.apply("servicecidrs", service_cidr("new", BOTH[0]), NOW)
    (gone,) = inventory.delete("servicecidrs", "uid-old", NOW)
    assert isinstance(gone, Range)
    assert (str(gone.subnet), gone.end) == (BOTH[1], NOW)
    assert ranges(inventory) == [BOTH[0]]
    (gone,) = inventory.delete("servicecidrs", "uid-new", NOW)
    assert gone.end == NOW
    assert ranges(inventory) == []


def test_a_block_that_is_none_is_told() -> None:
    said: list[str] = []
    inventory = Inventory("demo", problem=said.append)
    made = service_cidr("bad", "10.96.0.0/99", BOTH[0])
    inventory.apply("servicecidrs", made, NOW)
    assert ranges(inventory) == [BOTH[0]]
    assert said == ["servicecidrs bad: bad subnet '10.96.0.0/99'"]


@pytest.mark.parametrize("kind", ["endpointslices", "servicecidrs"])
def test_what_was_never_there_can_be_gone(inventory: Inventory, kind: str) -> None:
    assert inventory.delete(kind, "uid-x", NOW) == []
