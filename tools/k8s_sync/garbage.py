"""How often Python looks for objects that hold each other."""

import gc

_NEW = 50_000
"""Objects more than before, after which it looks; 700 is Python's own."""


def look_seldom() -> None:
    """Makes the search for cycles rare, for programs that take in a whole cluster.

    What is read of an object and what is kept of it have no cycles: all of it is freed
    at once when nobody refers to it. But a page of 500 pods makes and drops thousands
    of tuples and dictionaries, and each 700 of them set off a search that finds
    nothing, which is a tenth of what taking pods in costs. Cycles of others, such as
    those of exceptions, are found later, not never.
    """
    gc.set_threshold(_NEW)
