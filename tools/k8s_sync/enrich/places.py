"""Which logs there are, and where their copies go."""

import glob
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import msgspec

from k8s_sync.errors import ConfigError, FatalError
from k8s_sync.packing import Packing, packing_for
from k8s_sync.streams import STANDARD, make_directory, open_output

MARKER = ".k8s-sync-enrich.json"
"""In a directory of copies: how they were made."""

_IS_LOG = re.compile(r"[^.].*\.(log|json|ndjson|jsonl|tsv)(\.(gz|zst))?")


class Job(msgspec.Struct, frozen=True):
    """One log, and where its copy goes."""

    log: str
    target: str
    packing: Packing | None = None
    """Of the copy; unset: as the log is."""
    size: int = 0
    """Bytes of the log as it lies there."""


class Plan(msgspec.Struct, frozen=True):
    """What there is to do."""

    jobs: list[Job]
    done: int = 0
    """Logs that need not be done again."""
    outdated: int = 0
    """Those among them whose copy is older than the journal, or amendments."""
    resumable: bool = False
    """It is about whole directories: a later run may go on where this one ends."""


class _Found(msgspec.Struct, frozen=True):
    """A log, and the name of its copy in a directory."""

    path: str
    name: str


def find_logs(logs: Sequence[str]) -> list[tuple[str, int]]:
    """Finds the logs that a person means, and their sizes.

    Raises:
        FatalError: There are none.
    """
    found = [one.path for log in logs for one in _find(log, None)]
    if not found:
        raise FatalError(f"no logs in {', '.join(logs)}")
    return [(path, _size(path)) for path in dict.fromkeys(found)]


def make_plan(logs: Sequence[str], output: str) -> Plan:
    """Decides what is written where, and checks that this can work.

    Args:
        logs: Files, directories, patterns, or ``-`` for standard input.
        output: A file, a directory, or ``-`` for standard output.

    Raises:
        ConfigError: It cannot be as it was asked for.
    """
    place = Path(output)
    directories = [log for log in logs if Path(log).is_dir()]
    found = [one for log in logs or (STANDARD,) for one in _find(log, place)]
    if not found:
        raise FatalError(f"no logs in {', '.join(directories)}")
    # What is called FOLDER/ is no file, be it there or not.
    folder = output.endswith("/") or place.is_dir()
    if output != STANDARD and (folder or directories):
        patterns = [log for log in logs if _is_pattern(log)]
        return Plan(_copies(found, place), resumable=bool(directories or patterns))
    if len(found) > 1 or directories:
        many = f"{len(found)} logs" if len(found) > 1 else "a directory"
        raise ConfigError(f"{many} need --output with a directory that exists")
    [one] = found
    if output != STANDARD:
        _check(one.path, place)
    return Plan([Job(one.path, output, packing_for(output), _size(one.path))])


def _copies(found: list[_Found], place: Path) -> list[Job]:
    """Finds a place in a directory for each copy."""
    plan: dict[Path, str] = {}
    for one in found:
        if one.path == STANDARD:
            raise ConfigError("standard input has no name that --output could use")
        target = place / one.name
        if plan.get(target, one.path) != one.path:
            raise ConfigError(
                f"{plan[target]} and {one.path} would both become {target}: name the"
                " directory that they are in, or quote the pattern"
            )
        _check(one.path, target)
        plan[target] = one.path
    return [Job(log, str(to), None, _size(log)) for to, log in plan.items()]


def without_done(plan: Plan, output: str, how: str, sources: Iterable[str]) -> Plan:
    """Leaves out what an earlier run has done into the same directory.

    A copy is there as a whole or not at all, and dated from when its log was not yet
    read. It need not be made again if it is younger than its log, to which nothing was
    added then, and not older than the marker, which is written anew when copies are to
    be made in another way.

    Args:
        plan: All that was asked for.
        output: The directory.
        how: All that copies depend on, but their logs and what the sources say.
        sources: The files of the journal and amendments; those that are kept grow all
            the time, so that a change of them alone does not count.
    """
    marker = Path(output) / MARKER
    known = max(map(_modified, sources))
    since = _mark(marker, how)
    todo = []
    outdated = 0
    for job in plan.jobs:
        made = _modified(job.target)
        if made > _modified(job.log) and made >= since:
            outdated += made < known
        else:
            todo.append(job)
    return Plan(todo, len(plan.jobs) - len(todo), outdated, resumable=True)


def mark(output: str, how: str) -> None:
    """Notes how the copies in a directory are made, unless that is known."""
    marker = Path(output) / MARKER
    if not _marked(marker, how):
        make_directory(marker.parent)
        with open_output(str(marker)) as stream:
            stream.write(how.encode())


def _mark(marker: Path, how: str) -> int:
    return _modified(str(marker)) if _marked(marker, how) else 1 << 63


def _marked(marker: Path, how: str) -> bool:
    try:
        return marker.read_text(errors="replace") == how
    except OSError:
        return False


def _modified(path: str) -> int:
    """When a file was changed, in nanoseconds; 0 if there is none."""
    try:
        return os.stat(path).st_mtime_ns  # noqa: PTH116 -- of a name that was given
    except OSError:
        return 0


def _size(path: str) -> int:
    try:
        return os.stat(path).st_size  # noqa: PTH116
    except OSError:
        return 0  # it will be told of when it is read


def _find(log: str, output: Path | None) -> Iterator[_Found]:
    """Finds what a person may have meant by a log."""
    if log == STANDARD:
        yield _Found(log, log)
    elif Path(log).is_dir():
        yield from _walk(log, "", output)
    elif _is_pattern(log):
        fixed = _fixed(log)
        # One that matches nothing is told of when it is read.
        for path in sorted(glob.iglob(log, recursive=True)) or [log]:  # noqa: PTH207
            name = os.path.relpath(path, fixed)
            if Path(path).is_dir():
                yield from _walk(path, name, output)
            else:
                yield _Found(path, name)
    else:
        yield _Found(log, Path(log).name)


def _is_pattern(log: str) -> bool:
    return glob.has_magic(log) and not Path(log).exists()


def _walk(directory: str, name: str, output: Path | None) -> Iterator[_Found]:
    """Finds the logs in a directory, and in those that are in it.

    Symbolic links to directories are not followed, such as Zeek's ``current``, and
    copies are not taken for logs.
    """
    for folder, inside, files in os.walk(directory):
        inside[:] = sorted(
            one
            for one in inside
            if not one.startswith(".") and not _same(Path(folder) / one, output)
        )
        below = Path(name) / Path(folder).relative_to(directory)
        for file in sorted(files):
            if _IS_LOG.fullmatch(file):
                yield _Found(str(Path(folder) / file), str(below / file))


def _same(one: Path, other: Path | None) -> bool:
    try:
        return other is not None and one.samefile(other)
    except OSError:
        return False


def _fixed(pattern: str) -> str:
    """The directory up to which a pattern is a plain name."""
    parts = Path(pattern).parts
    plain = []
    for part in parts[:-1]:
        if glob.has_magic(part):
            break
        plain.append(part)
    return str(Path(*plain)) if plain else "."


def _check(log: str, target: Path) -> None:
    if log != STANDARD and target.resolve() == Path(log).resolve():
        raise ConfigError(f"{target} would replace the log itself: name another place")
