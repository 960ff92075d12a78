"""Logs are judged by what a scenario says, and a message tells what to look at."""

import pytest

from k8s_btest import zeek_code
from k8s_btest.ends import Ends
from k8s_btest.errors import ScenarioError
from k8s_btest.scenario import Option, Value, read
from k8s_btest.verdict import Expected, Logs, Wanted, expected, judge, matches
from k8s_btest.world import build
from tests.pure.btest_scenarios import CLUSTER

LOGS: Logs = {
    "conn": [
        {"id.resp_p": 80, "proto": "tcp", "tags": ["a", "b"], "local": True},
        {"id.resp_p": 53, "proto": "udp"},
    ],
    "notice": [{"note": "Scan::Port", "msg": "it scans"}],
    "reporter": [{"level": "Reporter::WARNING", "message": "odd"}],
}


@pytest.mark.parametrize(
    ("want", "there", "is_so"),
    [
        ("tcp", "tcp", True),
        ("tcp", "udp", False),
        (80, 80, True),
        ("80", 80, True),
        (80, 80.0, True),
        (True, True, True),
        ("T", True, True),
        (None, None, True),
        (None, "x", False),
        ("x", None, False),
        ("*", "", True),
        ("*", None, False),
        ("~^t.p$", "tcp", True),
        ("~x", "tcp", False),
        ("~b", ["a", "b"], True),
        (["b", "a"], ["a", "b"], True),
        (["a"], ["a", "b"], False),
        ("a", ["a"], True),
        (["a"], "a", False),
    ],
)
def test_what_a_column_has_to_be(want: Value, there: object, *, is_so: bool) -> None:
    """Equal, found, set, unset, or the same set."""
    assert matches(want, there) == is_so


def _judge(**wanted: object) -> list[str]:
    return judge(Expected(title="x", complaints=("odd",), **wanted), LOGS)  # type: ignore[arg-type]


def test_lines_are_counted() -> None:
    """At least one, or exactly so many, or none."""
    tcp = Wanted(log="conn", columns={"proto": "tcp"})
    assert _judge(wanted=(tcp,)) == []
    (said,) = _judge(wanted=(Wanted(log="conn", columns={"proto": "tcp"}, count=2),))
    assert said == "conn.log: 1 lines of 2, expected 2, with proto=tcp"
    (said,) = _judge(wanted=(Wanted(log="conn", columns={"proto": "tcp"}, count=0),))
    assert said == "conn.log: 1 lines with proto=tcp"
    (said,) = _judge(wanted=(Wanted(log="dns", columns={"query": "a"}),))
    assert said == "dns.log: there is none; expected query=a"
    assert _judge(wanted=(Wanted(log="dns", columns={}, count=0),)) == []


def test_the_nearest_line_is_shown() -> None:
    """With what is different about it."""
    wanted = Wanted(log="conn", columns={"proto": "udp", "id.resp_p": 54})
    (said,) = _judge(wanted=(wanted,))
    assert said.endswith("with proto=udp, id.resp_p=54; the nearest has id.resp_p=53")


def test_notices_that_must_not_be() -> None:
    """By name or pattern."""
    (said,) = _judge(unwanted_notices=("Scan::*",))
    assert said == "notice.log: Scan::Port must not come out: it scans"
    assert _judge(unwanted_notices=("Other::*",)) == []


def test_zeek_may_not_complain() -> None:
    """Unless it was to be expected."""
    (said,) = judge(Expected(title="x"), LOGS)
    assert said == "reporter.log: Reporter::WARNING: odd"


def _expected(more: str) -> Expected:
    head = CLUSTER.partition("expect:")[0]
    scenario = read(
        f"{head}\ntraffic: [{{from: web, to: db, icmp: {{}}}}]\n{more}", "x.yaml"
    )
    return expected(scenario, Ends(build(scenario.cluster, scenario.started).places))


def test_ends_become_columns() -> None:
    """A name stands for what the columns of that object are."""
    made = _expected(
        "expect: {notices: [{note: A::B, from: web, to: node/node-1}],"
        " no_rows: [{log: http, to: {workload: '*'}, columns: {uri: /}}]}"
    )
    assert made.wanted[0].columns == {
        "note": "A::B",
        "id.orig_k8s.kind": "pod",
        "id.orig_k8s.namespace": "shop",
        "id.orig_k8s.pod": "web",
        "id.resp_k8s.kind": "node",
        "id.resp_k8s.node": "node-1",
    }
    assert made.wanted[0].count == 1
    assert made.wanted[1].columns == {"uri": "/", "id.resp_k8s.workload": "*"}
    assert made.wanted[1].count == 0


def test_an_address_has_no_columns() -> None:
    """It has to be written as one."""
    with pytest.raises(ScenarioError, match="is an address"):
        _expected("expect: {rows: [{log: conn, from: 10.0.0.1}]}")


@pytest.mark.parametrize(
    ("more", "unwanted"),
    [
        ("kind: negative\ndetection: x\nexpect: {}", ("*",)),
        ("kind: negative\ndetection: x\nexpect: {no_notices: [A::*]}", ("A::*",)),
        ("kind: evasion\ncaught: false\ndetection: x\nexpect: {}", ("*",)),
        (
            "kind: evasion\ncaught: true\ndetection: x\nexpect: {notices: [{note: A}]}",
            (),
        ),
        ("expect: {rows: [{log: conn}]}", ()),
    ],
)
def test_what_must_not_come_out(more: str, unwanted: tuple[str, ...]) -> None:
    """Nothing at all, where a scenario is about nothing happening."""
    assert _expected(more).unwanted_notices == unwanted


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (True, "T"),
        (5, "5"),
        (0.5, "0.5"),
        ("10sec", "10sec"),
        ("1.5 min", "1.5 min"),
        ("/a|b/i", "/a|b/i"),
        ("80/tcp", "80/tcp"),
        ("10.0.0.1", "10.0.0.1"),
        ("fd00::1", "[fd00::1]"),
        ("10.0.0.0/8", "10.0.0.0/8"),
        ("fd00::/8", "[fd00::]/8"),
        ("Notice::ACTION_LOG", "Notice::ACTION_LOG"),
        ("ten seconds", '"ten seconds"'),
        ('a"b\\c\n', r'"a\x22b\x5cc\x0a"'),
        ({"string": "10sec"}, '"10sec"'),
        ({"zeek": "set(1)"}, "set(1)"),
        (["a", "80/tcp"], 'set("a", 80/tcp)'),
    ],
)
def test_options_as_zeek_writes_them(value: Option, code: str) -> None:
    """What looks like a type of Zeek's is one; the rest is text."""
    assert zeek_code.literal(value) == code


def test_options_are_set_or_added_to() -> None:
    """And a name is a name."""
    assert zeek_code.redefs({"A::b": ["x"], "A::c +": [1]}) == [
        'redef A::b = {"x"};',
        "redef A::c += {1};",
    ]
    with pytest.raises(ScenarioError, match="write Module::option"):
        zeek_code.redefs({"a b": 1})
