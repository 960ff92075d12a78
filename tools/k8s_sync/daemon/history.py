"""The history that the daemon keeps, and what it remembers of earlier runs."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from k8s_sync.config import Config
from k8s_sync.errors import ConfigError, FatalError
from k8s_sync.history.prune import Limits
from k8s_sync.history.reader import Reader
from k8s_sync.history.recorder import Recorder
from k8s_sync.model import SECOND, Row

_DAY = 86_400 * SECOND
_MEGABYTE = 1_000_000


@contextmanager
def keeping(config: Config, clock: Callable[[], int]) -> Iterator[Recorder | None]:
    """Keeps the history while the daemon runs, if there is to be one.

    Raises:
        ConfigError: It cannot be written, or is something else.
    """
    if not config.history:
        yield None
        return
    limits = Limits(
        age=config.history_days * _DAY, size=config.history_megabytes * _MEGABYTE
    )
    try:
        recorder = Recorder(config.history, limits, clock)
    except FatalError as error:
        raise ConfigError(f"cannot keep the history {error}") from error
    try:
        yield recorder
    finally:
        recorder.close()


def remembered(recorder: Recorder, cluster: str, since: int) -> Iterator[Row]:
    """What earlier runs knew: what was held, and what ended not long ago.

    Args:
        recorder: Keeps the history.
        cluster: Whose rows.
        since: What ended before is of no more use, in microseconds.
    """
    with Reader(recorder.path) as reader:
        yield from reader.remembered(cluster, since)
