"""The captures of `../shared/pcaps` as traffic of one cluster: each end becomes a pod.

Captures follow each other in time, and no two share an address. The packets stay what
they are but for the addresses outside of tunnels; nobody's names are in the claims.
"""

import ipaddress
import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import zeek
from bench.figures import LackingError
from k8s_btest.captures import Change, frames
from k8s_btest.packets import Frame, pcap
from k8s_sync import address
from k8s_sync.model import SECOND, Claim, Owner
from k8s_sync.rows import HEADER, encode

FOLDER = Path(os.environ.get("SHARED_PCAPS", zeek.TOP.parent / "shared" / "pcaps"))
START = 1_793_610_000 * SECOND
_PAUSE = 60 * SECOND
"""No pause is longer: some captures were put together from several years."""
_PODS = {
    4: int(ipaddress.ip_address("10.128.0.1")),
    6: int(ipaddress.ip_address("fd00:128::1")),
}

# What each detection is there for, by the beginnings of names. All other captures are
# of ordinary programs, or of tunnels.
_TOLD_OF = (
    "concap-",  # nmap
    "corelight-",  # exploits
    "gen-apiserver-curl",
    "gen-dns-service-enum",
    "gen-etcd-",
    "gen-imds-",
    "gen-kubectl-",
    "gen-kubelet-",
    "initconf-",  # Log4Shell
    "jsiwek-",  # miners
    "malcolm-",  # exploits
    "otrf-",  # Log4Shell
    "simplescan-",
    "zeek-http-docker-",
    "zeek-nmap-",
)


class Capture(NamedTuple):
    """One file."""

    name: str
    data: bytes

    @property
    def is_quiet(self) -> bool:
        """Whether nothing in it is to be told of."""
        return not self.name.startswith(_TOLD_OF)


def captures() -> list[Capture]:
    """Reads all captures.

    Raises:
        LackingError: There are none here.
    """
    if not FOLDER.is_dir():
        raise LackingError("no captures: there is no ../shared/pcaps")
    return [
        Capture(path.name, _plain(path.read_bytes()))
        for path in sorted(FOLDER.iterdir())
        if path.suffix != ".tsv"
    ]


def _plain(data: bytes) -> bytes:
    """Makes a usual pcap of one that has 8 more bytes before each packet."""
    if not data.startswith(b"\x34\xcd\xb2\xa1"):
        return data
    parts, at = [b"\xd4\xc3\xb2\xa1" + data[4:24]], 24
    while at < len(data):
        end = at + 24 + int.from_bytes(data[at + 8 : at + 12], "little")
        parts += [data[at : at + 16], data[at + 24 : end]]
        at = end
    return b"".join(parts)


class Mix:
    """Traffic and claims, as captures are added."""

    def __init__(self, is_pod: Callable[[bool], bool] = lambda _: True) -> None:
        """Starts empty.

        Args:
            is_pod: Whether an address becomes a pod's, given whether it was the first
                to send something.
        """
        self._is_pod = is_pod
        self._next = dict(_PODS)
        self._time = START
        self.frames: list[Frame] = []
        self.claims: list[Claim] = []

    def add(self, capture: Capture) -> int:
        """Adds a capture; returns how many packets it has."""
        found = frames(capture.data, capture.name, Change({}, {}), 0)
        pods: dict[str, str] = {}
        for i, one in enumerate(_ends(found)):
            if self._is_pod(i == 0):
                pods[one] = self._pod(one)
        changed = frames(capture.data, capture.name, Change(pods, {}), 0)
        before = changed[0].time
        for frame in changed:
            self._time += min(max(frame.time - before, 0), _PAUSE)
            before = frame.time
            self.frames.append(Frame(self._time, frame.data))
        self._time += _PAUSE
        return len(changed)

    def write(self, trace: Path, journal: Path) -> None:
        """Writes a pcap and a journal."""
        trace.write_bytes(pcap(self.frames))
        with journal.open("w", encoding="utf-8") as file:
            file.write(HEADER)
            file.writelines(map(encode, self.claims))

    def _pod(self, old: str) -> str:
        version = ipaddress.ip_address(old).version
        new = ipaddress.ip_address(self._next[version])
        self._next[version] += 1
        number = len(self.claims)
        owner = Owner(
            kind="pod",
            uid=f"pod-{number}",
            namespace="ordinary",
            pod=f"app-{number}",
            workload=f"Deployment/app-{number}",
            node=f"node-{number % 9}",
            service_account="default",
        )
        self.claims.append(
            Claim(
                cluster="captures",
                address=address.pack(str(new)),
                owner=owner,
                start=START - 3600 * SECOND,
                revision=number + 1,
            )
        )
        return str(new)


def _ends(found: Iterable[Frame]) -> Iterator[str]:
    """Yields each address once, in the order in which they send."""
    seen: set[str] = set()
    for frame in found:
        for one in _addresses(frame.data):
            if one not in seen and _is_somebody(one):
                seen.add(one)
                yield one


def _addresses(packet: bytes) -> Iterator[str]:
    at = 14
    while packet[at - 2 : at] in (b"\x81\x00", b"\x88\xa8"):
        at += 4
    if packet[at - 2 : at] == b"\x08\x00" and len(packet) >= at + 20:
        places: tuple[tuple[int, int], ...] = ((at + 12, 4), (at + 16, 4))
    elif packet[at - 2 : at] == b"\x86\xdd" and len(packet) >= at + 40:
        places = ((at + 8, 16), (at + 24, 16))
    else:
        places = ()
    for place, size in places:
        yield str(ipaddress.ip_address(packet[place : place + size]))


def _is_somebody(text: str) -> bool:
    one = ipaddress.ip_address(text)
    return not (one.is_multicast or one.is_unspecified or one.is_link_local) and (
        text != "255.255.255.255"
    )
