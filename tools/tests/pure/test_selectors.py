"""What selects a pod is remembered, and is never another answer than the rule's."""

from hypothesis import example, given
from hypothesis import strategies as st

from k8s_sync.claims import selectors
from k8s_sync.claims.selectors import Labels, Selectors, selects
from tests.pure.kubernetes import endpoint_slice, live, pod, service, target, told

LABELS = st.sets(st.sampled_from("abcd")).map(lambda found: tuple(sorted(found)))
NAMESPACES = st.sampled_from(["x", "y"])
STEPS = st.tuples(
    st.sampled_from(["put", "remove", "ask"]),
    st.sampled_from("123"),
    NAMESPACES,
    LABELS,
)


@given(st.lists(STEPS, max_size=40), st.integers(1, 3))
@example([(what, "1", "x", ("a",)) for what in ("put", "ask", "remove", "ask")], 1)
@example([(what, "1", "x", ("a",)) for what in ("ask", "put", "ask")], 1)
def test_remembered_answers_are_those_of_the_rule(
    steps: list[tuple[str, str, str, Labels]], limit: int
) -> None:
    before, selectors._REMEMBERED = selectors._REMEMBERED, limit
    asked, there = Selectors(), dict[tuple[str, str], Labels]()
    try:
        for what, uid, namespace, labels in steps:
            if what == "ask":
                rule = {
                    one
                    for (space, one), selector in there.items()
                    if space == namespace and selects(selector, labels)
                }
                assert set(asked.services(namespace, labels)) == rule
                continue
            if (namespace, uid) in there:
                asked.remove(namespace, uid, there.pop((namespace, uid)))
            if what == "put":
                there[namespace, uid] = labels
                asked.add(namespace, uid, labels, uid)
    finally:
        selectors._REMEMBERED = before
    assert len(asked._found) <= limit


def test_the_newest_service_of_a_name_says_whether_slices_count() -> None:
    """The old one, without a selector, is not yet gone."""
    selecting = {"selector": {"app": "other"}}
    newer = service(
        "web", uid="s2", creationTimestamp="2026-11-02T11:00:00Z", spec=selecting
    )
    made = endpoint_slice("a", "web", target("web-1", "10.0.0.5"))
    steps = [
        ("services", service("web", uid="s1")),
        ("pods", pod("web-1", "10.0.0.5")),
        ("endpointslices", made),
    ]
    (only,) = live(told(*steps))
    assert only.owner.service == "web"
    (only,) = live(told(*steps, ("services", newer)))
    assert only.owner.service == ""
