"""What is in the cluster: objects to put there, and the claims they should give."""

import json
import time
from collections.abc import Iterable
from typing import Any, NamedTuple

from fakes.zeek import FakeZeek
from k8s_sync import address
from k8s_sync.address import pack
from k8s_sync.claims.inventory import Inventory
from k8s_sync.kube.decode import Decoder, Problem
from k8s_sync.kube.resources import ALL, BY_NAME
from k8s_sync.model import Claim
from tests.real.api_server import ApiServer
from tests.real.process import CLUSTER

Json = dict[str, Any]


def just_now() -> str:
    """The time, as the API writes it: in whole seconds."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


def controlled_by(kind: str, owner: Json) -> Json:
    """Metadata that says who made an object."""
    metadata = owner["metadata"]
    reference = {
        "apiVersion": "apps/v1",
        "kind": kind,
        "name": metadata["name"],
        "uid": metadata["uid"],
        "controller": True,
    }
    return {"ownerReferences": [reference]}


def running(*addresses: str, since: str = "") -> Json:
    """The status that a kubelet reports of a pod with these addresses."""
    since = since or just_now()
    condition = {
        "type": "PodReadyToStartContainers",
        "status": "True",
        "lastTransitionTime": since,
    }
    return {
        "phase": "Running",
        "startTime": since,
        "podIP": addresses[0],
        "podIPs": [{"ip": text} for text in addresses],
        "conditions": [condition],
    }


class Cluster:
    """Does what users, controllers and kubelets do, as the administrator."""

    def __init__(self, api: ApiServer) -> None:
        self._api = api

    def create(
        self, resource: str, name: str, namespace: str = "", **content: Any
    ) -> Json:
        """Creates an object."""
        metadata = {"name": name, **content.pop("metadata", {})}
        path = BY_NAME[resource].path(namespace)
        made: Json = self._api.call("POST", path, {"metadata": metadata, **content})
        return made

    def namespace(self, name: str) -> None:
        """Creates a namespace, with the service account that pods ask for."""
        found = self._api.call("GET", f"/api/v1/namespaces/{name}", wanted=(200, 404))
        if found["kind"] != "Namespace":
            self.create("namespaces", name)
        path = f"/api/v1/namespaces/{name}/serviceaccounts"
        self._api.call(
            "POST", path, {"metadata": {"name": "default"}}, wanted=(201, 409)
        )

    def node(self, name: str, internal: str, zone: str) -> Json:
        """Creates a node that has registered itself."""
        labels = {"topology.kubernetes.io/zone": zone}
        node = self.create("nodes", name, metadata={"labels": labels})
        addresses = [
            {"type": "InternalIP", "address": internal},
            {"type": "Hostname", "address": name},
        ]
        self.set_status("nodes", name, {"addresses": addresses})
        return node

    def pod(
        self,
        name: str,
        namespace: str,
        *addresses: str,
        node: str = "n1",
        metadata: Json | None = None,
    ) -> Json:
        """Creates a pod on a node; it runs if there are addresses."""
        containers = [{"name": "c", "image": "registry.example/app:1"}]
        pod = self.create(
            "pods",
            name,
            namespace,
            metadata=metadata or {},
            spec={"nodeName": node, "containers": containers},
        )
        if addresses:
            self.set_status("pods", name, running(*addresses), namespace)
        return pod

    def bury(self, pod: Json, *, levels: int) -> None:
        """Changes a pod, and says that what has changed is nested so deep."""
        path = f"{BY_NAME['pods'].path(pod['metadata']['namespace'])}/"
        path += pod["metadata"]["name"]
        pod = self._api.call("GET", path)
        pod["metadata"]["labels"] = {"buried": "deep"}
        pod["metadata"]["managedFields"].append(
            {
                "manager": "test",
                "operation": "Update",
                "apiVersion": "v1",
                "time": just_now(),
                "fieldsType": "FieldsV1",
                "fieldsV1": "@",
            }
        )
        fields = '{"f:a":' * levels + "{}" + "}" * levels
        self._api.write(path, json.dumps(pod).replace('"@"', fields))

    def replica_set(self, namespace: str, name: str, kind: str = "Deployment") -> Json:
        """Creates a ReplicaSet as the controller of something larger does."""
        owner = {"metadata": {"name": name, "uid": f"uid-of-{name}"}}
        labels = {"app": name, "pod-template-hash": "5d9c7b"}
        containers = [{"name": "c", "image": "registry.example/app:1"}]
        template = {"metadata": {"labels": labels}, "spec": {"containers": containers}}
        return self.create(
            "replicasets",
            f"{name}-5d9c7b",
            namespace,
            metadata=controlled_by(kind, owner),
            spec={"selector": {"matchLabels": labels}, "template": template},
        )

    def replica(self, namespace: str, maker: Json, *addresses: str) -> Json:
        """Creates a pod as the controller of ReplicaSets does."""
        name = f"{maker['metadata']['name']}-x"
        labels = {"labels": maker["spec"]["selector"]["matchLabels"]}
        metadata = {**labels, **controlled_by("ReplicaSet", maker)}
        return self.pod(name, namespace, *addresses, metadata=metadata)

    def set_status(
        self, resource: str, name: str, status: Json, namespace: str = ""
    ) -> None:
        """Reports a status, through the subresource that is for it."""
        path = f"{BY_NAME[resource].path(namespace)}/{name}/status"
        self._api.call("PATCH", path, {"status": status})

    def delete(
        self, resource: str, name: str, namespace: str = "", *, grace: int = 0
    ) -> Json:
        """Deletes an object; with a grace, a pod only begins to end."""
        path = f"{BY_NAME[resource].path(namespace)}/{name}"
        gone: Json = self._api.call("DELETE", path, {"gracePeriodSeconds": grace})
        return gone

    def facts(self, unreadable: Iterable[str] = ()) -> frozenset["Fact"]:
        """Who holds which address, from a fresh list of all that is readable."""
        unreadable = frozenset(unreadable)
        inventory = Inventory(CLUSTER, unreadable=unreadable)
        for resource in (kind for kind in ALL if kind.name not in unreadable):
            body = self._api.read(resource.path(), resource.accept(watch=False))
            decoder = Decoder(metadata_only=resource.metadata_only)
            for item in decoder.page(body).items:
                assert not isinstance(item, Problem), item
                inventory.apply(resource.name, item, now=0)
        rows = inventory.rows()
        return frozenset(
            fact(row) for row in rows if isinstance(row, Claim) and row.end is None
        )


class Fact(NamedTuple):
    """What of a claim is the same whoever looks at the cluster, and when."""

    place: str
    terminating: bool
    owner: Any


def fact(claim: Claim) -> Fact:
    """Takes out what depends on who looked when."""
    place = f"{claim.network} {address.text(claim.address)} {claim.port}/{claim.proto}"
    return Fact(place, claim.terminating is not None, claim.owner)


def known(zeek: FakeZeek) -> frozenset[Fact]:
    """What a fake Zeek holds as true now."""
    rows = zeek.node.timeline
    return frozenset(
        fact(row) for row in rows if isinstance(row, Claim) and row.end is None
    )


def claims(zeek: FakeZeek, text: str) -> list[Claim]:
    """All claims on an address in a fake Zeek, oldest first; not those on its ports."""
    packed = pack(text)
    found = [
        row
        for row in zeek.node.timeline
        if isinstance(row, Claim) and row.address == packed and not row.port
    ]
    return sorted(found, key=lambda claim: (claim.start, claim.revision))
