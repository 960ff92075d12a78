"""The story of an address is told to people and to programs."""

import json
from pathlib import Path

import pytest

from fakes.loopback import free_port
from k8s_sync import address
from k8s_sync.cli import main
from k8s_sync.enrich.question import ANY
from k8s_sync.errors import ConfigError
from k8s_sync.history.writer import Writer
from k8s_sync.selector import Selector
from k8s_sync.whois.command import NOBODY
from k8s_sync.whois.target import Target, parse_target
from tests.pure import sample


@pytest.fixture
def journal(tmp_path: Path) -> str:
    return sample.journal_file(tmp_path)


@pytest.fixture(params=["--journal", "--history"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> list[str]:
    """The same claims in a journal and in a history; answers do not differ."""
    if request.param == "--journal":
        return ["--journal", sample.journal_file(tmp_path)]
    path = str(tmp_path / "claims.db")
    with Writer(path) as writer:
        writer.write((row, None) for row in sample.rows())
    return ["--history", path]


def out(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return capsys.readouterr().out.splitlines()


@pytest.mark.parametrize(
    ("text", "addr", "port", "protos"),
    [
        ("10.0.0.1", "10.0.0.1", 0, ()),
        ("10.0.0.1:53", "10.0.0.1", 53, ANY),
        ("10.0.0.1:53/udp", "10.0.0.1", 53, ("udp",)),
        ("fd00::1", "fd00::1", 0, ()),
        ("fd00::1:53", "fd00::1:53", 0, ()),
        ("[fd00::1]", "fd00::1", 0, ()),
        ("[fd00::1]:443/tcp", "fd00::1", 443, ("tcp",)),
        ("::ffff:10.0.0.1", "10.0.0.1", 0, ()),
    ],
)
def test_target(text: str, addr: str, port: int, protos: tuple[str, ...]) -> None:
    expected = Target(address.pack(addr), port, protos)  # type: ignore[arg-type]
    assert parse_target(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("shop/web-1", Selector("pod", "web-1", "shop")),
        ("Deployment/web", Selector("workload", "Deployment/web")),
        ("shop/Deployment/web", Selector("workload", "Deployment/web", "shop")),
        ("Service/front", Selector("service", "front")),
        ("shop/Service/front", Selector("service", "front", "shop")),
        ("node-a", Selector("node", "node-a")),
        ("ip-10-0-0-1.eu.example", Selector("node", "ip-10-0-0-1.eu.example")),
        ("Node/cafe", Selector("node", "cafe")),
        (
            "0b9f1d1e-3c1f-4f7e-9a55-2f6d3f1a7c11",
            Selector("uid", "0b9f1d1e-3c1f-4f7e-9a55-2f6d3f1a7c11"),
        ),
        ("0" * 32, Selector("uid", "0" * 32)),
    ],
)
def test_object(text: str, expected: Selector) -> None:
    assert parse_target(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a/b/c/d",
        "shop/",
        "shop/deployment/web",
        "10.0.0.1/tcp",
        "10.0.0",
        "10.0.0.1:",
        "10.0.0.1:0",
        "10.0.0.1:70000",
        "[x]:1",
        "1:x",
    ],
)
def test_bad_target(text: str) -> None:
    with pytest.raises(ConfigError):
        parse_target(text)


def test_story(place: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["whois", "10.0.0.1", *place]) == 0
    heads = "FROM TO END MATCH KIND OWNER WORKLOAD NODE CLUSTER"
    web = "exact pod shop/web-{} Deployment/web"
    assert [" ".join(line.split()) for line in out(capsys)] == [
        "10.0.0.1",
        "",
        heads,
        f"2023-11-14T22:13:20Z 2023-11-14T22:30:00Z - {web.format(1)} node-a c1",
        "roles: proxy scraper",
        "labels: app=web note=a,b tier=-",
        "images: web:1",
        f"2023-11-14T22:46:40Z still held - {web.format(2)} - c1",
    ]


def test_the_hours_around_a_time_are_told(
    place: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """More of it where that is asked for."""
    asked = ["whois", "10.0.0.1", *place, "--brief", "--at"]
    long_after = "2023-11-14T23:40:00Z"
    assert main([*asked, long_after]) == 0
    assert len(out(capsys)) == 4
    assert main([*asked, "2023-11-14T23:20:00Z"]) == 0
    assert len(out(capsys)) == 5
    assert main([*asked, long_after, "--from", "1699999000"]) == 0
    assert len(out(capsys)) == 5


def test_objects(place: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["whois", "shop/web-1", *place, "--at", "1700000001"]) == 0
    assert out(capsys)[0] == (
        "shop/web-1 at 2023-11-14T22:13:21Z: 10.0.0.1 (exact), fd00::1 (exact)"
    )
    assert main(["whois", "Deployment/web", *place, "--brief"]) == 0
    assert [line.split()[0] for line in out(capsys)[2:]] == [
        *("ADDRESS", "10.0.0.1", "fd00::1", "10.0.0.1")
    ]
    assert main(["whois", "shop/web-9", *place]) == NOBODY
    assert main(["whois", "shop/web-1", *place, "--at", "1600000000"]) == NOBODY
    assert "shop/web-1 at 2020-09-13T12:26:40Z: no address" in out(capsys)[-1]


def test_window(place: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """What was held at some time of it is told, and how sure that was then."""
    asked = ["whois", "10.0.0.1", *place, "--json"]
    assert main([*asked, "--from", "2023-11-14T22:20:00Z", "--to", "1700001001"]) == 0
    [one] = json.loads(out(capsys)[0])["claims"]
    assert one["owner"]["pod"] == "web-1"
    assert one["sure"] == [
        {
            "from": "2023-11-14T22:20:00.000000Z",
            "to": "2023-11-14T22:30:00.000000Z",
            "match": "exact",
        },
        {
            "from": "2023-11-14T22:30:00.000000Z",
            "to": "2023-11-14T22:30:01.000000Z",
            "match": "ended",
        },
    ]
    assert main([*asked, "--cluster", "c2"]) == NOBODY


@pytest.mark.parametrize(
    ("target", "at", "code", "sentence"),
    [
        ("10.0.0.1", "1700000001", 0, "shop/web-1 (exact)"),
        ("10.0.0.1", "2023-11-14T22:30:00Z", 0, "shop/web-1 (ended)"),
        ("192.0.2.1:30080", "1700000001", 0, "shop/front (exact)"),
        ("192.0.2.1", "1700000001", 0, "node-a (exact)"),
        ("10.0.9.9", "1700000001", 1, "unknown: in a range of the cluster"),
        ("8.8.8.8", "1700000001", 1, "nobody, and in no range"),
    ],
)
def test_answer(  # noqa: PLR0917
    target: str,
    at: str,
    code: int,
    sentence: str,
    place: list[str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["whois", target, *place, "--at", at]) == code
    assert f"Z: {sentence}" in capsys.readouterr().out


def test_nobody(journal: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["whois", "8.8.8.8", "--journal", journal]) == NOBODY
    assert capsys.readouterr().out == "8.8.8.8: nobody, as far as is known here\n"


def test_json(place: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["whois", "10.0.0.1", *place, "--json"]
    assert main([*arguments, "--at", "1700000950.5"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert list(found) == [
        *("asked", "address", "at", "match", "owner", "claims", "notes")
    ]
    assert found["at"] == "2023-11-14T22:29:10.500000Z"
    assert (found["match"], found["owner"]["pod"]) == ("exact", "web-1")
    first, second = found["claims"]
    assert first["from"] == "2023-11-14T22:13:20.000000Z"
    assert first["terminating"] == "2023-11-14T22:28:20.000000Z"
    assert (second["to"], second["terminating"]) == (None, None)
    assert first["owner"]["labels"] == ["app=web", "note=a,b", "tier=-"]
    assert main(arguments) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["at"], found["match"], found["owner"]) == (None, None, None)


def test_unreadable_journal_is_not_nobody(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["whois", "10.0.0.1", "--journal", "/nowhere/x"]) == 3
    assert capsys.readouterr().err == (
        "k8s-sync: /nowhere/x: No such file or directory\n"
    )


def test_nobody_is_asked(capsys: pytest.CaptureFixture[str]) -> None:
    """What can be done about it is said."""
    place = f"127.0.0.1:{free_port()}"
    assert main(["whois", "10.0.0.1", "--daemon", place]) == 3
    said = capsys.readouterr().err
    assert said.startswith(
        f"k8s-sync: no daemon answers at {place}: Connection refused"
    )
    assert "give --history FILE or --journal FILE" in said
    assert main(["whois", "--daemon"]) == 2
    assert main(["whois", "10.0.0.1", "--daemon", "http://x"]) == 2
    assert main(["whois", "x", "--journal", "a", "--history", "b"]) == 2


@pytest.mark.parametrize("bad", [["--at", "soon"], ["--bogus"]])
def test_usage(journal: str, bad: list[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main(["whois", "10.0.0.1", "--journal", journal, *bad])
    assert stop.value.code == 2


@pytest.mark.parametrize(
    ("place", "code", "message"),
    [
        ("localhost:99999", 2, "--daemon: bad port '99999'"),
        ("localhost:0", 2, "--daemon: bad port '0'"),
        ("a b", 2, "is not HOST:PORT"),
        ("a\x01b", 2, "is not HOST:PORT"),
        ("xn--\u00fc..:1", 3, "no daemon answers at"),
        ("x" * 80, 3, "no daemon answers at"),
    ],
)
def test_a_place_where_no_daemon_can_be(
    place: str, code: int, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["whois", "10.0.0.1", "--daemon", place]) == code
    assert message in capsys.readouterr().err
