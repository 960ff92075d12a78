"""Which roles follow from metadata: those that fit the common distributions.

A rule is here only if it is nearly certain: a role takes suspicion away, so a wrong one
hides an attack. What a site knows better, it says in a file (`site_roles`).
"""

from k8s_sync.claims.subject import (
    Subject,
    Test,
    app,
    both,
    daemon_set,
    image,
    in_system,
    label,
    named,
    of_kind,
    own_account,
)


def _api_service(subject: Subject) -> bool:
    return (subject.namespace, subject.name) == ("default", "kubernetes")


_CONTROLLER = named("controller|operator|manager|provisioner|webhook|injector")
_KNOWN_CONTROLLER = app(
    "argocd-application-controller",
    "argocd-server",
    "cattle-cluster-agent",
    "cert-manager",
    "cluster-autoscaler",
    "descheduler",
    "external-dns",
    "external-secrets",
    "fleet-agent",
    "gatekeeper",
    "headlamp",
    "ingress-nginx",
    "istiod",
    "karpenter",
    "kube-state-metrics",
    "kubecost",
    "kubernetes-dashboard",
    "kured",
    "kyverno",
    "linkerd-destination",
    "rancher",
    "reloader",
    "velero",
)

RULES: tuple[tuple[str, tuple[Test, ...]], ...] = (
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
        ),
    ),
    (
        # The calls of a managed API server to webhooks and kubelets come out of these.
        "konnectivity",
        (both(in_system, app("konnectivity-agent", "aks-link", "tunnelfront")),),
    ),
    (
        "cni",
        (
            both(
                in_system,
                daemon_set,
                app(
                    "antrea-agent",
                    "aws-node",
                    "azure-cns",
                    "calico-node",
                    "canal",
                    "cilium",
                    "cilium-agent",
                    "flannel",
                    "kindnet",
                    "kube-flannel",
                    "kube-flannel-ds",
                    "kube-ovn-cni",
                    "kube-router",
                    "ovnkube-node",
                    "weave-net",
                ),
            ),
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
                "blackbox-exporter",
                "datadog",
                "datadog-agent",
                "grafana-agent",
                "metrics-server",
                "opentelemetry-collector",
                "otel-collector",
                "prometheus",
                "prometheus-blackbox-exporter",
                "prometheus-server",
                "victoria-metrics-agent",
                "vmagent",
            ),
            image(
                r"(?:.*/)?prometheus/(?:prometheus|blackbox-exporter)"
                r"|(?:.*/)?metrics-server"
            ),
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
            # Beside Grafana and others; reads ConfigMaps for them.
            both(own_account, image(r"kiwigrid/k8s-sidecar")),
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
                r"|(?:.*/)?gitlab-runner|(?:.*/)?actions-runner|(?:library/)?docker"
            ),
            app("actions-runner", "buildkitd", "gitlab-runner", "jenkins", "kaniko"),
        ),
    ),
    (
        "backup",
        (
            app("velero"),
            both(in_system, named("etcd-backup|etcd-snapshot|etcd-defrag")),
        ),
    ),
    (
        # Serves an admission webhook: who may call it is the API server.
        "webhook",
        (
            named("admission"),
            both(in_system, named("webhook|injector|webhook-service")),
            app(
                "gatekeeper-webhook-service",
                "ingress-nginx",
                "kyverno-svc",
                "vault-agent-injector-svc",
            ),
        ),
    ),
    (
        # A console for administrators: who sees it, sees or runs everything.
        "admin_console",
        (
            app(
                "argocd-server",
                "centraldashboard",
                "headlamp",
                "kubeapps",
                "kubernetes-dashboard",
                "longhorn-frontend",
                "longhorn-ui",
                "portainer",
                "rancher",
                "tiller-deploy",
                "weave-scope-app",
            ),
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
"""Each role, and the tests of which one must be passed."""
