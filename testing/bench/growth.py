"""How a cost grows with size: the exponent of the power that fits it best."""

import math
import statistics
from collections.abc import Mapping

LINEAR = 1.1
"""The highest exponent that counts as linear: figures of small sizes are rough."""


def exponent(costs: Mapping[int, float]) -> float:
    """Fits ``cost = c * size ** exponent`` by least squares of the logarithms.

    0 is constant, 1 is linear.

    Args:
        costs: By size. Two of them at least, all above 0.
    """
    sizes = [math.log(size) for size in costs]
    return statistics.linear_regression(
        sizes, list(map(math.log, costs.values()))
    ).slope
