#!/usr/bin/env python3
"""Writes Files/demo-cluster.json, a small cluster as kubectl would print it.

    kubectl get namespaces,nodes,replicasets,jobs,services,pods -A -o json

Nothing in it is random and no clock is asked: it is the same each time. Its morning
is 2026-11-02. A job has run, and one of the web pods has its address now.
"""

# ruff: noqa: D103, PLR0913, PLR0917 -- a recipe: the names say it

import argparse
import datetime as dt
import hashlib
import json
import uuid
from pathlib import Path
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


def metadata(kind: str, name: str, namespace: str, created: str, **more: Any) -> Json:
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


def port(number: int, name: str = "", protocol: str = "TCP", to: Any = None) -> Json:
    made: Json = {"port": number, "protocol": protocol, "targetPort": to or number}
    if name:
        made["name"] = name
    return dict(sorted(made.items()))


def pod(
    name: str,
    namespace: str,
    node: str,
    *,
    created: str,
    up: str,
    containers: list[Json],
    ip: str = "",
    labels: dict[str, str] | None = None,
    annotations: dict[str, str] | None = None,
    owner: list[Json] | None = None,
    account: str = "default",
    finished: str = "",
    fields: list[Json] | None = None,
) -> Json:
    """Makes a pod; one without an address of its own uses its node's."""
    spec: Json = {
        "containers": containers,
        "dnsPolicy": "ClusterFirst",
        "enableServiceLinks": True,
        "nodeName": node,
        "preemptionPolicy": "PreemptLowerPriority",
        "priority": 0,
        "restartPolicy": "OnFailure" if finished else "Always",
        "schedulerName": "default-scheduler",
        "securityContext": {},
        "serviceAccount": account,
        "serviceAccountName": account,
        "terminationGracePeriodSeconds": 30,
    }
    if not account:
        del spec["serviceAccount"], spec["serviceAccountName"]
    if not ip:
        spec["hostNetwork"] = True
    reason = {"reason": "PodCompleted"} if finished else {}
    done, ready = finished or up, "False" if finished else "True"
    address = ip or NODES[node]
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": metadata(
            "Pod",
            name,
            namespace,
            created,
            annotations=annotations,
            generateName=name.rpartition("-")[0] + "-" if owner and ip else "",
            labels=labels,
            managedFields=fields,
            ownerReferences=owner,
        ),
        "spec": dict(sorted(spec.items())),
        "status": {
            "conditions": [
                condition("PodReadyToStartContainers", done, ready),
                condition("Initialized", created, **reason),
                condition("Ready", done, ready, **reason),
                condition("ContainersReady", done, ready, **reason),
                condition("PodScheduled", created),
            ],
            "containerStatuses": [
                container_status(container, name, up, finished)
                for container in containers
            ],
            "hostIP": NODES[node],
            "hostIPs": [{"ip": NODES[node]}],
            "phase": "Succeeded" if finished else "Running",
            "podIP": address,
            "podIPs": [{"ip": address}],
            "qosClass": "BestEffort",
            "startTime": at(created),
        },
    }


def container_status(container: Json, pod: str, up: str, finished: str) -> Json:
    container_id = "containerd://" + digest(pod, container["name"])
    state: Json = {"running": {"startedAt": at(up)}}
    if finished:
        state = {
            "terminated": {
                "containerID": container_id,
                "exitCode": 0,
                "finishedAt": at(finished),
                "reason": "Completed",
                "startedAt": at(up),
            }
        }
    image = container["image"]
    return {
        "containerID": container_id,
        "image": image,
        "imageID": f"{image.partition(':')[0]}@sha256:{digest(image)}",
        "lastState": {},
        "name": container["name"],
        "ready": not finished,
        "restartCount": 0,
        "started": not finished,
        "state": state,
    }


def container(name: str, image: str, *ports: Json) -> Json:
    made: Json = {
        "image": image,
        "imagePullPolicy": "IfNotPresent",
        "name": name,
        "resources": {},
        "terminationMessagePath": "/dev/termination-log",
        "terminationMessagePolicy": "File",
    }
    if ports:
        made["ports"] = list(ports)
    return dict(sorted(made.items()))


def opens(number: int, name: str, protocol: str = "TCP", host: int = 0) -> Json:
    made: Json = {"containerPort": number, "name": name, "protocol": protocol}
    if host:
        made["hostPort"] = host
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


def static_pod(component: str, image: str, *ports: Json) -> Json:
    """Makes the mirror of a pod that node-1 runs from a manifest."""
    checksum = digest("static", component)[:32]
    return pod(
        f"{component}-node-1",
        "kube-system",
        "node-1",
        created="08:30:20",
        up="08:30:14",
        containers=[container(component, image, *ports)],
        labels={"component": component, "tier": "control-plane"},
        annotations={
            "kubernetes.io/config.hash": checksum,
            "kubernetes.io/config.mirror": checksum,
            "kubernetes.io/config.seen": at("08:30:10"),
            "kubernetes.io/config.source": "file",
        },
        owner=owned_by("Node", "node-1"),
        account="",
    )


def system() -> list[Json]:
    dns = {"k8s-app": "kube-dns"}
    template = {**dns, "pod-template-hash": "66bc5c9577"}
    exporter = {"app.kubernetes.io/name": "node-exporter"}
    made = [
        node("node-1", 0, "08:30:05"),
        node("node-2", 1, "08:32:40"),
        replica_set("coredns-66bc5c9577", "kube-system", "08:30:30", dns),
        service(
            "kubernetes",
            "default",
            "08:30:08",
            "10.96.0.1",
            [port(443, "https", to=6443)],
            None,
            {"component": "apiserver", "provider": "kubernetes"},
        ),
        service(
            "kube-dns",
            "kube-system",
            "08:30:30",
            "10.96.0.10",
            [port(53, "dns", "UDP"), port(53, "dns-tcp"), port(9153, "metrics")],
            dns,
            {
                **dns,
                "kubernetes.io/cluster-service": "true",
                "kubernetes.io/name": "CoreDNS",
            },
        ),
    ]
    for suffix, address in (("7xk2p", "10.244.0.2"), ("q9m4d", "10.244.0.3")):
        made.append(
            pod(
                f"coredns-66bc5c9577-{suffix}",
                "kube-system",
                "node-1",
                created="08:31:00",
                up="08:31:03",
                ip=address,
                containers=[
                    container(
                        "coredns",
                        f"{REGISTRY}/coredns/coredns:v1.12.1",
                        opens(53, "dns", "UDP"),
                        opens(53, "dns-tcp"),
                        opens(9153, "metrics"),
                    )
                ],
                labels=template,
                owner=owned_by("ReplicaSet", "coredns-66bc5c9577", "kube-system"),
                account="coredns",
            )
        )
    for component, image, *ports in (
        ("etcd", "etcd:3.6.4-0", opens(2381, "probe-port", host=2381)),
        (
            "kube-apiserver",
            f"kube-apiserver:{VERSION}",
            opens(6443, "probe-port", host=6443),
        ),
    ):
        made.append(static_pod(component, f"{REGISTRY}/{image}", *ports))
    for name, suffix in (("node-1", "b6wzl"), ("node-2", "t8hcv")):
        made.append(
            pod(
                f"node-exporter-{suffix}",
                "monitoring",
                name,
                created="08:45:00",
                up="08:45:04",
                containers=[
                    container(
                        "node-exporter",
                        "quay.io/prometheus/node-exporter:v1.9.1",
                        opens(9100, "metrics", host=9100),
                    )
                ],
                labels={
                    **exporter,
                    "controller-revision-hash": "5d8f6b7c9f",
                    "pod-template-generation": "1",
                },
                owner=owned_by("DaemonSet", "node-exporter", "monitoring"),
                account="node-exporter",
            )
        )
    return made


def shop() -> list[Json]:
    web = {"app": "web"}
    template = {**web, "pod-template-hash": "6d4b75cb6d"}
    made = [
        replica_set("web-6d4b75cb6d", "shop", "08:59:58", web),
        job("report-29123456", "shop", "08:56:00", "08:58:41"),
        service("web", "shop", "08:59:58", "10.96.12.34", [port(80, to=8080)], web),
        service("db", "shop", "08:59:50", "None", [port(5432)], {"app": "db"}),
        pod(
            "report-29123456-abcde",
            "shop",
            "node-2",
            created="08:56:00",
            up="08:56:02",
            finished="08:58:40",
            ip="10.244.1.7",
            containers=[container("report", "ghcr.io/demo-shop/report:2.1.0")],
            labels={
                "batch.kubernetes.io/controller-uid": uid(
                    "Job", "shop", "report-29123456"
                ),
                "batch.kubernetes.io/job-name": "report-29123456",
                "controller-uid": uid("Job", "shop", "report-29123456"),
                "job-name": "report-29123456",
            },
            owner=owned_by("Job", "report-29123456", "shop"),
        ),
        pod(
            "db-0",
            "shop",
            "node-2",
            created="08:59:50",
            up="08:59:55",
            ip="10.244.1.5",
            containers=[container("db", "postgres:17.6", opens(5432, "postgres"))],
            labels={
                "app": "db",
                "apps.kubernetes.io/pod-index": "0",
                "controller-revision-hash": "db-7c9d5f6b8",
                "statefulset.kubernetes.io/pod-name": "db-0",
            },
            owner=owned_by("StatefulSet", "db", "shop"),
            account="db",
        ),
        pod(
            "debug",
            "shop",
            "node-2",
            created="09:05:00",
            up="09:05:02",
            ip="10.244.1.9",
            containers=[container("debug", "nicolaka/netshoot:v0.14")],
            labels={"run": "debug"},
        ),
    ]
    # The second has the address that the job's pod still shows in its status.
    for suffix, name, address, up in (
        ("4zr8s", "node-1", "10.244.0.6", "09:00:02"),
        ("hx2nf", "node-2", "10.244.1.7", "09:00:03"),
    ):
        made.append(
            pod(
                f"web-6d4b75cb6d-{suffix}",
                "shop",
                name,
                created="09:00:00",
                up=up,
                ip=address,
                containers=[
                    container("web", "ghcr.io/demo-shop/web:1.4.2", opens(8080, "http"))
                ],
                labels=template,
                owner=owned_by("ReplicaSet", "web-6d4b75cb6d", "shop"),
                account="web",
                fields=[
                    managed(
                        "kube-controller-manager",
                        "Update",
                        "09:00:00",
                        {"f:metadata": {"f:generateName": {}, "f:labels": {".": {}}}},
                    ),
                    {
                        **managed(
                            "kubelet",
                            "Update",
                            up,
                            {"f:status": {"f:podIP": {}, "f:startTime": {}}},
                        ),
                        "subresource": "status",
                    },
                ],
            )
        )
    return made


def cluster() -> Json:
    """Makes the list, in the order of kubectl: by kind as asked for."""
    names = ("default", "kube-system", "monitoring", "shop")
    items = [*map(namespace, names), *system(), *shop()]
    kinds = ("Namespace", "Node", "ReplicaSet", "Job", "Service", "Pod")
    items.sort(
        key=lambda item: (
            kinds.index(item["kind"]),
            item["metadata"].get("namespace", ""),
            item["metadata"]["name"],
        )
    )
    return {
        "apiVersion": "v1",
        "items": items,
        "kind": "List",
        "metadata": {"resourceVersion": ""},
    }


def main() -> None:
    parser = argparse.ArgumentParser(description="Writes a small cluster as JSON.")
    files = Path(__file__).parent.parent / "Files"
    parser.add_argument(
        "output", nargs="?", type=Path, default=files / "demo-cluster.json"
    )
    output: Path = parser.parse_args().output
    output.write_text(json.dumps(cluster(), indent=4) + "\n")


if __name__ == "__main__":
    main()
