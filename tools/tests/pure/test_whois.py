"""The story of an address is told to people and to programs."""

import json
from pathlib import Path

import pytest

from k8s_sync import address, whois
from k8s_sync.cli import main
from k8s_sync.enrich.question import ANY
from k8s_sync.errors import ConfigError
from k8s_sync.whois import Target
from tests.pure import sample


@pytest.fixture
def journal(tmp_path: Path) -> str:
    return sample.journal_file(tmp_path)


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
    assert whois.parse_target(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "web-1",
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
        whois.parse_target(text)


def test_story(journal: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["whois", "10.0.0.1", "--journal", journal]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split() for line in lines] == [
        ["10.0.0.1"],
        ["FROM", "TO", "KIND", "OWNER", "WORKLOAD", "NODE", "CLUSTER", "PORT"],
        [
            *("2023-11-14T22:13:20.000000Z", "2023-11-14T22:30:00.000000Z"),
            *("pod", "shop/web-1", "Deployment/web", "node-a", "c1", "-"),
        ],
        [
            *("2023-11-14T22:46:40.000000Z", "still", "held"),
            *("pod", "shop/web-2", "Deployment/web", "-", "c1", "-"),
        ],
    ]


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
    journal: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["whois", target, "--journal", journal, "--at", at]) == code
    assert f"Z: {sentence}" in capsys.readouterr().out


def test_nobody(journal: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["whois", "8.8.8.8", "--journal", journal]) == whois.NOBODY
    assert capsys.readouterr().out == "8.8.8.8: nobody, as far as this journal knows\n"


def test_json(journal: str, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["whois", "10.0.0.1", "--journal", journal, "--json"]
    assert main([*arguments, "--at", "1700000950.5"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert list(found) == ["address", "at", "match", "owner", "claims"]
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


@pytest.mark.parametrize("bad", [["--at", "soon"], ["--bogus"]])
def test_usage(journal: str, bad: list[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main(["whois", "10.0.0.1", "--journal", journal, *bad])
    assert stop.value.code == 2
