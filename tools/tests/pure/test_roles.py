"""Which roles follow from metadata, and which do not."""

from typing import Any

import pytest

from k8s_sync.claims.roles import roles
from k8s_sync.claims.subject import repository

SYSTEM = {"namespace": "kube-system"}
NODE = {"kind": "node"}


@pytest.mark.parametrize(
    ("expected", "metadata"),
    [
        ("dns", SYSTEM | {"labels": ("k8s-app=kube-dns",)}),
        ("dns", SYSTEM | {"workload": "Deployment/coredns"}),
        ("dns", SYSTEM | {"kind": "service", "labels": ("k8s-app=kube-dns",)}),
        ("", {"namespace": "shop", "labels": ("k8s-app=kube-dns",)}),
        (
            "control_plane",
            NODE | {"labels": ("node-role.kubernetes.io/control-plane=",)},
        ),
        ("control_plane", NODE | {"labels": ("node-role.kubernetes.io/master=",)}),
        ("", {"labels": ("node-role.kubernetes.io/master=",)}),
        (
            "control_plane",
            {"kind": "service", "namespace": "default", "name": "kubernetes"},
        ),
        ("", {"kind": "service", "namespace": "shop", "name": "kubernetes"}),
        ("control_plane", SYSTEM | {"labels": ("tier=control-plane",)}),
        ("", {"namespace": "shop", "labels": ("tier=control-plane",)}),
        ("konnectivity", SYSTEM | {"labels": ("k8s-app=konnectivity-agent",)}),
        ("node_agent", {"namespace": "monitoring", "workload": "DaemonSet/x"}),
        ("node_agent", {"namespace": "shop", "host_network": True}),
        ("", {"namespace": "shop", "workload": "DaemonSet/x"}),
        ("scraper", {"labels": ("app.kubernetes.io/name=prometheus",)}),
        ("scraper", {"labels": ("app=vmagent",)}),
        ("scraper", {"images": ("quay.io/prometheus/prometheus:v3",)}),
        ("", {"images": ("quay.io/prometheus/node-exporter:v1",)}),
        (
            "controller",
            {"workload": "Deployment/shop-operator", "service_account": "shop"},
        ),
        (
            "controller",
            {"labels": ("app=kube-state-metrics",), "service_account": "ksm"},
        ),
        ("controller", SYSTEM | {"service_account": "something"}),
        ("", {"workload": "Deployment/shop-operator"}),
        ("", {"workload": "Deployment/shop-operator", "service_account": "default"}),
        ("", {"workload": "Deployment/remanagers", "service_account": "shop"}),
        ("proxy webhook", {"labels": ("app.kubernetes.io/name=ingress-nginx",)}),
        ("proxy", {"images": ("docker.io/library/traefik:v3.5",)}),
        ("proxy", {"images": ("traefik",)}),
        ("mesh", {"labels": ("security.istio.io/tlsMode=istio",)}),
        ("mesh", {"labels": ("linkerd.io/control-plane-ns=linkerd",)}),
        ("mesh", {"images": ("web:1", "docker.io/istio/proxyv2:1.27")}),
        ("", {"labels": ("security.istio.io/tlsMode=disabled",)}),
        ("builder", {"images": ("gcr.io/kaniko-project/executor:v1",)}),
        ("builder", {"labels": ("tekton.dev/taskRun=build",)}),
        ("cloud_identity", {"labels": ("azure.workload.identity/use=true",)}),
        (
            "cloud_identity controller",
            {"workload": "Deployment/karpenter", "service_account": "karpenter"},
        ),
        ("", {"workload": "Deployment/karpenter"}),
        ("node_agent", {"namespace": "openshift-x", "workload": "DaemonSet/x"}),
        ("", {"namespace": "shop", "workload": "DaemonSet/calico-node"}),
        ("backup", SYSTEM | {"workload": "CronJob/etcd-backup"}),
        ("", {"namespace": "shop", "workload": "CronJob/etcd-backup"}),
        ("webhook", {"kind": "service", "name": "ingress-nginx-controller-admission"}),
        (
            "webhook",
            {"kind": "service", "namespace": "kyverno", "name": "kyverno-svc"},
        ),
        ("webhook", SYSTEM | {"workload": "Deployment/snapshot-webhook"}),
        # Somebody else's webhook: what Git or a bank calls.
        ("", {"kind": "service", "namespace": "shop", "name": "payments-webhook"}),
        ("admin_console", {"labels": ("k8s-app=kubernetes-dashboard",)}),
        ("builder", {"images": ("docker:27-dind",)}),
        (
            "controller",
            {"images": ("kiwigrid/k8s-sidecar:1",), "service_account": "grafana"},
        ),
        ("", {"namespace": "shop", "workload": "Deployment/web"}),
        ("", {}),
    ],
)
def test_roles(expected: str, metadata: dict[str, Any]) -> None:
    assert roles(**metadata) == tuple(expected.split())


def test_roles_add_up_and_are_sorted() -> None:
    found = roles(
        namespace="kube-system",
        workload="Deployment/coredns",
        service_account="coredns",
        labels=("k8s-app=kube-dns",),
    )
    assert found == ("controller", "dns")


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        ("nginx", "nginx"),
        ("nginx:1.29", "nginx"),
        ("library/nginx@sha256:0123", "library/nginx"),
        ("ghcr.io/demo/web:1@sha256:0123", "demo/web"),
        ("localhost/web", "web"),
        ("registry:5000/demo/web:1", "demo/web"),
        ("demo/web", "demo/web"),
    ],
)
def test_an_image_is_known_by_its_repository(image: str, expected: str) -> None:
    assert repository(image) == expected
