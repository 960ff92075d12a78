"""The command ``enrich``: its arguments and its help."""

import argparse
from typing import get_args

from k8s_sync.enrich.columns import OPTIONAL, Columns
from k8s_sync.enrich.dialects import DialectName
from k8s_sync.enrich.naming import Naming

DESCRIPTION = """\
Adds the columns that Zeek would have written with the plugin, in the same places.
Lines that make no sense pass through as they are, and are told of."""
EPILOG = """\
examples:
  k8s-sync enrich --journal claims.log conn.log > conn-owned.log
  zcat conn.*.log.gz | k8s-sync enrich --journal claims.log | zeek-cut id.orig_k8s.pod
  k8s-sync enrich --journal claims.log.gz --output owned/ --labels app,tier *.log.gz
  k8s-sync enrich --journal claims.log --output owned/ /var/log/zeek
  k8s-sync enrich --amendments k8s_amendments.log conn.log > conn-amended.log

A directory is gone through with all that is in it, such as 2026-11-02/conn.*.log.gz;
links to directories, such as Zeek's current, are not followed. Copies have the same
names below --output. Copies of directories, and of patterns in quotes, that an earlier
run has finished are not made again if they are newer than their logs and were made
with the same options; --force makes them again, for example because the journal has
learned more about their time.

exit codes: 0 done, 1 a log or the journal could not be read, 2 usage"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments to the parser of the command."""
    parser.add_argument(
        "logs",
        metavar="LOG",
        nargs="*",
        help="Zeek log, TSV or JSON, plain, gzip or zstd; or a directory of them, or a"
        " pattern in quotes; - or none is standard input",
    )
    parser.add_argument(
        "--journal",
        default="",
        metavar="FILE",
        help="journal, plain, gzip or zstd, or -; may be left out with --amendments",
    )
    parser.add_argument(
        "--amendments",
        action="append",
        default=[],
        metavar="FILE",
        help="k8s_amendments.log, where Zeek wrote what it learned too late: rows with"
        " its uids get the owners that it tells, whatever they or the journal say; more"
        " than one may be given",
    )
    parser.add_argument(
        "--cluster",
        default="",
        metavar="NAME",
        help="the only cluster that the sensor saw, as in K8s::sensor_cluster of Zeek;"
        " by default any",
    )
    parser.add_argument(
        "-o",
        "--output",
        default="-",
        metavar="PLACE",
        help="where copies go, as with cp: a directory, or what ends in / and is to be"
        " one (copies keep their names, and stay compressed if they were), or for one"
        " LOG a file (compressed if its name ends in .gz or .zst); by default standard"
        " output, never compressed",
    )
    parser.add_argument(
        "--columns",
        type=_columns,
        default=(),
        metavar="NAME,...",
        help=f"further columns, of: {', '.join(OPTIONAL)}",
    )
    parser.add_argument(
        "--labels",
        type=lambda text: frozenset(_names(text)),
        default=frozenset(),
        metavar="KEY,...",
        help="keys of labels to be shown in the column labels, * for all; implies it",
    )
    naming_arguments(parser)
    parser.add_argument(
        "--force",
        action="store_true",
        help="make copies again that an earlier run has finished",
    )
    parser.add_argument(
        "--jobs",
        type=_count,
        default=0,
        metavar="N",
        help="processes to work with; by default one for each core",
    )


def naming_arguments(
    parser: argparse.ArgumentParser, *, of_others: bool = True
) -> None:
    """Adds what tells the names of columns.

    Args:
        parser: Of the command.
        of_others: Columns without an ``id`` matter to it.
    """
    group = parser.add_argument_group("names of columns")
    group.add_argument(
        "--dialect",
        choices=get_args(DialectName),
        default="zeek",
        help="what the columns about owners are called: as Zeek does, in ECS (as"
        " Elastic's Beats do), in OpenTelemetry's semantic conventions, or in OCSF"
        " [zeek]",
    )
    group.add_argument(
        "--renamed",
        action="append",
        type=_pair,
        default=[],
        metavar="OWN=NAME",
        help="Zeek's own name of a column and what the logs call it, as in Zeek's"
        " Log::default_field_name_map, such as id.orig_h=source.ip; more than one may"
        " be given",
    )
    group.add_argument(
        "--scope-sep",
        default=".",
        metavar="TEXT",
        help="as Zeek's Log::default_scope_sep [.]",
    )
    if not of_others:
        return
    group.add_argument(
        "--address",
        action="append",
        type=_pair,
        default=[],
        metavar="COLUMN=RECORD",
        help="a further column with an address, in logs without id, and where its owner"
        " goes, as in Zeek's K8s::address_columns, such as peer=peer_k8s; more than one"
        " may be given",
    )


def run(args: argparse.Namespace) -> int:
    """Runs the command."""
    from k8s_sync.enrich import run as enrich  # noqa: PLC0415

    if not args.journal and not args.amendments:
        args.parser.error("--journal FILE is needed, or --amendments FILE")
    if "labels" in args.columns and not args.labels:
        args.parser.error("--columns labels needs --labels KEY,... (* for all)")
    wanted = {*args.columns, *(("labels",) if args.labels else ())}
    extra = tuple(name for name in OPTIONAL if name in wanted)
    options = enrich.Options(
        journal=args.journal,
        amendments=tuple(args.amendments),
        logs=tuple(args.logs),
        cluster=args.cluster,
        output=args.output,
        columns=Columns(extra, args.labels),
        naming=naming_of(args),
        force=args.force,
        jobs=args.jobs,
    )
    return enrich.run(options)


def naming_of(args: argparse.Namespace) -> Naming:
    """What the arguments say of the names of columns."""
    return Naming(
        dialect=args.dialect,
        renamed=tuple(args.renamed),
        separator=args.scope_sep,
        more=tuple(getattr(args, "address", ())),
    )


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]


def _columns(text: str) -> tuple[str, ...]:
    names = _names(text)
    for name in names:
        if name not in OPTIONAL:
            raise argparse.ArgumentTypeError(
                f"no column {name!r}; there are: {', '.join(OPTIONAL)}"
            )
    return tuple(names)


def _pair(text: str) -> tuple[str, str]:
    first, equals, second = text.partition("=")
    if not (first and equals and second):
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=NAME")
    return first, second


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r} is no number above 0")
    return int(text)
