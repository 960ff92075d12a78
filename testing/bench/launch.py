"""Runs a program and writes down what it cost; `process` reads it.

    python launch.py REPORT PROGRAM [ARGUMENT...]

It is a process of its own because it is small: until a new process has begun, it counts
the memory of the one that makes it, which may be more than it ever needs itself.
"""

import json
import os
import sys
import time


def main() -> None:
    """Writes times in seconds, memory as the system counts it, and the exit code."""
    report, *command = sys.argv[1:]
    began = time.monotonic()
    try:
        pid = os.posix_spawnp(command[0], command, os.environ)
    except OSError as error:
        sys.exit(f"{command[0]}: {error.strerror}")
    _, status, used = os.wait4(pid, 0)
    told = {
        "wall": time.monotonic() - began,
        "user": used.ru_utime,
        "system": used.ru_stime,
        "memory": used.ru_maxrss,
        "code": os.waitstatus_to_exitcode(status),
    }
    with open(report, "w", encoding="utf-8") as out:  # noqa: PTH123 -- pathlib is large
        json.dump(told, out)


if __name__ == "__main__":
    main()
