"""The command line of the scenario driver.

Modules that need scapy or jinja2 are imported where they are needed, so that
``--help`` is there at once.
"""

import argparse
import sys
from collections.abc import Callable, Sequence

from k8s_btest import seeds
from k8s_btest.errors import (
    BtestError,
    CaptureMissingError,
    NotThereError,
    ScenarioError,
)

_INTERRUPTED = 130
_CODES: tuple[tuple[type[BtestError], int], ...] = (
    (NotThereError, 3),
    (CaptureMissingError, 77),
    (ScenarioError, 2),
    (BtestError, 1),
)

_EPILOG = """\
examples:
  k8s-btest new my.yaml                          a scenario to begin with
  k8s-btest run my.yaml                          does it hold?
  k8s-btest run testing/scenarios                all of a folder
  k8s-btest run testing/scenarios --zeek-script local.zeek --options site.yaml
  k8s-btest run testing/scenarios --seeds 15     do they hold whatever Zeek's seed?
  k8s-btest report testing/scenarios -o report.html
  k8s-btest render my.yaml -o out                objects, journal, trace, btest

site.yaml has options as a scenario has them, such as `Module::threshold: 20`.

exit codes: 0 all passed, 1 some failed, as one does that is wrong as it is written,
2 the command line, or a file that it names, is wrong, 3 Zeek, btest or the package is
missing, 77 all were skipped"""


def main(argv: Sequence[str] | None = None) -> int:
    """Runs a command.

    Args:
        argv: The arguments; the process's own by default.

    Returns:
        The exit code.
    """
    args = _parser().parse_args(argv)
    try:
        return _run(args)
    except BtestError as error:
        sys.stderr.write(f"k8s-btest: {error}\n")
        return next(code for kind, code in _CODES if isinstance(error, kind))
    except KeyboardInterrupt:
        return _INTERRUPTED


def _run(args: argparse.Namespace) -> int:
    if args.command == "verify":
        from k8s_btest.verify import verify  # noqa: PLC0415 -- without scapy

        return 0 if verify(args.expected) else 1
    try:
        from k8s_btest import commands  # noqa: PLC0415 -- scapy is slow to load
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("k8s_btest"):
            raise
        raise NotThereError(
            f"the Python package {error.name} is missing: pip install"
            " 'zeek-k8s[btest]', or in a checkout './tools[btest]'"
        ) from None
    run: Callable[[argparse.Namespace], int] = getattr(commands, args.command)
    return run(args)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="k8s-btest",
        description="Turns scenarios into packets, claims and tests, and runs them:"
        " what a cluster is, what happens in it, and what must come out of Zeek.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    subs = parser.add_subparsers(metavar="COMMAND", dest="command", required=True)

    new = subs.add_parser("new", help="write a scenario to begin with, with comments")
    new.add_argument("file", help="where to, such as my-scenario.yaml")

    render = subs.add_parser("render", help="only make the files of scenarios")
    _take_scenarios(render)
    _take_site(render)
    render.add_argument("-o", "--output", required=True, metavar="DIR")

    run = subs.add_parser("run", help="make the files and run them with Zeek")
    _take_run(run)
    run.add_argument("--html", metavar="FILE", help="write a page of the results, too")

    report = subs.add_parser(
        "report", help="run scenarios and write a page: one file, no network"
    )
    _take_run(report)
    report.add_argument(
        "-o",
        "--html",
        metavar="FILE",
        default="report.html",
        help="default: %(default)s",
    )
    report.add_argument(
        "--from",
        dest="results",
        metavar="FILE",
        help="results of run --json; run nothing",
    )

    verify = subs.add_parser(
        "verify", help="judge the logs of this folder; the btests do"
    )
    verify.add_argument("expected", metavar="FILE", help="expect.json of a scenario")
    return parser


def _take_run(parser: argparse.ArgumentParser) -> None:
    _take_scenarios(parser)
    _take_site(parser)
    parser.add_argument(
        "-o" if parser.prog.endswith("run") else "--output",
        "--output",
        dest="output",
        metavar="DIR",
        help="keep all files there; by default those of failures, and it says where",
    )
    parser.add_argument(
        "-j",
        "--jobs",
        type=_count,
        metavar="N",
        help="at a time; default: one per core",
    )
    parser.add_argument(
        "--json",
        metavar="FILE",
        help="write the results as JSON; - for standard output",
    )
    parser.add_argument(
        "--seeds",
        type=_count,
        default=1,
        metavar="N",
        help="run each under N seeds of Zeek's hash tables, until it fails; shows what"
        " hangs on the order of tables or of connections. Default: %(default)s",
    )
    parser.add_argument(
        "--seed",
        type=_count,
        default=seeds.USUAL,
        metavar="NUMBER",
        help="the first of them, always the same on any machine. Default: %(default)s",
    )


def _count(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number


def _take_scenarios(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "scenarios",
        nargs="*",
        metavar="SCENARIO",
        help="files and folders; by default testing/scenarios, scenarios, or this one",
    )
    parser.add_argument(
        "--captures",
        action="append",
        default=[],
        metavar="DIR",
        help="where captures are; may be repeated; also K8S_BTEST_CAPTURES",
    )


def _take_site(parser: argparse.ArgumentParser) -> None:
    site = parser.add_argument_group("a site's own", "loaded after the scenario's")
    site.add_argument(
        "--zeek-script",
        action="append",
        default=[],
        metavar="FILE",
        help="such as local.zeek",
    )
    site.add_argument("--options", metavar="FILE", help="options in YAML")
    site.add_argument("--template", metavar="FILE", help="of the btest, in jinja2")


if __name__ == "__main__":
    sys.exit(main())
