"""Who is meant by the end of some traffic, and at which address it is."""

import ipaddress
from collections.abc import Iterable
from typing import NamedTuple

from k8s_btest.errors import ScenarioError
from k8s_btest.values import End
from k8s_btest.world import Place


class Host(NamedTuple):
    """One end on the wire."""

    address: str
    node: str = ""
    """The address of the node that it is on; empty outside of nodes."""


class Ends:
    """Finds the ends of a world by their names."""

    def __init__(self, places: Iterable[Place]) -> None:
        """Knows the places where objects are."""
        self._places = list(places)
        self.nodes = [place.node for place in self._places if place.kind == "node"]
        """Addresses of nodes, in the order of the scenario."""
        self._node_of = {
            a: place.node for place in self._places for a in place.addresses
        }

    def place(self, end: str, at: int) -> Place | None:
        """Finds what is meant at a time from the start; None for a mere address.

        Raises:
            ScenarioError: It is nobody, or could be several.
        """
        if _is_address(end):
            return None
        kind, namespace, name = End(end).parts
        named = [
            place
            for place in self._places
            if (place.kind, place.name) == (kind, name)
            and namespace in ("", place.namespace)
        ]
        spaces = sorted({place.namespace for place in named})
        if len(spaces) > 1:
            raise ScenarioError(
                f"{end}: there is one in each of {', '.join(spaces)}; write"
                f" {kind}/{spaces[0]}/{name}"
            )
        if not named:
            raise ScenarioError(
                f"{end}: there is no such {kind} in the cluster; an address, or"
                " pod/..., node/... or service/... would do as well"
            )
        there = [place for place in named if place.since <= at]
        # Of several under one name (a pod that came back) the newest one that is there.
        return max(there, key=lambda p: p.since) if there else named[0]

    def pair(self, one: str, other: str, at: int) -> tuple[Host, Host]:
        """Finds both ends, at addresses of one family.

        Raises:
            ScenarioError: They have none in common.
        """
        hosts, others = self._hosts(one, at), self._hosts(other, at)
        for host in hosts:
            for peer in others:
                if (":" in host.address) == (":" in peer.address):
                    return host, peer
        raise ScenarioError(f"{one} and {other} have no address of one family")

    def _hosts(self, end: str, at: int) -> list[Host]:
        place = self.place(end, at)
        if place is None:
            address = str(ipaddress.ip_address(end))
            return [Host(address, self._node_of.get(address, ""))]
        if not place.addresses:
            raise ScenarioError(f"{end}: it has no address; headless? name a pod")
        return [Host(address, place.node) for address in place.addresses]


def columns(place: Place) -> dict[str, str]:
    """The columns that name an object in a log."""
    named = {"kind": place.kind}
    if place.kind != "node":
        named["namespace"] = place.namespace
    named[place.kind] = place.name
    return named


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
