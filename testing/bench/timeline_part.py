"""The timeline in C++, alone: what it says of itself."""

import subprocess
from collections.abc import Iterable
from pathlib import Path

import zeek
from bench.figures import Figure, LackingError, at_most
from bench.process import run
from bench.zeek_parts import Command, Options

LOOKUP = 150.0
"""Nanoseconds."""


def lookups(options: Options) -> list[Figure]:
    """All that it says of 150,000 claims."""
    figures = []
    for name, value in said(options, built(options)):
        if name.startswith(("lookup, known", "lookup, nobody")):
            time = float(value.split()[0])
            figures.append(at_most(name, time, LOOKUP, "{:.0f} ns"))
        else:
            figures.append(Figure(name, value))
    return figures


def built(options: Options) -> Path:
    """Builds the program that says it.

    Raises:
        LackingError: There is nothing to build with.
    """
    sources = zeek.TOP / "plugin" / "src" / "timeline" / "tests"
    build = zeek.TOP / "build" / "timeline"
    options.say("building the timeline alone")
    commands: tuple[Command, ...] = (
        ["cmake", "-S", sources, "-B", build],
        ["cmake", "--build", build, "--target", "k8s_timeline_bench"],
    )
    try:
        for command in commands:
            run(command, options.folder)
    except FileNotFoundError as error:
        raise LackingError(f"install {error.filename} and a C++20 compiler") from None
    return build / "k8s_timeline_bench"


def said(options: Options, program: Path, *arguments: str) -> Iterable[tuple[str, str]]:
    """Names and values, in their order."""
    options.say("looking up")
    done = subprocess.run(
        [program, *arguments], check=True, capture_output=True, text=True
    )
    for line in done.stdout.splitlines():
        what, _, value = line.partition("  ")
        if value:
            yield what.strip(), value.strip()
