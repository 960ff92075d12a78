"""What the commands do: reads, renders, runs, tells."""

import argparse
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

import msgspec
import yaml

from k8s_btest import folders, place, runner, yaml_text
from k8s_btest import render as rendering
from k8s_btest import results as telling
from k8s_btest.errors import BtestError, CaptureMissingError, ScenarioError
from k8s_btest.scenario import Option
from k8s_btest.values import hook

PASSED, FAILED, SKIPPED = 0, 1, 77
"""Exit codes; the last one if nothing at all could be run."""
_USUAL = ("testing/scenarios", "scenarios", ".")


def new(args: argparse.Namespace) -> int:
    """Writes a scenario to begin with."""
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
    _say(f"{path}: edit it, then: k8s-btest run {path}")
    return PASSED


def render(args: argparse.Namespace) -> int:
    """Only makes the files."""
    made, results = _prepare(args, _site(args))
    for one in results:
        sys.stderr.write(f"k8s-btest: {one.name}: {one.verdict}: {one.reasons[0]}\n")
    if made:
        output = Path(args.output)
        folders.write(output, {name: one.files for name, one in made.items()})
        _say(f"{output}: {len(made)} scenarios; btest -c {output}/btest.cfg runs them")
    return _code(results) or (PASSED if made else SKIPPED)


def run(args: argparse.Namespace) -> int:
    """Makes the files, runs them, and shows a table."""
    results = _run(args)
    if args.json != "-":
        sys.stdout.write(telling.table(results))
        _say(f"\n{telling.line(results)}")
    return _tell(args, results)


def report(args: argparse.Namespace) -> int:
    """Makes a page, of results that there are or of scenarios that it runs."""
    if args.results:
        try:
            data = Path(args.results).read_bytes()
            results = msgspec.json.decode(data, type=list[telling.Result])
        except (OSError, msgspec.DecodeError) as error:
            raise ScenarioError(f"{args.results}: no results: {error}") from None
    else:
        results = _run(args)
    if args.json != "-":
        _say(f"{args.html}: {telling.line(results)}")
    return _tell(args, results)


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")


class _Made(NamedTuple):
    """A scenario, and what was made of it."""

    source: rendering.Source
    files: list[tuple[str, bytes]]


def _prepare(
    args: argparse.Namespace, site: rendering.Site
) -> tuple[dict[str, _Made], list[telling.Result]]:
    """Renders scenarios; returns what became of those that cannot be run, too."""
    captures = [Path(folder) for folder in args.captures]
    made: dict[str, _Made] = {}
    results = []
    for name, path in _scenarios(args):
        scenario = None
        verdict: telling.Verdict = "failed"
        try:
            scenario = folders.scenario(path)
            source = folders.load(name, path, scenario, captures)
            made[name] = _Made(source, list(rendering.render(source, site)))
            continue
        except CaptureMissingError as error:
            verdict, reason = "skipped", str(error)
        except ScenarioError as error:
            reason = str(error)
        results.append(telling.result(name, scenario, verdict, reasons=[reason]))
    return made, results


def _run(args: argparse.Namespace) -> list[telling.Result]:
    """Renders and runs scenarios; returns what became of each, by name."""
    btest = runner.Btest(
        environment=place.environment(os.environ),
        program=place.btest(),
        jobs=args.jobs or os.cpu_count() or 1,
    )
    site = _site(args)
    made, results = _prepare(args, site)
    if site.options:
        script = rendering.of_site(site, (one.source for one in made.values()))
        if wrong := place.objection(script, btest.environment):
            raise ScenarioError(f"{args.options}: Zeek does not take it: {wrong}")
    folder = Path(args.output or tempfile.mkdtemp(prefix="k8s-btest-")).resolve()
    if made:
        folders.write(folder, {name: one.files for name, one in made.items()})
        numbers = range(args.seed, args.seed + args.seeds)
        results += [
            telling.result(
                name,
                made[name].source.scenario,
                "passed" if outcome.passed else "failed",
                seconds=outcome.seconds,
                reasons=outcome.reasons,
            )
            for name, outcome in runner.run(folder, made, numbers, btest).items()
        ]
    if not args.output:
        failed = {one.name for one in results if one.verdict == "failed"}
        _keep_failures(folder, failed & made.keys())
    return sorted(results, key=lambda one: one.name)


def _keep_failures(folder: Path, failed: set[str]) -> None:
    for inside in folder.iterdir():
        if inside.is_dir() and inside.name not in {".tmp", *failed}:
            shutil.rmtree(inside)
    if not failed:
        shutil.rmtree(folder)


def _tell(args: argparse.Namespace, results: list[telling.Result]) -> int:
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
    if code := _code(results):
        return code
    return PASSED if any(one.verdict == "passed" for one in results) else SKIPPED


def _code(results: list[telling.Result]) -> int:
    return FAILED if any(one.verdict == "failed" for one in results) else PASSED


def _scenarios(args: argparse.Namespace) -> list[tuple[str, Path]]:
    usual = [path for path in map(Path, _USUAL) if path.is_dir()][:1]
    wanted = [Path(path) for path in args.scenarios] or usual
    return folders.names(wanted, args.options)


def _site(args: argparse.Namespace) -> rendering.Site:
    options: dict[str, Option] = {}
    template = ""
    try:
        if args.options:
            said = yaml_text.load(Path(args.options).read_text(encoding="utf-8"))[1]
            options = msgspec.convert(said, dict[str, Option], dec_hook=hook)
        if args.template:
            template = Path(args.template).read_text(encoding="utf-8")
    except (OSError, ValueError, yaml.YAMLError) as error:
        what = " ".join(str(error).split())
        raise ScenarioError(
            f"{args.options or args.template}: {what}; options are one"
            " `Module::option: value` per line"
        ) from None
    loads = tuple(str(Path(path).resolve()) for path in args.zeek_script)
    return rendering.Site(loads=loads, options=options, template=template)
