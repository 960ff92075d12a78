#!/usr/bin/env python3
"""Writes Files/demo-cluster.json, a small cluster as kubectl would print it.

    kubectl get namespaces,nodes,replicasets,jobs,services,pods -A -o json

Nothing in it is random and no clock is asked: it is the same each time. Its morning
is 2026-11-02. A job has run, and one of the web pods has its address now.
"""

# ruff: noqa: D103 -- a recipe: the names say it

import argparse
import json
from pathlib import Path

from demo_objects import (
    REGISTRY,
    VERSION,
    Json,
    job,
    managed,
    namespace,
    node,
    owned_by,
    port,
    replica_set,
    service,
    uid,
)
from demo_pods import container, opens, pod, static_pod


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
