"""A scenario becomes the same files each time, with claims that `export` would make."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from k8s_btest import folders, render, world
from k8s_btest.ends import Ends
from k8s_btest.errors import CaptureMissingError, ScenarioError
from k8s_btest.scenario import read
from k8s_sync import address, export
from k8s_sync.model import Claim, Row
from k8s_sync.row_reader import Reader
from k8s_sync.timeline import Timeline
from tests.pure.btest_scenarios import CLUSTER, DB, START, source

SCENARIOS = Path(__file__).parents[3] / "testing" / "scenarios"
TALK = "  - {at: 1, from: shop/web, to: shop/db, port: 9, tcp: {says: [{client: x}]}}"
HASHES = """\
import hashlib, sys
from pathlib import Path
from k8s_btest import folders, render
for name, path in folders.names([Path(sys.argv[1])]):
    scenario = folders.scenario(path)
    made = folders.load(name, path, scenario, [Path(sys.argv[1]).parent / "Traces"])
    for file, data in render.render(made, render.Site()):
        print(name, file, hashlib.sha256(data).hexdigest())
"""


def _files(traffic: str = TALK, more: str = "") -> dict[str, bytes]:
    return dict(render.render(source(traffic, more), render.Site()))


def _timeline(journal: bytes) -> Timeline:
    made = Timeline()
    for row in _rows(journal):
        made.apply(row)
    return made


def _rows(journal: bytes) -> list[Row]:
    problems: list[object] = []
    rows = list(
        Reader(problems.append).read(journal.decode().splitlines(keepends=True))
    )
    assert not problems
    return rows


def _who(journal: bytes, ip: str, at: float) -> str:
    answer = _timeline(journal).owner(address.pack(ip), START + int(at * 1_000_000))
    if answer is None or answer.claim is None:
        return str(answer and answer.match)
    return f"{answer.claim.owner.pod} {answer.match}"


def test_the_same_scenario_gives_the_same_bytes() -> None:
    """Whatever process makes it: no clock, no chance, no order of hashes."""

    def hashes(seed: str) -> str:
        return subprocess.run(  # noqa: S603 -- our own
            [sys.executable, "-c", HASHES, str(SCENARIOS)],
            env={**os.environ, "PYTHONHASHSEED": seed, "TZ": "Asia/Tokyo"},
            cwd=Path(__file__).parents[2],
            check=True,
            capture_output=True,
            text=True,
        ).stdout

    first = hashes("1")
    assert first.count("trace.pcap") >= 10
    assert hashes("2") == first


def test_the_trace_is_the_one_that_it_was() -> None:
    """A trace of last year can be made again, byte by byte."""
    digest = hashlib.sha256(_files()["trace.pcap"]).hexdigest()
    assert digest[:16] == "db32fa69ea618ee9"


def test_claims_are_those_that_export_makes(tmp_path: Path) -> None:
    """Of the same objects in a file, but for revisions."""
    files = _files()
    objects = [step["object"] for step in json.loads(files["objects.json"])]
    (tmp_path / "all.json").write_text(
        json.dumps({"kind": "List", "apiVersion": "v1", "items": objects})
    )
    ranges = [row for row in _rows(files["claims.log"]) if not isinstance(row, Claim)]
    exported = export.rows_of(
        [str(tmp_path / "all.json")],
        cluster="prod",
        now=START,
        problem=pytest.fail,
        ranges=[row for row in ranges if row.kind == "service"],
    )

    def plain(rows: list[Row]) -> set[Row]:
        return {msgspec.structs.replace(row, revision=0) for row in rows}

    assert plain(_rows(files["claims.log"])) == plain(exported)
    assert len(exported) > 10


def test_a_pod_over_time() -> None:
    """Since, until, and who has the address afterwards."""
    pods = """
cluster:
  pods:
    - {name: one, address: 10.244.0.9, since: -10m, terminating: 50, until: 60}
    - {name: two, address: 10.244.0.9, since: 300}
    - {name: job, address: 10.244.0.10, finished: 20}
    - {name: mover, address: 10.244.0.11,
       changes: [{at: 30, address: 10.244.0.12}, {at: 90, labels: {v: "2"}}]}
"""
    text = CLUSTER.partition("cluster:")[0] + pods
    text += "traffic:\n  - {from: one, to: 1.2.3.4, icmp: {}}\n"
    text += "expect: {rows: [{log: conn}]}\n"
    scenario = read(text, "x.yaml")
    made = render.Source("x", Path("x.yaml"), scenario, [], {})
    journal = dict(render.render(made, render.Site()))["claims.log"]
    assert _who(journal, "10.244.0.9", 0) == "one exact"
    assert _who(journal, "10.244.0.9", 100) == "one ended"
    assert _who(journal, "10.244.0.9", 280) == "two early"
    assert _who(journal, "10.244.0.9", 301) == "two exact"
    assert _who(journal, "10.244.0.10", 10) == "job exact"
    assert _who(journal, "10.244.0.10", 60) == "job ended"
    assert _who(journal, "10.244.0.11", 10) == "mover exact"
    assert _who(journal, "10.244.0.12", 100) == "mover exact"
    assert _who(journal, "10.244.0.99", 0) == "unknown"


def test_workloads_are_found_through_what_is_between() -> None:
    """A ReplicaSet is made up, and followed."""
    owners = {
        row.owner.pod: row.owner
        for row in _rows(_files()["claims.log"])
        if isinstance(row, Claim) and row.owner.kind == "pod"
    }
    assert owners["web"].workload == "Deployment/web"
    assert owners["web"].service == "web"
    assert owners["db"].workload == "StatefulSet/db"
    assert owners["agent"].roles == ("node_agent",)


def test_a_pod_that_comes_back_is_another_one() -> None:
    """The end of traffic is the one that is there at the time."""
    cluster = read(
        "title: x\ncluster:\n  pods:\n"
        "    - {name: db-0, address: 10.244.0.5, until: 10}\n"
        "    - {name: db-0, address: 10.244.1.5, since: 20}\n"
        "traffic: [{from: db-0, to: 1.2.3.4, icmp: {}}]\n"
        "expect: {rows: [{log: conn}]}\n",
        "x.yaml",
    ).cluster
    made = world.build(cluster, START)
    assert len({step.object["metadata"]["uid"] for step in made.steps[2:]}) == 2
    ends = Ends(made.places)
    assert ends.pair("db-0", "1.2.3.4", 5_000_000)[0].address == "10.244.0.5"
    assert ends.pair("db-0", "1.2.3.4", 25_000_000)[0].address == "10.244.1.5"


@pytest.mark.parametrize(
    ("cluster", "message"),
    [
        ("pods: [{name: a, node: node-9}]", "there is no node node-9"),
        ("nodes: []", "a pod needs one"),
        ("nodes: [{name: n, pod_range: 10.0.0.0/30}]", "10.0.0.0/30 is full"),
        ("ranges: {service: []}", "give it an address"),
    ],
)
def test_a_cluster_that_cannot_be(cluster: str, message: str) -> None:
    """Says what to write."""
    pods = "" if "pods" in cluster else "  pods: [{name: a}, {name: b}, {name: c}]\n"
    service = "  services: [{name: s}]\n" if "ranges" in cluster else ""
    scenario = read(
        f"title: x\ncluster:\n  {cluster}\n{pods}{service}"
        "traffic: [{from: a, to: 1.2.3.4, icmp: {}}]\n"
        "expect: {rows: [{log: conn}]}\n",
        "x.yaml",
    )
    with pytest.raises(ScenarioError, match=message):
        world.build(scenario.cluster, START)


def test_real_objects_from_a_file(tmp_path: Path) -> None:
    """As kubectl wrote them; ends of traffic may be named after them."""
    path = tmp_path / "x.yaml"
    path.write_text(
        "title: x\nstart: 2026-11-02T09:05:00Z\n"
        f"cluster: {{objects: ['{SCENARIOS.parent}/Files/demo-cluster.json']}}\n"
        "traffic: [{from: shop/web-6d4b75cb6d-hx2nf, to: service/web, port: 80,"
        " tcp: {}}]\nexpect: {rows: [{log: conn, from: web-6d4b75cb6d-hx2nf}]}\n"
    )
    made = folders.load("x", path, folders.scenario(path), [])
    files = dict(render.render(made, render.Site()))
    assert b"web-6d4b75cb6d-hx2nf" in files["claims.log"]
    assert bytes([10, 244, 1, 7]) in files["trace.pcap"]


def test_a_capture_that_is_not_here(tmp_path: Path) -> None:
    """Is told apart from a mistake: the scenario is skipped."""
    path = tmp_path / "x.yaml"
    path.write_text(
        "title: x\ntraffic: [{capture: {file: not-here.pcap}}]\n"
        "expect: {rows: [{log: conn}]}\n"
    )
    with pytest.raises(CaptureMissingError, match=r"not-here\.pcap is not here"):
        folders.load("x", path, folders.scenario(path), [])


def test_names_of_scenarios(tmp_path: Path) -> None:
    """After where they are, each its own."""
    for name in ("a/b.yaml", "c.yaml", "d/c.yaml"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    found = folders.names([tmp_path, tmp_path / "c.yaml", tmp_path / "d" / "c.yaml"])
    assert [name for name, _ in found] == ["a.b", "c", "d.c", "c-2"]
    with pytest.raises(ScenarioError, match="no such scenario"):
        folders.names([tmp_path / "e.yaml"])


def test_the_site_has_the_last_word() -> None:
    """Its scripts and options come after those of the scenario."""
    site = render.Site(loads=("/etc/local.zeek",), options={"K8s::lead": "5sec"})
    made = source(TALK, "options: {K8s::lead: 10sec}\nzeek: [zeek-k8s/capture]")
    test = dict(render.render(made, site))["test.zeek"].decode()
    lines = [line for line in test.splitlines() if line[:1] in ("@", "r")]
    assert lines == [
        "@load zeek-k8s",
        "@load zeek-k8s/capture",
        "redef K8s::lead = 10sec;",
        "@load /etc/local.zeek",
        "@ifdef ( K8s::lead )",
        "redef K8s::lead = 5sec;",
        "@endif",
    ]
    # All that any scenario loads is there when Zeek is asked whether it takes them.
    assert render.of_site(site, [made]).splitlines() == [
        "@load zeek-k8s",
        "@load zeek-k8s/detect",
        "@load zeek-k8s/capture",
        "@load /etc/local.zeek",
        "redef K8s::lead = 5sec;",
    ]


def test_options_that_change_while_zeek_runs() -> None:
    """At their time, through the configuration framework."""
    test = _files(more="options_at: [{at: 30, set: {A::b: 5}}]")["test.zeek"].decode()
    assert 'Config::set_value("A::b", 5);' in test
    assert "double_to_time(1793610030.000000) - network_time()" in test


def test_a_template_of_the_site() -> None:
    """It has the scenario and all that was made of it."""
    site = render.Site(template="# {{ title }} {{ scenario.kind }} {{ redefs }}")
    test = dict(render.render(source(TALK, "options: {A::b: true}"), site))["test.zeek"]
    assert test == b"# A test positive ['redef A::b = T;']"


def test_a_journal_ends_with_addresses_that_pods_have() -> None:
    """Replicas go round the nodes, each with an address of its node's block."""
    scenario = read(
        "title: x\ncluster: {pods: [{name: a, replicas: 3}]}\n"
        "traffic: [{from: a-1, to: a-2, icmp: {}}]\nexpect: {rows: [{log: conn}]}\n",
        "x.yaml",
    )
    places = world.build(scenario.cluster, START).places
    pods = [place.addresses[0] for place in places if place.kind == "pod"]
    assert pods == ["10.244.0.2", DB, "10.244.0.3"]
