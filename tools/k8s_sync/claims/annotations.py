"""JSON that network plugins write into the annotations of objects."""

from collections.abc import Mapping
from typing import TypeVar

import msgspec

_T = TypeVar("_T")


def annotation(
    decoder: msgspec.json.Decoder[_T], annotations: Mapping[str, str], name: str
) -> _T:
    """Reads an annotation that is there.

    Raises:
        ValueError: It is not what it should be; the message says which.
    """
    try:
        return decoder.decode(annotations[name])
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise ValueError(f"bad annotation {name}: {error}") from None
