"""The objects of the demo cluster but its pods, as kubectl prints them."""

# ruff: noqa: D103, PLR0913, PLR0917 -- a recipe: the names say it

import datetime as dt
import hashlib
import uuid
from typing import Any

Json = dict[str, Any]

DAY = dt.datetime(2026, 11, 2, tzinfo=dt.UTC)
NAMESPACE = uuid.UUID("5f3c1c5e-6f0b-4d0a-9c55-2f7d0a3a9b10")
NODES = {"node-1": "192.168.50.11", "node-2": "192.168.50.12"}
VERSION = "v1.34.1"
REGISTRY = "registry.k8s.io"
CONTROL_PLANE = "node-role.kubernetes.io/control-plane"

_versions = iter(range(1_001, 1_000_000, 7))


def at(clock: str) -> str:
    """A time of the day, as the API writes it."""
    return f"{DAY:%Y-%m-%d}T{clock}Z"


def uid(*name: str) -> str:
    """The uid of an object: made of its name, so that it stays."""
    return str(uuid.uuid5(NAMESPACE, "/".join(name)))


def digest(*text: str) -> str:
    return hashlib.sha256("/".join(text).encode()).hexdigest()


def metadata(
    kind: str, name: str, namespace: str, created: str, **more: object
) -> Json:
    made: Json = {"creationTimestamp": at(created), "name": name}
    if namespace:
        made["namespace"] = namespace
    made["resourceVersion"] = str(next(_versions))
    made["uid"] = uid(kind, namespace, name)
    made.update((key, value) for key, value in more.items() if value)
    return dict(sorted(made.items()))


def managed(manager: str, operation: str, clock: str, fields: Json) -> Json:
    return {
        "apiVersion": "v1",
        "fieldsType": "FieldsV1",
        "fieldsV1": fields,
        "manager": manager,
        "operation": operation,
        "time": at(clock),
    }


def owned_by(kind: str, name: str, namespace: str = "") -> list[Json]:
    groups = {"Node": "v1", "Job": "batch/v1", "CronJob": "batch/v1"}
    reference: Json = {
        "apiVersion": groups.get(kind, "apps/v1"),
        "controller": True,
        "kind": kind,
        "name": name,
        "uid": uid(kind, namespace, name),
    }
    if kind != "Node":
        reference["blockOwnerDeletion"] = True
    return [dict(sorted(reference.items()))]


def condition(kind: str, clock: str, status: str = "True", **more: str) -> Json:
    made = {
        "lastProbeTime": None,
        "lastTransitionTime": at(clock),
        "status": status,
        "type": kind,
        **more,
    }
    return dict(sorted(made.items()))


def namespace(name: str) -> Json:
    return {
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": metadata(
            "Namespace",
            name,
            "",
            "08:30:02",
            labels={"kubernetes.io/metadata.name": name},
        ),
        "spec": {"finalizers": ["kubernetes"]},
        "status": {"phase": "Active"},
    }


def node(name: str, number: int, created: str) -> Json:
    labels = {
        "beta.kubernetes.io/arch": "amd64",
        "beta.kubernetes.io/os": "linux",
        "kubernetes.io/arch": "amd64",
        "kubernetes.io/hostname": name,
        "kubernetes.io/os": "linux",
        "topology.kubernetes.io/region": "demo",
        "topology.kubernetes.io/zone": f"demo-{'ab'[number]}",
    }
    spec: Json = {
        "podCIDR": f"10.244.{number}.0/24",
        "podCIDRs": [f"10.244.{number}.0/24"],
    }
    if number == 0:
        labels[CONTROL_PLANE] = ""
        spec["taints"] = [{"effect": "NoSchedule", "key": CONTROL_PLANE}]
    size = {"cpu": "4", "ephemeral-storage": "61202244Ki", "memory": "8131528Ki"}
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": metadata(
            "Node",
            name,
            "",
            created,
            annotations={
                "node.alpha.kubernetes.io/ttl": "0",
                "volumes.kubernetes.io/controller-managed-attach-detach": "true",
            },
            labels=labels,
            managedFields=[
                managed(
                    "kubelet",
                    "Update",
                    created,
                    {"f:metadata": {"f:labels": {".": {}, "f:kubernetes.io/arch": {}}}},
                )
            ],
        ),
        "spec": spec,
        "status": {
            "addresses": [
                {"address": NODES[name], "type": "InternalIP"},
                {"address": name, "type": "Hostname"},
            ],
            "allocatable": {**size, "pods": "110"},
            "capacity": {**size, "pods": "110"},
            "conditions": [
                {
                    "lastHeartbeatTime": at("09:10:00"),
                    "lastTransitionTime": at(created),
                    "message": "kubelet is posting ready status",
                    "reason": "KubeletReady",
                    "status": "True",
                    "type": "Ready",
                }
            ],
            "daemonEndpoints": {"kubeletEndpoint": {"Port": 10250}},
            "images": [
                {"names": [f"{REGISTRY}/pause:3.10.1"], "sizeBytes": 320448},
            ],
            "nodeInfo": {
                "architecture": "amd64",
                "bootID": uid("boot", name),
                "containerRuntimeVersion": "containerd://2.1.4",
                "kernelVersion": "6.12.48",
                "kubeProxyVersion": "",
                "kubeletVersion": VERSION,
                "machineID": digest("machine", name)[:32],
                "operatingSystem": "linux",
                "osImage": "Debian GNU/Linux 13 (trixie)",
                "systemUUID": uid("system", name),
            },
        },
    }


def service(
    name: str,
    namespace: str,
    created: str,
    cluster_ip: str,
    ports: list[Json],
    selector: dict[str, str] | None,
    labels: dict[str, str] | None = None,
) -> Json:
    spec: Json = {
        "clusterIP": cluster_ip,
        "clusterIPs": [cluster_ip],
        "internalTrafficPolicy": "Cluster",
        "ipFamilies": ["IPv4"],
        "ipFamilyPolicy": "SingleStack",
        "ports": ports,
        "sessionAffinity": "None",
        "type": "ClusterIP",
    }
    if selector:
        spec["selector"] = selector
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": metadata("Service", name, namespace, created, labels=labels),
        "spec": dict(sorted(spec.items())),
        "status": {"loadBalancer": {}},
    }


def port(number: int, name: str = "", protocol: str = "TCP", to: int = 0) -> Json:
    made: Json = {"port": number, "protocol": protocol, "targetPort": to or number}
    if name:
        made["name"] = name
    return dict(sorted(made.items()))


def replica_set(name: str, namespace: str, created: str, labels: Json) -> Json:
    deployment, _, suffix = name.rpartition("-")
    labels = {**labels, "pod-template-hash": suffix}
    return {
        "apiVersion": "apps/v1",
        "kind": "ReplicaSet",
        "metadata": metadata(
            "ReplicaSet",
            name,
            namespace,
            created,
            annotations={
                "deployment.kubernetes.io/desired-replicas": "2",
                "deployment.kubernetes.io/max-replicas": "3",
                "deployment.kubernetes.io/revision": "1",
            },
            generation=1,
            labels=labels,
            ownerReferences=owned_by("Deployment", deployment, namespace),
        ),
        "spec": {
            "replicas": 2,
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": {"containers": []}},
        },
        "status": {"observedGeneration": 1, "replicas": 2},
    }


def job(name: str, namespace: str, created: str, finished: str) -> Json:
    labels = {
        "batch.kubernetes.io/controller-uid": uid("Job", namespace, name),
        "batch.kubernetes.io/job-name": name,
        "controller-uid": uid("Job", namespace, name),
        "job-name": name,
    }
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": metadata(
            "Job",
            name,
            namespace,
            created,
            generation=1,
            labels=labels,
            ownerReferences=owned_by("CronJob", name.rpartition("-")[0], namespace),
        ),
        "spec": {
            "backoffLimit": 6,
            "completions": 1,
            "parallelism": 1,
            "selector": {
                "matchLabels": {
                    "batch.kubernetes.io/controller-uid": uid("Job", namespace, name)
                }
            },
            "template": {"metadata": {"labels": labels}, "spec": {"containers": []}},
        },
        "status": {
            "completionTime": at(finished),
            "conditions": [condition("Complete", finished)],
            "startTime": at(created),
            "succeeded": 1,
        },
    }
