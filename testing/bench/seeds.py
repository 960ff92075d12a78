"""What is made up falls the same each time: the seeds of all workloads."""

import random

SEEDS = {
    "cluster": 1,
    "objects": 1,
    "changes": 1,
    "watched": 1,
    "questions": 1,
    "packets": 2,
    "conn.log": 3,
    "mixed": 7,
}


def seeded(of: str) -> random.Random:
    """The dice of one of them."""
    return random.Random(SEEDS[of])  # noqa: S311 -- nobody guards a secret with it
