"""What a workload is for, in one short word each, derived from its metadata.

Detections test these words and never names. A rule is here only if it is nearly
certain: a role takes suspicion away, so a wrong one hides an attack.
"""

import re
from collections.abc import Callable, Iterable
from functools import lru_cache

import msgspec

_SYSTEM = frozenset(
    {
        "calico-apiserver",
        "calico-system",
        "cert-manager",
        "cilium",
        "datadog",
        "gmp-system",
        "istio-system",
        "kube-flannel",
        "kube-system",
        "linkerd",
        "longhorn-system",
        "metallb-system",
        "monitoring",
        "openshift-monitoring",
        "tigera-operator",
    }
)


class Subject(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What is known about the owner of an address."""

    kind: str = "pod"
    namespace: str = ""
    name: str = ""
    """The workload's name without its kind, the service's or the node's."""
    workload_kind: str = ""
    host_network: bool = False
    service_account: str = ""
    labels: frozenset[str] = frozenset()
    app: str = ""
    """The label that names the application, whichever of the usual ones it is."""
    images: tuple[str, ...] = ()
    """Repositories without registry, tag and digest."""


_Test = Callable[[Subject], bool]


def _app(*names: str) -> _Test:
    """The application, or the workload, is called so."""
    wanted = frozenset(names)
    return lambda subject: subject.app in wanted or subject.name in wanted


def _image(pattern: str) -> _Test:
    """A container is made of an image whose repository matches as a whole."""
    match = re.compile(pattern).fullmatch
    return lambda subject: any(map(match, subject.images))


def _label(*labels: str) -> _Test:
    """It has one of the labels, ``key=value``, or ``key`` with any value."""
    exact = frozenset(label for label in labels if "=" in label)
    keys = tuple(f"{label}=" for label in labels if "=" not in label)
    return lambda subject: (
        not exact.isdisjoint(subject.labels)
        or any(label.startswith(keys) for label in subject.labels)
    )


def _of_kind(kind: str, test: _Test) -> _Test:
    return lambda subject: subject.kind == kind and test(subject)


def _in_system(subject: Subject) -> bool:
    return subject.namespace in _SYSTEM


def _both(*tests: _Test) -> _Test:
    return lambda subject: all(test(subject) for test in tests)


def _daemon_set(subject: Subject) -> bool:
    return subject.workload_kind == "DaemonSet"


def _own_account(subject: Subject) -> bool:
    return subject.service_account not in ("", "default")


def _named(pattern: str) -> _Test:
    """The workload's or the application's name contains a word as a word."""
    search = re.compile(rf"(?:^|-)(?:{pattern})(?:$|-)").search
    return lambda subject: bool(search(subject.name) or search(subject.app))


def _api_service(subject: Subject) -> bool:
    return (subject.namespace, subject.name) == ("default", "kubernetes")


_CONTROLLER = _named("controller|operator|manager|provisioner|webhook|injector")
_KNOWN_CONTROLLER = _app(
    "argocd-server",
    "cert-manager",
    "external-dns",
    "ingress-nginx",
    "kube-state-metrics",
    "kubecost",
    "kured",
    "velero",
)

_RULES: tuple[tuple[str, tuple[_Test, ...]], ...] = (
    (
        "dns",
        (
            _both(
                _in_system,
                _label("k8s-app=kube-dns", "k8s-app=node-local-dns", "k8s-app=coredns"),
            ),
            _both(_in_system, _app("coredns", "kube-dns", "node-local-dns")),
        ),
    ),
    (
        "control_plane",
        (
            _of_kind(
                "node",
                _label(
                    "node-role.kubernetes.io/control-plane",
                    "node-role.kubernetes.io/master",
                ),
            ),
            _of_kind("service", _api_service),
            # Static pods and hosted control planes; the label is kubeadm's.
            _both(_in_system, _of_kind("pod", _label("tier=control-plane"))),
            # The API server's calls to webhooks and kubelets come out of these.
            _both(_in_system, _app("konnectivity-agent")),
        ),
    ),
    (
        "node_agent",
        (
            _both(_in_system, _daemon_set),
            _of_kind("pod", lambda subject: subject.host_network),
        ),
    ),
    (
        "scraper",
        (
            _app(
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
            _image(r"(?:.*/)?prometheus/prometheus|(?:.*/)?metrics-server"),
        ),
    ),
    (
        "controller",
        (
            # Without an account of its own it can do nothing at the API server.
            _both(
                _own_account,
                _of_kind("pod", lambda subject: not _daemon_set(subject)),
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
            _app(
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
            _image(r"(?:.*/)?ingress-nginx/controller|(?:library/)?traefik"),
        ),
    ),
    (
        "mesh",
        (
            _label(
                "linkerd.io/control-plane-ns",
                "security.istio.io/tlsMode=istio",
                "service.istio.io/canonical-name",
            ),
            _image(r"(?:.*/)?istio/(?:proxyv2|pilot|ztunnel)|(?:.*/)?linkerd/proxy"),
            _app("istiod", "ztunnel"),
        ),
    ),
    (
        "builder",
        (
            _label(
                "actions.github.com/scale-set-name",
                "jenkins=slave",
                "jenkins=agent",
                "tekton.dev/taskRun",
                "workflows.argoproj.io/workflow",
            ),
            _image(
                r"(?:.*/)?kaniko-project/executor|(?:.*/)?moby/buildkit"
                r"|(?:.*/)?gitlab-runner|(?:.*/)?actions-runner"
            ),
            _app("buildkitd", "gitlab-runner"),
        ),
    ),
    (
        "cloud_identity",
        (
            _label("azure.workload.identity/use=true"),
            _both(
                _own_account,
                _app(
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

_APP_LABELS = ("app.kubernetes.io/name", "k8s-app", "app", "component")


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
        app=_application(labels),
        images=tuple(map(repository, images)),
    )
    return tuple(
        sorted(role for role, tests in _RULES if any(test(subject) for test in tests))
    )


def _application(labels: Iterable[str]) -> str:
    values = dict(label.split("=", 1) for label in labels)
    return next(filter(None, map(values.get, _APP_LABELS)), "")


def repository(image: str) -> str:
    """Takes registry, tag and digest off: ``ghcr.io/a/b:1@sha256:...`` is ``a/b``."""
    image = image.partition("@")[0]
    first, slash, rest = image.partition("/")
    if slash and ("." in first or ":" in first or first == "localhost"):
        image = rest
    return image.partition(":")[0]
