"""Zeek's WebSocket messages: events out, statuses in. No socket is opened here.

The encoding is version 1 of Broker's JSON: every value is an object with its
``@data-type``. Only strings and counts travel; rows are text inside one string,
because a record per claim costs Zeek and us dozens of times more.
"""

from typing import Any

import msgspec

ALL_NODES = "/zeek/k8s/all/"
"""The topic that every Zeek node subscribes to."""
NODE = "/zeek/k8s/node/"
"""The topic of one node; its name and a slash follow."""
STATUS = "/zeek/k8s/status/"
"""The topic that nodes answer on."""

FEED_EVENT = "K8s::feed_v1"
STATUS_EVENT = "K8s::status_v1"

SUBSCRIPTIONS = msgspec.json.encode([STATUS]).decode()
"""What a client says first: the topics that it wants to hear."""

_FORMAT_NUMBER, _EVENT = 1, 1  # Broker's version of its format; "this is an event"


def node_topic(name: str) -> str:
    """The topic that only one node subscribes to."""
    return f"{NODE}{name}/"


class Event(msgspec.Struct, frozen=True):
    """What the daemon tells a node; see ``scripts/wire.zeek``."""

    source: str
    epoch: int
    seq: int
    part: str
    payload: str


class Status(msgspec.Struct, frozen=True):
    """What a node answers to each event, and says when it begins."""

    node: str
    source: str
    epoch: int
    seq: int
    claims: int
    digest: int
    problem: str
    answer: str = ""
    """Epoch, part and number of the event that is answered; empty if none is."""


class Ack(msgspec.Struct, frozen=True):
    """The first answer of a Zeek that accepts us."""

    endpoint: str
    version: str


class Refusal(msgspec.Struct, frozen=True):
    """Zeek could not make sense of what it was sent."""

    code: str
    context: str


class _Value(msgspec.Struct):
    kind: str = msgspec.field(name="@data-type")
    data: Any = None


class _Message(msgspec.Struct):
    type: str
    topic: str = ""
    data: Any = None
    endpoint: str = ""
    version: str = ""
    code: str = ""
    context: str = ""


class CodecError(ValueError):
    """A message that is not what Zeek sends."""


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(_Message)


def _string(value: str) -> dict[str, Any]:
    return {"@data-type": "string", "data": value}


def _count(value: int) -> dict[str, Any]:
    return {"@data-type": "count", "data": value}


def _vector(values: list[dict[str, Any]]) -> dict[str, Any]:
    return {"@data-type": "vector", "data": values}


def encode_event(topic: str, name: str, arguments: list[dict[str, Any]]) -> str:
    """Writes an event of any name; arguments are typed values."""
    event = _vector([_string(name), _vector(arguments)])
    message = {
        "type": "data-message",
        "topic": topic,
        **_vector([_count(_FORMAT_NUMBER), _count(_EVENT), event]),
    }
    return _encoder.encode(message).decode()


def encode(topic: str, event: Event) -> str:
    """Writes one event of the feed."""
    return encode_event(
        topic,
        FEED_EVENT,
        [
            _string(event.source),
            _count(event.epoch),
            _count(event.seq),
            _string(event.part),
            _string(event.payload),
        ],
    )


def decode(text: str | bytes) -> Ack | Refusal | Status | None:
    """Reads what Zeek sent.

    Returns:
        None for an event that is not ours.

    Raises:
        CodecError: It is no message of Zeek's, or a status of another shape.
    """
    try:
        message = _decoder.decode(text)
    except msgspec.DecodeError as error:
        raise CodecError(f"no message of Zeek's: {error}") from error
    match message.type:
        case "ack":
            return Ack(message.endpoint, message.version)
        case "error":
            return Refusal(message.code, message.context)
        case "data-message":
            return _decode_event(message.data)
    raise CodecError(f"unknown message type '{message.type}'")


def _values(data: object) -> list[_Value]:
    return msgspec.convert(data, list[_Value])


def _decode_event(data: object) -> Status | None:
    try:
        event = _values(_values(data)[2].data)
        if event[0].data != STATUS_EVENT:
            return None
        node, source, epoch, seq, claims, digest, problem, answer = (
            value.data for value in _values(event[1].data)
        )
        fields = {
            "node": node,
            "source": source,
            "epoch": epoch,
            "seq": seq,
            "claims": claims,
            "digest": int(digest, 16),
            "problem": problem,
            "answer": answer,
        }
        return msgspec.convert(fields, Status)
    except (msgspec.ValidationError, ValueError, TypeError, IndexError) as error:
        raise CodecError(f"bad event: {error}") from error
