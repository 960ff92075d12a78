"""What a figure depends on besides the code: the machine, and versions of programs."""

import importlib.metadata
import os
import platform
import re
import shutil
import subprocess
from pathlib import Path

import zeek
from k8s_sync import __version__

ZAT = "0.4.9"
"""The part that measures it installs it."""
_CPUS = Path("/proc/cpuinfo")
_PACKAGES = ("msgspec", "kubernetes", "kubernetes-asyncio", "zeekpy")
_PROGRAMS = ("jq", "valgrind")
_NUMBER = re.compile(r"\d+\.\d+(\.\d+)?")


def machine() -> dict[str, str | int]:
    """The processor, how many cores there are, and memory in bytes."""
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return {"cpu": _cpu(), "cores": os.cpu_count() or 1, "memory": memory}


def versions() -> dict[str, str]:
    """Versions of what is there, by name."""
    found = {"zeek-k8s": __version__, "Python": platform.python_version()}
    folder = zeek.find()
    if folder is not None:
        found["Zeek"] = _said(folder / "zeek")
    for name in _PACKAGES:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    for name in _PROGRAMS:
        if program := shutil.which(name):
            found[name] = _said(Path(program))
    return {**found, "zat": ZAT}


def _said(program: Path) -> str:
    done = subprocess.run(
        [program, "--version"], capture_output=True, text=True, check=False
    )
    number = _NUMBER.search(done.stdout)
    return number[0] if number else done.stdout.strip()


def _cpu() -> str:
    if _CPUS.exists():
        for line in _CPUS.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.machine()
