"""Processes that work for this one, on all cores.

They are forks: what was in memory when they began need not be sent to them, and is
shared until somebody changes it.
"""

import multiprocessing
import os
import signal
import traceback
from collections.abc import Callable, Iterator
from contextlib import suppress
from multiprocessing.connection import Connection, wait
from types import TracebackType
from typing import Any, Generic, NamedTuple, Self, TypeVar

from k8s_sync.errors import FatalError, SyncError

Task = TypeVar("Task")
Result = TypeVar("Result")


def cores() -> int:
    """Counts the cores that this process may use; 1 where processes cannot fork."""
    if "fork" not in multiprocessing.get_all_start_methods():
        return 1
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class Lost(NamedTuple):
    """A task came to nothing."""

    reason: str


class _Worker(NamedTuple):
    process: Any
    """Forked; the types of that are not those of every platform."""
    connection: "Connection[Any, Any]"


class Workers(Generic[Task, Result]):
    """Some processes that do one kind of work; as a context manager they run."""

    def __init__(self, count: int, work: Callable[[Task], Result]) -> None:
        """Prepares `count` processes, each of which will call `work`."""
        self._count = count
        self._work = work
        self._idle: list[_Worker] = []
        self._busy: dict[Connection[Any, Any], tuple[int, _Worker]] = {}

    def __enter__(self) -> Self:
        for _ in range(self._count):
            self._start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        workers = [*self._idle, *(worker for _, worker in self._busy.values())]
        for worker in workers:
            worker.connection.close()
            if kind is not None:
                worker.process.terminate()
        for worker in workers:
            worker.process.join()

    def _start(self) -> None:
        ours, theirs = multiprocessing.Pipe()
        elsewhere = [*self._busy, *(worker.connection for worker in self._idle), ours]
        process = multiprocessing.get_context("fork").Process(
            target=_serve, args=(theirs, elsewhere, self._work), daemon=True
        )
        process.start()
        theirs.close()
        self._idle.append(_Worker(process, ours))

    @property
    def idle(self) -> bool:
        """Somebody has nothing to do."""
        return bool(self._idle)

    @property
    def busy(self) -> bool:
        """Somebody has something to do."""
        return bool(self._busy)

    def give(self, number: int, task: Task) -> None:
        """Gives a task, under a number, to somebody who is idle."""
        worker = self._idle.pop()
        self._busy[worker.connection] = number, worker
        with suppress(BrokenPipeError):  # it has died, which `collect` will see
            worker.connection.send(task)

    def collect(
        self, timeout: float | None = None, also: int | None = None
    ) -> Iterator[tuple[int, Result | Lost]]:
        """Yields what is done, by number, once something is.

        Args:
            timeout: Seconds after which there may as well be nothing.
            also: A descriptor; there may be nothing if it becomes readable.
        """
        waiting: list[Connection[Any, Any] | int] = list(self._busy)
        if also is not None:
            waiting.append(also)
        for ready in wait(waiting, timeout):
            if not isinstance(ready, Connection):
                continue
            number, worker = self._busy.pop(ready)
            try:
                result = ready.recv()
            except (EOFError, OSError):
                ready.close()
                worker.process.join()
                self._start()
                yield number, Lost(f"a process died: {_death(worker.process.exitcode)}")
                continue
            self._idle.append(worker)
            if isinstance(result, _Bug):
                raise FatalError(f"a bug in a process:\n{result.trace}")
            yield number, result


class _Bug(NamedTuple):
    """What should not have happened."""

    trace: str


def _death(code: int | None) -> str:
    if code is not None and code < 0:
        return signal.Signals(-code).name
    return f"exit code {code}"


def _serve(
    connection: "Connection[Any, Any]",
    elsewhere: "list[Connection[Any, Any]]",
    work: Callable[[Any], Any],
) -> None:
    """Works until the other end is gone."""
    # Ctrl-C is the parent's to handle, which then ends us in good order, so that no
    # temporary file stays behind.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, _leave)
    for other in elsewhere:  # or they would stay open for as long as we live
        other.close()
    with suppress(EOFError, BrokenPipeError, ConnectionResetError):
        while True:
            task = connection.recv()
            try:
                result = work(task)
            except SyncError as error:
                result = Lost(str(error))
            except Exception:  # noqa: BLE001 -- it is the parent that must know
                result = _Bug(traceback.format_exc())
            connection.send(result)


_asked: list[bool] = []


def _leave(*_: object) -> None:
    # Not at any moment, such as that between a file's birth and its name being noted.
    _asked.append(True)


def leave_if_asked() -> None:
    """Ends this process if its parent wants that; for work that takes long."""
    if _asked:
        raise SystemExit(1)
