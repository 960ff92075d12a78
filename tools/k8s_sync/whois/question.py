"""A question."""

import msgspec

from k8s_sync.selector import Selector
from k8s_sync.whois.target import Target


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """Who was that?"""

    text: str
    """As it was asked."""
    target: Target | Selector
    at: int | None = None
    """When; unset: the whole story. Times are in microseconds."""
    since: int | None = None
    until: int | None = None
    cluster: str = ""
    """Empty: all."""
    revisions: bool = False
