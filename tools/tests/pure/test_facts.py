"""Facts share what is equal, and problems are told once, in bounded memory."""

from k8s_sync.claims import facts, problems
from k8s_sync.claims.facts import Reader
from k8s_sync.claims.problems import Problems, ignore


def test_equal_values_are_one_object() -> None:
    read = Reader(Problems())
    first = read.labels({"b": "2", "a": "1"})
    assert first == ("a=1", "b=2")
    assert read.labels({"a": "1", "b": "2"}) is first


def test_what_is_shared_is_bounded() -> None:
    read = Reader(Problems())
    for number in range(3 * facts._SHARED):
        read.share(number)
    assert len(read._shared) <= facts._SHARED


def test_the_labels_that_are_known_are_bounded() -> None:
    read = Reader(Problems())
    for number in range(3 * facts._LABELS):
        assert read.labels({"a": str(number)}) == (f"a={number}",)
    assert len(read._labels) <= facts._LABELS


def test_a_problem_is_told_once() -> None:
    said: list[str] = []
    found = Problems(said.append)
    for _ in range(3):
        found.report("pods shop/web-1", "bad addr 'x'")
    assert said == ["pods shop/web-1: bad addr 'x'"]
    assert found.count == 1


def test_problems_beyond_a_bound_are_only_counted() -> None:
    said: list[str] = []
    found = Problems(said.append)
    for number in range(problems._REMEMBERED + 5):
        found.report("pods", str(number))
    assert len(said) == problems._REMEMBERED
    assert found.count == problems._REMEMBERED + 5


def test_problems_may_be_ignored() -> None:
    ignore("anything")
