"""Random rows for hypothesis: few addresses and close times, so that they collide."""

from typing import Any, get_args

from hypothesis import strategies as st

from k8s_sync import address
from k8s_sync.model import SECOND, Claim, Ended, Owner, Range, Row

TEXT = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=12
) | st.sampled_from(["-", "(empty)", "#x", "a,b", "\\x2d", "\\", "tab\there", "\x00"])
NAME = TEXT.filter(bool)
ADDRESS = st.sampled_from(
    [
        address.pack(text)
        for text in (
            "10.0.0.1",
            "10.0.0.2",
            "192.0.2.7",
            "fd00::1",
            "::",
            "2001:db8::ff",
        )
    ]
)
TIME = st.integers(0, 400).map(lambda n: n * SECOND // 2) | st.integers(
    -(1 << 40), 1 << 62
)
PORT: Any = st.sampled_from([(0, ""), (80, "tcp"), (80, "udp"), (65535, "sctp")])
CLUSTER = st.sampled_from(["c1", "c2"])
NETWORK = st.sampled_from(["", "storage"])
KIND: Any = st.sampled_from(["pod", "service", "node"])
ENDED: Any = st.sampled_from(get_args(Ended))
TEXTS = st.lists(NAME, max_size=3).map(tuple)


@st.composite
def owners(draw: Any) -> Owner:
    return Owner(
        kind=draw(KIND),
        uid=draw(st.sampled_from("abcd") | NAME),
        namespace=draw(TEXT),
        pod=draw(TEXT),
        workload=draw(TEXT),
        node=draw(TEXT),
        service=draw(TEXT),
        service_account=draw(TEXT),
        labels=draw(TEXTS),
        images=draw(TEXTS),
        zone=draw(TEXT),
        roles=draw(TEXTS),
    )


@st.composite
def claims(draw: Any) -> Claim:
    start = draw(TIME)
    port, proto = draw(PORT)
    end = draw(st.none() | st.integers(0, 300).map(lambda n: start + n * SECOND // 2))
    return Claim(
        cluster=draw(CLUSTER),
        network=draw(NETWORK),
        address=draw(ADDRESS),
        port=port,
        proto=proto,
        owner=draw(owners()),
        start=start,
        end=None if end is None else min(end, 1 << 62),
        ended=draw(ENDED) if end is not None else "",
        terminating=draw(st.none() | TIME),
        version=draw(st.sampled_from([0, 0, 1, 15])),
        revision=draw(st.integers(0, 5) | st.integers(0, (1 << 64) - 1)),
    )


@st.composite
def ranges(draw: Any) -> Range:
    length = draw(st.sampled_from([0, 8, 96, 104, 120, 127, 128]))
    return Range(
        cluster=draw(CLUSTER),
        network=draw(NETWORK),
        subnet=address.Subnet(draw(ADDRESS), length),
        kind=draw(KIND),
        revision=draw(st.integers(0, 5)),
        end=draw(st.none() | TIME),
    )


ROW: st.SearchStrategy[Row] = claims() | ranges()
ROWS = st.lists(ROW, max_size=8)
