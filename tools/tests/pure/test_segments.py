"""The timeline as a table gives the answers of the timeline, at every time."""

from typing import Any, get_args

from hypothesis import given
from hypothesis import strategies as st

from k8s_sync import address
from k8s_sync.address import Subnet
from k8s_sync.model import SECOND, Claim, Ended, Owner, Proto, Range, Row
from k8s_sync.rules import Answer
from k8s_sync.segments import Segment, segments
from k8s_sync.timeline import Timeline
from tests.pure import sample

ADDRESSES = [address.pack(text) for text in ("10.0.0.1", "10.1.0.1", "fd00::1")]
PORTS: list[tuple[int, Proto]] = [(0, ""), (80, "tcp"), (80, "udp"), (81, "tcp")]
MOMENT = st.integers(0, 600).map(lambda n: n * SECOND // 2)


@st.composite
def claims(draw: Any) -> Row:
    start = draw(MOMENT)
    end = draw(st.none() | st.integers(0, 200).map(lambda n: start + n * SECOND // 2))
    port, proto = draw(st.sampled_from(PORTS[:3]))
    return Claim(
        cluster=draw(st.sampled_from(["a", "b"])),
        network=draw(st.sampled_from(["", "n"])),
        address=draw(st.sampled_from(ADDRESSES)),
        owner=Owner(
            kind=draw(st.sampled_from(["pod", "service", "node"])),
            uid=draw(st.sampled_from("uvw")),
            pod=draw(st.sampled_from("pq")),
        ),
        start=start,
        end=end,
        ended=draw(st.sampled_from(get_args(Ended))) if end is not None else "",
        terminating=draw(st.none() | MOMENT),
        version=draw(st.sampled_from([0, 0, 1])),
        port=port,
        proto=proto,
    )


RANGES: list[Row] = [
    Range(cluster="a", subnet=Subnet.parse("10.0.0.0/16"), kind="pod"),
    Range(cluster="a", subnet=Subnet.parse("10.1.0.0/16"), kind="pod", end=0),
]


def build(rows: list[Row]) -> Timeline:
    timeline = Timeline()
    for revision, row in enumerate([*RANGES, *rows]):
        timeline.apply(type(row)(**{**_fields(row), "revision": revision}))
    return timeline


def _fields(row: Row) -> dict[str, Any]:
    return {name: getattr(row, name) for name in row.__struct_fields__}


def joined(
    table: list[Segment], packed: bytes, time: int, port: int, proto: str
) -> Answer | None:
    """What an as-of join finds: first for the port, else for the address."""
    for asked in ((port, proto), (0, "")):
        of_key = [x for x in table if (x.address, x.port, x.proto) == (packed, *asked)]
        if of_key:
            before = [segment for segment in of_key if segment.start <= time]
            return max(before, key=lambda x: x.start).answer if before else None
    return None


@given(st.lists(claims(), max_size=6), st.lists(MOMENT, min_size=1, max_size=5))
def test_joined_as_of_it_is_the_timeline(rows: list[Row], times: list[int]) -> None:
    timeline = build(rows)
    table = list(segments(timeline))
    starts = {segment.start for segment in table}
    for time in {*times, *starts, *(start - 1 for start in starts)}:
        for packed in ADDRESSES:
            for port, proto in PORTS:
                found = joined(table, packed, time, port, proto)
                wanted = timeline.owner(packed, time, port, proto)
                if found is None:
                    assert wanted.claim is None
                    continue
                assert found.match == wanted.match
                assert found.owner == wanted.owner
                if found.claim and wanted.claim:
                    assert found.claim.cluster == wanted.claim.cluster
                    assert found.claim.network == wanted.claim.network


@given(st.lists(claims(), max_size=6))
def test_no_gap_and_no_overlap(rows: list[Row]) -> None:
    last: dict[tuple[bytes, int, str], Segment] = {}
    for segment in segments(build(rows)):
        key = segment.address, segment.port, segment.proto
        if key in last:
            assert last[key].end == segment.start
            assert last[key].answer != segment.answer
        assert segment.end is None or segment.start < segment.end
        last[key] = segment
    assert all(segment.end is None for segment in last.values())


def test_the_story_of_an_address() -> None:
    web = address.pack("10.0.0.1")
    told = [
        (segment.start - sample.T, segment.answer.match, segment.answer.owner)
        for segment in segments(sample.timeline())
        if segment.address == web
    ]
    assert told == [
        (-30 * SECOND, "early", sample.POD),
        (0, "exact", sample.POD),
        (1000 * SECOND, "ended", sample.POD),
        (1120 * SECOND, "unknown", None),
        (1970 * SECOND, "early", sample.NEXT),
        (2000 * SECOND, "exact", sample.NEXT),
    ]
