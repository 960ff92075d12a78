"""Backends of services that are no objects of the cluster, as slices name them.

Such an address is the service's, on the ports of the slice, from the making of the
slice or from when it was heard of, until it leaves. An address that a pod or a node
has is theirs alone: a claim on a port would take it from them.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

import msgspec

from k8s_sync.claims.ledger import Claims, Key, Ledger, changed, key
from k8s_sync.claims.services import Services
from k8s_sync.claims.slices import ALL_PORTS, Service, SliceFacts, Slices
from k8s_sync.model import Claim, Row

_T = TypeVar("_T")
_V = TypeVar("_V")
_Holder = tuple[str, str, int]
"""Uid, node and version: static pods may have one uid on many nodes."""


class Outside:
    """The claims of services on what is outside."""

    def __init__(
        self,
        ledger: Ledger,
        revise: Callable[[], int],
        slices: Slices,
        services: Services,
        own: Callable[[], Iterable[Claim]],
    ) -> None:
        """Makes claims with `ledger`; `own` yields those of nodes and pods."""
        self._ledger = ledger
        self._revise = revise
        self._slices = slices
        self._services = services
        self._own = own
        self._claims: dict[Service, Claims] = {}
        self._since: defaultdict[bytes, dict[str, int]] = defaultdict(dict)
        """Since when an address is free and in a slice, by the slice's uid."""
        self._users: defaultdict[bytes, dict[str, Service]] = defaultdict(dict)
        """Whose it is, by the slice's uid."""
        self._holders: defaultdict[bytes, dict[_Holder, int]] = defaultdict(dict)
        """The pods and nodes that have such an address, and since when."""

    def __iter__(self) -> Iterator[Claim]:
        for claims in self._claims.values():
            yield from claims

    def slice_changed(
        self, before: SliceFacts | None, after: SliceFacts | None, now: int
    ) -> list[Claim]:
        """Takes note of what a slice names now, and has named."""
        old = dict.fromkeys(before.others if before else ())
        new = dict.fromkeys(after.others if after else ())
        if before is not None:
            for packed in old.keys() - new.keys():
                self._leave(packed, before.uid)
        if after is not None:
            # What is in a slice when it is first seen, has been from the beginning.
            start = now if before else after.created
            strange = new.keys() - self._users.keys()
            for packed in new:
                self._users[packed][after.uid] = after.service
                self._since[packed].setdefault(after.uid, start)
            if strange:
                self._note(one for one in self._own() if one.address in strange)
        services = {one.service for one in (before, after) if one is not None}
        return self._settle_all(services if old or new else (), now)

    def service_changed(self, service: Service, now: int) -> list[Claim]:
        """Takes note of a service that has appeared, changed or gone."""
        return self._settle(service, now)

    def heard(self, rows: Iterable[Row], now: int) -> list[Claim]:
        """Takes note of changes of what pods and nodes claim."""
        if not self._users:
            return []
        here = [r for r in rows if isinstance(r, Claim) and r.address in self._users]
        held = {claim.address for claim in here if claim.address in self._holders}
        self._note(here)
        for packed in held - self._holders.keys():
            self._since[packed] = dict.fromkeys(self._since[packed], now)
        services = {one for c in here for one in self._users[c.address].values()}
        return self._settle_all(services, now)

    def _note(self, claims: Iterable[Claim]) -> None:
        for claim in claims:
            owner = claim.owner
            if owner.kind == "service" or claim.port or claim.network:
                continue
            holder = owner.uid, owner.node, claim.version
            if claim.end is None:
                self._holders[claim.address][holder] = claim.start
            elif claim.address in self._holders:
                _drop(self._holders, claim.address, holder)

    def _leave(self, packed: bytes, uid: str) -> None:
        _drop(self._users, packed, uid)
        _drop(self._since, packed, uid)
        if packed not in self._users:
            self._holders.pop(packed, None)

    def _settle_all(self, services: Iterable[Service], now: int) -> list[Claim]:
        return [row for one in sorted(services) for row in self._settle(one, now)]

    def _settle(self, service: Service, now: int) -> list[Claim]:
        old = self._claims.pop(service, ())
        found = self._services.named(service)
        if found is None or found.facts.alias:
            return self._close(old, now)
        wants = self._wants(service, found.facts.created)
        kept = tuple(
            self._since_before(claim, wants[key(claim)])
            for claim in old
            if claim.owner.uid == found.owner.uid and key(claim) in wants
        )
        there = {key(claim) for claim in kept}
        lost = tuple(claim for claim in old if key(claim) not in there)
        new = self._ledger.settle(
            kept,
            wants,
            found.owner,
            at=now,
            terminating=found.facts.terminating,
        )
        if new:
            self._claims[service] = new
        return [*self._close(lost, now), *changed(old, new)]

    def _since_before(self, claim: Claim, since: int) -> Claim:
        """Writes when a claim began, if a slice says that it was earlier."""
        if since >= claim.start:
            return claim
        return msgspec.structs.replace(claim, start=since, revision=self._revise())

    def _close(self, claims: Claims, now: int) -> list[Claim]:
        """Ends claims, which are not kept.

        What went over to a pod or node, did so when theirs began.
        """
        rows = []
        for claim in claims:
            if claim.end is not None:
                continue
            holders = self._holders.get(claim.address, {}).values()
            rows.append(
                msgspec.structs.replace(
                    claim,
                    end=max(claim.start, min((now, *holders))),
                    ended="changed" if holders else "deleted",
                    revision=self._revise(),
                )
            )
        return rows

    def _wants(self, service: Service, created: int) -> dict[Key, int]:
        """What is the service's, and since when.

        An address in several slices counts once, from the first of them on (T18).
        """
        wants: dict[Key, int] = {}
        for one in self._slices.of(service):
            for packed in one.others:
                if packed not in self._holders:
                    since = max(created, self._since[packed][one.uid])
                    for port, proto in one.ports or (ALL_PORTS,):
                        place = "", packed, port, proto
                        wants[place] = min(since, wants.get(place, since))
        return wants


def _drop(groups: dict[bytes, dict[_T, _V]], group: bytes, member: _T) -> None:
    groups[group].pop(member, None)
    if not groups[group]:
        del groups[group]
