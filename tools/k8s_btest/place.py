"""Finds what scenarios run with: Zeek, this package in it, and btest."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from k8s_btest.errors import NotThereError

_CHECKOUT = Path(__file__).resolve().parents[2]
_PREFIXES = ("/opt/zeek/bin", "/usr/local/zeek/bin")
_ZEEK = "install Zeek >= 8.0 (docs.zeek.org/en/lts/install.html), or put it on PATH"
_PACKAGE = (
    "Zeek does not have the package: run `make plugin` in the checkout, or"
    " `zkg install` it"
)
_PATIENCE = 60
"""Seconds that Zeek may take to say what it has."""


def environment(
    said: Mapping[str, str], prefixes: Iterable[str] = _PREFIXES
) -> dict[str, str]:
    """Returns the environment in which Zeek has the package.

    In a checkout that is the checkout's own, as its btests have it; elsewhere what
    `zkg` has installed.

    Args:
        said: The environment of this process.
        prefixes: Where to look for Zeek after PATH.

    Raises:
        NotThereError: Something is not installed; says what.
    """
    made = dict(said)
    made["PATH"] = os.pathsep.join((made.get("PATH", ""), *prefixes))
    if not shutil.which("zeek", path=made["PATH"]):
        raise NotThereError(f"no Zeek found: {_ZEEK}")
    helper = _CHECKOUT / "testing" / "zeek.py"
    if helper.exists():
        for name in ("PATH", "ZEEKPATH", "ZEEK_PLUGIN_PATH"):
            made[name] = _ask([sys.executable, str(helper), "--env", name], made)
    _ask(["zeek", "-N", "K8s::Timeline"], made)
    # So that the btests find this program, installed or not.
    launcher = _CHECKOUT / "tools" / "k8s-btest"
    command = f"{sys.executable} -m k8s_btest.cli"
    made["K8S_BTEST"] = f"{sys.executable} {launcher}" if launcher.exists() else command
    return made


def objection(script: str, environment: Mapping[str, str]) -> str:
    """Has Zeek read a script; returns what it objects to, or nothing."""
    done = subprocess.run(
        ["zeek", "--parse-only", "-"],  # noqa: S607 -- wherever it is installed
        input=script,
        env=dict(environment),
        capture_output=True,
        text=True,
        check=False,
        timeout=_PATIENCE,
    )
    return done.stderr.strip() if done.returncode else ""


def btest() -> str:
    """Finds btest: of this Python, or on PATH.

    Raises:
        NotThereError: It is not installed.
    """
    beside = Path(sys.executable).parent / "btest"
    found = str(beside) if beside.exists() else shutil.which("btest")
    if not found:
        raise NotThereError("btest is missing: pip install btest")
    return found


def _ask(command: list[str], environment: dict[str, str]) -> str:
    done = subprocess.run(  # noqa: S603 -- the arguments are our own
        command,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=_PATIENCE,
    )
    if done.returncode:
        raise NotThereError(_PACKAGE if command[0] == "zeek" else done.stderr.strip())
    return done.stdout.strip()
