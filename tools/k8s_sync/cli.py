"""The command line: reads it, and hands over to the module of the command.

Modules are imported where they are needed, so that ``--help`` is there at once.
"""

import argparse
import io
import os
import sys
from collections.abc import Callable, Sequence
from typing import Any

from k8s_sync import __version__
from k8s_sync.commands import COMMANDS
from k8s_sync.console import drop, output_error, say
from k8s_sync.errors import ConfigError, SyncError

_USAGE = 2
_INTERRUPTED = 130
_BROKEN_PIPE = 141

_EXAMPLES = """\
examples:
  kubectl get pods,services,endpointslices,nodes,namespaces,replicasets,jobs -A \\
    -o json > cluster.json
  k8s-sync export --source cluster.json --journal claims.log --cluster prod
  k8s-sync enrich --journal claims.log conn.log > conn-owned.log
  k8s-sync whois 10.42.1.17 --journal claims.log
  k8s-sync check
  k8s-sync daemon

exit codes: 0 it worked, 1 it did not, 2 it cannot be as it was asked for (the command
line, or the configuration)"""


def main(argv: Sequence[str] | None = None) -> int:
    """Runs a command.

    Args:
        argv: The arguments; the process's own by default.

    Returns:
        The exit code.
    """
    _open_standard_streams()
    args = _parser().parse_args(argv)
    try:
        code = _run(args)
        try:
            sys.stdout.flush()
        except BrokenPipeError:
            raise
        except OSError as error:
            drop(sys.stdout)
            code = code or _complain(output_error(error), args.failed)
    except KeyboardInterrupt:
        return _INTERRUPTED
    except BrokenPipeError:  # who read our output has seen enough
        drop(sys.stdout)
        return _BROKEN_PIPE
    return code


def _run(args: argparse.Namespace) -> int:
    try:
        code: int = args.command(args)
    except ConfigError as error:
        return _complain(error, _USAGE)
    except SyncError as error:
        return _complain(error, args.failed)
    return code


def _complain(error: SyncError, code: int) -> int:
    say(" ".join(str(error).split()))
    return code


def _open_standard_streams() -> None:
    """Makes streams of those that were closed before we began (``>&-``).

    Nobody misses what would be told there, but to read from them, or to write a result,
    fails as it does for any program: with a bad descriptor. What a terminal has no
    letter for is shown by its number.
    """
    for name, usable, mode in (
        ("stdin", os.O_WRONLY, "r"),
        ("stdout", os.O_RDONLY, "w"),
        ("stderr", os.O_WRONLY, "w"),
    ):
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(os.open(os.devnull, usable), mode))
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


class _Parser(argparse.ArgumentParser):
    """A parser whose arguments are made when it is its turn."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 -- argparse's
        super().__init__(*args, **kwargs)
        self.fill: Callable[[argparse.ArgumentParser], None] | None = None

    def parse_known_args(  # type: ignore[override]
        self,
        args: Sequence[str] | None = None,
        namespace: argparse.Namespace | None = None,
    ) -> tuple[argparse.Namespace, list[str]]:
        """Makes the arguments, then parses them."""
        fill, self.fill = self.fill, None
        if fill:
            fill(self)
        return super().parse_known_args(args, namespace)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="k8s-sync",
        description="Tells Zeek, and its logs, which pod, workload, service or node was"
        " behind an address at the time.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument(
        "--version", action="version", version=f"k8s-sync {__version__}"
    )
    commands = parser.add_subparsers(
        metavar="COMMAND", required=True, parser_class=_Parser
    )
    for name, command in COMMANDS.items():
        sub = commands.add_parser(
            name,
            help=command.summary,
            description=command.description,
            epilog=command.epilog,
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )
        sub.fill = command.fill
        sub.set_defaults(command=command.run, failed=command.failed, parser=sub)
    return parser


if __name__ == "__main__":
    sys.exit(main())
