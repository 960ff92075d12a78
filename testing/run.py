"""Runs every layer of tests that this machine can run, and says what it did not.

One line per layer, and last ``N passed, N failed, N skipped``. A layer that lacks
what it needs is skipped, with what to install; it is never counted as passed.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import envtest
import style
import zeek

TOP = Path(__file__).resolve().parents[1]
TOOLS = TOP / "tools"
BIN = Path(sys.executable).parent


class Result(NamedTuple):
    """What became of the tests of one layer."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0
    note: str = ""


def run_pytest(folder: str, *arguments: str) -> Result:
    """Runs the Python tests of a folder, with their output if one fails."""
    with tempfile.TemporaryDirectory() as scratch:
        report = Path(scratch) / "report.xml"
        command = [str(BIN / "python"), "-m", "pytest", f"tests/{folder}"]
        done = subprocess.run(
            [*command, *arguments, f"--junitxml={report}"],
            cwd=TOOLS,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if done.returncode:
            print(done.stdout)
        if not report.exists():
            return Result(failed=1, note="pytest did not start")
        suite = next(ET.parse(report).getroot().iter("testsuite"))
    count = {
        key: int(suite.get(key, "0"))
        for key in ("tests", "failures", "errors", "skipped")
    }
    failed = count["failures"] + count["errors"]
    if done.returncode and not failed:
        failed = 1
    reasons = sorted({case.get("message", "") for case in suite.iter("skipped")})
    return Result(
        passed=count["tests"] - failed - count["skipped"],
        failed=failed,
        skipped=count["skipped"],
        note="; ".join(reasons),
    )


def pure() -> Result:
    """Timelines, rows, claims, logs: no sockets.

    Each branch of the pure modules is taken. What is long is run without measuring.
    """
    report = "--cov-report=term-missing:skip-covered"
    measured = run_pytest("pure", "-m", "not long", "--cov", report)
    long = run_pytest("pure", "-m", "long")
    return Result(
        passed=measured.passed + long.passed,
        failed=measured.failed + long.failed,
        skipped=measured.skipped + long.skipped,
        note="; ".join(filter(None, (measured.note, long.note))),
    )


def service() -> Result:
    """Reflector, feed and daemon against fake servers on loopback."""
    return run_pytest("service")


def run_style() -> Result:
    """Format and lint."""
    results = [
        style.run(name, command) for name, command in style.checks(fix=False).items()
    ]
    return Result(passed=results.count(True), failed=results.count(False))


def run_zeek() -> Result:
    """The plugin, the btests, `zkg install` and the scenarios, with a real Zeek."""
    folder = zeek.find()
    if folder is None:
        return Result(skipped=1, note=f"no Zeek: {zeek.TO_INSTALL}")
    try:
        zeek.build(folder)
    except (subprocess.CalledProcessError, FileNotFoundError) as error:
        return Result(failed=1, note=f"the plugin does not build: {error}")
    environment = zeek.environment(folder)
    environment["PATH"] = f"{BIN}:{environment['PATH']}"
    done = subprocess.run(
        [BIN / "btest", "-c", "btest.cfg", "-d", "-j", str(os.cpu_count() or 1)],
        cwd=TOP / "testing",
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        print(done.stdout)
    return together(count_btests(done.stdout, done.returncode), run_scenarios())


def run_scenarios() -> Result:
    """Runs all scenarios, with their table if one fails."""
    with tempfile.TemporaryDirectory() as scratch:
        report = Path(scratch) / "results.json"
        command = [str(BIN / "python"), str(TOOLS / "k8s-btest"), "run", "--json"]
        done = subprocess.run(
            [*command, str(report), str(TOP / "testing" / "scenarios")],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if done.returncode:
            print(done.stdout)
        if not report.exists():
            return Result(failed=1, note="the scenarios did not run")
        results = json.loads(report.read_bytes())
    verdicts = [one["verdict"] for one in results]
    missing = {one["reasons"][0] for one in results if one["verdict"] == "skipped"}
    return Result(
        passed=verdicts.count("passed"),
        failed=verdicts.count("failed"),
        skipped=verdicts.count("skipped"),
        note="; ".join([f"{len(results)} scenarios among them", *sorted(missing)]),
    )


def together(one: Result, other: Result) -> Result:
    """Adds up two results."""
    return Result(
        one.passed + other.passed,
        one.failed + other.failed,
        one.skipped + other.skipped,
        "; ".join(filter(None, (one.note, other.note))),
    )


def count_btests(output: str, status: int) -> Result:
    """Reads btest's last line.

    It is ``all 18 tests successful``, ``17 tests successful, 1 skipped`` or
    ``1 of 18 tests failed, 1 skipped``, where the 18 include what was skipped.
    """
    total = re.search(
        r"(?:(?P<failed>\d+) of |all )?(?P<tests>\d+) tests? (?:successful|failed)"
        r"(?:, (?P<skipped>\d+) skipped)?",
        output,
    )
    if total is None:
        return Result(failed=1, note="btest did not run")
    failed, skipped = int(total["failed"] or 0), int(total["skipped"] or 0)
    passed = int(total["tests"]) - (failed + skipped if failed else 0)
    if status and not failed:
        failed = 1
    note = f"{skipped} lack what they need; see @TEST-REQUIRES there" if skipped else ""
    return Result(passed, failed, skipped, note)


def real_api() -> Result:
    """The daemon against a real kube-apiserver and etcd."""
    if note := envtest.lacking():
        return Result(skipped=1, note=note)
    return run_pytest("real")


LAYERS: dict[str, Callable[[], Result]] = {
    "pure": pure,
    "service": service,
    "style": run_style,
    "zeek": run_zeek,
    "real API": real_api,
}


def main() -> int:
    """Runs the layers, all or those named."""
    wanted = sys.argv[1:] or list(LAYERS)
    lines, results = [], []
    for name in wanted:
        began = time.monotonic()
        result = LAYERS[name]()
        took = time.monotonic() - began
        results.append(result)
        facts = (
            f"{result.passed} passed, {result.failed} failed, {result.skipped} skipped"
        )
        line = f"{name:9} {facts} in {took:.0f} s" + (
            f" ({result.note})" if result.note else ""
        )
        lines.append(line)
        print(line, flush=True)
    print("\n" + "\n".join(lines))
    passed = sum(result.passed for result in results)
    failed = sum(result.failed for result in results)
    skipped = sum(result.skipped for result in results)
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
