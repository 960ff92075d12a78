"""Judges the logs of a folder: what a scenario's btest ends with."""

import sys
from pathlib import Path

import msgspec

from k8s_btest import verdict
from k8s_btest.errors import BtestError


def verify(expected: str, folder: str = ".") -> bool:
    """Says on standard error what is not as it has to be.

    Args:
        expected: The ``expect.json`` that a scenario became.
        folder: Where Zeek's logs are, in JSON.

    Returns:
        Whether all is as it has to be.

    Raises:
        BtestError: A file cannot be read.
    """
    try:
        wanted = msgspec.json.decode(Path(expected).read_bytes(), type=verdict.Expected)
        logs = {
            path.stem: [
                msgspec.json.decode(line)
                for line in path.read_bytes().splitlines()
                if line[:1] == b"{"
            ]
            for path in Path(folder).glob("*.log")
        }
    except (OSError, msgspec.DecodeError) as error:
        raise BtestError(f"{expected}: {error}") from None
    wrong = verdict.judge(wanted, logs)
    for text in wrong:
        sys.stderr.write(f"k8s-btest: {text}\n")
    return not wrong
