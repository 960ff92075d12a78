"""What a scan is aimed at."""

import ipaddress
import itertools
import re
from collections.abc import Iterable, Iterator

from k8s_btest.errors import ScenarioError
from k8s_btest.traffic_words import Scan

_LAST = re.compile(r"(.*[.:])([0-9a-f]+)-([0-9a-f]+)")
_PORTS = re.compile(r"(\d{1,5})(?:-(\d{1,5}))?")
_MOST = 1 << 16


def probes(said: Scan, to: Iterable[str]) -> Iterator[tuple[str, int]]:
    """Yields ends and ports, in the order in which they are tried.

    Args:
        said: The scan.
        to: Its targets, if it names none itself.

    Raises:
        ScenarioError: A target or port is none, or there are too many.
    """
    targets = list(itertools.chain.from_iterable(map(_ends, said.targets or to)))
    ports = list(itertools.chain.from_iterable(map(_ports, said.ports))) or [0]
    if len(targets) * len(ports) > _MOST:
        raise ScenarioError(f"scan: more than {_MOST} probes; take fewer")
    if said.order == "targets":
        for port in ports:
            yield from ((target, port) for target in targets)
    else:
        for target in targets:
            yield from ((target, port) for port in ports)


def _ends(text: str) -> Iterator[str]:
    if found := _LAST.fullmatch(text):
        base, write = (16, "x") if ":" in text else (10, "d")
        start, first, last = found.groups()
        for number in range(int(first, base), int(last, base) + 1):
            yield f"{start}{number:{write}}"
        return
    try:
        network = ipaddress.ip_network(text)
    except ValueError:
        yield text  # a name; who it is, is found out later
        return
    if network.num_addresses > _MOST:
        raise ScenarioError(f"scan.targets: {text} is too large")
    yield from map(str, network)


def _ports(text: int | str) -> Iterator[int]:
    found = _PORTS.fullmatch(str(text))
    if found is None or not 0 < int(found[1]) <= int(found[2] or found[1]) < 1 << 16:
        raise ScenarioError(f"scan.ports: {text!r} is none; write 22 or 8000-8010")
    yield from range(int(found[1]), int(found[2] or found[1]) + 1)
