"""What proves that each trap's tests fail without its rules finds all these rules."""

import runpy
from pathlib import Path

TOP = Path(__file__).resolve().parents[3]


def test_each_rule_is_where_it_is_taken_out() -> None:
    """Else `mutate-traps.py` would prove nothing about it."""
    script = runpy.run_path(str(TOP / "testing" / "Scripts" / "mutate-traps.py"))
    lost = [
        (one.trap, one.rule)
        for one in script["RULES"]
        if (TOP / "tools/k8s_sync" / f"{one.module}.py").read_text().count(one.rule)
        != 1
    ]
    assert not lost
