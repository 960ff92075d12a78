"""Where a pod is, and since when: what it wants to claim, before anybody asks whose.

start     the first time at which the pod surely had its network
moved     when what is new has replaced something (T7)
"""

from collections.abc import Mapping

from k8s_sync.claims.ledger import Claims, Key, key
from k8s_sync.claims.pod_facts import PodFacts


def start(known: int | None, facts: PodFacts, now: int) -> int | None:
    """Says since when a pod has had its network.

    If nothing tells, it is the time at which it was heard to have an address: what its
    status has besides (`startTime`, `creationTimestamp`) may be minutes before it had.
    What is told later makes it earlier, never later: a container that has been
    restarted tells less than before.

    Args:
        known: What was known before.
        facts: The pod as it is now.
        now: When that was heard.

    Returns:
        The time; None if it has no network yet, or had one and nobody knows when.
    """
    told = [time for time in (known, facts.times.start) if time is not None]
    if facts.over:
        return min(told, default=None)
    if facts.addresses or facts.secondary or facts.host_ports:
        return min([*told, now])
    return known


def moved(stamped: int | None, facts: PodFacts, now: int) -> int:
    """Says when an address that is new has replaced another (T7).

    Args:
        stamped: When its network was reported to be up, as it was known before.
        facts: The pod as it is now.
        now: When that was heard.

    Returns:
        When its network was reported to be up again, or else now.
    """
    again = facts.times.stamped
    if stamped is not None and again is not None and stamped < again <= now:
        return again
    return now


def places(
    facts: PodFacts, begun: int | None, node: Mapping[bytes, int]
) -> dict[Key, int]:
    """Lists what a pod claims, and since when if it has always been so.

    Args:
        facts: The pod as it is now.
        begun: Since when it has had its network, see `start`.
        node: The addresses of its node, and since when they are.
    """
    if begun is None:
        return {}
    found: dict[Key, int] = {("", packed, 0, ""): begun for packed in facts.addresses}
    for network, packed in facts.secondary:
        found[network, packed, 0, ""] = begun
    if not facts.host_ports:
        return found
    addresses = dict.fromkeys(facts.host_addresses, begun)
    for packed, since in node.items():
        addresses.setdefault(packed, max(begun, since))
    for only, port, proto in facts.host_ports:
        for packed in addresses if only is None else (only,):
            found["", packed, port, proto] = addresses.get(packed, begun)
    return found


def date(wanted: Mapping[Key, int], old: Claims, at: int) -> dict[Key, int]:
    """Dates what is new in a network: it may be younger than the pod.

    Args:
        wanted: What the pod claims, see `places`.
        old: Its claims so far.
        at: When what is new has replaced something, see `moved`.
    """
    own = [one for one in old if not one.port]
    dated = dict(wanted)
    for place in wanted:
        network, _, port, _ = place
        if port or not own:
            continue
        # On a network that is new, the others tell whether it is the same sandbox.
        ours = [one for one in own if one.network == network] or own
        held = [one for one in ours if one.end is None]
        kept = [one.start for one in held if key(one) in wanted]
        dated[place] = min(kept) if kept and len(kept) == len(held) else at
    return dated
