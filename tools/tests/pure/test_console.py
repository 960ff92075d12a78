"""Progress is shown where somebody watches, and says how long it will still take."""

import io

from k8s_sync.console import Progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_rate_and_remaining_time() -> None:
    terminal, clock = Terminal(), Clock()
    progress = Progress(1000, stream=terminal, clock=clock)
    clock.now += 0.5
    progress.add("conn.log", 50, 100)
    assert terminal.getvalue() == ""  # too soon
    clock.now += 1.5
    progress.add("conn.log", 50, 100)
    assert terminal.getvalue() == "\r\x1b[Kconn.log, 100 rows, 50/s, 20%, 0:08 left"
    progress.clear()
    assert terminal.getvalue().endswith("left\r\x1b[K")
    clock.now += 7998
    progress.show("3 of 4 logs", 999_900, 200)
    assert terminal.getvalue().endswith(
        "3 of 4 logs, 1,000,000 rows, 125/s, 40%, 3:20:00 left"
    )


def test_without_an_end_there_is_a_rate() -> None:
    terminal, clock = Terminal(), Clock()
    progress = Progress(stream=terminal, clock=clock)
    clock.now += 2
    progress.add("standard input", 50, 0)
    assert terminal.getvalue() == "\r\x1b[Kstandard input, 50 rows, 25/s"


def test_nobody_watches() -> None:
    stream, clock = io.StringIO(), Clock()
    progress = Progress(1000, stream=stream, clock=clock)
    clock.now += 2
    progress.add("conn.log", 50, 100)
    progress.clear()
    assert stream.getvalue() == ""
