"""The commands say what is wrong and how to go on, and tell results in three ways."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from k8s_btest import place, seeds
from k8s_btest.cli import main
from k8s_btest.errors import NotThereError
from k8s_btest.results import Result, summaries, table
from k8s_btest.scenario import read

LAUNCHER = Path(__file__).parents[2] / "k8s-btest"
RESULTS = [
    Result(
        name="a.caught",
        title="It is <caught>",
        detection="scan",
        kind="evasion",
        caught=True,
        verdict="passed",
        seconds=1.25,
        options={"A::b": 5},
    ),
    Result(
        name="a.missed",
        detection="scan",
        kind="evasion",
        caught=False,
        verdict="passed",
    ),
    Result(name="a.good", detection="scan", kind="positive", verdict="passed"),
    Result(
        name="a.bad",
        detection="scan",
        kind="negative",
        verdict="failed",
        reasons=("there is & there is not",),
    ),
    Result(name="b", kind="positive", verdict="skipped", reasons=("no capture",)),
]


def test_new_makes_a_scenario(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One that renders, and is never written over another."""
    path = tmp_path / "mine.yaml"
    assert main(["new", str(path)]) == 0
    assert read(path.read_text(), str(path)).expect.rows[0].log == "http"
    assert main(["render", str(path), "-o", str(tmp_path / "out")]) == 0
    files = {file.name for file in (tmp_path / "out" / "mine").iterdir()}
    assert files == {
        "claims.log",
        "expect.json",
        "objects.json",
        "test.zeek",
        "trace.pcap",
    }
    capsys.readouterr()
    assert main(["new", str(path)]) == 2
    assert "is there already" in capsys.readouterr().err


def test_zeek_runs_with_the_same_seed_each_time(tmp_path: Path) -> None:
    """The order of its tables is not left to chance, on whatever machine."""
    path = tmp_path / "mine.yaml"
    assert main(["new", str(path)]) == 0
    assert main(["render", str(path), "-o", str(tmp_path / "out")]) == 0
    config = (tmp_path / "out" / "btest.cfg").read_text()
    assert "[environment]\nZEEK_SEED_FILE = %(testbase)s/zeek.seed\n" in config
    lines = (tmp_path / "out" / "zeek.seed").read_text().splitlines()
    assert len(lines) == 21
    assert lines[0] == "577090037"
    assert seeds.text(2).splitlines()[0] != lines[0]


@pytest.mark.parametrize("number", ["0", "-1", "x"])
def test_there_is_at_least_one_seed(
    number: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without any, nothing would be run, and all would have passed."""
    with pytest.raises(SystemExit):
        main(["run", "--seeds", number])
    assert "argument --seeds" in capsys.readouterr().err


def test_render_says_what_it_could_not(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A mistake fails, a capture that is not here only skips."""
    bad, lacking = tmp_path / "bad.yaml", tmp_path / "lacking.yaml"
    bad.write_text("title: x\n")
    lacking.write_text(
        "title: x\ntraffic: [{capture: {file: no.pcap}}]\n"
        "expect: {rows: [{log: conn}]}\n"
    )
    assert main(["render", str(bad), "-o", str(tmp_path)]) == 1
    assert "it lacks the key `expect`" in capsys.readouterr().err
    assert main(["render", str(lacking), "-o", str(tmp_path)]) == 77
    assert "lacking: skipped: the capture no.pcap" in capsys.readouterr().err


def test_without_zeek_it_says_what_to_install(tmp_path: Path) -> None:
    """Not how a program failed to start."""
    with pytest.raises(NotThereError, match=r"no Zeek found: install Zeek >= 8\.0"):
        place.environment({"PATH": str(tmp_path)}, prefixes=())


@pytest.mark.parametrize("command", [[], ["run"], ["render"], ["report"], ["new"]])
def test_help_is_there_without_scapy(command: list[str]) -> None:
    """At once, too."""
    done = subprocess.run(  # noqa: S603 -- our own
        [sys.executable, "-X", "importtime", str(LAUNCHER), *command, "--help"],
        env={**os.environ, "COLUMNS": "80"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "usage: k8s-btest" in done.stdout
    assert "scapy" not in done.stderr


def test_the_table() -> None:
    """A line each, and below what was wrong."""
    lines = table(RESULTS).splitlines()
    assert lines[0].split() == ["SCENARIO", "KIND", "DETECTION", "VERDICT", "SECONDS"]
    assert re.split(r"  +", lines[2]) == [
        "a.missed",
        "evasion not caught",
        "scan",
        "passed",
        "0.0",
    ]
    assert "  there is & there is not" in lines


def test_results_are_summed_up_by_detection() -> None:
    """What did not pass proves nothing."""
    scan, columns = summaries(RESULTS)
    assert (scan.detection, columns.detection) == ("scan", "")
    assert (scan.positive, scan.negative, scan.caught, scan.missed) == (1, 0, 1, 1)
    assert (scan.failed, columns.skipped) == (1, 1)


def test_a_page_of_results(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One file that needs nothing else, and shows text as text."""
    results, page = tmp_path / "results.json", tmp_path / "report.html"
    results.write_bytes(msgspec.json.encode(RESULTS))
    command = ["report", "--from", str(results), "-o", str(page)]
    assert main(command) == 1
    assert "3 passed, 1 failed, 1 skipped" in capsys.readouterr().out
    html = page.read_text()
    assert "It is &lt;caught&gt;" in html
    assert "there is &amp; there is not" in html
    assert "<code>A::b = 5</code>" in html
    assert not re.search(r"https?:|<script|<link|@import|url\(", html)
    assert "prefers-color-scheme: dark" in html


def test_results_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is written can be read again."""
    results = tmp_path / "results.json"
    results.write_bytes(msgspec.json.encode(RESULTS))
    page = str(tmp_path / "x.html")
    assert main(["report", "--from", str(results), "--json", "-", "-o", page]) == 1
    said = json.loads(capsys.readouterr().out)
    assert msgspec.convert(said, list[Result]) == RESULTS


def test_options_of_a_site_are_read_like_those_of_a_scenario(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """And refused with a way out."""
    scenario, site = tmp_path / "x.yaml", tmp_path / "site.yaml"
    assert main(["new", str(scenario)]) == 0
    site.write_text("A::b: 22:30\n")
    command = ["render", str(scenario), "-o", str(tmp_path), "--options", str(site)]
    assert main(command) == 0
    redef = '@ifdef ( A::b )\nredef A::b = "22:30";\n@endif\n'
    assert redef in (tmp_path / "x" / "test.zeek").read_text()
    site.write_text("- A::b\n")
    capsys.readouterr()
    assert main(command) == 2
    assert "options are one `Module::option: value` per line" in capsys.readouterr().err


def test_options_of_a_site_may_lie_beside_its_scenarios(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """They are no scenario; a folder of nothing else says how to make one."""
    site = tmp_path / "site.yaml"
    site.write_text("A::b: 5\n")
    command = ["render", str(tmp_path), "-o", str(tmp_path), "--options", str(site)]
    assert main(command) == 2
    assert "make one: k8s-btest new my-scenario.yaml" in capsys.readouterr().err
    assert main(["new", str(tmp_path / "x.yaml")]) == 0
    assert main(command) == 0


def test_logs_are_verified(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the folder in which a btest runs."""
    monkeypatch.chdir(tmp_path)
    Path("conn.log").write_text('{"proto":"tcp"}\n')
    wanted = {"title": "x", "wanted": [{"log": "conn", "columns": {"proto": "udp"}}]}
    Path("expect.json").write_text(json.dumps(wanted))
    assert main(["verify", "expect.json"]) == 1
    assert "the nearest has proto=tcp" in capsys.readouterr().err
    Path("conn.log").write_text('{"proto":"udp"}\n')
    assert main(["verify", "expect.json"]) == 0
