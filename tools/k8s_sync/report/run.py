"""Makes the report of some logs."""

from pathlib import Path

import msgspec

from k8s_sync import journal
from k8s_sync.console import Progress, say
from k8s_sync.enrich.naming import Naming
from k8s_sync.enrich.places import find_logs
from k8s_sync.errors import FatalError, SyncError
from k8s_sync.report.collect import Collector
from k8s_sync.report.coverage import Coverage, cover
from k8s_sync.report.facts import Facts
from k8s_sync.report.page import render
from k8s_sync.streams import open_output


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """What to read and where to write."""

    logs: tuple[str, ...]
    """Files, directories, patterns or ``-``."""
    output: str
    """A file, or ``-``."""
    journal: str = ""
    """Tells which pods there were; without one there is nothing about coverage."""
    naming: Naming = Naming()
    title: str = ""


def run(options: Options, now: int) -> int:
    """Writes a report.

    Args:
        options: What to read and where to write.
        now: The time, in microseconds.

    Returns:
        0, or 1 if a log could not be read.

    Raises:
        SyncError: Nothing could be read that says anything about owners.
    """
    logs = find_logs(options.logs)
    facts = Facts()
    collector = Collector(facts, options.naming)
    progress = Progress(sum(size for _, size in logs))
    lost = 0
    for path, _ in logs:
        try:
            collector.read(path, progress)
        except SyncError as error:
            lost += 1
            progress.clear()
            say(str(error))
    progress.clear()
    if not facts.decorated:
        raise FatalError(
            "nothing in these logs says whose addresses they are: decorate them with"
            " `k8s-sync enrich` first"
        )
    page = render(
        facts,
        _coverage(options.journal, facts),
        title=options.title or f"Network report: {_named(options.logs)}",
        made=now,
    )
    with open_output(options.output) as out:
        out.write(page.encode(errors="replace"))
    total = facts.total()
    say(
        f"{options.output}: {total.connections} connections between"
        f" {len(facts.flows)} pairs of workloads, {len(facts.notices)} notices"
    )
    return 1 if lost else 0


def _coverage(path: str, facts: Facts) -> Coverage | None:
    if not path or facts.first is None or facts.last is None:
        return None
    known = journal.read(path, say).timeline
    return cover(known, facts.seen, facts.first, facts.last)


def _named(logs: tuple[str, ...]) -> str:
    more = f" and {len(logs) - 1} more" if len(logs) > 1 else ""
    return (Path(logs[0]).name or logs[0]) + more
