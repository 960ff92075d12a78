"""Runs all detections over ordinary captures, and tells of whom they told.

Each capture is run with both ends as pods, and with only the first that sends as one;
then all captures, which shows that something can be told of at all. It exits with 1 if
there is any notice of ours where there must be none, or none where there must be some,
and with 77 without captures or Zeek.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import zeek

sys.path.insert(0, str(zeek.TOP / "tools"))  # works from a checkout

from bench.captures import Mix, captures
from bench.figures import LackingError

_SKIPPED = 77
_FOLDER = zeek.TOP / "scripts" / "detect"
_WAYS: dict[str, Callable[[bool], bool]] = {
    "all are pods": lambda _: True,
    "only who begins is a pod": lambda first: first,
}


def ours() -> tuple[str, ...]:
    """The modules of our detections, as notices begin with them."""
    modules = {
        line.removeprefix("module ").rstrip(";")
        for script in _FOLDER.glob("*.zeek")
        for line in script.read_text().splitlines()
        if line.startswith("module ")
    }
    return tuple(f"{name}::" for name in sorted(modules))


def _notices(mix: Mix, folder: Path, program: Path) -> list[str]:
    trace, journal = folder / "trace.pcap", folder / "claims.log"
    mix.write(trace, journal)
    options = [f"K8s::journal={journal}", "Kube_API::learn=0sec"]
    command: list[str | Path] = [program, "-C", "-r", trace, "local"]
    command += ["zeek-k8s/detect", *options]
    done = subprocess.run(
        command,
        cwd=folder,
        # The environment of a btest, too, has what Zeek needs.
        env=zeek.environment(program.parent),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode or not (folder / "conn.log").exists():
        raise RuntimeError(f"Zeek failed:\n{done.stderr}")
    log = folder / "notice.log"
    lines = log.read_text().splitlines() if log.exists() else []
    return [
        line
        for line in lines
        if not line.startswith("#")
        and any(cell.startswith(ours()) for cell in line.split("\t"))
    ]


def main() -> int:
    """Prints the captures, and what was told of."""
    folder = zeek.find()
    try:
        found = captures()
    except LackingError as error:
        print(f"skipped: {error}")
        return _SKIPPED
    if folder is None:
        print(f"skipped: {zeek.TO_INSTALL}")
        return _SKIPPED
    quiet = [capture for capture in found if capture.is_quiet]
    bad = False
    for way, is_pod in _WAYS.items():
        mix = Mix(is_pod)
        packets = {capture.name: mix.add(capture) for capture in quiet}
        if way == next(iter(_WAYS)):
            for name, count in packets.items():
                print(f"{count:7} packets  {name}")
        with tempfile.TemporaryDirectory() as scratch:
            told = _notices(mix, Path(scratch), folder / "zeek")
        print(
            f"{way}: {len(packets)} captures, {sum(packets.values())} packets,"
            f" {len(mix.claims)} pods, {len(told)} notices of ours"
        )
        print("".join(f"  {line}\n" for line in told), end="")
        bad = bad or bool(told)
    mix = Mix()
    packets = {capture.name: mix.add(capture) for capture in found}
    with tempfile.TemporaryDirectory() as scratch:
        told = _notices(mix, Path(scratch), folder / "zeek")
    print(f"with those that are left out: {len(packets)} captures, {len(told)} notices")
    bad = bad or not told
    left_out = [capture.name for capture in found if not capture.is_quiet]
    print(f"left out, as they hold what is to be told of: {', '.join(left_out)}")
    return 1 if bad else os.EX_OK


if __name__ == "__main__":
    sys.exit(main())
