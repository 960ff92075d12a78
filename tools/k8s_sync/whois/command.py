"""The command ``whois``.

What only one way of asking needs is imported when it is used: the start of the program
takes longer than an answer.
"""

import argparse
import shutil
import sys
import time

import msgspec

from k8s_sync.console import say, show
from k8s_sync.errors import ConfigError
from k8s_sync.history.reader import Reader
from k8s_sync.times import argument
from k8s_sync.whois.answer import answer
from k8s_sync.whois.grounds import Timelines
from k8s_sync.whois.question import Question
from k8s_sync.whois.report import Report
from k8s_sync.whois.table import table
from k8s_sync.whois.target import parse_target

NOBODY = 1
"""Exit code if nobody can be named."""


def fill(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments."""
    parser.add_argument(
        "target",
        metavar="WHO",
        nargs="?",
        help="ADDRESS, ADDRESS:PORT[/PROTO], [IPV6]:PORT; NAMESPACE/POD;"
        " [NAMESPACE/]KIND/NAME of a workload or a Service; a node's name; a uid",
    )
    places = parser.add_argument_group("where to look, one of these")
    places.add_argument("--history", metavar="FILE", help="history of a daemon")
    places.add_argument(
        "--journal", metavar="FILE", help="journal, compressed or not, or -"
    )
    places.add_argument(
        "--daemon",
        metavar="HOST:PORT",
        nargs="?",
        const="",
        help="ask a running daemon [127.0.0.1:9477]; also without any of these",
    )
    parser.add_argument(
        "--at",
        metavar="TIME",
        type=argument,
        help="when: RFC 3339, or seconds since the epoch; the hour before and after is"
        " told as well; without it, the whole story is",
    )
    parser.add_argument(
        "--from",
        dest="since",
        metavar="TIME",
        type=argument,
        help="tell what was since",
    )
    parser.add_argument(
        "--to", dest="until", metavar="TIME", type=argument, help="tell what was until"
    )
    parser.add_argument("--cluster", default="", metavar="NAME", help="the only one")
    parser.add_argument(
        "--revisions",
        action="store_true",
        help="tell what was believed before, too, and when it was heard (--history,"
        " or a daemon with one)",
    )
    forms = parser.add_mutually_exclusive_group()
    forms.add_argument(
        "--json", action="store_true", help="write one JSON object, times in RFC 3339"
    )
    forms.add_argument("--timeline", action="store_true", help="draw it over time")
    forms.add_argument(
        "--brief", action="store_true", help="leave out roles, labels and images"
    )


def run(args: argparse.Namespace) -> int:
    """Tells who that was.

    Returns:
        0 if somebody is named, else `NOBODY`.

    Raises:
        SyncError: There is no answer.
    """
    places = [args.history, args.journal, args.daemon]
    if sum(place is not None for place in places) > 1:
        raise ConfigError("give one of --history, --journal and --daemon")
    if args.target is None:
        # `--daemon WHO` is meant to be both.
        args.target, args.daemon = args.daemon, ""
    if not args.target:
        raise ConfigError("whom do you ask about? Give an ADDRESS, or a name: see -h")
    question = Question(
        text=args.target,
        target=parse_target(args.target),
        at=args.at,
        since=args.since,
        until=args.until,
        cluster=args.cluster,
        revisions=args.revisions,
    )
    report = _report(question, args)
    for note in report.notes:
        say(note)
    show(_shown(report, question, args))
    return 0 if report.named else NOBODY


def _report(question: Question, args: argparse.Namespace) -> Report:
    if args.history is not None:
        with Reader(args.history) as reader:
            return answer(question, reader)
    if args.journal is not None:
        from k8s_sync import journal  # noqa: PLC0415

        return answer(question, Timelines([journal.read(args.journal, say).timeline]))
    from k8s_sync.whois import remote  # noqa: PLC0415

    return remote.ask(args.daemon or "", question)


def _shown(report: Report, question: Question, args: argparse.Namespace) -> str:
    if args.json:
        return msgspec.json.encode(report).decode() + "\n"
    if not args.timeline:
        return table(report, brief=args.brief)
    from k8s_sync.whois.drawing import draw  # noqa: PLC0415

    return draw(
        report,
        question,
        time.time_ns() // 1000,
        width=shutil.get_terminal_size().columns,
        ascii_only=(sys.stdout.encoding or "").lower() not in ("utf-8", "utf8"),
    )
