"""How kinds are asked for."""

import pytest

from k8s_sync.kube.resources import NODES, PODS, REPLICASETS, Resource


@pytest.mark.parametrize(
    ("resource", "namespace", "path"),
    [
        (PODS, "", "/api/v1/pods"),
        (PODS, "shop", "/api/v1/namespaces/shop/pods"),
        (NODES, "shop", "/api/v1/nodes"),
        (REPLICASETS, "", "/apis/apps/v1/replicasets"),
    ],
)
def test_where_a_kind_is_listed(resource: Resource, namespace: str, path: str) -> None:
    assert resource.path(namespace) == path


def test_only_metadata_is_asked_for_where_that_will_do() -> None:
    assert PODS.accept(watch=True) == "application/json"
    assert "as=PartialObjectMetadata;" in REPLICASETS.accept(watch=True)
    assert "as=PartialObjectMetadataList;" in REPLICASETS.accept(watch=False)
    assert str(REPLICASETS) == "replicasets"


@pytest.mark.parametrize(
    ("resource", "namespace", "rule"),
    [
        (PODS, "", 'ClusterRole needs apiGroups: [""], resources: ["pods"]'),
        (PODS, "shop", 'Role needs apiGroups: [""], resources: ["pods"]'),
        (NODES, "shop", 'ClusterRole needs apiGroups: [""], resources: ["nodes"]'),
        (REPLICASETS, "shop", 'Role needs apiGroups: ["apps"], resources: ["repl'),
    ],
)
def test_what_a_role_lacks(resource: Resource, namespace: str, rule: str) -> None:
    assert resource.rule(namespace).startswith(f"the {rule}")
    assert resource.rule(namespace).endswith(', verbs: ["list", "watch"]')
