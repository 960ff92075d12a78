"""The command line of the scenario driver."""

import sys

NOT_THERE = 2


def main() -> int:
    """Says that there is nothing to run yet."""
    sys.stderr.write("k8s-btest: the scenario driver is not there yet\n")
    return NOT_THERE
