"""The daemon's own messages: one line each."""

import logging
from collections.abc import Iterator
from typing import Literal

import pytest

from k8s_sync.daemon import log


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    yield
    root.handlers = handlers
    root.setLevel(level)


@pytest.mark.parametrize(
    ("form", "wanted"),
    [
        ("text", r"WARNING pods shop/web: bad addr 'x ERROR stop\x1b[2J'"),
        ("json", r"pods shop/web: bad addr 'x\nERROR stop\u001b[2J'"),
    ],
)
def test_what_people_write_makes_no_lines_of_its_own(
    capsys: pytest.CaptureFixture[str], form: Literal["text", "json"], wanted: str
) -> None:
    """Such as an address in an annotation."""
    log.configure("info", form)
    place, reason = "pods shop/web", "bad addr 'x\nERROR stop\x1b[2J'"
    logging.getLogger("k8s_sync").warning("%s: %s", place, reason)
    (line,) = capsys.readouterr().err.splitlines()
    assert wanted in line


def test_what_nobody_expected_is_told_with_its_lines(
    capsys: pytest.CaptureFixture[str],
) -> None:
    log.configure("info", "text")
    try:
        _ = 1 // 0
    except ZeroDivisionError:
        logging.getLogger("k8s_sync").exception("oh")
    lines = capsys.readouterr().err.splitlines()
    assert lines[0].endswith("ERROR   oh")
    assert lines[-1].startswith("ZeroDivisionError")
