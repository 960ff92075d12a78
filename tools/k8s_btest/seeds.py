"""Seeds of Zeek's hash tables, as Zeek reads them from a file.

Zeek draws a seed at each start unless it is given one, and the order in which it goes
through tables hangs on it: at the end of a trace that is the order in which the open
connections end. Without a fixed seed a test that hangs on it fails now and then, so
a scenario is run with one that is always the same, and with others on request.
"""

import random
from pathlib import Path

from k8s_btest.errors import BtestError

FILE = "zeek.seed"
"""Beside btest.cfg, which names it."""
USUAL = 1
_NUMBERS = 21
"""Zeek wants twenty for its hashes, and one for its random numbers."""


def text(number: int) -> str:
    """What Zeek reads: the same for the same number, on any machine."""
    numbers = random.Random(number)  # noqa: S311 -- nothing is kept secret by it
    return "".join(f"{numbers.getrandbits(32)}\n" for _ in range(_NUMBERS))


def write(folder: Path, number: int) -> None:
    """Has the tests of a folder run with a seed from now on.

    Raises:
        BtestError: It cannot be written.
    """
    try:
        (folder / FILE).write_text(text(number), encoding="ascii")
    except OSError as error:
        raise BtestError(f"{folder}: cannot be written: {error}") from None
