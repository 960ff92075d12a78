"""Makes a journal of a cluster as it is now, or as files say it was."""

import msgspec

from k8s_sync import journal
from k8s_sync.console import say
from k8s_sync.errors import ConfigError
from k8s_sync.kube import files
from k8s_sync.model import Range


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """What to read and where to write."""

    sources: tuple[str, ...]
    """Files that kubectl wrote, or ``-``."""
    journal: str
    """A file, or ``-``."""
    cluster: str
    ranges: tuple[Range, ...] = ()


def run(options: Options, now: int) -> int:
    """Writes a journal.

    Args:
        options: What to read and where to write.
        now: The time, in microseconds.

    Returns:
        0; objects that could not be read are told of on standard error.

    Raises:
        SyncError: A file cannot be read or written.
    """
    if not options.sources:
        raise ConfigError(
            "export reads files so far, not an API server: make one with"
            f" `{files.COMMAND} > cluster.json` and name it with --source"
        )
    rows = files.export(
        options.sources,
        cluster=options.cluster,
        now=now,
        problem=say,
        ranges=options.ranges,
    )
    count = journal.write(options.journal, rows)
    say(f"{options.journal}: {count} rows")
    return 0
