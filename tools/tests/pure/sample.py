"""A small cluster's history, for the tests of what reads it."""

from pathlib import Path

from k8s_sync import address, journal
from k8s_sync.address import Subnet
from k8s_sync.model import SECOND, Claim, Owner, Range, Row
from k8s_sync.timeline import Timeline

T = 1_700_000_000 * SECOND
"""When everything begins."""

POD = Owner(
    kind="pod",
    uid="u-web-1",
    namespace="shop",
    pod="web-1",
    workload="Deployment/web",
    node="node-a",
    service="front",
    service_account="shop-sa",
    labels=("app=web", "note=a,b", "tier=-"),
    images=("web:1",),
    zone="z1",
    roles=("proxy", "scraper"),
)
NEXT = Owner(
    kind="pod", uid="u-web-2", namespace="shop", pod="web-2", workload="Deployment/web"
)
NODE = Owner(kind="node", uid="u-node", node="node-a")
ENTRY = Owner(kind="service", uid="u-svc", namespace="shop", service="front")
DNS = Owner(kind="service", uid="u-dns", namespace="kube-system", service="dns")
DNS_UDP = Owner(kind="service", uid="u-dns2", namespace="kube-system", service="dns2")


def rows() -> list[Row]:
    def claim(addr: str, owner: Owner, **more: object) -> Claim:
        values = {"cluster": "c1", "start": T, "revision": 1, **more}
        return Claim(address=address.pack(addr), owner=owner, **values)  # type: ignore[arg-type]

    return [
        Range(cluster="c1", subnet=Subnet.parse("10.0.0.0/16"), kind="pod", revision=1),
        claim("10.0.0.1", POD, end=T + 1000 * SECOND, terminating=T + 900 * SECOND),
        claim("10.0.0.1", NEXT, start=T + 2000 * SECOND),
        claim("fd00::1", POD),
        claim("192.0.2.1", NODE),
        claim("192.0.2.1", ENTRY, port=30080, proto="tcp"),
        claim("192.0.2.1", DNS, port=53, proto="tcp"),
        claim("192.0.2.1", DNS_UDP, port=53, proto="udp"),
    ]


def timeline() -> Timeline:
    made = Timeline()
    for row in rows():
        made.apply(row)
    return made


def journal_file(directory: Path) -> str:
    path = str(directory / "claims.log")
    journal.write(path, rows())
    return path
