"""Streams that cannot be written or read: one line about it, and the right code."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.pure import sample
from tests.pure.test_enrich import TEXT

PROGRAM = Path(__file__).parents[2] / "k8s-sync"
FULL = Path("/dev/full")
"""A device on a disk that is full, as Linux has it."""

needs_full = pytest.mark.skipif(not FULL.exists(), reason="no /dev/full")


def shell(
    place: Path, command: str, **variables: str
) -> "subprocess.CompletedProcess[str]":
    """Runs a command of ours in a shell, which closes streams or leads them away."""
    sample.journal_file(place)
    (place / "conn.log").write_text(TEXT)
    return subprocess.run(  # noqa: S602 -- our own
        f"exec {sys.executable} {PROGRAM} {command}",
        shell=True,
        capture_output=True,
        text=True,
        check=False,
        cwd=place,
        stdin=subprocess.DEVNULL,
        # Buffered, as people have it.
        env={"PATH": os.environ["PATH"], **variables},
    )


COMMANDS = [
    pytest.param("version", 1, id="version"),
    # 1 would say that nobody is named.
    pytest.param("whois 10.0.0.1 --journal claims.log", 3, id="whois"),
    pytest.param("enrich --journal claims.log conn.log", 1, id="enrich"),
    pytest.param("export --from claims.log -o -", 1, id="export"),
]


@needs_full
@pytest.mark.parametrize(("command", "code"), COMMANDS)
def test_full_output(tmp_path: Path, command: str, code: int) -> None:
    done = shell(tmp_path, f"{command} >{FULL}")
    assert done.returncode == code
    first = "k8s-sync: standard output: No space left on device"
    assert done.stderr.splitlines()[0] == first
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(("command", "code"), COMMANDS)
def test_closed_output(tmp_path: Path, command: str, code: int) -> None:
    done = shell(tmp_path, f"{command} >&-")
    assert done.returncode == code
    assert "k8s-sync: standard output: Bad file descriptor\n" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("where", ["2>&-", pytest.param(f"2>{FULL}", marks=needs_full)])
def test_messages_that_nobody_gets(tmp_path: Path, where: str) -> None:
    done = shell(tmp_path, f"enrich --journal claims.log conn.log -o out {where}")
    assert done.returncode == 0
    assert "id.orig_k8s.pod" in (tmp_path / "out").read_text()


def test_closed_input(tmp_path: Path) -> None:
    done = shell(tmp_path, "enrich --journal claims.log <&-")
    assert done.returncode == 1
    assert "k8s-sync: standard input: Bad file descriptor\n" in done.stderr


def test_letters_that_the_terminal_lacks(tmp_path: Path) -> None:
    odd = "whois w\u00e4b --journal claims.log"
    done = shell(tmp_path, odd, PYTHONIOENCODING="ascii")
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout == "w\\xe4b: nobody, as far as is known here\n"


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    done = shell(tmp_path, "whois \"$(printf '\\377')\" --json --journal claims.log")
    assert done.returncode == 2
    assert done.stderr == "k8s-sync: '\\udcff' is no text in UTF-8\n"


@needs_full
def test_a_device_that_is_full(tmp_path: Path) -> None:
    done = shell(tmp_path, f"enrich --journal claims.log conn.log -o {FULL}")
    assert done.returncode == 1
    assert done.stderr.startswith(f"k8s-sync: {FULL}: No space left on device\n")


def test_a_disk_that_is_full(tmp_path: Path) -> None:
    """What is small enough is only written when the file is closed."""
    limit = "import resource as r, signal as s; s.signal(s.SIGXFSZ, s.SIG_IGN);"
    limit += "r.setrlimit(r.RLIMIT_FSIZE, (100, 100));"
    code = f"{limit} import runpy; runpy.run_path({str(PROGRAM)!r}, None, '__main__')"
    sample.journal_file(tmp_path)
    for out in ("out.log", "out.log.gz"):
        argv = ["export", "--from", "claims.log", "-o", out]
        done = subprocess.run(  # noqa: S603 -- our own
            [sys.executable, "-c", code, *argv],
            capture_output=True,
            text=True,
            check=False,
            cwd=tmp_path,
        )
        assert done.stderr == f"k8s-sync: {out}: File too large\n"
        assert done.returncode == 1
        assert not (tmp_path / out).exists()
