"""Finds Zeek, builds the plugin against it, and says with what environment to run.

Zeek is looked for on PATH, then under the prefixes of its packages and sources.
"""

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parents[1]
BUILD = TOP / "plugin" / "build"
PREFIXES = ("/opt/zeek", "/usr/local/zeek")
TO_INSTALL = "install Zeek >= 8.0 with its headers (docs.zeek.org/en/lts/install.html)"


def find() -> Path | None:
    """Returns the folder of Zeek's programs, or None without Zeek."""
    if found := shutil.which("zeek-config"):
        return Path(found).parent
    for prefix in PREFIXES:
        folder = Path(prefix) / "bin"
        if (folder / "zeek-config").exists():
            return folder
    return None


def environment(folder: Path) -> dict[str, str]:
    """Returns the environment in which Zeek finds the plugin and the package.

    The package is found as ``zeek-k8s`` through a link, as `zkg install` lays it.
    """
    packages = TOP / "build" / "packages"
    packages.mkdir(parents=True, exist_ok=True)
    link = packages / "zeek-k8s"
    if not link.is_symlink():
        link.symlink_to(TOP / "scripts")
    config = folder / "zeek-config"
    zeekpath = subprocess.run(
        [config, "--zeekpath"], check=True, capture_output=True, text=True
    ).stdout.strip()
    return {
        **os.environ,
        "PATH": f"{folder}:{os.environ['PATH']}",
        "ZEEKPATH": f"{zeekpath}:{packages}",
        "ZEEK_PLUGIN_PATH": str(BUILD),
        "TZ": "UTC",
        "LC_ALL": "C.UTF-8",
    }


def build(folder: Path, *, quiet: bool = True) -> None:
    """Builds the plugin where zkg would.

    Raises:
        subprocess.CalledProcessError: It does not build; the output was shown.
    """
    commands: tuple[list[str | Path], ...] = (
        ["cmake", "-S", TOP / "plugin", "-B", BUILD],
        ["cmake", "--build", BUILD, "--parallel", str(os.cpu_count() or 1)],
    )
    for command in commands:
        done = subprocess.run(
            command,
            env=environment(folder),
            stdout=subprocess.PIPE if quiet else None,
            stderr=subprocess.STDOUT if quiet else None,
            text=True,
            check=False,
        )
        if done.returncode:
            sys.stdout.write(done.stdout or "")
            raise subprocess.CalledProcessError(done.returncode, command)


def main() -> int:
    """Builds the plugin on request, else prints where Zeek is."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", action="store_true", help="build the plugin")
    parser.add_argument("--env", metavar="NAME", help="print a variable for Zeek")
    arguments = parser.parse_args()
    folder = find()
    if folder is None:
        print(f"no Zeek found: {TO_INSTALL}", file=sys.stderr)
        return 1
    if arguments.env:
        print(environment(folder)[arguments.env])
    elif arguments.build:
        try:
            build(folder, quiet=False)
        except (OSError, subprocess.CalledProcessError) as error:
            print(f"the plugin does not build: {error}", file=sys.stderr)
            return 1
    else:
        print(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
