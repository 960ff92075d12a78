"""The command ``report``: its arguments and its help."""

import argparse
import time

from k8s_sync.enrich_command import naming_arguments, naming_of

DESCRIPTION = """\
Writes one page of pictures and tables from logs that say whose addresses they have: who
talked to whom, top talkers, notices over time, and which pods were never seen. The page
is one file that loads nothing from anywhere."""
EPILOG = """\
examples:
  k8s-sync report conn.log notice.log -o report.html
  k8s-sync report owned/ --journal claims.log -o report.html

exit codes: 0 done, 1 a log could not be read or none is decorated, 2 usage"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments to the parser of the command."""
    parser.add_argument(
        "logs",
        metavar="LOG",
        nargs="+",
        help="decorated log, as enrich writes them: conn.log, notice.log and others, or"
        " a directory of them, or a pattern in quotes; - is standard input",
    )
    parser.add_argument(
        "-o", "--output", required=True, metavar="FILE", help="page to write, or -"
    )
    parser.add_argument(
        "--journal",
        default="",
        metavar="FILE",
        help="journal of the same time: tells which pods there were",
    )
    parser.add_argument(
        "--title", default="", metavar="TEXT", help="what it is about; by default LOG"
    )
    naming_arguments(parser, of_others=False)


def run(args: argparse.Namespace) -> int:
    """Runs the command."""
    from k8s_sync.report import run as report  # noqa: PLC0415

    options = report.Options(
        logs=tuple(args.logs),
        output=args.output,
        journal=args.journal,
        naming=naming_of(args),
        title=args.title,
    )
    return report.run(options, time.time_ns() // 1000)
