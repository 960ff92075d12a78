"""Asks Zeek itself: a trace is read, and its conn.log compared with the truth.

After the fact it loads a journal of all that was told. Live, rows are loaded while
the trace is read, in the second after they were heard; what has been written by then
stands in k8s_amendments.log.
"""

import subprocess
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple, cast

from k8s_sync import journal
from k8s_sync.address import text
from k8s_sync.model import Match, Row
from simulator import pcap
from simulator.clock import BEGIN, SECOND
from simulator.traffic import Question
from simulator.verdicts import Said

_MAPPED = b"\x00" * 10 + b"\xff\xff"
_SCRIPT = """@load zeek-k8s
@load zeek-k8s/columns/uid
@load zeek-k8s/clusters/vlan

redef ignore_checksums = T;
redef K8s::vlan_domains = {{
{domains}
}};
{more}
"""
_AFTER = 'redef K8s::journal = "journal.log";'
_LIVE = """
# Files are named by the second in which their rows were heard.
global second: count = {first};

event tell()
    {{
    while ( second <= double_to_count(time_to_double(network_time())) )
        {{
        K8s::__load_journal(fmt("told/%d", second));
        ++second;
        }}

    schedule 1sec {{ tell() }};
    }}

event network_time_init()
    {{
    event tell();
    }}
"""


class Line(NamedTuple):
    """What became of a question."""

    said: Said
    amended: Said | None = None


def _domains() -> str:
    lines = []
    for (cluster, network), vlan in pcap.VLANS.items():
        fields = [f'$cluster="{cluster}"'] if cluster else []
        fields += [f'$network="{network}"'] if network else []
        if fields:
            lines.append(f"[{vlan}] = [{', '.join(fields)}]")
    return ",\n".join(lines)


def after(
    environment: dict[str, str],
    questions: list[Question],
    rows: Iterable[Row],
    until: int,
) -> list[Line]:
    """Asks with all rows known from the beginning."""
    with tempfile.TemporaryDirectory(prefix="zeek-k8s-simulator-") as name:
        folder = Path(name)
        journal.write(str(folder / "journal.log"), rows)
        return _run(environment, folder, questions, until, _AFTER)


def live(
    environment: dict[str, str],
    questions: list[Question],
    told: Iterable[tuple[int, Row]],
    until: int,
) -> list[Line]:
    """Asks with the rows as they were heard."""
    first = BEGIN // SECOND
    by_second: defaultdict[int, list[Row]] = defaultdict(list)
    for heard, row in told:
        by_second[max(first, heard // SECOND + 1)].append(row)
    with tempfile.TemporaryDirectory(prefix="zeek-k8s-simulator-") as name:
        folder = Path(name)
        (folder / "told").mkdir()
        for second in range(first, until // SECOND + 1):
            journal.write(str(folder / "told" / str(second)), by_second[second])
        return _run(environment, folder, questions, until, _LIVE.format(first=first))


def _run(
    environment: dict[str, str],
    folder: Path,
    questions: list[Question],
    until: int,
    more: str,
) -> list[Line]:
    pcap.write(folder / "trace.pcap", questions, until)
    script = _SCRIPT.format(domains=_domains(), more=more)
    (folder / "run.zeek").write_text(script)
    done = subprocess.run(
        ["zeek", "-b", "-r", "trace.pcap", "base/protocols/conn", "run.zeek"],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode or done.stderr.strip():
        raise RuntimeError(f"zeek: {done.stderr.strip() or done.returncode}")
    return _lines(folder, questions)


def _lines(folder: Path, questions: list[Question]) -> list[Line]:
    numbers = {}
    for n, question in enumerate(questions):
        address, port = pcap.stranger(n, v4=question.address.startswith(_MAPPED))
        numbers[text(address), str(port)] = n
    lines: dict[int, Line] = {}
    places = {}
    for row in _rows(folder / "conn.log"):
        for side, other in (("orig", "resp"), ("resp", "orig")):
            number = numbers.get((row[f"id.{other}_h"], row[f"id.{other}_p"]))
            if number is not None:
                lines[number] = Line(_said(row, f"id.{side}_k8s."))
                places[row["uid"], side] = number
    amendments = folder / "k8s_amendments.log"
    for row in _rows(amendments) if amendments.exists() else ():
        number = places[row["uid"], row["side"]]
        lines[number] = lines[number]._replace(amended=_said(row, "k8s."))
    if missing := len(questions) - len(lines):
        raise RuntimeError(f"zeek: {missing} connections are not in conn.log")
    return [lines[number] for number in range(len(questions))]


def _said(row: dict[str, str], prefix: str) -> Said:
    match, uid = row[f"{prefix}match"], row[f"{prefix}uid"]
    return Said(
        None if match == "-" else cast("Match", match), None if uid == "-" else uid
    )


def _rows(path: Path) -> Iterator[dict[str, str]]:
    names: list[str] = []
    with path.open() as log:
        for line in log:
            cells = line.rstrip("\n").split("\t")
            if cells[0] == "#fields":
                names = cells[1:]
            elif not line.startswith("#"):
                yield dict(zip(names, cells, strict=True))
