"""What the commands do: reads, renders, runs, tells."""

import argparse
import os
import shutil
import sys
import tempfile
from pathlib import Path

import msgspec
import yaml

from k8s_btest.errors import BtestError, CaptureMissingError, ScenarioError
from k8s_btest.scenario import Option
from k8s_btest.values import hook

PASSED, FAILED, USAGE, NOT_THERE, SKIPPED = 0, 1, 2, 3, 77
_USUAL = ("testing/scenarios", "scenarios", ".")


def new(args: argparse.Namespace) -> int:
    """Writes a scenario to begin with."""
    from k8s_btest import render as rendering

    path = Path(args.file)
    path = path if path.suffix else path.with_suffix(".yaml")
    if path.exists():
        raise ScenarioError(f"{path}: is there already; choose another name")
    text = rendering.template("scenario.yaml.j2").render(path=path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise BtestError(f"{path}: cannot be written: {error}") from None
    print(f"{path}: edit it, then: k8s-btest run {path}")
    return PASSED


def render(args: argparse.Namespace) -> int:
    """Only makes the files."""
    from k8s_btest import folders
    from k8s_btest import render as rendering

    site = _site(args)
    output = Path(args.output)
    skipped = 0
    made = {}
    for name, path in _scenarios(args):
        try:
            source = folders.load(name, path, map(Path, args.captures))
        except CaptureMissingError as error:
            sys.stderr.write(f"k8s-btest: {path}: skipped: {error}\n")
            skipped += 1
            continue
        made[name] = list(rendering.render(source, site))
    if not made:
        return SKIPPED
    folders.write(output, made)
    print(f"{output}: {len(made)} scenarios; btest -c {output}/btest.cfg runs them")
    return PASSED


def run(args: argparse.Namespace) -> int:
    """Makes the files, runs them, and shows a table."""
    results = _run(args)
    from k8s_btest import results as telling

    if args.json != "-":
        sys.stdout.write(telling.table(results))
        print(f"\n{telling.line(results)}")
    return _tell(args, results)


def report(args: argparse.Namespace) -> int:
    """Makes a page, of results that there are or of scenarios that it runs."""
    from k8s_btest import results as telling

    if args.results:
        try:
            data = Path(args.results).read_bytes()
            results = msgspec.json.decode(data, type=list[telling.Result])
        except (OSError, msgspec.DecodeError) as error:
            raise ScenarioError(f"{args.results}: no results: {error}") from None
    else:
        results = _run(args)
    if args.json != "-":
        print(f"{args.html}: {telling.line(results)}")
    return _tell(args, results)


def verify(args: argparse.Namespace) -> int:
    """Judges the logs of the folder in which it is run."""
    from k8s_btest import verdict

    try:
        data = Path(args.expected).read_bytes()
        expected = msgspec.json.decode(data, type=verdict.Expected)
        logs = {
            path.stem: [
                msgspec.json.decode(line)
                for line in path.read_bytes().splitlines()
                if line[:1] == b"{"
            ]
            for path in Path().glob("*.log")
        }
    except (OSError, msgspec.DecodeError) as error:
        raise BtestError(f"{args.expected}: {error}") from None
    wrong = verdict.judge(expected, logs)
    for text in wrong:
        sys.stderr.write(f"k8s-btest: {text}\n")
    return FAILED if wrong else PASSED


def _run(args: argparse.Namespace) -> "list[telling.Result]":
    from k8s_btest import folders, place, runner
    from k8s_btest import render as rendering
    from k8s_btest import results as telling

    environment, btest = place.environment(), place.btest()
    site = _site(args)
    results: dict[str, telling.Result] = {}
    made, sources = {}, {}
    for name, path in _scenarios(args):
        try:
            source = folders.load(name, path, map(Path, args.captures))
            made[name] = list(rendering.render(source, site))
            sources[name] = source
        except CaptureMissingError as error:
            results[name] = telling.Result(
                name=name, verdict="skipped", reasons=(str(error),)
            )
        except ScenarioError as error:
            results[name] = telling.Result(
                name=name, verdict="failed", reasons=(str(error),)
            )
    folder = Path(args.output or tempfile.mkdtemp(prefix="k8s-btest-")).resolve()
    if made:
        folders.write(folder, made)
        runner.run(folder, btest, environment, args.jobs or os.cpu_count() or 1)
        for name, outcome in runner.outcomes(folder).items():
            results[name] = telling.result(
                name,
                sources[name].scenario,
                "passed" if outcome.passed else "failed",
                seconds=outcome.seconds,
                reasons=outcome.reasons,
            )
    if not args.output:
        _keep_failures(
            folder, {n for n, one in results.items() if one.verdict == "failed"}
        )
    return [results[name] for name in sorted(results)]


def _keep_failures(folder: Path, failed: set[str]) -> None:
    for inside in folder.iterdir():
        if inside.is_dir() and inside.name not in {".tmp", *failed}:
            shutil.rmtree(inside)
    if not any((folder / name).exists() for name in failed):
        shutil.rmtree(folder)


def _tell(args: argparse.Namespace, results: "list[telling.Result]") -> int:
    from k8s_btest import render as rendering
    from k8s_btest import results as telling

    try:
        if args.json:
            data = msgspec.json.format(msgspec.json.encode(results)) + b"\n"
            if args.json == "-":
                sys.stdout.write(data.decode())
            else:
                Path(args.json).write_bytes(data)
        if args.html:
            page = rendering.template("report.html.j2").render(
                summaries=telling.summaries(results),
                line=telling.line(results),
                seconds=sum(one.seconds for one in results),
                site=_site(args).options,
                kind=telling.kind,
            )
            Path(args.html).write_text(page, encoding="utf-8")
    except OSError as error:
        raise BtestError(str(error)) from None
    verdicts = {one.verdict for one in results}
    if "failed" in verdicts:
        return FAILED
    return PASSED if "passed" in verdicts else SKIPPED


def _scenarios(args: argparse.Namespace) -> list[tuple[str, Path]]:
    from k8s_btest import folders

    usual = [path for path in map(Path, _USUAL) if path.is_dir()][:1]
    return folders.names([Path(path) for path in args.scenarios] or usual)


def _site(args: argparse.Namespace) -> "rendering.Site":
    from k8s_btest import render as rendering

    options: dict[str, Option] = {}
    template = ""
    try:
        if args.options:
            said = yaml.safe_load(Path(args.options).read_text(encoding="utf-8"))
            options = msgspec.convert(said, dict[str, Option], dec_hook=hook)
        if args.template:
            template = Path(args.template).read_text(encoding="utf-8")
    except (OSError, yaml.YAMLError, msgspec.ValidationError) as error:
        what = " ".join(str(error).split())
        raise ScenarioError(
            f"{args.options or args.template}: {what}; write one `Module::option: value`"
            " per line"
        ) from None
    loads = tuple(str(Path(path).resolve()) for path in args.zeek_script)
    return rendering.Site(loads=loads, options=options, template=template)
