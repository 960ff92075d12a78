"""The report counts what decorated logs say, and its pictures are as large as that."""

import itertools
import json
import re
from pathlib import Path
from typing import Any

import pytest

from k8s_sync import cli
from k8s_sync.console import Progress
from k8s_sync.enrich.naming import Naming
from k8s_sync.model import SECOND
from k8s_sync.report import axis, page, ribbons
from k8s_sync.report.collect import Collector
from k8s_sync.report.coverage import Share, cover
from k8s_sync.report.facts import MATCHES, OUTSIDE, Amount, End, Facts, Party
from tests.pure import sample
from tests.pure.test_enrich import write

T = sample.T
WEB, NODE = Party("shop", "Deployment/web"), Party("(nodes)", "Node/node-a")
NOBODY = Party("(unknown)", "")
LINES = (
    ("10.0.0.1", "192.0.2.1", 9, 100, 1000),
    ("10.0.0.1", "192.0.2.1", 30080, 10, 20),
    ("10.0.0.1", "10.0.9.9", 80, 1, 2),
    ("10.0.9.9", "10.0.0.1", 80, 3, 4),
    ("8.8.8.8", "10.0.0.1", 80, 5, 6),
)
HOSTILE = '</title><script>alert("x")</script><img src=x onerror=alert(1)>'


def conn(folder: Path, dialect: str = "zeek") -> Path:
    """A decorated conn.log in JSON."""
    rows = [
        {
            "_path": "conn",
            "ts": T / SECOND + number,
            "uid": f"C{number}",
            "id.orig_h": orig,
            "id.orig_p": 40000,
            "id.resp_h": resp,
            "id.resp_p": port,
            "proto": "tcp",
            "orig_bytes": sent,
            "resp_bytes": received,
            "conn_state": "SF",
        }
        for number, (orig, resp, port, sent, received) in enumerate(LINES)
    ]
    text = "".join(json.dumps(row) + "\n" for row in rows)
    return decorate(folder, write(folder / "conn.json", text), dialect)


def notices(folder: Path, count: int = 2) -> Path:
    """A decorated notice.log with a hostile message."""
    row = {
        "_path": "notice",
        "ts": T / SECOND + 2,
        "id.orig_h": "10.0.0.1",
        "id.orig_p": 1,
        "id.resp_h": "8.8.8.8",
        "id.resp_p": 1,
        "note": "K8s::Odd",
        "msg": HOSTILE,
    }
    text = (json.dumps(row) + "\n") * count
    return decorate(folder, write(folder / "notice.json", text), "zeek")


def decorate(folder: Path, log: Path, dialect: str) -> Path:
    out = folder / f"owned-{dialect}-{log.name}"
    arguments = ["--journal", sample.journal_file(folder), "--dialect", dialect]
    assert cli.main(["enrich", *arguments, "-o", str(out), str(log)]) == 0
    return out


def collect(*logs: Path, dialect: Any = "zeek") -> Facts:
    facts = Facts()
    for log in logs:
        Collector(facts, Naming(dialect=dialect)).read(str(log), Progress())
    return facts


@pytest.mark.parametrize("dialect", ["zeek", "ecs", "otel"])
def test_flows(tmp_path: Path, dialect: str) -> None:
    facts = collect(conn(tmp_path, dialect), dialect=dialect)
    found = {
        ends: (flow.connections, flow.size, flow.unknown)
        for ends, flow in facts.flows.items()
    }
    assert found == {
        (WEB, NODE): (1, 1100, 0),
        (WEB, Party("shop", "Service/front")): (1, 30, 0),
        (WEB, NOBODY): (1, 3, 1),
        (NOBODY, WEB): (1, 7, 1),
        (Party("(outside)", ""), WEB): (1, 11, 0),
    }
    assert facts.matches == {"exact": 7, "unknown": 2, OUTSIDE: 1}
    assert facts.sent[WEB] == 100 + 10 + 1 + 4 + 6
    assert facts.received[WEB] == 1000 + 20 + 2 + 3 + 5
    assert facts.seen == {("shop", "web-1")}
    assert (facts.first, facts.last) == (T, T + 4 * SECOND)
    assert facts.decorated


def test_tsv_says_the_same(tmp_path: Path) -> None:
    row = json.loads(conn(tmp_path).read_text().splitlines()[0])
    names = "\t".join(row)
    types = "\t".join("addr" if name.endswith("_h") else "string" for name in row)
    cells = "\t".join(str(value) for value in row.values())
    text = f"#path\tconn\n#fields\t{names}\n#types\t{types}\n{cells}\nbad\n"
    facts = collect(write(tmp_path / "conn.log", text))
    assert list(facts.flows) == [(WEB, NODE)]
    assert facts.rows == {"conn": 1}


def test_the_time_is_divided_into_few_parts() -> None:
    facts = Facts()
    end = End("exact", "pod", "n", "p", "Deployment/w", "", "")
    doubt = End("unknown", "", "", "", "", "", "")
    for number in range(10_000):
        facts.connection(
            T + number * 7 * SECOND, end, doubt if number % 2 else end, (1, 1)
        )
    bins = list(facts.bins())
    assert len(bins) <= 240
    assert sum(count for *_, count, _ in bins) == 10_000
    assert sum(unsure for *_, unsure in bins) == 5000
    assert all(before[1] <= after[0] for before, after in itertools.pairwise(bins))


def flows(count: int) -> dict[tuple[str, str], Amount]:
    found = {}
    for number in range(count):
        amount = Amount()
        for _ in range(number + 1):
            amount.add(100, MATCHES[number % 6], "exact")
        found[f"a{number % 20}", f"b{number % 30}"] = amount
    return found


@pytest.mark.parametrize("measure", [ribbons.by_bytes, ribbons.by_connections])
@pytest.mark.parametrize("count", [1, 5, 60])
def test_bars_are_as_high_as_what_there_is(
    measure: ribbons.Measure, count: int
) -> None:
    told = flows(count)
    picture = ribbons.draw(told, measure, 1000, 200)
    total = sum(measure(amount)[0] for amount in told.values())
    for bars in (picture.left, picture.right):
        assert len(bars) <= ribbons.MOST
        assert sum(bar.value for bar in bars) == pytest.approx(total)
        for before, after in itertools.pairwise(bars):
            assert before.y + before.height < after.y  # they do not touch
        assert bars[-1].y + bars[-1].height <= picture.height
        by_value = sorted(bars, key=lambda bar: bar.value)
        assert [bar.height for bar in by_value] == sorted(bar.height for bar in bars)
    doubtful = any(ribbon.doubtful for ribbon in picture.ribbons)
    assert doubtful == any(amount.unsure for amount in told.values())
    assert len(told) <= 20 or picture.left[-1].name == ribbons.REST


def test_no_flow_no_picture() -> None:
    assert ribbons.draw({}, ribbons.by_bytes, 1000, 200).ribbons == []
    silent = {("a", "b"): Amount()}
    assert ribbons.draw(silent, ribbons.by_bytes, 1000, 200).left == []


@pytest.mark.parametrize("seconds", [0, 1, 100, 86_400, 400 * 86_400, 10**12])
def test_the_axis_has_some_ticks(seconds: int) -> None:
    facts = Facts()
    facts.at(T)
    facts.at(T + seconds * SECOND)
    picture = axis.draw(facts, 1000, 10)
    assert len(picture.ticks) <= 11
    assert all(0 <= tick.x <= 1000 for tick in picture.ticks)
    assert picture.ticks or seconds < 2


def test_a_time_that_is_none() -> None:
    assert axis.clock(1 << 62, SECOND) == str((1 << 62) // SECOND)


def test_coverage() -> None:
    first, last = T - 100 * SECOND, T + 500 * SECOND
    found = cover(sample.rows(), {("shop", "web-2")}, first, last)
    assert (found.running, found.seen) == (1, 0)
    [pod] = found.unseen
    assert (pod.name, pod.node, pod.ran) == ("web-1", "node-a", 500 * SECOND)
    assert found.nodes == [Share("node-a", 1, 0)]
    later = cover(sample.rows(), {("shop", "web-2")}, T, T + 3000 * SECOND)
    assert (later.running, later.seen) == (2, 1)
    assert later.namespaces == [Share("shop", 2, 1)]


def test_the_page(tmp_path: Path) -> None:
    out = tmp_path / "report.html"
    logs = [str(conn(tmp_path)), str(notices(tmp_path))]
    claims = sample.journal_file(tmp_path)
    arguments = ["report", *logs, "--journal", claims, "--title", HOSTILE]
    assert cli.main([*arguments, "-o", str(out)]) == 0
    text = out.read_text()
    # Nothing of what anybody sent is more than text, and nothing is loaded.
    assert "<script>alert" not in text
    assert "<img" not in text
    assert "&lt;script&gt;alert(" in text
    assert not re.search(r"(?:src|href)=\"(?!#)", text)
    assert "default-src &#39;none&#39;" in text or "default-src 'none'" in text
    for said in (
        "shop/web",
        "node-a (node)",
        "shop/front (service)",
        "1.1 kB",
        "K8s::Odd",
    ):
        assert said in text


def test_what_cannot_be_reported(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plain = write(tmp_path / "conn.log", "#fields\tts\tuid\n1.0\tC1\n")
    out = str(tmp_path / "out.html")
    assert cli.main(["report", str(plain), "-o", out]) == 1
    assert "decorate them with `k8s-sync enrich` first" in capsys.readouterr().err
    log = conn(tmp_path)
    missing = str(tmp_path / "missing.log")
    assert cli.main(["report", missing, str(log), "-o", out]) == 1
    assert "missing.log: No such file" in capsys.readouterr().err
    assert "with <code>--journal FILE</code>" in Path(out).read_text()


def test_notices_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("k8s_sync.report.facts.NOTICES", 3)
    facts = collect(notices(tmp_path, 5))
    assert (len(facts.notices), facts.more_notices) == (3, 2)


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.0 kB"),
        (2.5e9, "2.5 GB"),
        (3e18, "3000.0 PB"),
    ],
)
def test_sizes(count: float, text: str) -> None:
    assert page.size(count) == text


@pytest.mark.parametrize(
    ("part", "text"), [(0, "0 %"), (1, "< 0.1 %"), (55, "5.5 %"), (1000, "100 %")]
)
def test_percents(part: float, text: str) -> None:
    whole = 1000 if part != 1 else 10_000
    assert page.percent(part, whole) == text


def test_lines_that_are_no_rows_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A sum that lacks something says so."""
    log, out = decorate(tmp_path, conn(tmp_path), "zeek"), str(tmp_path / "x.html")
    line = log.read_text().count("\n") + 2
    with log.open("a") as file:
        file.write('\n{"ts": 1\nx\n')
    assert cli.main(["report", str(log), "-o", out]) == 0
    first, total, _ = capsys.readouterr().err.splitlines()[-3:]
    assert first.startswith(f"k8s-sync: {log}:{line}: bad json: ")
    assert total == f"k8s-sync: {log}: 2 lines are not in the report"
    tsv = write(tmp_path / "conn.log", "#fields\tts\tid.orig_k8s.match\n1\texact\n1\n")
    assert cli.main(["report", str(tsv), "-o", out]) == 0
    assert f"{tsv}:3: 1 cells, 2 expected\n" in capsys.readouterr().err
