"""Each detection is tried: what it tells of, what not, and ways around it."""

import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from k8s_btest.scenario import Scenario, read

TOP = Path(__file__).parents[3]
SCRIPTS = TOP / "scripts" / "detect"
SCENARIOS = TOP / "testing" / "scenarios" / "detect"
DETECTIONS = re.findall(r"@load \./(\w+)", (SCRIPTS / "__load__.zeek").read_text())
_SEVERITIES = re.compile(r"redef K8s::severities \+= \{(.*?)\};", re.DOTALL)


@cache
def scenarios(detection: str) -> dict[str, Scenario]:
    """Reads the scenarios of a detection."""
    return {
        path.stem: read(path.read_text(), path.name)
        for path in sorted((SCENARIOS / detection).glob("*.yaml"))
    }


def notices(detection: str) -> set[str]:
    """Names the notices of a detection: those to which it gives a severity."""
    source = (SCRIPTS / f"{detection}.zeek").read_text()
    module = re.search(r"^module (\w+);", source, re.MULTILINE)
    told = _SEVERITIES.search(source)
    assert module
    assert told
    return {f"{module[1]}::{name}" for name in re.findall(r"\[(\w+)\]", told[1])}


def test_there_are_thirteen() -> None:
    """And none has scenarios but is not loaded."""
    assert len(DETECTIONS) == 13
    assert {path.name for path in SCENARIOS.iterdir()} == set(DETECTIONS)


@pytest.mark.parametrize("detection", DETECTIONS)
def test_a_detection_is_tried_from_all_sides(detection: str) -> None:
    """Two positive scenarios, one of them of a capture; three negative; an evasion."""
    found = scenarios(detection)
    assert {one.detection for one in found.values()} == {detection}
    kinds = Counter(one.kind for one in found.values())
    assert kinds["positive"] >= 2
    assert kinds["negative"] >= 3
    assert kinds["evasion"] >= 1
    assert any(
        item.capture
        for one in found.values()
        if one.kind == "positive"
        for item in one.traffic
    )


@pytest.mark.parametrize("detection", DETECTIONS)
def test_each_notice_is_told_in_some_scenario(detection: str) -> None:
    """What nothing has ever raised may not work."""
    told = {
        notice.note
        for one in scenarios(detection).values()
        for notice in one.expect.notices
        if notice.count != 0
    }
    assert notices(detection)
    assert notices(detection) <= told


@pytest.mark.parametrize("detection", DETECTIONS)
def test_an_evasion_that_is_not_caught_is_in_the_reference(detection: str) -> None:
    """Whoever reads it knows what is not seen."""
    reference = (SCRIPTS / "README.md").read_text()
    section = reference.split(f"\n## {detection}\n")[1].split("\n## ")[0]
    _, _, missed = section.partition("**Evasions that are not caught:**")
    for one in scenarios(detection).values():
        if one.caught is False:
            assert one.title in missed
