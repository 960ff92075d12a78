"""Whom roles are given to, and the tests that the rules are made of."""

import re
from collections.abc import Callable, Iterable

import msgspec

SYSTEM = frozenset(
    {
        "calico-apiserver",
        "calico-system",
        "cert-manager",
        "cilium",
        "cattle-fleet-system",
        "cattle-monitoring-system",
        "cattle-system",
        "datadog",
        "gatekeeper-system",
        "gke-gmp-system",
        "gke-managed-system",
        "gmp-system",
        "istio-system",
        "kyverno",
        "linkerd",
        "longhorn-system",
        "metallb-system",
        "monitoring",
        "tigera-operator",
    }
)
_RESERVED = ("kube-", "openshift-")
"""With these begin the namespaces of Kubernetes itself and of OpenShift."""


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


Test = Callable[[Subject], bool]


def app(*names: str) -> Test:
    """Is called so, as an application or as a workload."""
    wanted = frozenset(names)
    return lambda subject: subject.app in wanted or subject.name in wanted


def image(pattern: str) -> Test:
    """Is made of an image whose repository matches as a whole."""
    match = re.compile(pattern).fullmatch
    return lambda subject: any(map(match, subject.images))


def label(*labels: str) -> Test:
    """Has one of the labels, ``key=value``, or ``key`` with any value."""
    exact = frozenset(label for label in labels if "=" in label)
    keys = tuple(f"{label}=" for label in labels if "=" not in label)
    return lambda subject: (
        not exact.isdisjoint(subject.labels)
        or any(label.startswith(keys) for label in subject.labels)
    )


def of_kind(kind: str, test: Test) -> Test:
    """Is a pod, a node or a service, and passes a test."""
    return lambda subject: subject.kind == kind and test(subject)


def in_system(subject: Subject) -> bool:
    """Is in a namespace that only administrators write to."""
    return subject.namespace in SYSTEM or subject.namespace.startswith(_RESERVED)


def both(*tests: Test) -> Test:
    """Passes all tests."""
    return lambda subject: all(test(subject) for test in tests)


def daemon_set(subject: Subject) -> bool:
    """Runs on every node."""
    return subject.workload_kind == "DaemonSet"


def own_account(subject: Subject) -> bool:
    """Is somebody of its own to the API server."""
    return subject.service_account not in ("", "default")


def named(pattern: str) -> Test:
    """Has a name that contains a word as a word."""
    search = re.compile(rf"(?:^|-)(?:{pattern})(?:$|-)").search
    return lambda subject: bool(search(subject.name) or search(subject.app))


_APP_LABELS = ("app.kubernetes.io/name", "k8s-app", "app", "component")


def application(labels: Iterable[str]) -> str:
    """Returns what the usual labels say an application is called."""
    values = dict(label.split("=", 1) for label in labels)
    return next(filter(None, map(values.get, _APP_LABELS)), "")


def repository(image: str) -> str:
    """Takes registry, tag and digest off: ``ghcr.io/a/b:1@sha256:...`` is ``a/b``."""
    image = image.partition("@")[0]
    first, slash, rest = image.partition("/")
    if slash and ("." in first or ":" in first or first == "localhost"):
        image = rest
    return image.partition(":")[0]
