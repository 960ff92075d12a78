"""What kubectl has written is read in every shape it comes in."""

import gzip
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from k8s_sync.errors import ConfigError, FatalError
from k8s_sync.export import rows_of
from k8s_sync.kube.files import COMMAND, Found, read_bytes, read_file
from k8s_sync.model import Claim, Range
from tests.pure.kubernetes import DEMO, NOW, held, us, where

Json = dict[str, Any]

POD: Json = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "web-1", "namespace": "shop", "uid": "u1"},
    "status": {"phase": "Running", "podIP": "10.0.0.1"},
}
NODE: Json = {"apiVersion": "v1", "kind": "Node", "metadata": {"name": "n", "uid": "u"}}


def listed(*items: Json, kind: str = "List", version: str = "v1") -> Json:
    return {"apiVersion": version, "kind": kind, "items": list(items), "metadata": {}}


def read(data: Any) -> tuple[list[Found], list[str]]:
    said: list[str] = []
    if not isinstance(data, bytes):
        data = json.dumps(data).encode()
    return list(read_bytes(data, "x.json", said.append)), said


def names(data: Any) -> list[str]:
    found, said = read(data)
    assert said == []
    return [f"{one.resource} {one.object.metadata.name}" for one in found]


def without(one: Json, *fields: str) -> Json:
    return {name: value for name, value in one.items() if name not in fields}


BARE = without(POD, "kind", "apiVersion")
TEXT = json.dumps(listed(POD, NODE))
BOTH = ["pods web-1", "nodes n"]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        pytest.param(listed(POD, NODE), BOTH, id="list"),
        pytest.param(POD, ["pods web-1"], id="one object"),
        pytest.param(listed(BARE, kind="PodList"), ["pods web-1"], id="typed list"),
        pytest.param(listed(), [], id="empty list"),
        pytest.param(listed() | {"items": None}, [], id="list of nothing"),
        pytest.param(f"{TEXT}\n{TEXT}\n".encode(), BOTH * 2, id="several"),
        pytest.param(f" \n{TEXT}\n".encode(), BOTH, id="white space"),
        pytest.param(TEXT.encode("utf-8-sig"), BOTH, id="byte order mark"),
        pytest.param(TEXT.encode("utf-16"), BOTH, id="PowerShell"),
        pytest.param(yaml.dump(listed(POD, NODE)).encode(), BOTH, id="yaml"),
        pytest.param(yaml.dump_all([POD, None, NODE]).encode(), BOTH, id="documents"),
    ],
)
def test_every_shape_is_read(data: Any, expected: list[str]) -> None:
    assert names(data) == expected


def test_an_object_says_where_it_was() -> None:
    (pod, node), _ = read(listed(POD, NODE))
    assert pod.place == "x.json item 1 pods shop/web-1"
    assert node.place == "x.json item 2 nodes n"


def test_times_in_yaml_stay_text() -> None:
    text = yaml.dump(POD) + "  startTime: 2026-11-02T09:00:00Z\n"
    (pod,), _ = read(text.encode())
    assert pod.object.status.start_time == "2026-11-02T09:00:00Z"


def test_of_some_kinds_only_the_metadata_is_looked_at() -> None:
    replica_set = {
        "apiVersion": "apps/v1",
        "kind": "ReplicaSet",
        "metadata": {"name": "web-abc", "uid": "u"},
        "spec": {"selector": {"matchLabels": {"app": "web"}}},
    }
    assert names(listed(replica_set)) == ["replicasets web-abc"]
    assert names(yaml.dump(replica_set).encode()) == ["replicasets web-abc"]


def test_other_kinds_are_passed_over_even_if_they_are_called_alike() -> None:
    others: list[Json] = [
        {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}},
        {"apiVersion": "serving.knative.dev/v1", "kind": "Service"},
        {"apiVersion": "batch.volcano.sh/v1alpha1", "kind": "Job"},
    ]
    assert names(listed(*others, POD)) == ["pods web-1"]


def test_a_file_with_nothing_of_use_says_so() -> None:
    found, said = read({"apiVersion": "v1", "kind": "Secret"})
    assert found == []
    assert said == [f"x.json: nothing in it to make claims from; try: {COMMAND}"]


@pytest.mark.parametrize("encode", [json.dumps, yaml.dump])
@pytest.mark.parametrize(
    ("broken", "problem"),
    [
        (
            POD | {"metadata": {"name": "bad", "namespace": "shop", "labels": 5}},
            "x.json item 2 pods shop/bad: Expected `object`, got `int`",
        ),
        ({"kind": 5}, "x.json item 2: Expected `str`, got `int`"),
        (
            {"apiVersion": "apps/v1", "kind": "ReplicaSet", "metadata": {"name": 5}},
            "x.json item 2 replicasets: Expected `str`, got `int`",
        ),
        ({"metadata": {"name": "x"}}, "x.json item 2: no kind"),
    ],
)
def test_a_broken_object_is_told_once_and_the_rest_arrives(
    encode: Any, broken: Json, problem: str
) -> None:
    found, said = read(encode(listed(POD, broken, NODE)).encode())
    assert [one.object.metadata.name for one in found] == ["web-1", "n"]
    assert [text.partition(" - at ")[0] for text in said] == [problem]


def test_nulls_do_not_break_an_object() -> None:
    pod = POD | {"spec": {"containers": None, "nodeName": None}}
    assert names(listed(pod)) == ["pods web-1"]


def test_text_that_is_no_utf8_costs_only_its_object() -> None:
    data = json.dumps(listed(POD | {"kind": "P\\"}, NODE)).encode()
    data = data.replace(b"P\\\\", b"P\xff")
    found, said = read(data)
    assert [one.resource for one in found] == ["nodes"]
    assert len(said) == 1
    assert said[0].startswith("x.json item 1: ")


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "it is empty"),
        (b"# nothing\n", "it is empty"),
        (b"[1]", "it has no kind"),
        (b'{"a": 1}', "it has no kind"),
        (b"NAME   READY\nweb-1  1/1\n", "it has no kind"),
        (b"a: [1\n", "no YAML: while parsing"),
        (TEXT[:-20].encode(), "no JSON: "),
        (TEXT.encode() + b"x", "no JSON: Expecting value: line 1"),
        (b"\xff\xfea", "utf-16"),
        (b"\x00\x01\x02", "no YAML: "),
    ],
)
def test_what_kubectl_does_not_write_is_an_error_that_helps(
    data: bytes, why: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        read(data)
    text = str(caught.value)
    assert text.startswith("x.json: is not what kubectl writes (")
    assert why in text
    assert text.endswith(COMMAND)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FatalError, match="No such file"):
        list(read_file(str(tmp_path / "none"), pytest.fail))


# --- the demo cluster, all the way


def rows(*paths: Path) -> list[Claim | Range]:
    return rows_of(map(str, paths), cluster="demo", now=NOW, problem=pytest.fail)


def test_the_demo_cluster_is_what_its_recipe_makes(tmp_path: Path) -> None:
    recipe = DEMO.parents[1] / "Scripts" / "make-demo-cluster.py"
    made = tmp_path / "made.json"
    subprocess.run([sys.executable, "-B", recipe, made], check=True)  # noqa: S603
    assert made.read_bytes() == DEMO.read_bytes()


def test_the_demo_cluster() -> None:
    made = rows(DEMO)
    assert [row.revision for row in made] == list(range(1, len(made) + 1))
    blocks = [str(row.subnet) for row in made if isinstance(row, Range)]
    assert blocks == ["10.244.0.0/24", "10.244.1.0/24"]
    workloads = {
        where(row): row.owner.workload or row.owner.service or row.owner.node
        for row in made
        if isinstance(row, Claim) and row.end is None
    }
    assert workloads == {
        "10.96.0.1": "kubernetes",
        "10.96.0.10": "kube-dns",
        "10.96.12.34": "web",
        "10.244.0.2": "Deployment/coredns",
        "10.244.0.3": "Deployment/coredns",
        "10.244.0.6": "Deployment/web",
        "10.244.1.5": "StatefulSet/db",
        "10.244.1.7": "Deployment/web",
        "10.244.1.9": "Pod/debug",
        "192.168.50.11": "node-1",
        "192.168.50.11:2381/tcp": "Pod/etcd-node-1",
        "192.168.50.11:6443/tcp": "Pod/kube-apiserver-node-1",
        "192.168.50.11:9100/tcp": "DaemonSet/node-exporter",
        "192.168.50.12": "node-2",
        "192.168.50.12:9100/tcp": "DaemonSet/node-exporter",
    }


def test_the_demo_job_has_given_its_address_away() -> None:
    on = [row for row in rows(DEMO) if isinstance(row, Claim)]
    job, web = sorted(
        (row for row in on if where(row) == "10.244.1.7"), key=lambda row: row.start
    )
    assert job.owner.workload == "CronJob/report"
    assert (job.start, job.end) == (us("08:56:02"), us("08:58:41"))
    assert (web.start, web.end) == (us("09:00:03"), None)
    assert web.owner.service == "web"
    assert web.owner.zone == "demo-b"


def test_the_demo_cluster_in_other_shapes(tmp_path: Path) -> None:
    expected = rows(DEMO)
    data = DEMO.read_bytes()
    text = yaml.dump(json.loads(data))
    (tmp_path / "a.yaml").write_text(text)
    (tmp_path / "a.json.gz").write_bytes(gzip.compress(data))
    assert rows(tmp_path / "a.yaml") == expected
    assert rows(tmp_path / "a.json.gz") == expected
    # By kind, in files of their own, in any order.
    parts = []
    for kind in ("Pod", "Service", "Job", "ReplicaSet", "Node", "Namespace"):
        items = [one for one in json.loads(data)["items"] if one["kind"] == kind]
        parts.append(tmp_path / f"{kind}.json")
        parts[-1].write_text(json.dumps(listed(*items)))
    assert rows(*parts) == expected


def test_without_replicasets_deployments_are_guessed(tmp_path: Path) -> None:
    items = json.loads(DEMO.read_bytes())["items"]
    pods = [one for one in items if one["kind"] == "Pod"]
    (tmp_path / "pods.json").write_text(json.dumps(listed(*pods)))
    made = rows(tmp_path / "pods.json")
    assert held(made)["10.244.0.6"]
    found = {row.owner.workload for row in made if isinstance(row, Claim)}
    assert {"Deployment/web", "Deployment/coredns", "StatefulSet/db"} < found


def test_t22_of_two_states_of_an_object_the_newer_counts(tmp_path: Path) -> None:
    """Whichever file was named first, if they tell their versions."""
    paths = []
    for version, ip in (("9", "10.0.0.9"), ("10", "10.0.0.10")):
        metadata = POD["metadata"] | {"resourceVersion": version}
        status = {"phase": "Running", "podIPs": [{"ip": ip}]}
        paths.append(tmp_path / f"{version}.json")
        paths[-1].write_text(json.dumps(POD | {"metadata": metadata, "status": status}))
    for order in (paths, paths[::-1]):
        assert held(rows(*order)) == {"10.0.0.10": "u1"}


@pytest.mark.parametrize("text", ['{"items":' * 9_999, "a: " + "[" * 9_999])
def test_what_is_nested_without_end_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "deep").write_text(text)
    with pytest.raises(ConfigError, match=r"nested too deep|no YAML"):
        rows(tmp_path / "deep")
