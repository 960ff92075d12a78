"""Bytes of the Kubernetes API in, slim objects out.

The fast way decodes a whole page or event in one pass. Where that fails, because one
object is not what it should be, each object is decoded for itself and forgivingly
(nulls count as absent, ``"80"`` as 80). What still fails becomes a `Problem` and costs
nobody else anything; nor does what is nested too deep to be read, which is left out.
"""

import contextlib

import msgspec

from k8s_sync.errors import BadAnswerError
from k8s_sync.kube.objects import Failure, Metadata, Object, api_name
from k8s_sync.kube.shallow import shallow


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """An object that could not be read, and as much as is known of it."""

    text: str
    """What is wrong and where, such as ``Expected `str`... at `$.spec.nodeName```."""
    metadata: Metadata = Metadata()

    def __str__(self) -> str:
        name = f"{self.metadata.namespace}/{self.metadata.name}".strip("/")
        return f"{name}: {self.text}" if name else self.text


class ListMetadata(msgspec.Struct, frozen=True, rename=api_name):
    """Where in history and in the list of pages a page is."""

    resource_version: str = ""
    continue_: str | None = None
    """The token for the next page; unset or empty on the last."""


class Page(msgspec.Struct, frozen=True):
    """A page of a list."""

    metadata: ListMetadata
    items: list[Object | Problem]


class Event(msgspec.Struct, frozen=True):
    """A line of a watch. The object of an ``ERROR`` is a `Failure`."""

    type: str
    object: Object | Failure | Problem


class _Bare(msgspec.Struct, frozen=True, gc=False):
    metadata: Metadata = Metadata()


class _FullPage(msgspec.Struct):
    items: list[Object]
    kind: str = ""
    metadata: ListMetadata = ListMetadata()


class _BarePage(msgspec.Struct):
    items: list[_Bare]
    kind: str = ""
    metadata: ListMetadata = ListMetadata()


class _RawPage(msgspec.Struct):
    items: list[msgspec.Raw] | None = None
    kind: str = ""
    metadata: ListMetadata = ListMetadata()


class _FullEvent(msgspec.Struct):
    type: str
    object: Object


class _BareEvent(msgspec.Struct):
    type: str
    object: _Bare


class _RawEvent(msgspec.Struct):
    type: str
    object: msgspec.Raw


# Bytes that are no text are found only where a string is read.
_UNREADABLE = (msgspec.DecodeError, UnicodeError)
_raw_page = msgspec.json.Decoder(_RawPage)
_raw_event = msgspec.json.Decoder(_RawEvent)
_failure = msgspec.json.Decoder(Failure)


class Decoder:
    """Decodes the pages and events of one resource.

    Args:
        metadata_only: Look at nothing but the metadata, even if the server sends
            more than it was asked for.
    """

    def __init__(self, *, metadata_only: bool = False) -> None:
        self._bare = metadata_only
        self._page: msgspec.json.Decoder[_FullPage | _BarePage] = msgspec.json.Decoder(
            _BarePage if metadata_only else _FullPage
        )
        self._event: msgspec.json.Decoder[_FullEvent | _BareEvent] = (
            msgspec.json.Decoder(_BareEvent if metadata_only else _FullEvent)
        )

    def page(self, body: bytes) -> Page:
        """Decodes a page of a list.

        Raises:
            BadAnswerError: It is no page at all.
        """
        try:
            try:
                return self._page_in(body)
            except RecursionError:
                return self._page_in(shallow(body))
        except _UNREADABLE as error:
            raise BadAnswerError(f"this is no list of objects: {error}") from error

    def event(self, line: bytes) -> Event:
        """Decodes a line of a watch.

        Raises:
            BadAnswerError: It is no event at all.
        """
        try:
            try:
                return self._event_in(line)
            except RecursionError:
                return self._event_in(shallow(line))
        except _UNREADABLE as error:
            raise BadAnswerError(f"this is no watch event: {error}") from error

    def _page_in(self, body: bytes) -> Page:
        page: _FullPage | _BarePage | _RawPage
        try:
            page = self._page.decode(body)
        except _UNREADABLE:
            page = _raw_page.decode(body)
        # Whatever else says 200 must not pass for an empty cluster.
        if not (page.kind.endswith("List") and page.metadata.resource_version):
            raise msgspec.ValidationError("it is not a list with a version")
        items: list[Object | Problem]
        match page:
            case _FullPage():
                items = list(page.items)
            case _BarePage():
                items = [Object(metadata=item.metadata) for item in page.items]
            case _:
                items = [self._one(item) for item in page.items or ()]
        return Page(page.metadata, items)

    def _event_in(self, line: bytes) -> Event:
        try:
            event = self._event.decode(line)
        except _UNREADABLE:
            raw = _raw_event.decode(line)
            if raw.type == "ERROR":
                return Event(raw.type, _failure_of(raw.object))
            return Event(raw.type, self._one(raw.object))
        if event.type == "ERROR":
            return Event(event.type, _failure_of(_raw_event.decode(line).object))
        if isinstance(event, _BareEvent):
            return Event(event.type, Object(metadata=event.object.metadata))
        return Event(event.type, event.object)

    def _one(self, raw: msgspec.Raw) -> Object | Problem:
        try:
            value = msgspec.json.decode(raw)
        except _UNREADABLE as error:
            return Problem(text=str(error))
        return read(value, metadata_only=self._bare)


def read(value: object, *, metadata_only: bool = False) -> Object | Problem:
    """Reads an object from plain dicts and lists, such as YAML gives them.

    Args:
        value: The object.
        metadata_only: Look at nothing but kind and metadata.
    """
    value = without_nulls(value)
    if metadata_only and isinstance(value, dict):
        value = {k: v for k, v in value.items() if k not in ("spec", "status")}
    try:
        return msgspec.convert(value, Object, strict=False)
    except msgspec.ValidationError as error:
        return Problem(text=str(error), metadata=_identity(value))


def failure(body: bytes) -> Failure:
    """Reads the API's ``Status``; an empty one if it is something else."""
    try:
        return _failure.decode(body)
    except (*_UNREADABLE, RecursionError):
        return Failure()


def _failure_of(raw: msgspec.Raw) -> Failure:
    return failure(bytes(raw))


def _identity(value: object) -> Metadata:
    """Saves uid, name and version of an object that cannot be read."""
    if not (isinstance(value, dict) and isinstance(value.get("metadata"), dict)):
        return Metadata()
    wanted = ("uid", "name", "namespace", "resourceVersion")
    kept = {name: value["metadata"].get(name, "") for name in wanted}
    with contextlib.suppress(msgspec.ValidationError):
        return msgspec.convert(kept, Metadata)
    return Metadata()


def without_nulls(value: object) -> object:
    """Leaves out what is null, as if it were not there."""
    if isinstance(value, dict):
        return {k: without_nulls(v) for k, v in value.items() if v is not None}
    if isinstance(value, list):
        return [without_nulls(item) for item in value if item is not None]
    return value
