"""Counts instructions of a program by thread and by function."""

import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from bench.counters import Command, Env
from bench.figures import LackingError
from bench.process import run

_MAIN = "-01"
_SUMMARY = re.compile(r"^(?:summary|totals): (\d+)", re.MULTILINE)
_LINE = re.compile(r"^ *(?P<count>[\d,]+) .*?:(?P<name>[^:/].*) \[(?P<object>.*)\]$")


class Profile(NamedTuple):
    """Instructions of a run."""

    main: int
    """Of the main thread: in Zeek, that of packets and scripts."""
    total: int
    """Of all threads: in Zeek, the writers of logs as well."""
    functions: Mapping[str, int]
    """What each function of the main thread does itself, with its library."""
    others: Mapping[str, int]
    """The same of all other threads."""

    def minus(self, start: "Profile") -> "Profile":
        """Takes off what starting costs."""
        return Profile(
            self.main - start.main,
            self.total - start.total,
            _difference(self.functions, start.functions),
            _difference(self.others, start.others),
        )

    def most(self, base: "Profile") -> list[tuple[str, str, int]]:
        """Functions and their threads by how much more they do than in another run."""
        found = [
            (name, where, count)
            for where, its, less in (
                ("main", self.functions, base.functions),
                ("writers", self.others, base.others),
            )
            for name, count in _difference(its, less).items()
        ]
        return sorted(found, key=lambda one: -one[2])


def profile(command: Command, folder: Path, env: Env) -> Profile:
    """Runs a program under callgrind.

    Raises:
        LackingError: There is no valgrind here.
    """
    if not shutil.which("valgrind"):
        raise LackingError("install valgrind")
    out = folder / "callgrind"
    options = ["--tool=callgrind", "--separate-threads=yes"]
    run(
        ["valgrind", *options, f"--callgrind-out-file={out}", "--", *command],
        folder,
        env,
    )
    found = {path: _instructions(path) for path in folder.glob("callgrind-*")}
    main = next(path for path in found if path.name.endswith(_MAIN))
    others = sum((_functions(path) for path in found if path != main), Counter[str]())
    result = Profile(found[main], sum(found.values()), _functions(main), others)
    for path in found:
        path.unlink()
    return result


def _difference(one: Mapping[str, int], less: Mapping[str, int]) -> Counter[str]:
    left = Counter(one)
    left.subtract(less)
    return left


def short(name: str) -> str:
    """The bare name of a function, as a profile has it."""
    plain = name.replace("(anonymous namespace)::", "")
    return plain.partition("(")[0].rpartition("::")[2].partition("[")[0].strip() or name


def _instructions(path: Path) -> int:
    found = _SUMMARY.search(path.read_text(errors="replace"))
    return int(found[1]) if found else 0


def _functions(path: Path) -> Counter[str]:
    command = ["callgrind_annotate", "--threshold=100", "--show-percs=no", str(path)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    found: Counter[str] = Counter()
    for line in done.stdout.splitlines():
        if one := _LINE.match(line):
            name = f"{one['name']} [{Path(one['object']).name}]"
            found[name] += int(one["count"].replace(",", ""))
    return found
