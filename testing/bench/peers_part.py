"""`k8s-sync enrich` on five million rows, beside what else people would use.

The others do a simpler job: a dictionary of addresses without time, ports, ranges and
doubt, which is what can be had with a few lines.
"""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from bench import cluster, traffic
from bench.enrich_part import HOSTS, PROGRAM, ROWS_PER_SECOND
from bench.environment import ZAT
from bench.figures import Figure, at_least, at_most
from bench.process import Cost, run
from bench.zeek_parts import Options
from k8s_sync import address

ROWS = 5_000_000
_SOME = 200_000
"""Rows for the others, and for what starting costs."""
_GROWTH = 1.1
"""Memory with `ROWS` as a multiple of that with `_SOME`."""
_HERE = Path(__file__).resolve().parent
_JQ = '. + {orig: $names[0][."id.orig_h"], resp: $names[0][."id.resp_h"]}'


class _Peer(NamedTuple):
    name: str
    command: Sequence[str | Path]
    log: str


def comparing(options: Options) -> list[Figure]:
    """Rows for each second of a core; memory; and how many times the others'."""
    folder = options.folder
    hosts = min(HOSTS, options.claims)
    options.say("writing a journal and logs")
    journal, names = folder / "peers-claims.log", folder / "names.json"
    cluster.write_journal(journal, options.claims)
    _write_names(names, options.claims)
    for rows in (1, _SOME, ROWS):
        traffic.write_conn_log(folder / f"conn.{rows}.log", rows, hosts)
    for rows in (1, _SOME):
        _write_json(folder / f"conn.{rows}.log", folder / f"conn.{rows}.json")

    enrich = _Peer(
        "enrich",
        (sys.executable, PROGRAM, "enrich", "--jobs", "1", "--journal", journal),
        "log",
    )
    some, all_of_them = (_cost(options, enrich, rows) for rows in (_SOME, ROWS))
    rate = (ROWS - _SOME) / (all_of_them.cpu - some.cpu)
    growth = all_of_them.rss / some.rss
    return [
        at_least(
            f"enrich, {ROWS:,} rows, one core", rate, ROWS_PER_SECOND, "{:,.0f}/s"
        ),
        at_most(f"its memory, to that for {_SOME:,} rows", growth, _GROWTH, "x {:.2f}"),
        Figure(
            f"its memory, with {options.claims:,} claims",
            f"{all_of_them.rss / 2**20:.0f} MiB",
        ),
        *_others(options, rate, names),
    ]


def _others(options: Options, rate: float, names: Path) -> Iterable[Figure]:
    peers: list[_Peer] = [
        _Peer(
            "a plain dictionary in Python",
            (sys.executable, _HERE / "simple_dict.py", names),
            "log",
        )
    ]
    if jq := shutil.which("jq"):
        peers.append(
            _Peer("jq", (jq, "-c", "--slurpfile", "names", names, _JQ), "json")
        )
    else:
        yield Figure("jq", "skipped: install jq")
    zat = options.folder / "zat"
    options.say("installing zat")
    try:
        subprocess.run([sys.executable, "-m", "venv", zat], check=True)
        pip: list[str | Path] = [zat / "bin" / "python", "-m", "pip", "install"]
        subprocess.run(
            [*pip, "--quiet", f"zat=={ZAT}"], check=True, capture_output=True
        )
    except subprocess.CalledProcessError:
        yield Figure("zat", "skipped: pip cannot get it")
    else:
        script = _HERE / "simple_zat.py"
        command = (zat / "bin" / "python", script, names)
        peers.append(_Peer("zat and a dictionary", command, "log"))
    for peer in peers:
        one, some = (_cost(options, peer, rows) for rows in (1, _SOME))
        its = (_SOME - 1) / (some.cpu - one.cpu)
        yield Figure(peer.name, f"{its:,.0f}/s", f"enrich: x {rate / its:.2f}")


def _cost(options: Options, peer: _Peer, rows: int) -> Cost:
    options.say(f"{peer.name}: {rows:,} rows")
    log = options.folder / f"conn.{rows}.{peer.log}"
    return run([*peer.command, log], options.folder)


def _write_names(path: Path, claims: int) -> None:
    names = {
        address.text(claim.address): (claim.owner.namespace, claim.owner.pod)
        for claim in cluster.claims(claims)
    }
    path.write_text(json.dumps(names))


def _write_json(log: Path, path: Path) -> None:
    """Writes the same log as Zeek writes JSON."""
    numbers = {"ts", "id.orig_p", "id.resp_p", "duration", "orig_bytes", "resp_bytes"}
    names: list[str] = []
    with log.open() as source, path.open("w") as out:
        for line in source:
            cells = line.rstrip("\n").split("\t")
            if cells[0] == "#fields":
                names = cells[1:]
            elif not line.startswith("#"):
                row = {
                    name: json.loads(cell) if name in numbers else cell
                    for name, cell in zip(names, cells, strict=True)
                    if cell != "-"
                }
                out.write(json.dumps(row) + "\n")
