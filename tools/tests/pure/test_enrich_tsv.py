"""Rows of TSV logs get what Zeek with the plugin would have written."""

import pytest

from k8s_sync.enrich.columns import DEFAULT, OPTIONAL, Columns
from tests.pure.tsv_logs import CONN, HTTP, NONE, UNKNOWN, WEB, Run, conn, log


def owned(text: str, prefix: str = "id.orig_k8s") -> list[str]:
    return Run(text).side(prefix)


def test_columns_follow_the_id() -> None:
    run = Run(log("conn", CONN, conn("1700000000.000000", "10.0.0.1 1", "1.1.1.1 80")))
    orig = [f"id.orig_k8s.{name}" for name in DEFAULT]
    resp = [f"id.resp_k8s.{name}" for name in DEFAULT]
    names = list(CONN)
    assert run.header() == [*names[:6], *orig, *resp, *names[6:]]
    types = list(CONN.values())
    assert run.header("#types") == [*types[:6], *["string"] * 14, *types[6:]]
    cells = ["1700000000.000000", "C1", "10.0.0.1", "1", "1.1.1.1", "80"]
    assert run.lines[8].split("\t") == [*cells, *WEB, *NONE, "tcp", "Sh"]
    assert run.problems == []
    assert (run.tally.rows, run.tally.named) == (1, 1)


def test_columns_follow_further_columns_of_the_id() -> None:
    fields = dict(list(CONN.items())[:6]) | {"id.ctx.vlan": "int", "proto": "enum"}
    run = Run(log("conn", fields, "1700000000.0 C1 10.0.0.1 1 1.1.1.1 80 7 tcp"))
    assert run.header().index("id.orig_k8s.kind") == 7
    assert run.side("id.orig_k8s") == WEB
    assert run.rows()[0]["id.ctx.vlan"] == "7"


@pytest.mark.parametrize(
    ("ts", "pod", "match"),
    [
        ("1699999969.999999", "-", "unknown"),
        ("1699999970.000000", "web-1", "early"),
        ("1700000000.000000", "web-1", "exact"),
        ("1700000999.999999", "web-1", "exact"),
        ("1700001000.000000", "web-1", "ended"),
        ("1700001119.999999", "web-1", "ended"),
        ("1700001120.000000", "-", "unknown"),
        ("1700002000.000000", "web-2", "exact"),
    ],
)
def test_the_time_of_the_row_decides(ts: str, pod: str, match: str) -> None:
    run = Run(log("conn", CONN, conn(ts, "10.0.0.1 1", "1.1.1.1 80")))
    row = run.rows()[0]
    assert (row["id.orig_k8s.pod"], row["id.orig_k8s.match"]) == (pod, match)


@pytest.mark.parametrize(
    ("path", "fields", "resp", "service"),
    [
        ("conn", CONN, "30080 tcp h", "front"),
        ("conn", CONN, "30080 udp h", "-"),
        ("conn", CONN, "53 tcp h", "dns"),
        ("conn", CONN, "53 udp h", "dns2"),
        ("conn", CONN, "53 icmp h", "-"),
        ("http", HTTP, "30080 h", "front"),
        ("quic", HTTP, "30080 h", "-"),
        ("weird", HTTP, "30080 h", "front"),
        ("weird", HTTP, "53 h", "-"),
    ],
)
def test_ports(path: str, fields: dict[str, str], resp: str, service: str) -> None:
    text = log(path, fields, f"1700000000.0 C1 1.1.1.1 9 192.0.2.1 {resp}")
    assert Run(text).rows()[0]["id.resp_k8s.service"] == service


def test_name_of_the_file_tells_the_log_where_no_header_does() -> None:
    text = log("quic", HTTP, "1700000000.0 C1 1.1.1.1 9 192.0.2.1 53 h")
    text = text.replace("#path\tquic\n", "")
    service = Run(text, name="quic").rows()[0]["id.resp_k8s.service"]
    assert service == "dns2"


def test_ipv6_and_ranges() -> None:
    text = log("conn", CONN, conn("1700000000.0", "fd00:0::1 1", "10.0.9.9 80"))
    assert owned(text) == WEB
    assert owned(text, "id.resp_k8s") == UNKNOWN


@pytest.mark.parametrize(
    ("column", "prefix"),
    [
        ("host", "k8s"),
        ("src", "src_k8s"),
        ("dst", "dst_k8s"),
        ("src_addr", "src_k8s"),
        ("client_addr", "client_k8s"),
        ("assigned_addr", "assigned_k8s"),
    ],
)
def test_logs_without_id(column: str, prefix: str) -> None:
    fields = {"ts": "time", column: "addr", "name": "string"}
    run = Run(log("x", fields, "1700000000.0 10.0.0.1 n"))
    assert run.header() == [*fields, *(f"{prefix}.{name}" for name in DEFAULT)]
    assert run.lines[8].split("\t")[3:] == WEB


def test_several_addresses_are_added_in_one_order() -> None:
    fields = {"ts": "time", "server_addr": "addr", "client_addr": "addr"}
    run = Run(log("dhcp", fields, "1700000000.0 10.0.0.1 10.0.9.9"))
    assert run.header()[3] == "client_k8s.kind"
    assert run.side("client_k8s") == UNKNOWN
    assert run.side("server_k8s") == WEB


@pytest.mark.parametrize(
    "fields",
    [
        {"ts": "time", "host": "string"},
        {"ts": "time", "name": "string"},
        {"host": "addr", "name": "string"},
    ],
)
def test_logs_without_time_and_address_stay(fields: dict[str, str]) -> None:
    text = log("x", fields, "1700000000.0 10.0.0.1")
    assert Run(text).text == text


def test_http_host_is_no_address() -> None:
    run = Run(log("http", HTTP, "1700000000.0 C1 10.0.0.1 9 1.1.1.1 80 10.0.0.1"))
    assert not any(name.startswith("k8s.") for name in run.header())


def test_a_notice_about_addresses_alone_names_their_owners() -> None:
    fields = {**CONN, "src": "addr", "dst": "addr"}
    run = Run(log("notice", fields, "1700000000.0 - - - - - - - 10.0.0.1 1.1.1.1"))
    assert run.side("id.orig_k8s") != NONE
    assert run.side("id.resp_k8s") == NONE
    assert not any(name.startswith("src_k8s") for name in run.header())
    assert run.problems == []


def test_extra_columns() -> None:
    columns = Columns(OPTIONAL, frozenset(("app", "note", "tier")))
    text = log("conn", CONN, conn("1700000000.0", "10.0.0.1 1", "10.0.9.9 80"))
    run = Run(text, columns)
    row = run.rows()[0]
    got = [row[f"id.orig_k8s.{name}"] for name in OPTIONAL]
    labels = "app=web,note=a\\x2cb,tier=-"
    assert got == ["c1", "u-web-1", "shop-sa", labels, "web:1", "z1", "-"]
    assert {row[f"id.resp_k8s.{name}"] for name in OPTIONAL} == {"-"}
    types = dict(zip(run.header(), run.header("#types"), strict=True))
    assert types["id.orig_k8s.labels"] == types["id.resp_k8s.images"] == "set[string]"
    assert types["id.orig_k8s.zone"] == "string"


def test_labels_are_chosen_and_cut() -> None:
    columns = Columns(("labels",), frozenset(("app",)))
    assert columns._labels(("app=" + "ä" * 200, "b=1")) == ("app=" + "ä" * 126,)
    assert Columns(("labels",), frozenset("*"))._labels(("a=1", "b=2")) == (
        "a=1",
        "b=2",
    )


@pytest.mark.parametrize("columns", [Columns(), Columns(("cluster", "zone"))])
def test_decorated_again(columns: Columns) -> None:
    text = log("conn", CONN, conn("1700000000.0", "10.0.0.1 1", "10.0.9.9 80"))
    once = Run(text, columns).text
    assert Run(once, columns).text == once
    assert Run(once, Columns()).text == Run(text).text
    stale = once.replace("web-1", "gone")
    assert Run(stale, columns).text == once


def test_decorated_again_stays_in_place() -> None:
    fields = {"ts": "time", "host": "addr"}
    text = Run(log("x", fields, "1700000000.0 10.0.0.1")).text
    lines = text.split("\n")
    lines[6] += "\tlater"
    lines[7] += "\tstring"
    lines[8] += "\tvalue"
    assert Run("\n".join(lines)).text == "\n".join(lines)


def test_several_headers() -> None:
    first = log("conn", CONN, conn("1700000000.0", "10.0.0.1 1", "1.1.1.1 30080"))
    second = log("x", {"ts": "time", "host": "addr"}, "1700000000.0 10.0.0.1")
    close = "#close\t2023-11-14-23-00-00\n"
    both = Run(first + close + second + close)
    assert both.text == Run(first + close).text + Run(second + close).text
    assert both.problems == []


def test_other_separators() -> None:
    text = (
        "#separator |\n#set_separator|;\n#empty_field|E\n#unset_field|U\n#path|conn\n"
        "#fields|ts|id.orig_h|id.orig_p|id.resp_h|id.resp_p|proto\n"
        "#types|time|addr|port|addr|port|enum\n"
        "1700000000.0|10.0.0.1|1|U|U|tcp\n"
    )
    columns = Columns(("labels",), frozenset("*"))
    row = Run(text, columns).lines[7]
    labels = "app=web;note=a,b;tier=-"
    web = "|".join([*WEB, labels])
    unset = "|".join(["U"] * 8)
    assert row == f"1700000000.0|10.0.0.1|1|U|U|{web}|{unset}|tcp"


def test_windows_line_ends() -> None:
    text = log("x", {"ts": "time", "host": "addr"}, "1700000000.0 10.0.0.1")
    windows = text.replace("\n", "\r\n")
    assert Run(windows).text == Run(text).text.replace("\n", "\r\n")
