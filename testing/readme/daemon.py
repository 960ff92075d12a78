"""What the README lists of the daemon: configuration, metrics, permissions."""

from prometheus_client.core import Metric

from k8s_sync.config import Key, keys
from k8s_sync.daemon.metrics import PREFIX, Metrics
from k8s_sync.kube.resources import ALL
from readme.markdown import code, table


def _default(key: Key) -> str:
    if isinstance(key.default, bool):
        return code(str(key.default).lower())
    if isinstance(key.default, tuple):
        return code(", ".join(key.default))
    return code(str(key.default))


def daemon() -> str:
    """The daemon's configuration."""
    rows = []
    for key in keys():
        choices = f" One of {', '.join(map(code, key.choices))}." if key.choices else ""
        elsewhere = () if key.only_in_file else (key.flag, key.variable)
        names = map(code, (key.name, *(elsewhere or ("", ""))))
        rows.append((*names, _default(key), key.help + choices))
    return table(("Key", "Flag", "Variable", "Default", "What it says"), rows)


def _families() -> list[Metric]:
    registry = Metrics((), (), lambda: 0.0)._registry  # noqa: SLF001 -- all of them
    return [one for one in registry.collect() if one.name.startswith(PREFIX)]


def _labels(family: Metric) -> str:
    # Without samples a family tells its labels nowhere else.
    return ", ".join(map(code, vars(family)["_labelnames"]))


def metrics() -> str:
    """The daemon's metrics."""
    rows = [
        (
            code(family.name + ("_total" if family.type == "counter" else "")),
            family.type,
            _labels(family),
            family.documentation,
        )
        for family in _families()
    ]
    return table(("Metric", "Type", "Labels", "What it counts"), rows)


def rbac() -> str:
    """What the daemon has to be allowed, for all namespaces."""
    groups: dict[str, list[str]] = {}
    for resource in ALL:
        groups.setdefault(resource.group, []).append(resource.name)
    rules = "".join(
        f'  - apiGroups: ["{group}"]\n'
        f"    resources: [{', '.join(names)}]\n"
        "    verbs: [list, watch]\n"
        for group, names in groups.items()
    )
    return f"""```yaml
apiVersion: v1
kind: ServiceAccount
metadata: {{name: k8s-sync, namespace: zeek}}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {{name: k8s-sync}}
rules:
{rules}---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {{name: k8s-sync}}
roleRef: {{apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: k8s-sync}}
subjects:
  - {{kind: ServiceAccount, name: k8s-sync, namespace: zeek}}
```
"""
