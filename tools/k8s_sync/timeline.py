"""The timeline: all claims, and the one question asked of them.

`Timeline.owner` picks the claims on an address and lets the `rules` decide. The
C++ twin is ``plugin/src/timeline``.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from typing import cast

import msgspec

from k8s_sync.address import Subnet
from k8s_sync.digest import MASK, row_digest
from k8s_sync.model import Claim, Kind, Proto, Range, Row
from k8s_sync.rules import LEAD, LINGER, NOTHING, UNKNOWN, Answer, resolve

ClaimKey = tuple[str, str, bytes, int, Proto, str, int]
RangeKey = tuple[str, str, Subnet, Kind]
Key = ClaimKey | RangeKey

_RANGE_PARTS = 4
"""Of the key of a range; that of a claim has more."""
_FEW = 8
_Here = Claim | tuple[Claim, ...] | dict[Key, Claim]
"""The claims on an address. Most have one, which stands for itself: a row costs no key
and no container. Those with more than a few, as of a node with many ports, are found by
their keys."""


class Timeline:
    """All claims and ranges, indexed by address."""

    def __init__(self, *, linger: int = LINGER, lead: int = LEAD) -> None:
        """Makes an empty timeline with its two tolerances, in microseconds."""
        self.generation = 0
        """What `apply` marks rows with; `sweep` ends those with an older mark."""
        self._linger = linger
        self._lead = lead
        self._ranges: dict[RangeKey, Range] = {}
        self._by_address: dict[bytes, _Here] = {}
        self._claims = 0
        self._confirmed: dict[Key, int] = {}
        self._digests: defaultdict[str, int] = defaultdict(int)
        self._held: defaultdict[str, int] = defaultdict(int)

    def __iter__(self) -> Iterator[Row]:
        yield from self._ranges.values()
        yield from self._each_claim()

    def _each_claim(self) -> Iterator[Claim]:
        for here in self._by_address.values():
            if isinstance(here, Claim):
                yield here
            else:
                yield from here.values() if isinstance(here, dict) else here

    def __len__(self) -> int:
        return len(self._ranges) + self._claims

    def keys(self, cluster: str) -> list[Key]:
        """Lists the keys of a cluster's rows."""
        return [row_key(row) for row in self if row.cluster == cluster]

    def get(self, key: Key) -> Row | None:
        """Returns the newest row of a key."""
        if len(key) == _RANGE_PARTS:
            return self._ranges.get(cast("RangeKey", key))
        here = self._by_address.get(cast("ClaimKey", key)[2], ())
        if isinstance(here, dict):
            return here.get(key)
        for one in (here,) if isinstance(here, Claim) else here:
            if claim_key(one) == key:
                return one
        return None

    def apply(self, row: Row) -> bool:
        """Takes note of a row; the newest revision of a key wins.

        A row that a sweep has ended keeps its revision, and goes on when it is told
        again: a snapshot that was not whole may have lacked it.

        Returns:
            Whether anything changed.
        """
        key = row_key(row)
        known = self.get(key)
        if known is not None and known.revision > row.revision:
            return False
        if self.generation:
            self._confirmed[key] = self.generation
        if known is not None and known.revision == row.revision:
            goes_on = row.end is None and known.end is not None
            if not goes_on:
                return False
        self._put(key, known, row)
        return True

    def _put(self, key: Key, known: Row | None, row: Row) -> None:
        if known is not None:
            self._account(known, -1)
        self._account(row, +1)
        if isinstance(row, Range):
            self._ranges[range_key(row)] = row
            return
        if known is None:
            self._claims += 1
        here = self._by_address.get(row.address)
        if here is None or here is known:
            self._by_address[row.address] = row
        elif isinstance(here, dict):
            here[key] = row
        else:
            every = (*_without(here, known), row)
            self._by_address[row.address] = (
                {claim_key(one): one for one in every} if len(every) > _FEW else every
            )

    def _account(self, row: Row, sign: int) -> None:
        if row.end is not None:
            return
        self._digests[row.cluster] += sign * row_digest(row)
        if isinstance(row, Claim):
            self._held[row.cluster] += sign

    def addresses(self) -> Iterable[bytes]:
        """All addresses that there are claims on, in no order."""
        return self._by_address.keys()

    def claims(self, address: bytes) -> Collection[Claim]:
        """All claims on an address, in no order."""
        here = self._by_address.get(address, ())
        if isinstance(here, Claim):
            return (here,)
        return here.values() if isinstance(here, dict) else here

    def owner(  # noqa: PLR0913 -- the design's one question has this many parts
        self,
        address: bytes,
        time: int,
        port: int = 0,
        proto: Proto = "",
        *,
        cluster: str | None = None,
        network: str | None = None,
    ) -> Answer:
        """Says who owned an address.

        Args:
            address: 16 packed bytes.
            time: In microseconds since the epoch.
            port: Lets port claims (host ports, node ports) answer; 0 for none.
            proto: The port's protocol.
            cluster: Asks one cluster only; None asks all.
            network: Asks one network only; None asks all.
        """
        return owner_among(
            self.claims(address),
            self._ranges.values(),
            address,
            time,
            port,
            proto,
            cluster=cluster,
            network=network,
            linger=self._linger,
            lead=self._lead,
        )

    def digest(self, cluster: str) -> int:
        """Sums up what a cluster holds now, whatever the order it came in.

        Two timelines with equal digests hold the same revisions.
        """
        return self._digests[cluster] & MASK

    def held(self, cluster: str) -> int:
        """Counts the claims of a cluster that have not ended."""
        return self._held[cluster]

    def sweep(self, cluster: str, generation: int, at: int) -> int:
        """Ends what a snapshot did not confirm.

        Args:
            cluster: Whose snapshot it was.
            generation: The mark that the snapshot's rows carry.
            at: When the others end, in microseconds.

        Returns:
            How many rows were ended.
        """
        stale = [
            (key, row)
            for row in self
            if row.cluster == cluster
            and row.end is None
            and self._confirmed.get(key := row_key(row), 0) < generation
        ]
        for key, row in stale:
            self._put(key, row, missing(row, at))
        return len(stale)

    def evict(self, before: int) -> int:
        """Forgets the claims that ended before a time.

        Returns:
            How many were forgotten.
        """
        old = [
            claim
            for claim in self._each_claim()
            if claim.end is not None and claim.end < before
        ]
        for claim in old:
            key = claim_key(claim)
            self._claims -= 1
            self._confirmed.pop(key, None)
            here = self._by_address[claim.address]
            if isinstance(here, dict):
                del here[key]
            else:
                here = self._by_address[claim.address] = _without(here, claim)
            if not here:
                del self._by_address[claim.address]
        return len(old)


def _without(here: Claim | tuple[Claim, ...], claim: Row | None) -> tuple[Claim, ...]:
    every = (here,) if isinstance(here, Claim) else here
    return tuple(one for one in every if one is not claim)


def owner_among(  # noqa: PLR0913, PLR0917 -- as `Timeline.owner`
    claims: Iterable[Claim],
    ranges: Iterable[Range],
    address: bytes,
    time: int,
    port: int = 0,
    proto: Proto = "",
    *,
    cluster: str | None = None,
    network: str | None = None,
    linger: int = LINGER,
    lead: int = LEAD,
) -> Answer:
    """Says who owned an address, of the claims on it and the ranges that there are.

    For the other arguments see `Timeline.owner`.
    """
    asked = (
        claim
        for claim in claims
        if (not claim.port or (claim.port == port and claim.proto == proto))
        and (cluster is None or claim.cluster == cluster)
        and (network is None or claim.network == network)
    )
    answer = resolve(asked, time, linger=linger, lead=lead)
    if answer is not None:
        return answer
    for known in ranges:
        if (
            known.end is None
            and address in known.subnet
            and (cluster is None or known.cluster == cluster)
            and (network is None or known.network == network)
        ):
            return UNKNOWN
    return NOTHING


def claim_key(claim: Claim) -> ClaimKey:
    """What makes two rows speak of one and the same claim."""
    return (
        claim.cluster,
        claim.network,
        claim.address,
        claim.port,
        claim.proto,
        claim.owner.uid,
        claim.version,
    )


def range_key(row: Range) -> RangeKey:
    """What makes two rows speak of one and the same range."""
    return row.cluster, row.network, row.subnet, row.kind


def missing(row: Row, at: int) -> Row:
    """Ends a row that was not found any more."""
    if isinstance(row, Range):
        return msgspec.structs.replace(row, end=at)
    end = max(at, row.start)
    return msgspec.structs.replace(row, end=end, ended="missing")


def row_key(row: Row) -> Key:
    """The key of a row of either sort."""
    return range_key(row) if isinstance(row, Range) else claim_key(row)
