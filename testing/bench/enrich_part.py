"""`k8s-sync enrich` on a large log."""

import statistics
import sys
from pathlib import Path

from bench import cluster, traffic
from bench.figures import Figure, at_least
from bench.process import run
from bench.zeek_parts import Options

PROGRAM = Path(__file__).resolve().parents[2] / "tools" / "k8s-sync"
ROWS = 200_000
HOSTS = 20_000
"""Pods that the log speaks of, as far as there are so many."""
ROWS_PER_SECOND = 200_000
_RUNS = 3


def enriching(options: Options) -> list[Figure]:
    """Rows for each second of a core: the first ones, and those that follow.

    Warm is what more rows of the same log cost, once its addresses were seen.
    """
    journal = options.folder / "enrich-claims.log"
    options.say("writing a journal and logs")
    cluster.write_journal(journal, options.claims)
    hosts = min(HOSTS, options.claims)
    sizes = (1, ROWS, 2 * ROWS)
    times = []
    for rows in sizes:
        log = options.folder / f"conn.{rows}.log"
        traffic.write_conn_log(log, rows, hosts)
        enrich: list[str | Path] = [sys.executable, PROGRAM, "enrich", "--jobs", "1"]
        command = [*enrich, "--journal", journal, log]
        found = []
        for i in range(_RUNS):
            options.say(f"enriching {rows} rows, {i + 1} of {_RUNS}")
            found.append(run(command, options.folder).cpu)
        times.append(statistics.median(found))
    one, once, twice = times
    return [
        Figure(f"start, and reading {options.claims} claims", f"{one:.2f} s"),
        Figure(
            f"the first {ROWS} rows, {hosts} hosts", f"{ROWS / (once - one):,.0f}/s"
        ),
        at_least("warm", ROWS / (twice - once), ROWS_PER_SECOND, "{:,.0f}/s"),
    ]
