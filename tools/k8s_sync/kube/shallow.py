"""JSON without what is nested too deep to be read.

Readers of JSON go as deep as the text does, and give up at some thousand levels. All
that is of use is within a dozen; but whoever may change an object may put ten thousand
into its `managedFields`, which the API server keeps, and tells everybody.
"""

import re

DEEPEST = 64
"""Levels that are kept. Pages, events and what is read of objects have fewer."""

_TOKEN = re.compile(rb'"(?:[^"\\]++|\\.)*+"?|[\[\]{}]', re.DOTALL)
_OPENING = (b"[", b"{")
_CLOSING = (b"]", b"}")


def shallow(json: bytes) -> bytes:
    """Empties the lists and objects on the last level that is kept.

    Slow, so it is for what could not be read otherwise.
    """
    kept: list[bytes] = []
    depth = begin = 0
    for found in _TOKEN.finditer(json):
        token = found.group()
        if token in _OPENING:
            depth += 1
            if depth == DEEPEST:
                kept.append(json[begin : found.end()])
        elif token in _CLOSING:
            if depth == DEEPEST:
                begin = found.start()
            depth -= 1
    # Cut in the middle, it stays what no reader takes for whole.
    return b"".join(kept) + (json[begin:] if depth < DEEPEST else b"")
