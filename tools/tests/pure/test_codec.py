"""Zeek's messages, as they are on the wire."""

import json

import pytest

from fakes.zeek import encode_status
from k8s_sync.feed import codec

STATUS = codec.Status(
    node="zeek",
    source="c1",
    epoch=7,
    seq=3,
    claims=2,
    digest=0xFEDCBA9876543210,
    problem="",
)


def test_an_event_is_a_data_message_of_typed_values() -> None:
    event = codec.Event("c1", 7, 3, "delta", 'rows\t"x"\\n\n')
    message = json.loads(codec.encode("/zeek/k8s/all/", event))
    assert message["type"] == "data-message"
    assert message["topic"] == "/zeek/k8s/all/"
    assert message["@data-type"] == "vector"
    kind, version, call = message["data"]
    assert kind == version == {"@data-type": "count", "data": 1}
    name, arguments = call["data"]
    assert name == {"@data-type": "string", "data": "K8s::feed_v1"}
    assert [(v["@data-type"], v["data"]) for v in arguments["data"]] == [
        ("string", "c1"),
        ("count", 7),
        ("count", 3),
        ("string", "delta"),
        ("string", 'rows\t"x"\\n\n'),
    ]


def test_a_status_survives_the_wire() -> None:
    assert codec.decode(encode_status(STATUS)) == STATUS


def test_an_acknowledgement_and_an_error() -> None:
    ack = '{"type":"ack","endpoint":"e","version":"8.0.10"}'
    assert codec.decode(ack) == codec.Ack("e", "8.0.10")
    error = '{"type":"error","code":"deserialization_failed","context":"why"}'
    assert codec.decode(error) == codec.Refusal("deserialization_failed", "why")


def test_events_of_others_are_passed_over() -> None:
    assert codec.decode(codec.encode_event("/t", "Other::event", [])) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        '{"type":"strange"}',
        '{"type":"data-message"}',
        '{"type":"data-message","data":[1,2,3]}',
        encode_status(STATUS).replace('"data":7', '"data":"7"'),
        encode_status(STATUS).replace("fedcba9876543210", "zz"),
    ],
)
def test_what_is_no_message_is_an_error(text: str) -> None:
    with pytest.raises(codec.CodecError):
        codec.decode(text)
