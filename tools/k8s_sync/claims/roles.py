"""What a workload is for, in one short word each, derived from its metadata.

Detections test these words and never names. A rule is here only if it is nearly
certain: a role takes suspicion away, so a wrong one hides an attack.
"""

from functools import lru_cache

from k8s_sync.claims.subject import (
    Subject,
    Test,
    app,
    application,
    both,
    daemon_set,
    image,
    in_system,
    label,
    named,
    of_kind,
    own_account,
    repository,
)


def _api_service(subject: Subject) -> bool:
    return (subject.namespace, subject.name) == ("default", "kubernetes")


_CONTROLLER = named("controller|operator|manager|provisioner|webhook|injector")
_KNOWN_CONTROLLER = app(
    "argocd-server",
    "cert-manager",
    "external-dns",
    "ingress-nginx",
    "kube-state-metrics",
    "kubecost",
    "kured",
    "velero",
)

_RULES: tuple[tuple[str, tuple[Test, ...]], ...] = (
    (
        "dns",
        (
            both(
                in_system,
                label("k8s-app=kube-dns", "k8s-app=node-local-dns", "k8s-app=coredns"),
            ),
            both(in_system, app("coredns", "kube-dns", "node-local-dns")),
        ),
    ),
    (
        "control_plane",
        (
            of_kind(
                "node",
                label(
                    "node-role.kubernetes.io/control-plane",
                    "node-role.kubernetes.io/master",
                ),
            ),
            of_kind("service", _api_service),
            # Static pods and hosted control planes; the label is kubeadm's.
            both(in_system, of_kind("pod", label("tier=control-plane"))),
            # The API server's calls to webhooks and kubelets come out of these.
            both(in_system, app("konnectivity-agent")),
        ),
    ),
    (
        "node_agent",
        (
            both(in_system, daemon_set),
            of_kind("pod", lambda subject: subject.host_network),
        ),
    ),
    (
        "scraper",
        (
            app(
                "alloy",
                "datadog",
                "datadog-agent",
                "grafana-agent",
                "metrics-server",
                "opentelemetry-collector",
                "otel-collector",
                "prometheus",
                "prometheus-server",
                "victoria-metrics-agent",
                "vmagent",
            ),
            image(r"(?:.*/)?prometheus/prometheus|(?:.*/)?metrics-server"),
        ),
    ),
    (
        "controller",
        (
            # Without an account of its own it can do nothing at the API server.
            both(
                own_account,
                of_kind("pod", lambda subject: not daemon_set(subject)),
                lambda subject: (
                    _CONTROLLER(subject)
                    or _KNOWN_CONTROLLER(subject)
                    or subject.namespace == "kube-system"
                ),
            ),
        ),
    ),
    (
        "proxy",
        (
            app(
                "contour",
                "envoy",
                "envoy-gateway",
                "haproxy-ingress",
                "ingress-nginx",
                "istio-egressgateway",
                "istio-ingressgateway",
                "kong",
                "nginx-ingress",
                "traefik",
            ),
            image(r"(?:.*/)?ingress-nginx/controller|(?:library/)?traefik"),
        ),
    ),
    (
        "mesh",
        (
            label(
                "linkerd.io/control-plane-ns",
                "security.istio.io/tlsMode=istio",
                "service.istio.io/canonical-name",
            ),
            image(r"(?:.*/)?istio/(?:proxyv2|pilot|ztunnel)|(?:.*/)?linkerd/proxy"),
            app("istiod", "ztunnel"),
        ),
    ),
    (
        "builder",
        (
            label(
                "actions.github.com/scale-set-name",
                "jenkins=slave",
                "jenkins=agent",
                "tekton.dev/taskRun",
                "workflows.argoproj.io/workflow",
            ),
            image(
                r"(?:.*/)?kaniko-project/executor|(?:.*/)?moby/buildkit"
                r"|(?:.*/)?gitlab-runner|(?:.*/)?actions-runner"
            ),
            app("buildkitd", "gitlab-runner"),
        ),
    ),
    (
        "cloud_identity",
        (
            label("azure.workload.identity/use=true"),
            both(
                own_account,
                app(
                    "aws-ebs-csi-driver",
                    "aws-efs-csi-driver",
                    "aws-load-balancer-controller",
                    "cert-manager",
                    "cluster-autoscaler",
                    "ebs-csi-controller",
                    "efs-csi-controller",
                    "external-dns",
                    "external-secrets",
                    "karpenter",
                ),
            ),
        ),
    ),
)
ROLES = tuple(sorted(role for role, _ in _RULES))
"""Every word that can come out."""


@lru_cache(maxsize=1 << 14)
def roles(  # noqa: PLR0913 -- all of the metadata, by name
    *,
    kind: str = "pod",
    namespace: str = "",
    name: str = "",
    workload: str = "",
    host_network: bool = False,
    service_account: str = "",
    labels: tuple[str, ...] = (),
    images: tuple[str, ...] = (),
) -> tuple[str, ...]:
    """Derives the roles of an owner.

    Args:
        kind: ``pod``, ``node`` or ``service``.
        namespace: Its namespace.
        name: A service's or node's name; unused for pods.
        workload: A pod's, as ``Kind/name``.
        host_network: It uses its node's network.
        service_account: As whom it talks to the API server.
        labels: ``key=value``.
        images: As they were asked for, with registry and tag.

    Returns:
        The words, sorted, each once.
    """
    workload_kind, _, workload_name = workload.partition("/")
    subject = Subject(
        kind=kind,
        namespace=namespace,
        name=workload_name or name,
        workload_kind=workload_kind,
        host_network=host_network,
        service_account=service_account,
        labels=frozenset(labels),
        app=application(labels),
        images=tuple(map(repository, images)),
    )
    return tuple(
        sorted(role for role, tests in _RULES if any(test(subject) for test in tests))
    )
