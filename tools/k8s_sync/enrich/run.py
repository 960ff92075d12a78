"""Adds owners to logs that are already written, with what a journal knows.

This module knows what was asked for; how the copies are made is the business of
`copying`, and what happens to a line that of `decorate_tsv` and `decorate_json`.
"""

import gc
from pathlib import Path

import msgspec

from k8s_sync import journal, workers
from k8s_sync.console import say
from k8s_sync.enrich import amend
from k8s_sync.enrich.columns import Columns
from k8s_sync.enrich.copying import Copies
from k8s_sync.enrich.naming import Naming
from k8s_sync.enrich.pieces import Desk
from k8s_sync.enrich.places import Plan, make_plan, mark, without_done
from k8s_sync.enrich.setting import Setting
from k8s_sync.enrich.tally import ProblemKind
from k8s_sync.errors import ConfigError
from k8s_sync.streams import STANDARD

_KINDS: dict[ProblemKind, str] = {
    "header": "problems of headers",
    "cells": "wrong numbers of cells",
    "json": "lines that are no row in JSON",
    "time": "bad times",
    "address": "bad addresses",
}


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """What to do with which logs."""

    journal: str = ""
    """Without one, lines keep the owners that they have."""
    amendments: tuple[str, ...] = ()
    """Logs of what became known late; it counts more than the journal."""
    logs: tuple[str, ...] = ()
    """Files, directories, patterns or ``-``; none is standard input."""
    output: str = STANDARD
    """Where the copy goes: a file, an existing directory, or standard output."""
    cluster: str = ""
    """The only one that the sensor saw; empty: any."""
    columns: Columns = Columns()
    naming: Naming = Naming()
    force: bool = False
    """Do again what an earlier run has done."""
    jobs: int = 0
    """Processes to work with; 0: one for each core."""


def run(options: Options) -> int:
    """Decorates logs.

    Returns:
        0, or 1 if a log could not be read; lines that make no sense are passed
        through and told of on standard error.

    Raises:
        SyncError: The options contradict each other, or the journal cannot be read.
    """
    if not options.journal and not options.amendments:
        raise ConfigError("nothing to tell: name a --journal, or --amendments")
    _share_standard_input(options)
    plan = make_plan(options.logs, options.output)
    how = _how(options)
    if plan.resumable and not options.force:
        sources = (options.journal, *options.amendments)
        plan = without_done(plan, options.output, how, sources)
    copies = Copies(_desk(options), options.jobs or workers.cores())
    if plan.jobs:
        if plan.resumable:
            mark(options.output, how)
        copies.make(plan.jobs)
    _summarise(copies, plan, options)
    return 1 if copies.lost else 0


def _share_standard_input(options: Options) -> None:
    inputs = {
        "the journal": (options.journal,),
        "the amendments": options.amendments,
        "a log": options.logs or (STANDARD,),
    }
    wanted = [what for what, paths in inputs.items() if STANDARD in paths]
    if len(wanted) > 1:
        raise ConfigError(f"standard input cannot be both {' and '.join(wanted)}")


def _desk(options: Options) -> Desk:
    late = amend.read_all(options.amendments) if options.amendments else None
    setting = None
    if options.journal:
        known = journal.read(options.journal, say)
        if not known.rows:
            say(f"{options.journal}: the journal is empty: nobody will be named")
        setting = Setting(
            known.timeline, options.columns, options.naming, options.cluster or None
        )
    # What is known is shared by all processes, as long as nobody touches it.
    gc.freeze()
    return Desk(setting, options.naming, late)


def _how(options: Options) -> str:
    """All that the copies depend on, but their logs and what the sources say."""
    told = {
        "journal": options.journal and str(Path(options.journal).resolve()),
        "amendments": [str(Path(path).resolve()) for path in options.amendments],
        "cluster": options.cluster,
        "columns": options.columns.names,
        "labels": sorted(options.columns.labels),
        "naming": msgspec.to_builtins(options.naming),
    }
    return msgspec.json.format(msgspec.json.encode(told)).decode() + "\n"


def _summarise(copies: Copies, plan: Plan, options: Options) -> None:
    tallies = copies.tallies
    for tally in tallies:
        if tally.problems:
            problems = tally.problems.items()
            say(f"{tally.name}: {', '.join(f'{n} {_KINDS[k]}' for k, n in problems)}")
    rows = sum(tally.rows for tally in tallies)
    named = sum(tally.named for tally in tallies)
    logs = f"{len(tallies)} log{'' if len(tallies) == 1 else 's'}"
    lost = f"; {copies.lost} lost" if copies.lost else ""
    done = f"; {plan.done} done before" if plan.done else ""
    if plan.outdated:
        sources = {"the journal": options.journal, "the amendments": options.amendments}
        what = " or ".join(name for name, paths in sources.items() if paths)
        done += f", {plan.outdated} of them before {what} changed (see --force)"
    amended = sum(tally.amended for tally in tallies)
    ends = f", {amended} ends of connections amended" if amended else ""
    about = f", {named} with something to say about them" if options.journal else ""
    say(f"{logs}, {rows} rows{about}{ends}{lost}{done}")
