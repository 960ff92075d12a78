"""Both timelines give the answers of ``testing/vectors``, in any order of rows."""

import pytest

from k8s_sync.timeline import Timeline
from tests.pure.twin import Twin
from tests.pure.vectors import Case, cases

CASES = list(cases())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
@pytest.mark.parametrize("reverse", [False, True], ids=["forward", "backward"])
@pytest.mark.parametrize("kind", [Timeline, Twin], ids=["python", "cpp"])
def test_vector(kind: type[Timeline | Twin], case: Case, *, reverse: bool) -> None:
    timeline = kind()
    for row in reversed(case.rows) if reverse else case.rows:
        timeline.apply(row)
    for question in case.questions:
        answer = timeline.owner(
            question.address,
            question.at,
            question.port,
            question.proto,
            cluster=question.cluster,
            network=question.network,
        )
        uid = answer.owner.uid if answer.owner else None
        assert (answer.match, uid) == (question.match, question.uid), question
        if question.version is not None:
            assert answer.claim is not None
            assert answer.claim.version == question.version, question
