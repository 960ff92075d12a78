"""The commands ``history info``, ``prune``, ``export`` and ``import``."""

import argparse
import time
from pathlib import Path

import msgspec

from k8s_sync import journal
from k8s_sync.console import say, show
from k8s_sync.errors import ConfigError
from k8s_sync.history import merge
from k8s_sync.history.info import info
from k8s_sync.history.prune import Limits, prune
from k8s_sync.history.reader import Reader
from k8s_sync.history.schema import speaking
from k8s_sync.history.writer import Writer
from k8s_sync.model import SECOND
from k8s_sync.selector import FOREVER, Window
from k8s_sync.times import argument

DAY = 86400 * SECOND
MEGABYTE = 1_000_000

Arguments = argparse.Namespace


def fill(parser: argparse.ArgumentParser) -> None:
    """Adds the four commands, each with its arguments."""
    commands = parser.add_subparsers(
        metavar="info | prune | export | import", required=True
    )
    sub = commands.add_parser("info", help="tell what is in it", allow_abbrev=False)
    sub.set_defaults(work=_info)
    sub.add_argument("file", metavar="FILE")
    sub.add_argument("--json", action="store_true", help="write one JSON object")
    sub.add_argument(
        "--check",
        action="store_true",
        help="also read all of it, to see if it is whole",
    )

    sub = commands.add_parser(
        "prune", help="forget what is old, or too much", allow_abbrev=False
    )
    sub.set_defaults(work=_prune)
    sub.add_argument("file", metavar="FILE")
    sub.add_argument(
        "--days", type=_amount, default=0, help="keep what ended within so many days"
    )
    sub.add_argument(
        "--megabytes",
        type=_amount,
        default=0,
        help="forget what ended first until the file is no larger",
    )

    sub = commands.add_parser("export", help="write a journal", allow_abbrev=False)
    sub.set_defaults(work=_export)
    sub.add_argument("file", metavar="FILE")
    sub.add_argument(
        "-o",
        "--output",
        default="-",
        metavar="OUT",
        help="journal to write, compressed if it is called .gz or .zst"
        " [standard output]",
    )
    sub.add_argument("--cluster", default="", metavar="NAME", help="the only one")
    sub.add_argument(
        "--from", dest="since", metavar="TIME", type=argument, help="what was since"
    )
    sub.add_argument(
        "--to", dest="until", metavar="TIME", type=argument, help="what was until"
    )
    sub.add_argument(
        "--revisions",
        action="store_true",
        help="also what was believed before and does not count any more",
    )

    sub = commands.add_parser(
        "import", help="take in journals and histories", allow_abbrev=False
    )
    sub.set_defaults(work=_import)
    sub.add_argument("file", metavar="FILE", help="history; is made if there is none")
    sub.add_argument(
        "sources", metavar="FROM", nargs="+", help="journal or history; - is a journal"
    )


def _amount(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text)):
        raise argparse.ArgumentTypeError(f"'{text}' is not a whole number above 0")
    return int(text)


def _info(args: Arguments) -> int:
    with Reader(args.file) as reader:
        found = info(reader, check=args.check)
    if args.json:
        show(msgspec.json.encode(found).decode() + "\n")
    else:
        show(found.text())
    return 0 if found.damage is None else 1


def _prune(args: Arguments) -> int:
    limits = Limits(age=args.days * DAY, size=args.megabytes * MEGABYTE)
    if limits == Limits():
        raise ConfigError("give --days, --megabytes or both")
    if not Path(args.file).is_file():
        raise ConfigError(f"{args.file}: no such file")
    forgotten = 0
    with Writer(args.file) as writer, speaking(args.file):
        now = time.time_ns() // 1000
        while step := prune(writer, limits, now):
            forgotten += step
        writer.shrink()
    say(f"{args.file}: {forgotten} claims forgotten")
    return 0


def _export(args: Arguments) -> int:
    window = Window(
        cluster=args.cluster,
        since=-FOREVER if args.since is None else args.since,
        until=FOREVER if args.until is None else args.until,
    )
    with Reader(args.file) as reader:
        rows = reader.rows(window, superseded=args.revisions)
        count = journal.write(args.output, rows)
    say(f"{args.output}: {count} rows")
    return 0


def _import(args: Arguments) -> int:
    bad = 0
    with Writer(args.file, bulk=True) as writer:
        for source in args.sources:
            done = merge.take(writer, source, say)
            say(f"{source}: {done.new} new, {done.known} known, {done.bad} bad rows")
            if done.reason:
                say(f"{source}: {done.reason}")
            bad += done.bad
    return 1 if bad else 0
