"""Adds owners to logs that are already written, with what a journal knows.

This module opens files and counts; what happens to a line is the business of
`decorate_tsv` and `decorate_json`.
"""

import re
from pathlib import Path
from typing import BinaryIO

import msgspec

from k8s_sync import journal
from k8s_sync.console import Progress, say
from k8s_sync.enrich.columns import Columns
from k8s_sync.enrich.decorate_json import JsonDecorator
from k8s_sync.enrich.decorate_tsv import TsvDecorator
from k8s_sync.enrich.tally import ProblemKind, Tally
from k8s_sync.enrich.zeek_log import detect
from k8s_sync.errors import ConfigError, SyncError
from k8s_sync.streams import STANDARD, STANDARD_INPUT, Input, open_input, open_output
from k8s_sync.timeline import Timeline

_LOG_NAME = re.compile(r"[A-Za-z0-9_]+")
_KINDS: dict[ProblemKind, str] = {
    "header": "problems of headers",
    "cells": "wrong numbers of cells",
    "json": "lines that are no row in JSON",
    "time": "bad times",
    "address": "bad addresses",
}


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """What to do with which logs."""

    journal: str
    logs: tuple[str, ...] = ()
    """Files, or ``-``; none is standard input."""
    output: str = STANDARD
    """Where the copy goes: a file, an existing directory, or standard output."""
    columns: Columns = Columns()


def run(options: Options) -> int:
    """Decorates logs.

    Returns:
        0, or 1 if a log could not be read; lines that make no sense are passed
        through and told of on standard error.

    Raises:
        SyncError: The options contradict each other, or the journal cannot be read.
    """
    jobs = _plan(options)
    known = journal.read(options.journal, say)
    if not known.rows:
        say(f"{options.journal}: the journal is empty: nobody will be named")
    tallies: list[Tally] = []
    failed = 0
    for job in jobs:
        try:
            tallies.append(_enrich(known.timeline, options.columns, job))
        except SyncError as error:
            failed += 1
            say(str(error))
    _summarise(tallies, failed)
    return 1 if failed else 0


class _Job(msgspec.Struct, frozen=True):
    """One log, and where its copy goes."""

    log: str
    target: str
    compress: bool | None = None
    """Unset: as the log is."""


def _plan(options: Options) -> list[_Job]:
    """Decides what is written where, and checks that this can work."""
    logs = options.logs or (STANDARD,)
    if options.journal == STANDARD and STANDARD in logs:
        raise ConfigError("standard input cannot be both the journal and a log")
    output = Path(options.output)
    if not output.is_dir():
        if len(logs) > 1:
            raise ConfigError(
                f"{len(logs)} logs need --output with a directory that exists"
            )
        if options.output == STANDARD:
            return [_Job(logs[0], STANDARD, compress=False)]
        _check_target(logs[0], output)
        return [_Job(logs[0], str(output), compress=output.suffix == ".gz")]
    plan: dict[Path, str] = {}
    for log in logs:
        if log == STANDARD:
            raise ConfigError("standard input has no name that --output could use")
        target = output / Path(log).name
        if target in plan:
            raise ConfigError(f"{plan[target]} and {log} would both become {target}")
        _check_target(log, target)
        plan[target] = log
    return [_Job(log, str(target)) for target, log in plan.items()]


def _check_target(log: str, target: Path) -> None:
    if log != STANDARD and target.resolve() == Path(log).resolve():
        raise ConfigError(f"{target} would replace the log itself: name another place")


def _enrich(timeline: Timeline, columns: Columns, job: _Job) -> Tally:
    like = None if STANDARD in (job.log, job.target) else job.log
    with open_input(job.log) as source:
        compress = source.is_gzip if job.compress is None else job.compress
        tally = Tally(source.name, say)
        with open_output(job.target, compress=compress, like=like) as out:
            _decorate(source, out, timeline, columns, tally)
    return tally


def _decorate(
    source: Input, out: BinaryIO, timeline: Timeline, columns: Columns, tally: Tally
) -> None:
    """Passes a log through, piece by piece, so that memory stays constant."""
    progress = Progress()
    decorator: TsvDecorator | JsonDecorator | None = None
    for lines in source.lines():
        if decorator is None:
            first = next((line for line in lines if line.strip()), b"")
            kind = JsonDecorator if detect(first) == "json" else TsvDecorator
            decorator = kind(timeline, columns, _log_name(source), tally)
        done = decorator.decorate(lines)
        if source.cut:
            done += decorator.finish()
        if done:
            out.write(b"\n".join(done) + (b"" if source.cut else b"\n"))
        if source.name == STANDARD_INPUT:
            out.flush()  # somebody may be waiting for it
        progress.show(tally.name, tally.rows)
    if decorator is not None and (done := decorator.finish()):
        out.write(b"\n".join(done) + b"\n")
    progress.clear()


def _log_name(source: Input) -> str:
    """Guesses the log from its file's name, as ``conn`` from ``conn.12-13.log.gz``."""
    found = _LOG_NAME.match(Path(source.name).name)
    return found[0] if found and source.name != STANDARD_INPUT else ""


def _summarise(tallies: list[Tally], failed: int) -> None:
    for tally in tallies:
        if tally.problems:
            problems = tally.problems.items()
            say(f"{tally.name}: {', '.join(f'{n} {_KINDS[k]}' for k, n in problems)}")
    rows = sum(tally.rows for tally in tallies)
    named = sum(tally.named for tally in tallies)
    logs = f"{len(tallies)} log{'' if len(tallies) == 1 else 's'}"
    lost = f"; {failed} lost" if failed else ""
    say(f"{logs}, {rows} rows, {named} with something to say about them{lost}")
