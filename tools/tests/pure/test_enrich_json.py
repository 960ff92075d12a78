"""Rows of JSON logs get what Zeek with the plugin would have written."""

import json
from typing import Any

import pytest

from k8s_sync.enrich.columns import OPTIONAL, Columns
from k8s_sync.enrich.decorate_json import JsonDecorator
from k8s_sync.enrich.naming import Naming
from k8s_sync.enrich.setting import Setting
from k8s_sync.enrich.tally import Tally
from tests.pure import sample

ROW = (
    '{"ts":1700000000.5,"uid":"C1","id.orig_h":"10.0.0.1","id.orig_p":1,'
    '"id.resp_h":"192.0.2.1","id.resp_p":30080,"proto":"tcp"}'
)
ORIG = (
    ',"id.orig_k8s.kind":"pod","id.orig_k8s.match":"exact",'
    '"id.orig_k8s.namespace":"shop","id.orig_k8s.pod":"web-1",'
    '"id.orig_k8s.workload":"Deployment/web","id.orig_k8s.node":"node-a",'
    '"id.orig_k8s.service":"front"'
)
RESP = (
    ',"id.resp_k8s.kind":"service","id.resp_k8s.match":"exact",'
    '"id.resp_k8s.namespace":"shop","id.resp_k8s.service":"front"'
)
DONE = ROW.replace(',"proto"', ORIG + RESP + ',"proto"')


class Run:
    """Lines that were decorated."""

    def __init__(
        self,
        *lines: str,
        columns: Columns | None = None,
        name: str = "",
        naming: Naming | None = None,
    ) -> None:
        self.tally = Tally("x.log")
        setting = Setting(sample.timeline(), columns, naming)
        decorator = JsonDecorator(setting, name, self.tally)
        out = decorator.decorate([line.encode() for line in lines])
        self.lines = [line.decode() for line in out + decorator.finish()]

    @property
    def problems(self) -> list[str]:
        return list(self.tally.first.values())

    @property
    def row(self) -> dict[str, Any]:
        return dict(json.loads(self.lines[0]))


def test_keys_follow_the_id() -> None:
    run = Run(ROW)
    assert run.lines == [DONE]
    assert run.problems == []
    assert (run.tally.rows, run.tally.named) == (1, 1)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (',"proto":"tcp"}', "}"),
        (',"proto":"tcp"}', "}\r"),
        (',"proto":"tcp"}', ',"note2":"k8s.io"}'),
        (',"proto":"tcp"}', ',"x":"\\"id.resp_p\\":5,"}'),
        (',"proto":"tcp"}', ',"x":{"id.resp_p":5}}'),
        (',"proto":"tcp"}', ',"x":[1,{"y":"}"}]}'),
    ],
)
def test_text_around_stays(before: str, after: str) -> None:
    line = ROW.replace(before, after)
    run = Run(line, name="conn_http")
    done = run.lines[0]
    assert done == line.replace('"id.resp_p":30080', f'"id.resp_p":30080{ORIG}{RESP}')


def test_further_keys_of_the_id_come_first() -> None:
    line = ROW.replace(',"proto"', ',"id.ctx.vlan":7,"proto"')
    added = f'"id.ctx.vlan":7{ORIG}{RESP}'
    assert Run(line).lines == [line.replace('"id.ctx.vlan":7', added)]


def test_spaces() -> None:
    row = Run(ROW.replace(":", ": ").replace(",", ", ")).row
    assert list(row)[5:8] == ["id.resp_p", "id.orig_k8s.kind", "id.orig_k8s.match"]


@pytest.mark.parametrize(
    ("ts", "match"),
    [
        ("1699999969.9999994", "unknown"),
        ("1699999969.9999995", "early"),
        ("1700000000", "exact"),
        ("1700000000000", "exact"),
        ("1700001000000", "ended"),
        ('"2023-11-14T22:13:20.000000Z"', "exact"),
        ('"2023-11-14T22:13:19.999999Z"', "early"),
        ("1.7e9", "exact"),
    ],
)
def test_times(ts: str, match: str) -> None:
    row = Run(ROW.replace("1700000000.5", ts)).row
    assert row["id.orig_k8s.match"] == match


def test_two_names_for_one_end_say_it_once() -> None:
    row = Run('{"ts":1700000000.5,"src":"10.0.0.1","src_addr":"10.0.9.9"}').row
    assert row["src_k8s.pod"] == "web-1"


def test_unset_is_left_out() -> None:
    row = Run(ROW.replace("10.0.0.1", "1.1.1.1")).row
    assert not [key for key in row if key.startswith("id.orig_k8s")]
    row = Run(ROW.replace("10.0.0.1", "10.0.9.9")).row
    assert [key for key in row if key.startswith("id.orig_k8s")] == [
        "id.orig_k8s.match"
    ]


def test_extra_columns() -> None:
    row = Run(ROW, columns=Columns(OPTIONAL, frozenset("*"))).row
    assert row["id.orig_k8s.labels"] == ["app=web", "note=a,b", "tier=-"]
    assert row["id.orig_k8s.images"] == ["web:1"]
    assert row["id.orig_k8s.cluster"] == "c1"
    assert "id.orig_k8s.network" not in row


def test_decorated_again() -> None:
    assert Run(DONE).lines == [DONE]
    assert Run(DONE.replace("web-1", "gone")).lines == [DONE]
    assert Run(ROW, columns=Columns(("uid",))).lines != [DONE]
    more = Run(ROW, columns=Columns(("uid",))).lines[0]
    assert Run(more).lines == [DONE]


def test_decorated_but_nobody_now() -> None:
    row = Run(DONE.replace("10.0.0.1", "1.1.1.1")).row
    assert "id.orig_k8s.pod" not in row
    assert "id.resp_k8s.kind" in row


@pytest.mark.parametrize(
    ("line", "name", "service"),
    [
        ('"id.resp_p":53,"proto":"udp"', "", "dns2"),
        ('"id.resp_p":53,"_path":"http"', "", "dns"),
        ('"id.resp_p":53', "quic", "dns2"),
        ('"id.resp_p":53', "", None),
        ('"id.resp_p":30080', "", "front"),
        ('"id.resp_p":null', "", None),
    ],
)
def test_ports(line: str, name: str, service: str | None) -> None:
    row = Run(ROW.replace('"id.resp_p":30080,"proto":"tcp"', line), name=name).row
    assert row.get("id.resp_k8s.service") == service


def test_logs_without_id() -> None:
    line = '{"ts":1700000000.5,"host":"10.0.0.1","port_num":80}'
    done = line[:-1] + ORIG.replace("id.orig_k8s", "k8s") + "}"
    assert Run(line).lines == [done]
    assert Run(done).lines == [done]
    assert Run(line + "\r").lines == [done + "\r"]


def test_a_notice_about_an_address_alone_names_its_owner() -> None:
    line = '{"ts":1700000000.5,"note":"Scan::Port_Scan","src":"10.0.0.1"}'
    done = line[:-1] + ORIG + "}"
    assert Run(line).lines == [done]
    assert Run(done).lines == [done]


@pytest.mark.parametrize(
    "line",
    [
        '{"ts":1700000000.5,"host":"example.com"}',
        '{"ts":1700000000.5,"host":["10.0.0.1"]}',
        '{"ts":1700000000.5,"name":"x"}',
        '{"id.orig_h":"10.0.0.1","id.resp_p":1}',
        '{"ts":null,"id.orig_h":"10.0.0.1","id.resp_p":1}',
        "{}",
        "",
        "  ",
    ],
)
def test_nothing_to_say(line: str) -> None:
    run = Run(line)
    assert run.lines == [line]
    assert run.problems == []


@pytest.mark.parametrize(
    ("line", "kind", "reason"),
    [
        ('{"ts":1700000000.5,', "json", "bad json"),
        ("hello", "json", "bad json"),
        ("[1]", "json", "bad json"),
        (ROW.replace('"10.0.0.1"', "5"), "json", "bad json"),
        (ROW.replace("1700000000.5", '"soon"'), "time", "bad time 'soon'"),
        (ROW.replace("1700000000.5", "[]"), "time", "bad time '[]'"),
    ],
)
def test_bad_lines_stay(line: str, kind: str, reason: str) -> None:
    run = Run(DONE, line, line)
    assert run.lines == [DONE, line, line]
    assert run.tally.problems == {kind: 2}
    assert len(run.problems) == 1
    assert run.problems[0].startswith(f"x.log:2: {reason}")


def test_bad_address() -> None:
    run = Run(ROW.replace("10.0.0.1", "10.0.0.300"))
    assert "id.orig_k8s.kind" not in run.row
    assert "id.resp_k8s.kind" in run.row
    assert run.problems == ["x.log:1: bad addr '10.0.0.300'"]


def test_one_end_only() -> None:
    line = '{"ts":1700000000.5,"id.orig_h":"10.0.0.1","id.orig_p":1}'
    assert Run(line).lines == [line[:-1] + ORIG + "}"]


def test_what_is_not_so_any_more_is_taken_out() -> None:
    strangers = {"10.0.0.1": "1.1.1.1", "192.0.2.1": "1.1.1.2"}
    line, done = ROW, DONE
    for ours, theirs in strangers.items():
        line, done = line.replace(ours, theirs), done.replace(ours, theirs)
    assert Run(done).lines == [line]
