"""Objects from files that ``kubectl get -o json`` or ``-o yaml`` has written.

A file may be a list, one object, or several of either after another, in JSON or
YAML, plain or gzip. An object that cannot be read is reported and costs nobody else
anything. Kinds that no claims are made from are passed over.
"""

import codecs
import json
import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, cast

import msgspec
import yaml

from k8s_sync.errors import ConfigError
from k8s_sync.kube.decode import Problem, read
from k8s_sync.kube.objects import Metadata, Object
from k8s_sync.kube.resources import ALL, Resource
from k8s_sync.streams import open_input

_EVERYWHERE = ",".join(resource.name for resource in ALL if not resource.since)
COMMAND = f"kubectl get {_EVERYWHERE} -A -o json"
"""What writes a file that has everything; kinds that are new would make it fail."""

_BY_KIND = {(resource.group, resource.kind): resource for resource in ALL}
_BOMS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}

Say = Callable[[str], None]
Item = msgspec.Raw | object
"""An object not yet looked at: JSON, or plain dicts and lists."""


class Found(NamedTuple):
    """An object and where it was."""

    resource: str
    object: Object
    place: str
    """Such as ``cluster.json item 3 pods shop/web-1``."""


class _Document(msgspec.Struct, rename="camel"):
    kind: str = ""
    api_version: str = ""
    items: list[msgspec.Raw] | msgspec.UnsetType | None = msgspec.UNSET


class _Bare(msgspec.Struct, gc=False):
    metadata: Metadata = Metadata()


class _YamlLoader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Leaves times the text that they are."""


_YamlLoader.yaml_implicit_resolvers = {
    first: [(tag, regexp) for tag, regexp in found if not tag.endswith(":timestamp")]
    for first, found in _YamlLoader.yaml_implicit_resolvers.items()
}

_document = msgspec.json.Decoder(_Document)
_object = msgspec.json.Decoder(Object)
_bare = msgspec.json.Decoder(_Bare)


def read_file(path: str, problem: Say) -> Iterator[Found]:
    """Reads the objects of one file.

    Args:
        path: The file, or ``-`` for standard input.
        problem: Is told what is wrong with an object, and where it is.

    Raises:
        FatalError: It cannot be read.
        ConfigError: It is nothing that kubectl writes.
    """
    with open_input(path) as source:
        try:
            yield from read_bytes(source.stream.read(), source.name, problem)
        except RecursionError:
            raise _useless(source.name, "it is nested too deep") from None


def read_bytes(data: bytes, name: str, problem: Say) -> Iterator[Found]:
    """Reads the objects of a file's contents; `name` is for messages.

    Raises:
        ConfigError: It is nothing that kubectl writes.
    """
    number = 0
    found = False
    for item, kind, version in _items(data, name):
        number += 1
        at = f"{name} item {number}"
        try:
            one = _read(item, kind, version, at)
        except ValueError as error:
            problem(str(error))
            continue
        if one is not None:
            found = True
            yield one
    if number and not found:
        problem(f"{name}: nothing in it to make claims from; try: {COMMAND}")


def _items(data: bytes, name: str) -> Iterator[tuple[Item, str, str]]:
    """Yields objects, each with the kind and version that its list tells of it."""
    data = _utf8(data, name)
    if data[:1] in (b"{", b"["):
        try:
            whole = _document.decode(data)
        except msgspec.DecodeError:
            # Several after another, or something is wrong: the slow way tells.
            documents = _json(data, name)
        else:
            if isinstance(whole.items, list):
                kind = whole.kind.removesuffix("List")
                for raw in whole.items:
                    yield raw, kind, whole.api_version
                return
            documents = iter((msgspec.json.decode(data),))
    else:
        documents = _yaml(data, name)
    empty = True
    for document in documents:
        empty = False
        yield from _in_document(document, name)
    if empty:
        raise _useless(name, "it is empty")


def _in_document(document: Any, name: str) -> Iterator[tuple[Item, str, str]]:  # noqa: ANN401
    if not isinstance(document, dict) or not isinstance(document.get("kind"), str):
        raise _useless(name, "it has no kind")
    kind, items = document["kind"], document.get("items")
    version = str(document.get("apiVersion", ""))
    if kind.endswith("List"):
        for item in items if isinstance(items, list) else ():
            yield item, kind.removesuffix("List"), version
    else:
        yield document, kind, version


def _read(item: Item, kind: str, version: str, at: str) -> Found | None:
    """Reads an object if its kind is of use.

    Raises:
        ValueError: It cannot be read; the message says where it is.
    """
    try:
        if isinstance(item, msgspec.Raw):
            head = _document.decode(item)
        else:
            head = msgspec.convert(item, _Document)
    except (msgspec.DecodeError, UnicodeError) as error:
        raise ValueError(f"{at}: {error}") from None
    kind = head.kind or kind
    if not kind:
        raise ValueError(f"{at}: no kind")
    group = (head.api_version or version).rpartition("/")[0]
    resource = _BY_KIND.get((group, kind))
    if resource is None:
        return None
    one = _object_of(item, resource)
    metadata = one.metadata
    name = f"{metadata.namespace}/{metadata.name}".strip("/")
    at = f"{at} {resource.name} {name}".rstrip()
    if isinstance(one, Problem):
        raise ValueError(f"{at}: {one.text}")  # noqa: TRY004 -- the data is wrong
    return Found(resource.name, one, at)


def _object_of(item: Item, resource: Resource) -> Object | Problem:
    if not isinstance(item, msgspec.Raw):
        return read(item, metadata_only=resource.metadata_only)
    try:
        if resource.metadata_only:
            return Object(kind=resource.kind, metadata=_bare.decode(item).metadata)
        return _object.decode(item)
    except msgspec.DecodeError:
        return read(msgspec.json.decode(item), metadata_only=resource.metadata_only)


def _utf8(data: bytes, name: str) -> bytes:
    """Undoes what PowerShell's ``>`` does to text."""
    for bom, encoding in _BOMS.items():
        if data.startswith(bom):
            try:
                data = data.decode(encoding).encode()
            except UnicodeError as error:
                raise _useless(name, str(error)) from None
    return data.lstrip()


def _json(data: bytes, name: str) -> Iterator[object]:
    decode = json.JSONDecoder().raw_decode
    skip = cast("Callable[[str, int], re.Match[str]]", re.compile(r"\s*").match)
    text = data.decode(errors="replace")
    end = 0
    while end < len(text):
        try:
            document, end = decode(text, end)
        except ValueError as error:
            raise _useless(name, f"no JSON: {error}") from None
        yield document
        end = skip(text, end).end()


def _yaml(data: bytes, name: str) -> Iterator[object]:
    try:
        for document in yaml.load_all(data, Loader=_YamlLoader):
            if document is not None:
                yield document
    except (yaml.YAMLError, ValueError) as error:
        what = " ".join(str(error).split())
        raise _useless(name, f"no YAML: {what}") from None


def _useless(name: str, why: str) -> ConfigError:
    return ConfigError(
        f"{name}: is not what kubectl writes ({why}); make it with: {COMMAND}"
    )
