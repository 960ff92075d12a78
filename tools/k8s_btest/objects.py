"""The words for a cluster turned into Kubernetes objects, as the API would tell them.

Objects are plain dicts, as in ``kubectl get -o json``: what claims are made of them is
the business of `k8s_sync.claims` alone.
"""

import hashlib
import json
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from k8s_btest.cluster_words import Node, Pod, Service
from k8s_btest.values import Port
from k8s_sync.model import SECOND

Json = dict[str, Any]

_GRACE = 30
"""Seconds that a pod has from the beginning of its deletion, as by default."""
_GROUPS = {
    "CronJob": "batch/v1",
    "DaemonSet": "apps/v1",
    "Deployment": "apps/v1",
    "Job": "batch/v1",
    "Node": "v1",
    "ReplicaSet": "apps/v1",
    "StatefulSet": "apps/v1",
}
_BETWEEN = {"Deployment": "ReplicaSet", "CronJob": "Job"}
_MULTUS = "k8s.v1.cni.cncf.io/network-status"


def digest(*words: object) -> str:
    """Hexadecimal digits that are the same each time for the same words."""
    return hashlib.sha256("/".join(map(str, words)).encode()).hexdigest()


def uid(*words: object) -> str:
    """A uid for an object."""
    return str(uuid.UUID(digest(*words)[:32], version=4))


def api_time(micros: int) -> str:
    """Writes a time as the API does: in whole seconds."""
    return f"{datetime.fromtimestamp(micros // SECOND, UTC):%Y-%m-%dT%H:%M:%SZ}"


def node(said: Node, address: str, pod_range: str, started: int) -> Json:
    """Makes a node."""
    labels = {"kubernetes.io/hostname": said.name, **said.labels}
    if said.control_plane:
        labels["node-role.kubernetes.io/control-plane"] = ""
    if said.zone:
        labels["topology.kubernetes.io/zone"] = said.zone
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": _metadata("Node", said, started, labels),
        "spec": {"podCIDR": pod_range, "podCIDRs": [pod_range]},
        "status": {"addresses": [{"type": "InternalIP", "address": address}]},
    }


def service(said: Service, address: str, started: int) -> Json:
    """Makes a service; one that is headless has no address."""
    balanced = bool(said.load_balancer)
    node_ports = any(port.parts[1] for port in said.ports)
    ips = [address or "None"]
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": _metadata("Service", said, started, said.labels),
        "spec": {
            "type": "LoadBalancer"
            if balanced
            else ("NodePort" if node_ports else "ClusterIP"),
            "clusterIP": ips[0],
            "clusterIPs": ips,
            "externalIPs": list(said.external_addresses),
            "ports": [_service_port(port) for port in said.ports],
            "selector": said.selector,
        },
        "status": {
            "loadBalancer": {"ingress": [{"ip": i} for i in said.load_balancer]}
        },
    }


def pod(said: Pod, addresses: list[str], host: str, started: int) -> Json:
    """Makes a pod as it is once it runs.

    Args:
        said: The pod; it has a node by now.
        addresses: Its own; none if it uses the network of its node.
        host: The address of its node.
        started: When the scenario starts, in microseconds.
    """
    begun = api_time(started + said.since)
    images = list(said.images) or [f"{said.name}:1"]
    ips = [{"ip": ip} for ip in addresses or [host]]
    metadata = _metadata("Pod", said, started, said.labels)
    if said.networks:
        status = [{"name": name, "ips": [ip]} for name, ip in said.networks.items()]
        metadata["annotations"] = {**said.annotations, _MULTUS: json.dumps(status)}
    if above := _above(said):
        metadata["ownerReferences"] = [above]
    containers: list[Json] = [
        {"name": f"c{number}", "image": image} for number, image in enumerate(images)
    ]
    containers[0]["ports"] = [_container_port(port) for port in said.ports]
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": metadata,
        "spec": {
            "nodeName": said.node,
            "serviceAccountName": said.service_account,
            "hostNetwork": said.host_network,
            "containers": containers,
        },
        "status": {
            "phase": "Running",
            "startTime": begun,
            "hostIP": host,
            "hostIPs": [{"ip": host}],
            "podIP": ips[0]["ip"],
            "podIPs": ips,
            "conditions": [_ready("True", begun)],
            "containerStatuses": [
                {"name": c["name"], "state": {"running": {"startedAt": begun}}}
                for c in containers
            ],
        },
    }


def terminating(pod: Json, at: int) -> Json:
    """The pod once its deletion was asked for."""
    metadata = {
        **pod["metadata"],
        "deletionTimestamp": api_time(at + _GRACE * SECOND),
        "deletionGracePeriodSeconds": _GRACE,
    }
    return {**pod, "metadata": metadata}


def finished(pod: Json, at: int) -> Json:
    """The pod once its last container has ended; its addresses stay in its status."""
    when = api_time(at)
    status = pod["status"]
    ended = [
        {
            "name": one["name"],
            "state": {
                "terminated": {"startedAt": status["startTime"], "finishedAt": when}
            },
        }
        for one in status["containerStatuses"]
    ]
    status = {
        **status,
        "phase": "Succeeded",
        "conditions": [_ready("False", when)],
        "containerStatuses": ended,
    }
    return {**pod, "status": status}


def makers(said: Pod, started: int) -> Iterator[Json]:
    """Makes what stands between a pod and its workload: a ReplicaSet or a Job."""
    kind, _, name = said.workload.partition("/")
    between = _BETWEEN.get(kind)
    if between is None:
        return
    metadata = _metadata(between, said, started, {}, name=_between(said))
    metadata["ownerReferences"] = [_reference(kind, name, said.namespace)]
    yield {"apiVersion": _GROUPS[between], "kind": between, "metadata": metadata}


def _between(said: Pod) -> str:
    kind, _, name = said.workload.partition("/")
    if kind == "CronJob":
        return f"{name}-29382660"
    return f"{name}-{digest(said.namespace, name)[:10]}"


def _above(said: Pod) -> Json | None:
    kind, _, name = said.workload.partition("/")
    if kind in ("", "Pod"):
        return None
    if kind in _BETWEEN:
        return _reference(_BETWEEN[kind], _between(said), said.namespace)
    return _reference(kind, name, said.namespace)


def _reference(kind: str, name: str, namespace: str) -> Json:
    return {
        "apiVersion": _GROUPS.get(kind, "example.org/v1"),
        "kind": kind,
        "name": name,
        "uid": uid(kind, namespace, name),
        "controller": True,
    }


def _metadata(
    kind: str,
    said: Node | Service | Pod,
    started: int,
    labels: dict[str, str],
    *,
    name: str = "",
) -> Json:
    namespace = "" if isinstance(said, Node) else said.namespace
    # A pod that comes back under its name is another one; a ReplicaSet is not.
    words = (name,) if name else (said.name, said.since)
    made: Json = {
        "name": name or said.name,
        "uid": uid(kind, namespace, *words),
        "creationTimestamp": api_time(started + said.since),
        "labels": labels,
        "annotations": said.annotations,
    }
    if namespace:
        made["namespace"] = namespace
    return made


def _ready(status: str, at: str) -> Json:
    return {
        "type": "PodReadyToStartContainers",
        "status": status,
        "lastTransitionTime": at,
    }


def _service_port(port: Port) -> Json:
    number, on_nodes, proto = port.parts
    made: Json = {"name": f"p{number}-{proto}", "port": number}
    made["protocol"] = proto.upper()
    if on_nodes:
        made["nodePort"] = on_nodes
    return made


def _container_port(port: Port) -> Json:
    number, on_node, proto = port.parts
    made: Json = {"containerPort": number, "protocol": proto.upper()}
    if on_node:
        made["hostPort"] = on_node
    return made
