"""What names an object, and what does not."""

import pytest

from k8s_sync import selector
from k8s_sync.selector import Selector


@pytest.mark.parametrize(
    "text", ["", " web", "a/b/c/d", "shop//web", "10.0.0.1/8", "a.b/web", "a/b/web"]
)
def test_what_names_nothing(text: str) -> None:
    with pytest.raises(ValueError, match="names nothing|is no (namespace|kind)"):
        selector.parse(text)


def test_what_names_something() -> None:
    assert selector.parse("shop/web-1") == Selector("pod", "web-1", "shop")
    assert selector.parse("Node/cafe") == Selector("node", "cafe")
