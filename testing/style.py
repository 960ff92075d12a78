"""Format and lint, of every language in the house; `--fix` repairs what it can."""

import io
import subprocess
import sys
from pathlib import Path

import zeekscript

TOP = Path(__file__).resolve().parents[1]
TOOLS = TOP / "tools"
BIN = Path(sys.executable).parent
PYTHON = ["k8s_sync", "k8s_btest", "tests", "k8s-sync", "k8s-btest", "../testing"]


def _files(*patterns: str) -> list[str]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", *patterns],
        cwd=TOP,
        check=True,
        capture_output=True,
        text=True,
    )
    return [str(TOP / name) for name in listed.stdout.splitlines()]


def checks(*, fix: bool) -> dict[str, list[str]]:
    """Names each check and the command that makes it; run from ``tools/``."""
    zeek = _files("*.zeek")
    cpp = _files("*.cc", "*.h")
    if fix:
        return {
            "ruff check": ["ruff", "check", "--fix", *PYTHON],
            "ruff format": ["ruff", "format", *PYTHON],
            "zeek-format": ["zeek-format", "-i", *zeek],
            "clang-format": ["clang-format", "-i", *cpp],
        }
    return {
        "ruff check": ["ruff", "check", *PYTHON],
        "ruff format": ["ruff", "format", "--check", *PYTHON],
        "mypy": ["mypy", *PYTHON],
        "import-linter": ["lint-imports", "--no-cache"],
        "zeek-format": ["python", str(TOP / "testing/style.py"), "--zeek", *zeek],
        "clang-format": ["clang-format", "--dry-run", "--Werror", *cpp],
        "docs": ["python", str(TOP / "testing/docs.py"), "--check"],
    }


def unformatted(names: list[str]) -> list[str]:
    """Names the Zeek scripts that zeek-format, which has no dry run, would change."""
    changed = []
    for name in names:
        script = zeekscript.Script(name)
        script.parse()
        out = io.BytesIO()
        script.format(out)
        if out.getvalue() != Path(name).read_bytes():
            changed.append(name)
    return changed


def run(name: str, command: list[str]) -> bool:
    """Runs one check, shows what it says if it fails, and tells whether it passed."""
    program, *arguments = command
    done = subprocess.run(
        [BIN / program, *arguments],
        cwd=TOOLS,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        print(f"--- {name}\n{done.stdout}")
    return done.returncode == 0


def main() -> int:
    """Runs all checks, or repairs."""
    if "--zeek" in sys.argv[1:2]:
        changed = unformatted(sys.argv[2:])
        print("\n".join(f"would reformat {name}" for name in changed))
        return 1 if changed else 0
    fix = "--fix" in sys.argv[1:]
    results = [run(name, command) for name, command in checks(fix=fix).items()]
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
