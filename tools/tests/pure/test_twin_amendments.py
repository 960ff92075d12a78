"""Lines that later rows prove wrong are found, once each."""

from k8s_sync import address
from k8s_sync.model import SECOND
from tests.pure.twin_amendments import Amendment
from tests.pure.watched import Both, T, claim


def test_nobody_then_somebody(both: Both) -> None:
    both.write(side="resp")
    assert both.later() == []
    both.tell(claim())
    assert both.later() == [Amendment("C1", "resp", T, T, None, "exact", "a")]
    assert both.amendments.counts() == (1, 1, 0)


def test_another_owner(both: Both) -> None:
    both.tell(claim("a"))
    both.write()
    both.tell(claim("b", 950))
    assert both.told() == [("C1", "exact", "exact", "b")]


def test_early_that_was_not(both: Both) -> None:
    both.tell(claim(start=1010))
    both.write()
    both.tell(claim(start=1005, revision=2))
    assert both.told() == []
    both.tell(claim(start=990, revision=3))
    assert both.told() == [("C1", "early", "exact", "a")]


def test_a_uid_is_amended_once_for_each_side(both: Both) -> None:
    for side in ("orig", "resp", "orig"):
        both.write(side=side)
    both.tell(claim())
    assert {found.side for found in both.later()} == {"orig", "resp"}
    both.write()
    both.tell(claim("b", 950))
    assert both.told() == []


def test_the_first_line_of_a_uid_counts(both: Both) -> None:
    both.write()
    both.tell(claim())
    both.write()
    assert both.told() == [("C1", None, "exact", "a")]


def test_the_end_of_the_same_owner_and_new_labels_are_no_amendment(both: Both) -> None:
    both.tell(claim())
    both.write()
    both.tell(claim(revision=2, end=950 * SECOND, ended="finished"))
    assert both.told() == []
    both.tell(claim(revision=3, end=990 * SECOND, ended="changed"))
    both.tell(claim(revision=4, version=1))
    assert both.told() == []
    assert both.told(601) == []


def test_what_was_exact_had_ended_before(both: Both) -> None:
    both.tell(claim())
    both.write()
    both.tell(claim(revision=2, end=950 * SECOND, ended="finished"))
    assert both.told(600) == []
    assert both.told() == [("C1", "exact", "ended", "a")]


def test_who_is_early_may_be_overtaken_by_who_it_was(both: Both) -> None:
    both.tell(claim("a"))
    both.write()
    both.tell(claim("c", 1020), claim("a", revision=2, end=950 * SECOND))
    assert both.told() == []
    both.tell(claim("b", 960, end=1010 * SECOND, ended="finished"))
    assert both.told() == [("C1", "exact", "exact", "b")]


def test_who_is_early_is_told_in_the_end(both: Both) -> None:
    both.tell(claim("a"))
    both.write()
    both.tell(claim("c", 1002), claim("a", revision=2, end=950 * SECOND))
    assert both.told(601) == [("C1", "exact", "early", "c")]


def test_an_ambiguity_that_stays(both: Both) -> None:
    both.tell(claim("b"))
    both.write()
    both.tell(claim("a"))
    assert both.told(600) == []
    assert both.told(1) == [("C1", "exact", "ambiguous", "b")]
    assert both.amendments.counts() == (0, 1, 0)


def test_an_ambiguity_that_passes(both: Both) -> None:
    both.tell(claim("b"))
    both.write()
    both.tell(claim("a"))
    assert both.told() == []
    both.tell(claim("a", start=800, revision=2))
    assert both.told(601) == []


def test_nobody_any_more(both: Both) -> None:
    both.tell(claim("b"))
    both.write()
    both.tell(claim("b", cluster="c2"), claim("a", cluster="c2", start=950))
    assert both.told(600) == []
    assert both.told() == [("C1", "exact", "ambiguous", None)]


def test_after_ten_minutes_nothing_is_amended(both: Both) -> None:
    both.write()
    assert both.told(600) == []
    assert both.amendments.counts().size == 1
    assert both.told(1) == []
    both.tell(claim())
    assert both.told(1) == []
    assert both.amendments.counts() == (0, 0, 0)


def test_what_was_heard_in_time_is_told_although_the_line_has_to_go(both: Both) -> None:
    both.write()
    both.tell(claim())
    assert both.told(700) == [("C1", None, "exact", "a")]


def test_the_question_is_the_one_that_the_line_asked(both: Both) -> None:
    both.write("port", port=80, proto="tcp")
    both.write("udp", port=80, proto="udp")
    both.write("c2", cluster="c2")
    both.write("before", time=800 * SECOND)
    both.write("beside", address=address.pack("10.0.0.2"))
    both.tell(claim(port=80, proto="tcp"))
    assert both.told() == [("port", None, "exact", "a")]
    both.tell(claim("b", cluster="c2", port=80, proto="tcp"), claim("c", cluster="c2"))
    assert sorted(both.told()) == [
        ("c2", None, "exact", "c"),
        ("udp", None, "exact", "c"),
    ]


def test_a_sweep_may_amend(both: Both) -> None:
    both.tell(claim("b", 950), claim("a"))
    both.write()
    both.twin.set_generation("c1", 7)
    both.tell(claim("a"))
    both.twin.sweep("c1", 7, 960 * SECOND)
    assert both.told() == []
    assert both.told(601) == [("C1", "exact", "ambiguous", "a")]


def test_ranges_name_nobody(both: Both) -> None:
    both.write()
    both.twin.load("#fields\tcluster\tsubnet\trevision\tkind\nc1\t10.0.0.0/8\t1\tpod\n")
    assert both.told() == both.told(601) == []


def test_another_cluster_has_no_say(both: Both) -> None:
    both.tell(claim("a"))
    both.write(cluster="c2")
    both.tell(claim("b", cluster="c2"))
    assert both.told() == [("C1", None, "exact", "b")]
