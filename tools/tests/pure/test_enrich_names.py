"""Columns have the names that a site wants, and say the same under all of them."""

import json
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from k8s_sync import address
from k8s_sync.enrich.columns import OPTIONAL, Columns
from k8s_sync.enrich.dialects import DialectName
from k8s_sync.enrich.naming import Naming, read
from k8s_sync.model import Claim, Owner
from k8s_sync.rules import UNKNOWN, Answer
from tests.pure import sample
from tests.pure import test_enrich_json as in_json
from tests.pure import tsv_logs as in_tsv
from tests.pure.test_enrich_json import ROW
from tests.pure.tsv_logs import CONN, conn, log

ALL = Columns(OPTIONAL, frozenset("*"))
DIALECTS: tuple[Any, ...] = get_args(DialectName)
PREFIXES = ("id.orig_k8s", "id.resp_k8s", "k8s", "client_k8s", "peer_k8s")
KEY = st.sampled_from(["app", "team/x"])
"""Of labels; those with dots are told apart by a test of their own."""
NAME = st.text("abz-./", min_size=1, max_size=5)
TSV_ROW = log("conn", CONN, conn("1700000000.0", "10.0.0.1 1", "192.0.2.1 30080"))


def read_all(dialect: DialectName, members: dict[str, Any]) -> dict[str, Any]:
    """What a row says of both ends, by our own names."""
    naming = Naming(dialect=dialect)
    return {
        prefix: {
            name: sorted(value) if isinstance(value, list) else value
            for name, value in read(naming.added(prefix, ALL), members).items()
        }
        for prefix in PREFIXES[:2]
    }


@st.composite
def answers(draw: Any) -> Answer:
    owner = Owner(
        kind=draw(st.sampled_from(["pod", "node", "service"])),
        uid=draw(NAME),
        namespace=draw(st.just("") | NAME),
        pod=draw(st.just("") | NAME),
        workload=draw(
            st.sampled_from(["", "Deployment/web", "Rollout/a/b", "Pod/p", "odd"])
        ),
        node=draw(NAME),
        labels=tuple(f"{key}={draw(NAME)}" for key in draw(st.sets(KEY).map(sorted))),
        images=draw(st.sampled_from([(), ("a", "b")])),
        zone=draw(st.just("") | NAME),
    )
    claim = Claim(cluster="c", address=b"", owner=owner, start=0, network=draw(NAME))
    answer: Answer = draw(st.sampled_from([UNKNOWN, Answer("exact", claim)]))
    return answer


@given(answers(), st.sampled_from(PREFIXES))
def test_each_dialect_can_be_translated_back(answer: Answer, prefix: str) -> None:
    values = {name: value for name, value in ALL.values(answer).items() if value}
    for dialect in DIALECTS:
        told = Naming(dialect=dialect).added(prefix, ALL)
        members: dict[str, object] = {}
        for field in told:
            value = field.pick(ALL.values(answer))
            if field.members:
                pairs = (str(label).partition("=") for label in value)
                members.update({field.member(k): v for k, _, v in pairs})
            elif value:
                assert field.name not in members  # no two columns have one name
                members[field.name] = value
        found = read(told, members)
        if "labels" in found:
            found["labels"] = tuple(sorted(found["labels"]))  # type: ignore[call-overload]
        assert found == values, dialect


def test_the_dialects_agree_on_a_row() -> None:
    rows = {
        dialect: in_json.Run(ROW, columns=ALL, naming=Naming(dialect=dialect)).row
        for dialect in DIALECTS
    }
    zeek = read_all("zeek", rows["zeek"])
    assert zeek["id.orig_k8s"]["pod"] == "web-1"
    assert zeek["id.resp_k8s"]["service"] == "front"
    for dialect, row in rows.items():
        assert read_all(dialect, row) == zeek
        assert {name: row[name] for name in json.loads(ROW)} == json.loads(ROW)


@pytest.mark.parametrize(
    ("dialect", "expected"),
    [
        (
            "ecs",
            {
                "source.kubernetes.pod.name": "web-1",
                "source.kubernetes.deployment.name": "web",
                "source.kubernetes.labels.app": "web",
                "source.orchestrator.cluster.name": "c1",
                "destination.kubernetes.service.name": "front",
                "destination.kubernetes.service.uid": "u-svc",
            },
        ),
        (
            "otel",
            {
                "source.k8s.namespace.name": "shop",
                "source.k8s.pod.uid": "u-web-1",
                "source.k8s.deployment.name": "web",
                "source.k8s.pod.label.tier": "-",
                "destination.k8s.service.name": "front",
            },
        ),
        (
            "ocsf",
            {
                "src_endpoint.name": "web-1",
                "src_endpoint.type": "pod",
                "src_endpoint.zone": "z1",
                "src_endpoint.container.pod_uuid": "u-web-1",
                "unmapped.id.orig_k8s.namespace": "shop",
                "dst_endpoint.svc_name": "front",
            },
        ),
    ],
)
def test_names_are_those_of_the_dialect(
    dialect: DialectName, expected: dict[str, str]
) -> None:
    row = in_json.Run(ROW, columns=ALL, naming=Naming(dialect=dialect)).row
    assert {name: row.get(name) for name in expected} == expected
    assert not any(name.startswith("id.orig_k8s") for name in row)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_json_and_tsv_agree_and_are_done_once(dialect: DialectName) -> None:
    naming = Naming(dialect=dialect)
    tsv = in_tsv.Run(TSV_ROW, ALL, naming=naming)
    cells = {name: cell for name, cell in tsv.rows()[0].items() if cell != "-"}
    row = in_json.Run(ROW, columns=ALL, naming=naming).row
    for prefix in PREFIXES[:2]:
        for field in naming.added(prefix, ALL):
            if field.type == "string":
                assert cells.get(field.name) == row.get(field.name)
            else:
                assert field.name in tsv.header()
    assert in_tsv.Run(tsv.text, ALL, naming=naming).text == tsv.text
    once = in_json.Run(ROW, columns=ALL, naming=naming).lines[0]
    assert in_json.Run(once, columns=ALL, naming=naming).lines[0] == once


def test_elasticsearch_gets_no_dots_in_labels() -> None:
    answer = sample.timeline().owner(address.pack("10.0.0.1"), sample.T)
    values = {**ALL.values(answer), "labels": ("app=a", "app.kubernetes.io/name=b")}
    names = {
        dialect: {
            field.member(str(label).partition("=")[0])
            for field in Naming(dialect=dialect).added("id.orig_k8s", ALL)
            if field.members
            for label in field.pick(values)
        }
        for dialect in ("ecs", "otel")
    }
    assert names == {
        "ecs": {
            "source.kubernetes.labels.app",
            "source.kubernetes.labels.app_kubernetes_io/name",
        },
        "otel": {
            "source.k8s.pod.label.app",
            "source.k8s.pod.label.app.kubernetes.io/name",
        },
    }


RENAMED = Naming(
    renamed=(
        ("ts", "@timestamp"),
        ("id.orig_h", "source.ip"),
        ("id.resp_h", "destination.ip"),
        ("id.resp_p", "destination.port"),
        ("id.orig_k8s.pod", "source.k8s.pod"),
    )
)


def rename(text: str, *, separator: str = ".") -> str:
    for own, name in RENAMED.renamed:
        text = text.replace(own, name)
    return text.replace(".orig_p", f"{separator}orig_p")


def test_renamed_columns() -> None:
    plain = in_tsv.Run(TSV_ROW)
    run = in_tsv.Run(
        rename(TSV_ROW).replace("\tts\t", "\t@timestamp\t"), None, "", RENAMED
    )
    names = [dict(RENAMED.renamed).get(name, name) for name in plain.header()]
    assert run.header() == names
    assert run.lines[8] == plain.lines[8]
    row = in_json.Run(rename(ROW).replace('"ts"', '"@timestamp"'), naming=RENAMED).row
    assert row["source.k8s.pod"] == "web-1"
    assert row["id.orig_k8s.workload"] == "Deployment/web"
    assert row["id.resp_k8s.service"] == "front"


def test_another_separator_of_names() -> None:
    naming = Naming(separator="_")
    text = TSV_ROW.replace("id.", "id_")
    run = in_tsv.Run(text, naming=naming)
    plain = in_tsv.Run(TSV_ROW)
    want = [
        name.replace(".", "_") if name.startswith("id.") else name
        for name in plain.header()
    ]
    assert run.header() == want
    assert run.lines[8] == plain.lines[8]
    assert in_tsv.Run(run.text, naming=naming).text == run.text
    line = ROW.replace('"id.', '"id_')
    once = in_json.Run(line, naming=naming)
    assert once.row["id_orig_k8s_pod"] == "web-1"
    assert list(once.row).index("proto") == len(once.row) - 1
    assert in_json.Run(once.lines[0], naming=naming).lines == once.lines


def test_addresses_of_a_site() -> None:
    naming = Naming(more=(("peer", "peer_k8s"),))
    fields = {"ts": "time", "peer": "addr", "name": "string"}
    run = in_tsv.Run(log("bgp", fields, "1700000000.0 10.0.0.1 n"), naming=naming)
    assert run.side("peer_k8s") == in_tsv.WEB
    row = in_json.Run('{"ts":1700000000.0,"peer":"10.0.0.1"}', naming=naming).row
    assert row["peer_k8s.pod"] == "web-1"
