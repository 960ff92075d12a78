"""The command line teaches, and fails in one line."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from k8s_sync import __version__, cli
from k8s_sync.cli import main
from k8s_sync.commands import COMMANDS
from tests.pure import sample

TOOLS = Path(__file__).parents[2]
CLUSTER = TOOLS.parent / "testing" / "Files" / "demo-cluster.json"


def launch(*args: str, tool: str = "k8s-sync") -> "subprocess.CompletedProcess[str]":
    return subprocess.run(  # noqa: S603 -- our own
        [sys.executable, str(TOOLS / tool), *args],
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
        env={k: v for k, v in os.environ.items() if k != "PYTHONPATH"},
    )


@pytest.mark.parametrize("name", COMMANDS)
def test_help_has_an_example(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main([name, "--help"])
    assert stop.value.code == 0
    assert f"k8s-sync {name}" in capsys.readouterr().out.partition("example")[2]


def test_every_key_is_a_flag(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["daemon", "--help"])
    out = capsys.readouterr().out
    for flag in (
        "--zeek-ca",
        "--log-level",
        "--no-in-cluster",
        "--retention",
        "[3600]",
    ):
        assert flag in out


@pytest.mark.parametrize(
    "argv", [[], ["render"], ["enrich"], ["enrich", "--jour", "x"]]
)
def test_usage(argv: list[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main(argv)
    assert stop.value.code == 2


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (["--columns", "x"], "no column 'x'; there are: cluster,"),
        (["--columns", "labels"], "needs --labels"),
    ],
)
def test_columns(
    more: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stop:
        main(["enrich", "--journal", "x", *more])
    assert stop.value.code == 2
    assert message in capsys.readouterr().err


def test_enrich(tmp_path: Path) -> None:
    journal, log = sample.journal_file(tmp_path), tmp_path / "x.log"
    log.write_text('{"ts":1700000000.0,"host":"10.0.0.1"}\n')
    out = tmp_path / "out"
    more = ["--columns", "zone,uid", "--labels", "app"]
    argv = ["enrich", "--journal", journal, str(log), "-o", str(out), *more]
    assert main(argv) == 0
    row = json.loads(out.read_text())
    assert list(row)[-3:] == ["k8s.uid", "k8s.labels", "k8s.zone"]
    assert row["k8s.labels"] == ["app=web"]


def test_print_config(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("K8S_SYNC_CLUSTER", "prod")
    for command in ("daemon", "check"):
        argv = [command, "--zeek", "ws://a:1/x", "--zeek", "ws://b:1/x"]
        assert main([*argv, "--print-config", "--in-cluster"]) == 0
        out = capsys.readouterr().out
        assert 'cluster: "prod"  # K8S_SYNC_CLUSTER\n' in out
        assert 'zeek: ["ws://a:1/x","ws://b:1/x"]  # --zeek\n' in out
        assert "in_cluster: true  # --in-cluster\n" in out


def test_bad_configuration_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["daemon", "--retention", "1"]) == 2
    assert capsys.readouterr().err == "k8s-sync: --retention: Expected `int` >= 120\n"


def test_interrupt(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(_: object) -> int:
        raise KeyboardInterrupt

    changed = {"version": COMMANDS["version"]._replace(run=interrupt)}
    monkeypatch.setattr(cli, "COMMANDS", changed)
    assert main(["version"]) == 130


def test_launcher() -> None:
    done = launch("version")
    assert (done.returncode, done.stdout) == (0, f"k8s-sync {__version__}\n")
    done = launch("whois", "10.0.0.1", "--journal", "/nowhere/x")
    assert (done.returncode, done.stderr.count("\n")) == (3, 1)


def test_launcher_without_dependencies() -> None:
    code = (
        "import sys, runpy; sys.modules['msgspec'] = None;"
        f"runpy.run_path({str(TOOLS / 'k8s-sync')!r}, run_name='__main__')"
    )
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "package msgspec is missing: run `make venv`" in done.stderr
    assert "Traceback" not in done.stderr


def test_export_then_whois(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    journal = str(tmp_path / "claims.log")
    ranges = ["--range", "10.0.0.0/8=pod", "--cluster", "demo"]
    argv = ["export", "--source", str(CLUSTER), "--journal", journal, *ranges]
    assert main(argv) == 0
    assert f"{journal}: " in capsys.readouterr().err
    assert main(["whois", "10.99.99.99", "--journal", journal, "--at", "0"]) == 1
    assert "unknown: in a range" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("more", "code", "message"),
    [
        (["--kubeconfig", "nowhere"], 2, "nowhere"),
        (["--source", "/nowhere/x"], 1, "No such file or directory"),
        (["--source", __file__], 2, "is not what kubectl writes"),
    ],
)
def test_export_fails(
    more: list[str], code: int, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["export", "--journal", "-", *more]) == code
    assert message in capsys.readouterr().err


def test_export_range(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["export", "--journal", "-", "--range", "10.0.0.0/8"]) == 2
    assert "--ranges: '10.0.0.0/8' is not SUBNET=pod" in capsys.readouterr().err


def test_export_of_several_clusters(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As the daemon's file lists them, each under its own name."""
    journal, file = str(tmp_path / "claims.log"), tmp_path / "c.json"
    entries = [{"cluster": "a"}, {"cluster": "b", "ranges": ["10.0.0.0/8=pod"]}]
    file.write_text(json.dumps({"source": [str(CLUSTER)], "clusters": entries}))
    assert main(["export", "--config", str(file), "--journal", journal]) == 0
    capsys.readouterr()
    assert main(["whois", "10.244.1.7", "--json", "--journal", journal]) == 0
    found = json.loads(capsys.readouterr().out)["claims"]
    assert {claim["cluster"] for claim in found} == {"a", "b"}
    assert main(["whois", "10.9.9.9", "--journal", journal, "--at", "0"]) == 1
    assert "unknown: in a range" in capsys.readouterr().out
