"""What the README shows of what was measured."""

from readme.markdown import TOP, code, table

_VERDICTS = TOP / "testing/Baseline/tests.scenarios.verdicts/verdicts.cut"


def verdicts() -> str:
    """A row of conn.log for each match and each kind."""
    head = ("id.resp_h", "id.resp_p", "kind", "match", "namespace", "pod", "workload")
    rows = [
        [code(cell) if cell != "-" else "" for cell in line.split("\t")]
        for line in _VERDICTS.read_text().splitlines()
        if not line.startswith("#")
    ]
    return table((*head, "node", "service"), rows)
