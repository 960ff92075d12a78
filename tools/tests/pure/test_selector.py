"""What names an object, and what does not."""

import pytest

from k8s_sync import selector
from k8s_sync.model import Owner
from k8s_sync.selector import Selector

WEB = Owner(
    kind="pod", uid="u1", namespace="shop", pod="web-1", workload="Deployment/web"
)
FRONT = Owner(kind="service", uid="u2", namespace="shop", service="front")
CAFE = Owner(kind="node", uid="u3", node="cafe")


@pytest.mark.parametrize(
    "text", ["", " web", "a/b/c/d", "shop//web", "10.0.0.1/8", "a.b/web", "a/b/web"]
)
def test_what_names_nothing(text: str) -> None:
    with pytest.raises(ValueError, match=r"names nothing|is no (namespace|kind)"):
        selector.parse(text)


def test_what_names_something() -> None:
    assert selector.parse("shop/web-1") == Selector("pod", "web-1", "shop")
    assert selector.parse("Node/cafe") == Selector("node", "cafe")


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (Selector("pod", "web-1", "shop"), WEB),
        (Selector("workload", "Deployment/web"), WEB),
        (Selector("service", "front", "shop"), FRONT),
        (Selector("node", "cafe"), CAFE),
        (Selector("uid", "u2"), FRONT),
        (Selector("service", "front", "other"), None),
    ],
)
def test_whom_it_means(wanted: Selector, found: Owner | None) -> None:
    meant = [owner for owner in (WEB, FRONT, CAFE) if wanted.matches(owner)]
    assert meant == ([found] if found else [])
