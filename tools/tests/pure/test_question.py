"""A row of a log asks what the plugin would ask."""

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from k8s_sync import address
from k8s_sync.enrich.lookup import Lookup
from k8s_sync.enrich.question import ANY, ask, protocols
from k8s_sync.enrich.setting import Setting
from k8s_sync.model import SECOND, Claim, Ended, Owner, Proto
from k8s_sync.timeline import Timeline
from tests.pure import sample

T = sample.T


@pytest.mark.parametrize(
    ("log", "proto", "expected"),
    [
        ("conn", "tcp", ("tcp",)),
        ("conn", "sctp", ("sctp",)),
        ("conn", "icmp", ()),
        ("conn", "-", ()),
        ("http", None, ("tcp",)),
        ("quic", None, ("udp",)),
        ("weird", None, ANY),
        ("", None, ANY),
        ("http", "udp", ("udp",)),
    ],
)
def test_protocols(log: str, proto: str | None, expected: tuple[Proto, ...]) -> None:
    assert protocols(log, proto) == expected


def test_port_of_unknown_protocol_answers_if_one_alone_claims_it() -> None:
    timeline = sample.timeline()
    node = address.pack("192.0.2.1")
    assert ask(timeline, node, T, 30080, ANY).owner == sample.ENTRY
    assert ask(timeline, node, T, 53, ANY).owner == sample.NODE
    assert ask(timeline, node, T, 53, ("tcp",)).owner == sample.DNS
    assert ask(timeline, node, T, 53, ()).owner == sample.NODE


_SECONDS = st.integers(0, 400).map(lambda halves: halves * SECOND // 2)


@st.composite
def _claims(draw: st.DrawFn) -> Claim:
    start = draw(_SECONDS)
    port = draw(st.sampled_from([0, 0, 80]))
    end = draw(st.none() | _SECONDS.map(lambda after: start + after))
    return Claim(
        cluster=draw(st.sampled_from(["a", "b"])),
        address=address.pack("10.0.0.1"),
        owner=Owner(kind="pod", uid=draw(st.sampled_from("uvw")), pod="p"),
        start=start,
        end=end,
        ended=draw(st.sampled_from(get_args(Ended))) if end is not None else "",
        version=draw(st.sampled_from([0, 0, 1])),
        terminating=draw(st.none() | _SECONDS),
        port=port,
        proto=draw(st.sampled_from(["tcp", "udp"])) if port else "",
    )


@given(
    st.lists(_claims(), max_size=5),
    st.lists(st.integers(-100, 800).map(lambda n: n * SECOND // 2), min_size=1),
    st.sampled_from([b"80", b"81", b"-"]),
    st.sampled_from([("tcp",), ("udp",), ANY, ()]),
)
def test_kept_answers_are_those_of_the_timeline(
    claims: list[Claim], times: list[int], port: bytes, protos: tuple[Proto, ...]
) -> None:
    timeline = Timeline()
    for claim in claims:
        timeline.apply(claim)
    lookup = Lookup(timeline, lambda answer: repr(answer).encode())
    asked = int(port) if port.isdigit() else 0
    for time in times:
        expected = ask(timeline, address.pack("10.0.0.1"), time, asked, protos)
        found = lookup.cell(b"10.0.0.1", time, port, protos)
        assert found == repr(expected).encode()


def test_an_answer_is_kept_no_longer_than_the_second_of_the_handover() -> None:
    here, timeline = address.pack("10.0.0.1"), Timeline()
    for uid, start in (("u", T), ("v", T + 2 * SECOND)):
        owner = Owner(kind="pod", uid=uid)
        timeline.apply(Claim(cluster="a", address=here, owner=owner, start=start))
    lookup = Lookup(timeline, lambda answer: str(answer.match).encode())
    matches = [
        lookup.cell(b"10.0.0.1", T + tenths * SECOND // 10, b"", ())
        for tenths in (20, 29, 30, 31)
    ]
    assert matches == [b"ambiguous", b"ambiguous", b"exact", b"exact"]


def test_ways_of_writing_are_bounded() -> None:
    setting = Setting(sample.timeline())
    first = setting.lookup(0, lambda _: b"")
    assert setting.lookup(0, lambda _: b"") is first
    for number in range(40):
        setting.lookup(number, lambda _: b"")
    assert len(setting._lookups) <= 32


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("k8s_sync.enrich.lookup._LIMIT", 10)
    lookup = Lookup(sample.timeline(), lambda answer: str(answer.match).encode())
    for number in range(50):
        assert lookup.cell(b"10.0.1.%d" % number, T, b"", ()) == b"unknown"
    assert len(lookup.steps) <= 10
