"""One struct, four places, and no key that nobody knows."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from k8s_sync import config
from k8s_sync.config import Config, keys, load
from k8s_sync.config_clusters import Cluster, parse_range
from k8s_sync.errors import ConfigError
from k8s_sync.model import Range


def test_defaults() -> None:
    loaded = load({}, {})
    assert loaded.config == Config()
    assert set(loaded.places.values()) == {"default"}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("c.yaml", "retention: 200\nzeek: [ws://a:1/x]\nin_cluster: true\n"),
        ("c.yml", "retention: 200\nzeek:\n- ws://a:1/x\nin_cluster: yes\n"),
        ("c.toml", 'retention = 200\nzeek = ["ws://a:1/x"]\nin_cluster = true\n'),
        ("c.json", '{"retention":200,"zeek":["ws://a:1/x"],"in_cluster":true}'),
    ],
)
def test_files(tmp_path: Path, name: str, text: str) -> None:
    path = tmp_path / name
    path.write_text(text)
    found = load({}, {}, str(path)).config
    assert found == Config(retention=200, zeek=("ws://a:1/x",), in_cluster=True)
    assert load({}, {"K8S_SYNC_CONFIG": str(path)}).config == found


def test_precedence(tmp_path: Path) -> None:
    path = tmp_path / "c.yaml"
    path.write_text("retention: 200\nlog_level: debug\ncontext: file\njournal: j\n")
    environ = {"K8S_SYNC_RETENTION": "300", "K8S_SYNC_LOG_LEVEL": "error"}
    loaded = load({"retention": "400", "context": None}, environ, str(path))
    found = loaded.config
    assert (found.retention, found.log_level, found.context) == (400, "error", "file")
    assert loaded.places["retention"] == "--retention"
    assert loaded.places["log_level"] == "K8S_SYNC_LOG_LEVEL"
    assert loaded.places["journal"] == f"{path}: journal"
    assert loaded.places["listen"] == "default"


def test_environment() -> None:
    environ = {
        "K8S_SYNC_ZEEK": "ws://a:1/x, wss://b:1/x",
        "K8S_SYNC_IN_CLUSTER": "true",
        "K8S_SYNC_SERVICE_HOST": "10.0.0.1",
        "K8S_SYNC_SERVICE_PORT_METRICS": "9477",
        "K8S_SYNC_PORT": "tcp://10.0.0.1:9477",
        "K8S_SYNC_PORT_9477_TCP_ADDR": "10.0.0.1",
        "HOME": "/",
    }
    found = load({}, environ).config
    assert found == Config(zeek=("ws://a:1/x", "wss://b:1/x"), in_cluster=True)


@pytest.mark.parametrize(
    ("environ", "message"),
    [
        ({"K8S_SYNC_ZEK": "x"}, "K8S_SYNC_ZEK: unknown .* did you mean K8S_SYNC_ZEEK?"),
        ({"K8S_SYNC_RETENTION": "x"}, "K8S_SYNC_RETENTION: Expected `int`"),
        ({"K8S_SYNC_RETENTION": "5"}, "K8S_SYNC_RETENTION: Expected `int` >= 120"),
        ({"K8S_SYNC_LOG_LEVEL": "x"}, "must be one of debug, info, warning, error"),
        ({"K8S_SYNC_IN_CLUSTER": "maybe"}, "K8S_SYNC_IN_CLUSTER: Expected `bool`"),
        ({"K8S_SYNC_ZEEK": "http://u:secret@a/"}, r"'http://\*\*\*@a/' is not ws://"),
        ({"K8S_SYNC_RANGES": "10.0.0.0/8"}, "K8S_SYNC_RANGES: .* is not SUBNET=pod"),
        ({"K8S_SYNC_RANGES": "10.0.0/8=pod"}, "K8S_SYNC_RANGES: bad subnet"),
        ({"K8S_SYNC_ZEEK_CERT": "x"}, "zeek_cert and zeek_key need each other"),
        ({"K8S_SYNC_LISTEN": "9477"}, "'9477' is not HOST:PORT"),
        ({"K8S_SYNC_LISTEN": "a:99999"}, "'a:99999' is not HOST:PORT"),
        ({"K8S_SYNC_ZEEK": "wss://a:99999/x"}, "'wss://a:99999/x' is not ws://"),
        ({"K8S_SYNC_ZEEK": "ws://[::1:80/x"}, "is not ws://"),
        ({"K8S_SYNC_ZEEK_NAME": "a:1"}, "K8S_SYNC_ZEEK_NAME: 'a:1' is no name"),
        ({"K8S_SYNC_CLUSTER": ""}, "a cluster needs a name that prints"),
    ],
)
def test_bad_variables(environ: dict[str, str], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        load({}, environ)


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("c.yaml", "retentoin: 5", "c.yaml: retentoin: .* did you mean retention?"),
        ("c.yaml", "zeek_ca: 5", "c.yaml: zeek_ca: Expected `str`, got `int`"),
        ("c.yaml", "retention: '500'", "c.yaml: retention: Expected `int`, got `str`"),
        ("c.yaml", "zeek: ws://a/x", "c.yaml: zeek: Expected `array`"),
        ("c.yaml", "- a", "must hold keys with values"),
        ("c.yaml", "a: [", "c.yaml: while parsing"),
        ("c.toml", "a b", "c.toml: "),
        ("c.json", "{", "c.json: Input data was truncated"),
        ("c.ini", "", "the name must end in .yaml"),
    ],
)
def test_bad_files(tmp_path: Path, name: str, text: str, message: str) -> None:
    path = tmp_path / name
    path.write_text(text)
    with pytest.raises(ConfigError, match=message):
        load({}, {}, str(path))


def test_missing_and_empty_files(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="No such file"):
        load({}, {}, "/nowhere/c.yaml")
    (tmp_path / "c.yaml").touch()
    assert load({}, {}, str(tmp_path / "c.yaml")).config == Config()


def test_printed_configuration_is_one(tmp_path: Path) -> None:
    flags: dict[str, Any] = {"zeek": ["ws://a:1/x"], "ranges": ["10.0.0.0/8=pod"]}
    loaded = load(flags, {"K8S_SYNC_CLUSTER": 'pr"od'})
    path = tmp_path / "c.yaml"
    path.write_text(config.render(loaded))
    assert load({}, {}, str(path)).config == loaded.config
    assert "# --zeek\n" in path.read_text()


def test_no_password_is_printed() -> None:
    text = config.render(load({"zeek": ["wss://me:secret@a:1/x"]}, {}))
    assert "secret" not in text
    assert yaml.safe_load(text)["zeek"] == ["wss://***@a:1/x"]


def test_every_key_is_explained() -> None:
    for key in keys():
        assert len(key.help) > 20, key.name
        assert "\n" not in key.help


def test_values_that_are_more_than_text() -> None:
    found = Config(listen="[::1]:80", ranges=("10.0.0.0/8=pod",))
    assert found.listen_address == ("::1", 80)
    assert found.range_rows() == (parse_range("10.0.0.0/8=pod", "kubernetes"),)
    assert isinstance(found.range_rows()[0], Range)


# --- several clusters

TWO = """\
kubeconfig: all.kubeconfig
context: nobody
node_ports: false
ranges: [10.0.0.0/8=pod]
clusters:
- cluster: eu
  context: prod-eu
- cluster: us
  kubeconfig: us.kubeconfig
  ranges: []
  namespace: [shop, ""]
"""


def written(folder: Path, text: str, name: str = "c.yaml") -> str:
    path = folder / name
    path.write_text(text)
    return str(path)


def test_each_cluster_has_what_it_says_and_what_is_at_the_top(tmp_path: Path) -> None:
    loaded = load({"context": "top"}, {}, written(tmp_path, TWO))
    assert loaded.config.each == (
        Cluster(
            cluster="eu",
            kubeconfig="all.kubeconfig",
            context="prod-eu",
            node_ports=False,
            ranges=("10.0.0.0/8=pod",),
        ),
        Cluster(
            cluster="us",
            kubeconfig="us.kubeconfig",
            context="top",
            node_ports=False,
            namespace=("shop",),
        ),
    )
    (row,) = loaded.config.each[0].range_rows()
    assert row.cluster == "eu"


def test_without_a_list_there_is_the_one_at_the_top() -> None:
    found = load({"cluster": "prod"}, {}).config
    assert [cluster.cluster for cluster in found.each] == ["prod"]


@pytest.mark.parametrize("text", ["clusters: []", "clusters:"])
def test_an_empty_list_is_none(tmp_path: Path, text: str) -> None:
    assert load({}, {}, written(tmp_path, text)).config == Config()


def test_clusters_in_other_files(tmp_path: Path) -> None:
    toml = '[[clusters]]\ncluster = "eu"\n[[clusters]]\ncluster = "us"\n'
    found = load({}, {}, written(tmp_path, toml, "c.toml")).config
    assert [cluster.cluster for cluster in found.each] == ["eu", "us"]


def test_printed_clusters_are_the_same(tmp_path: Path) -> None:
    loaded = load({"context": "top"}, {}, written(tmp_path, TWO))
    text = config.render(loaded)
    again = load({}, {}, written(tmp_path, text, "again.yaml"))
    assert again.config == loaded.config
    for line in (
        f'- cluster: "eu"  # {tmp_path}/c.yaml: clusters[0]: cluster',
        f'  context: "prod-eu"  # {tmp_path}/c.yaml: clusters[0]: context',
        '  context: "top"  # --context',
        f"  node_ports: false  # {tmp_path}/c.yaml: node_ports",
        "  in_cluster: false  # default",
    ):
        assert line in text.splitlines()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("clusters: {cluster: a}", r"c.yaml: clusters: Expected a list"),
        ("clusters: [a]", r"c.yaml: clusters\[0\]: must hold keys with values"),
        (
            "clusters: [{cluster: a}, {kubeconfg: x}]",
            r"c.yaml: clusters\[1\]: kubeconfg: unknown key; .* kubeconfig\?",
        ),
        ("clusters: [{zeek: [x]}]", r"c.yaml: clusters\[0\]: zeek: unknown key"),
        (
            "clusters: [{context: 5}]",
            r"c.yaml: clusters\[0\]: context: Expected `str`, got `int`",
        ),
        (
            "clusters: [{cluster: a}, {cluster: b}, {cluster: a}]",
            r"clusters\[2\]: cluster: 'a' is the name of clusters\[0\], too",
        ),
        ("clusters: [{context: x}, {context: y}]", r"'kubernetes' is the name of"),
        (
            "clusters: [{ranges: [10.0.0.0/8]}]",
            r"c.yaml: clusters\[0\]: ranges: '10.0.0.0/8' is not SUBNET=pod",
        ),
        (
            "clusters: [{cluster: ''}]",
            r"clusters\[0\]: cluster: a cluster needs a name that prints",
        ),
    ],
)
def test_bad_clusters(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        load({}, {}, written(tmp_path, text))


def test_clusters_are_for_files_alone() -> None:
    with pytest.raises(ConfigError, match="unknown variable; did you mean"):
        load({}, {"K8S_SYNC_CLUSTERS": "a,b"})
