"""A scenario says what it means, or is refused with its line, key and what to write."""

import re
from pathlib import Path

import pytest

from k8s_btest import yaml_text
from k8s_btest.errors import ScenarioError
from k8s_btest.scenario import read
from k8s_btest.values import Ends, Overlay, Payload, Port, Time

README = Path(__file__).parents[3] / "testing" / "scenarios" / "README.md"
MINIMAL = """\
title: A test
traffic:
  - at: 1
    from: 10.0.0.1
    to: 10.0.0.2
    port: 80
    tcp: {}
expect:
  rows:
    - log: conn
"""


def test_the_example_of_the_readme_is_a_scenario() -> None:
    """What people copy has to work."""
    example = re.search(r"```yaml\n(.*?)```", README.read_text(), re.DOTALL)
    assert example is not None
    scenario = read(example[1], "README.md")
    assert scenario.traffic[1].verb == "http"
    assert scenario.cluster.pods[0].until == 600_000_000


def test_what_is_left_out_has_a_default() -> None:
    """Two nodes and nothing else are a cluster."""
    scenario = read(MINIMAL, "x.yaml")
    assert [node.name for node in scenario.cluster.nodes or ()] == ["node-1", "node-2"]
    assert scenario.started == 1793610000_000000


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("title:", "titel:", "x.yaml:1: titel: unknown key titel; did you mean title?"),
        (
            "tcp: {}",
            "tcp: {say: []}",
            "7: traffic[0].tcp.say: unknown key say; did you",
        ),
        (
            "at: 1",
            "at: soon",
            "x.yaml:3: traffic[0].at: no time: 'soon'; write seconds",
        ),
        (
            "port: 80",
            "prt: 80",
            "x.yaml:6: traffic[0].prt: unknown key prt; did you me",
        ),
        ("port: 80", "", "x.yaml:3: traffic[0]: tcp needs port:"),
        ("to: 10.0.0.2", "", "x.yaml:3: traffic[0]: tcp needs to:"),
        ("tcp: {}", "", "one verb of dns, http, tls, tcp, udp, icmp, scan, capture is"),
        ("tcp: {}", "tcp: {}\n    udp: {}", "is needed; it has tcp and udp"),
        ("- log: conn", "- logg: conn", "x.yaml:10: expect.rows[0].logg: unknown key"),
        ("title: A test", "title: A test\nkind: evasion", "caught: is for evasions"),
        ("title: A test", "title: A test\nkind: negative", "negative needs detection:"),
        ("title: A test", "title: A test\nstart: now", "start: bad time 'now'; write"),
        ("title: A test", "title: [", "no YAML"),
        ("  rows:\n    - log: conn\n", "  rows: []\n", "says nothing, so it could not"),
        ("10.0.0.2", "a b", "no end of traffic: 'a b'; write web, shop/web"),
        ("tcp: {}", "tcp: {says: [{}]}", "write either client: or server:"),
        (
            "tcp: {}",
            "tcp: {says: [{client: {hex: 0g}}]}",
            "bad hex: non-hexadecimal number",
        ),
        ("tcp: {}", "tls: {version: '1.3', server_alpn: h2}", "encrypted in TLS 1.3"),
        (
            "tcp: {}",
            "tcp: {}\n    overlay: gre",
            "no overlay: 'gre'; write none, vxlan",
        ),
        (
            "traffic:",
            "cluster: {pods: [{name: a, workload: web}]}\ntraffic:",
            "workload 'web': write Kind/name, as Deployment/web",
        ),
        (
            "traffic:",
            "cluster: {pods: [{name: a, until: -2h}]}\ntraffic:",
            "until is before since",
        ),
        (
            "traffic:",
            "cluster: {pods: [{name: a, replicas: 2, address: 10.0.0.9}]}\ntraffic:",
            "replicas cannot share an address",
        ),
        ("traffic:", "cluster: {nodes: [{}]}\ntraffic:", "it lacks the key `name`"),
        (
            "traffic:",
            "cluster: {pods: [{name: a}, {name: a, since: 5}]}\ntraffic:",
            "pods: default/a is there twice at a time: write until: for the first",
        ),
        (
            "traffic:",
            "cluster: {services: [{name: a}, {name: a}]}\ntraffic:",
            "services: default/a is there twice at a time",
        ),
        ("- log: conn", "- {log: conn, count: -1}", "count: Expected `int` >= 0"),
    ],
)
def test_a_mistake_is_told_with_its_place(old: str, new: str, message: str) -> None:
    """File, line, key, and what to do."""
    with pytest.raises(ScenarioError) as caught:
        read(MINIMAL.replace(old, new), "x.yaml")
    assert message in str(caught.value)
    assert str(caught.value).startswith("x.yaml")


def test_nothing_is_no_scenario() -> None:
    """An empty file is refused, not taken for defaults."""
    with pytest.raises(ScenarioError, match="keys and values are needed"):
        read("", "x.yaml")


@pytest.mark.parametrize(
    ("said", "micros"),
    [
        (1, 1_000_000),
        (1.5, 1_500_000),
        ("90s", 90_000_000),
        ("5m", 300_000_000),
        ("-2h", -7_200_000_000),
        ("1d", 86_400_000_000),
        ("250ms", 250_000),
        ("-0.5", -500_000),
        ("1.5m", 90_000_000),
    ],
)
def test_times(said: object, micros: int) -> None:
    """Seconds, or a number with a unit."""
    assert Time.of(said) == micros


@pytest.mark.parametrize(
    ("said", "data"),
    [
        ("häh", "häh".encode()),
        ({"hex": "00 ff"}, b"\x00\xff"),
        ({"base64": "AP8="}, b"\x00\xff"),
        (b"\x01", b"\x01"),
    ],
)
def test_payloads(said: object, data: bytes) -> None:
    """Text is UTF-8; other bytes have their ways."""
    assert Payload.of(said) == data


def test_filler_has_its_size() -> None:
    """Also one of nothing."""
    assert [len(Payload.of({"size": size})) for size in (0, 1, 5000)] == [0, 1, 5000]


@pytest.mark.parametrize("said", [True, {"size": -1}, {"size": 1, "hex": "0"}, 7])
def test_no_payloads(said: object) -> None:
    """The message says what is one."""
    with pytest.raises(ValueError, match="write text, or one of"):
        Payload.of(said)


@pytest.mark.parametrize(
    ("said", "parts"),
    [
        (80, (80, 0, "tcp")),
        ("53/udp", (53, 0, "udp")),
        ("80:30080", (80, 30080, "tcp")),
    ],
)
def test_ports(said: object, parts: tuple[int, int, str]) -> None:
    """A port, one on nodes if it has that, and a protocol."""
    assert Port.of(said).parts == parts


@pytest.mark.parametrize("said", [0, 65536, "80/icmp", "http", "80:0"])
def test_no_ports(said: object) -> None:
    """Only what can be one."""
    with pytest.raises(ValueError, match="no port"):
        Port.of(said)


def test_overlays() -> None:
    """Kind, number, virtual network."""
    assert Overlay.of("vxlan:8472/7").parts == ("vxlan", 8472, 7)
    assert Overlay.of("vlan:100").parts == ("vlan", 100, 1)
    for said in ("vlan", "vlan:4095", "ipip/3", "vxlan:0", "geneve/16777216", 4789):
        with pytest.raises(ValueError, match="no overlay"):
            Overlay.of(said)


def test_ends() -> None:
    """A kind and a namespace where they are said."""
    one, two = Ends.of(["web", "service/shop/web"])
    assert one.parts == ("pod", "", "web")
    assert two.parts == ("service", "shop", "web")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("22:30", "22:30"),
        ("2026-11-02T09:00:00Z", "2026-11-02T09:00:00Z"),
        ("on", "on"),
        ("no", "no"),
        ("true", True),
        ("~", None),
        ("", None),
        ("010", "010"),
        ("-1", -1),
        (".5", 0.5),
        ("0x10", "0x10"),
        ("!!binary AP8=", b"\x00\xff"),
    ],
)
def test_yaml_as_a_person_means_it(text: str, value: object) -> None:
    """Ports, dates and words are what they look like."""
    assert yaml_text.load(f"a: {text}")[1] == {"a": value}


def test_a_pod_may_come_back() -> None:
    """Under its old name, as those of a StatefulSet do."""
    twice = "cluster: {pods: [{name: a, since: 5}, {name: a, until: 5}]}\ntraffic:"
    assert len(read(MINIMAL.replace("traffic:", twice), "x.yaml").cluster.pods) == 2
