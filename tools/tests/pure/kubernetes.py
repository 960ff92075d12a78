"""Short ways to write the objects of a cluster, and to read the rows they make."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from k8s_sync import address
from k8s_sync.claims.inventory import Inventory
from k8s_sync.kube.objects import Object
from k8s_sync.model import SECOND, Claim, Range, Row

Json = dict[str, Any]
DEMO = Path(__file__).parents[3] / "testing" / "Files" / "demo-cluster.json"
DAY = 1_793_577_600
"""2026-11-02T00:00:00Z in seconds."""


def us(clock: str) -> int:
    """A time of the day, such as ``09:00:00``, in microseconds."""
    hours, minutes, seconds = map(int, clock.split(":"))
    return (DAY + 3600 * hours + 60 * minutes + seconds) * SECOND


def at(clock: str) -> str:
    """The same as the API writes it."""
    return f"2026-11-02T{clock}Z"


NOW = us("12:00:00")


def obj(**fields: Any) -> Object:
    return msgspec.convert(fields, Object)


def meta(
    name: str, namespace: str = "", created: str = "08:00:00", **more: Any
) -> Json:
    made = {
        "name": name,
        "namespace": namespace,
        "uid": f"uid-{name}",
        "creationTimestamp": at(created),
    }
    return made | more


def controlled_by(kind: str, name: str, **more: Any) -> list[Json]:
    return [
        {"kind": kind, "name": name, "uid": f"uid-{name}", "controller": True} | more
    ]


def pod(
    name: str = "web-1",
    *ips: str,
    node: str = "node-1",
    up: str | None = "09:00:03",
    phase: str = "Running",
    spec: Json | None = None,
    status: Json | None = None,
    **metadata: Any,
) -> Object:
    conditions = []
    if up:
        conditions.append(
            {
                "type": "PodReadyToStartContainers",
                "status": "True",
                "lastTransitionTime": at(up) if ":" in up else up,
            }
        )
    return obj(
        metadata=meta(name, "shop", "09:00:00") | metadata,
        spec={
            "nodeName": node,
            "serviceAccountName": "default",
            "containers": [{"name": "web", "image": "demo/web:1"}],
        }
        | (spec or {}),
        status={
            "phase": phase,
            "startTime": at("09:00:01"),
            "podIPs": [{"ip": ip} for ip in ips],
            "conditions": conditions,
        }
        | (status or {}),
    )


def ran(start: str | None, end: str | None, name: str = "web") -> Json:
    """The status of a container that has run."""
    times = {
        "startedAt": start and at(start),
        "finishedAt": end and at(end),
    }
    return {"name": name, "state": {"terminated": times}}


def runs(start: str, name: str = "web") -> Json:
    """The status of a container that runs."""
    return {"name": name, "state": {"running": {"startedAt": at(start)}}}


def host_pod(name: str, *ports: Json, spec: Json | None = None, **more: Any) -> Object:
    wanted = {"containers": [{"name": "agent", "ports": list(ports)}]} | (spec or {})
    return pod(name, "192.168.50.11", spec={"hostNetwork": True} | wanted, **more)


def node(
    name: str = "node-1", *ips: str, spec: Json | None = None, **more: Any
) -> Object:
    addresses = [{"type": "InternalIP", "address": ip} for ip in ips]
    return obj(
        metadata=meta(name) | more,
        spec=spec or {},
        status={"addresses": [*addresses, {"type": "Hostname", "address": name}]},
    )


def service(
    name: str = "web",
    *ips: str,
    spec: Json | None = None,
    ingress: Iterable[str] = (),
    **more: Any,
) -> Object:
    return obj(
        metadata=meta(name, "shop") | more,
        spec={
            "clusterIP": ips[0] if ips else "",
            "clusterIPs": list(ips),
            "ports": [{"port": 80}],
            "type": "ClusterIP",
        }
        | (spec or {}),
        status={"loadBalancer": {"ingress": [{"ip": ip} for ip in ingress]}},
    )


def target(name: str, *ips: str, kind: str = "Pod", **more: Any) -> Json:
    """An endpoint that is an object of the cluster."""
    reference = {"kind": kind, "namespace": "shop", "name": name, "uid": f"uid-{name}"}
    return {"addresses": list(ips), "conditions": {}, "targetRef": reference} | more


def outside(*ips: str, **more: Any) -> Json:
    """An endpoint that is not."""
    return {"addresses": list(ips), "conditions": {}} | more


def endpoint_slice(
    name: str,
    of: str,
    *endpoints: Json,
    ports: Iterable[int | Json] = (80,),
    kind: str = "IPv4",
    **more: Any,
) -> Object:
    """A slice of a service; its name need not be the service's."""
    labels = {"kubernetes.io/service-name": of} if of else {}
    return obj(
        metadata=meta(name, "shop", labels=labels) | more,
        addressType=kind,
        endpoints=list(endpoints) or None,
        ports=[
            {"name": "", "port": one} if isinstance(one, int) else one for one in ports
        ]
        or None,
    )


def service_cidr(name: str, *cidrs: str) -> Object:
    return obj(metadata=meta(name), spec={"cidrs": list(cidrs)})


def replica_set(name: str = "web-abc", deployment: str = "web") -> Object:
    owner = controlled_by("Deployment", deployment) if deployment else []
    return obj(metadata=meta(name, "shop", ownerReferences=owner))


def told(*steps: tuple[str, Object], now: int = NOW) -> Inventory:
    """What an inventory makes of objects."""
    inventory = Inventory("demo", problem=pytest.fail)
    for resource, made in steps:
        inventory.apply(resource, made, now)
    return inventory


def slices(*made: Object) -> list[tuple[str, Object]]:
    """Steps for `told`."""
    return [("endpointslices", one) for one in made]


def live(inventory: Inventory) -> list[Claim]:
    return [claim for claim in claims(inventory) if claim.end is None]


def claims(inventory: Inventory) -> list[Claim]:
    return [row for row in inventory.rows() if isinstance(row, Claim)]


def ranges(inventory: Inventory) -> list[str]:
    return sorted(str(row.subnet) for row in inventory.rows() if isinstance(row, Range))


def where(row: Row) -> str:
    """A claim's address, network and port as text: ``[net/]10.0.0.1[:80/tcp]``."""
    assert isinstance(row, Claim)
    port = f":{row.port}/{row.proto}" if row.port else ""
    return f"{row.network}{'/' * bool(row.network)}{address.text(row.address)}{port}"


def held(rows: Iterable[Row]) -> dict[str, str]:
    """Who holds what, of the rows without an end."""
    return {
        where(row): row.owner.uid
        for row in rows
        if isinstance(row, Claim) and row.end is None
    }


def spans(rows: Iterable[Row]) -> dict[str, tuple[int, int | None]]:
    """What was held from when to when."""
    return {where(row): (row.start, row.end) for row in rows if isinstance(row, Claim)}


def contents(inventory: Inventory) -> list[str]:
    """All rows in an order and form in which they compare, without revisions."""
    return sorted(
        repr(msgspec.structs.replace(row, revision=0)) for row in inventory.rows()
    )


def only(rows: list[Row]) -> Claim:
    """The claim that is all there is."""
    (row,) = rows
    assert isinstance(row, Claim)
    return row
