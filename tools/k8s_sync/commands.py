"""The commands: their arguments and help, and which module does the work.

Such modules are imported when their command runs.
"""

import argparse
import time
from collections.abc import Callable
from typing import NamedTuple

from k8s_sync import __version__, enrich_command, report_command
from k8s_sync.console import show

Parser = argparse.ArgumentParser
Arguments = argparse.Namespace


class Command(NamedTuple):
    """One command."""

    run: Callable[[Arguments], int]
    fill: Callable[[Parser], None]
    """Adds its arguments to its parser."""
    summary: str
    description: str
    epilog: str
    failed: int = 1
    """Exit code for errors that are nobody's fault here."""


def _daemon_arguments(parser: Parser) -> None:
    from k8s_sync import flags  # noqa: PLC0415

    flags.add(parser)


def _daemon(args: Arguments) -> int:
    from k8s_sync import config, flags  # noqa: PLC0415

    loaded = flags.load(args)
    if args.print_config:
        show(config.render(loaded))
        return 0
    from k8s_sync.daemon import run as daemon  # noqa: PLC0415

    return daemon.run(loaded.config)


def _check(args: Arguments) -> int:
    from k8s_sync import config, flags  # noqa: PLC0415

    loaded = flags.load(args)
    if args.print_config:
        show(config.render(loaded))
        return 0
    from k8s_sync import check  # noqa: PLC0415

    return check.run(loaded.config)


def _whois_arguments(parser: Parser) -> None:
    from k8s_sync.whois import command  # noqa: PLC0415

    command.fill(parser)


def _whois(args: Arguments) -> int:
    from k8s_sync.whois import command  # noqa: PLC0415

    return command.run(args)


def _history_arguments(parser: Parser) -> None:
    from k8s_sync.history import command  # noqa: PLC0415

    command.fill(parser)


def _history(args: Arguments) -> int:
    code: int = args.work(args)
    return code


def _export_arguments(parser: Parser) -> None:
    parser.add_argument(
        "--source",
        action="append",
        metavar="FILE",
        help="what `kubectl get -o json` or -o yaml wrote, plain or gzip, or -; more"
        " than one may be given; by default the API server is asked",
    )
    parser.add_argument(
        "--from",
        action="append",
        default=[],
        dest="journals",
        metavar="JOURNAL",
        help="journal to read, rather than to ask anybody; more than one may be given",
    )
    parser.add_argument(
        "-o",
        "--output",
        "--journal",
        required=True,
        dest="output",
        metavar="OUT",
        help="file to write, or -",
    )
    parser.add_argument(
        "--format",
        choices=("journal", "parquet"),
        default="journal",
        help="what to write: a journal, or a table that a database can join as of a"
        " time; that needs pyarrow [journal]",
    )
    parser.add_argument(
        "--config",
        metavar="FILE",
        help="configuration of the daemon, for its cluster or its list of clusters",
    )
    parser.add_argument("--cluster", metavar="NAME", help="[kubernetes]")
    parser.add_argument(
        "--range",
        "--ranges",
        action="append",
        dest="ranges",
        metavar="SUBNET=KIND",
        help="block of addresses of pods, services or nodes, such as 10.42.0.0/16=pod;"
        " more than one may be given",
    )

    parser.add_argument(
        "--roles", metavar="FILE", help="YAML file with roles of a site's own workloads"
    )
    parser.add_argument("--kubeconfig", metavar="FILE", help="as kubectl's")
    parser.add_argument("--context", metavar="NAME", help="as kubectl's")
    parser.add_argument(
        "--namespace",
        action="append",
        metavar="NAME",
        help="namespace to look into; more than one may be given; by default all",
    )


def _export(args: Arguments) -> int:
    from k8s_sync import config, export  # noqa: PLC0415
    from k8s_sync.config_clusters import Cluster  # noqa: PLC0415

    if args.journals and args.source:
        args.parser.error("--from and --source do not go together")
    told = {name: getattr(args, name, None) for name in Cluster.__struct_fields__}
    # Not the daemon's variables: what an export is about stands on its command line.
    clusters = () if args.journals else config.load(told, {}, args.config).config.each
    options = export.Options(
        clusters=clusters,
        journals=tuple(args.journals),
        output=args.output,
        format=args.format,
    )
    return export.run(options, time.time_ns() // 1000)


def _version(_: Arguments) -> int:
    show(f"k8s-sync {__version__}\n")
    return 0


COMMANDS = {
    "daemon": Command(
        _daemon,
        _daemon_arguments,
        "follow a cluster, and keep Zeek told",
        "Follows a cluster and keeps one or more Zeeks told of who owns its addresses,"
        "\nuntil SIGTERM.",
        """\
example:
  k8s-sync daemon --cluster prod --zeek ws://127.0.0.1:27759/v1/messages/json""",
    ),
    "check": Command(
        _check,
        _daemon_arguments,
        "see whether the daemon could work, and if not why",
        "Tries what the daemon needs, with the daemon's configuration: the API server,"
        "\npermissions, Zeek. Changes nothing. Exits with 1 if something failed.",
        """\
example:
  k8s-sync check --context prod""",
    ),
    "whois": Command(
        _whois,
        _whois_arguments,
        "tell who had an address, or which addresses somebody had",
        "Tells who had an address, or which addresses a pod, workload, service or node"
        "\nhad: from when to when, how sure that is, and how it ended.",
        """\
examples:
  k8s-sync whois 10.42.1.17 --history claims.db --at 2024-05-01T12:00:00Z
  k8s-sync whois 192.0.2.10:30080/tcp --journal claims.log --at 1714564800.5 --json
  k8s-sync whois shop/web-6d4b75cb6d-hx2nf --history claims.db
  k8s-sync whois Deployment/web --history claims.db --from 2024-05-01 --timeline
  k8s-sync whois 10.42.1.17                     asks the daemon on this machine

exit codes: 0 somebody is named, 1 nobody is, 2 usage, 3 there is no answer""",
        failed=3,
    ),
    "history": Command(
        _history,
        _history_arguments,
        "look after the history that a daemon keeps",
        "Looks after histories, which a daemon with --history keeps. All of it may be"
        "\ndone while the daemon runs.",
        """\
examples:
  k8s-sync history info claims.db
  k8s-sync history prune claims.db --days 30
  k8s-sync history export claims.db --output claims.log.gz
  k8s-sync history import all.db east.db west.db claims.log.gz""",
    ),
    "enrich": Command(
        enrich_command.run,
        enrich_command.arguments,
        "add owners to logs that are already written",
        enrich_command.DESCRIPTION,
        enrich_command.EPILOG,
    ),
    "export": Command(
        _export,
        _export_arguments,
        "make a journal of a cluster as it is now",
        "Makes a journal, for Zeek, enrich and whois, of what the API server tells now,"
        "\nor of what kubectl wrote into files.",
        """\
examples:
  k8s-sync export --context prod --journal claims.log --cluster prod
  k8s-sync export --from claims.log --format parquet --output k8s.parquet
  kubectl get pods,services,endpointslices,nodes,namespaces,replicasets,jobs -A \\
    -o json | k8s-sync export --source - --journal claims.log""",
    ),
    "report": Command(
        report_command.run,
        report_command.arguments,
        "make a page of pictures from decorated logs",
        report_command.DESCRIPTION,
        report_command.EPILOG,
    ),
    "version": Command(
        _version,
        lambda _: None,
        "print the version",
        "Prints the version.",
        "example:\n  k8s-sync version",
    ),
}
