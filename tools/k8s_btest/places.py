"""Where in a file a problem is, and what could be written there instead.

msgspec says ``Object contains unknown field `hots` - at `$.traffic[0].http```; a
person wants the line, the key, and the word that was meant.
"""

import difflib
import re
import types
import typing
from collections.abc import Iterator

import msgspec
import yaml

_MESSAGE = re.compile(r"(.*?)(?: - at (?:`key` in )?`\$(.*)`)?", re.DOTALL)
_STEP = re.compile(r"\.?([^.\[\]]+)|\[(\d+|\.\.\.)\]")
_UNKNOWN = re.compile(r"Object contains unknown field `(.*)`")


def explain(message: str, root: type) -> tuple[str, str]:
    """Splits a message of msgspec into a reason and a path, as ``traffic[0].at``."""
    found = _MESSAGE.fullmatch(message)
    reason, path = (found[1], found[2] or "") if found else (message, "")
    unknown = _UNKNOWN.fullmatch(reason)
    if unknown:
        known = sorted(_keys(root, path))
        close = difflib.get_close_matches(unknown[1], known, 1)
        hint = f"did you mean {close[0]}?" if close else f"known: {', '.join(known)}"
        reason = f"unknown key {unknown[1]}; {hint}"
        path = f"{path}.{unknown[1]}"
    elif reason.startswith("Object missing required field"):
        reason = reason.replace("Object missing required field", "it lacks the key")
    elif reason.startswith("Expected `object`"):
        reason += ": keys and values are needed here"
    return reason, path.removeprefix(".")


def line_of(root: yaml.Node | None, path: str) -> int:
    """Finds the line, from 1, of the innermost part of `path` that is there."""
    node = root
    line = 1
    for step in _steps(path):
        found = _child(node, step)
        if found is None:
            break
        key, node = found
        line = key.start_mark.line + 1
    return line


def _steps(path: str) -> Iterator[str]:
    for key, index in _STEP.findall(path):
        yield key or index


def _child(node: yaml.Node | None, step: str) -> tuple[yaml.Node, yaml.Node] | None:
    """Returns what marks the place of a step, and what is there."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == step:
                return key, value
    elif isinstance(node, yaml.SequenceNode) and step.isdigit():
        item = next(iter(node.value[int(step) :]), None)
        return item and (item, item)
    return None


def _keys(root: type, path: str) -> set[str]:
    """The keys that may be written at a path."""
    kinds = [root]
    for step in _steps(path):
        kinds = [inner for kind in kinds for inner in _inside(kind, step)]
    return {
        field.encode_name
        for kind in kinds
        if isinstance(kind, type) and issubclass(kind, msgspec.Struct)
        for field in msgspec.structs.fields(kind)
    }


def _inside(kind: type, step: str) -> Iterator[type]:
    """Yields the types of what is at a step inside of a type."""
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        for field in msgspec.structs.fields(kind):
            if field.encode_name == step:
                yield from _options(field.type)
    elif typing.get_origin(kind) in (tuple, list):
        yield from _options(typing.get_args(kind)[0])
    elif typing.get_origin(kind) is dict:
        yield from _options(typing.get_args(kind)[1])


def _options(kind: typing.Any) -> Iterator[type]:  # noqa: ANN401 -- any annotation
    if typing.get_origin(kind) in (typing.Union, types.UnionType):
        for one in typing.get_args(kind):
            yield from _options(one)
    else:
        yield kind
