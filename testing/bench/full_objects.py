"""The cluster of `cluster` as an API server writes it: pods of 13 KB of JSON.

Each pod has what pods of real clusters have: two containers with variables, mounts and
probes, four volumes, conditions and statuses, and `managedFields`, which are two fifths
of it all. Most of that text is the same for all pods; what differs is written in.
"""

import datetime as dt
import json
from collections.abc import Iterator
from typing import Any

from bench.cluster import BEGAN, claims
from k8s_sync import address
from k8s_sync.model import Claim

Json = dict[str, Any]
SINCE = dt.datetime.fromtimestamp(BEGAN, dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
_VARIABLES = 13
_MANAGERS = ("kube-controller-manager", "kubelet", "mesh-injector")


def pod(claim: Claim, number: int) -> Json:
    """A pod that runs.

    Args:
        claim: What it claims; it is described by that.
        number: Its place in the cluster.
    """
    owner = claim.owner
    app = owner.workload.partition("/")[2]
    replicas = owner.pod.rpartition("-")[0]
    held = address.text(claim.address)
    labels = dict(label.split("=", 1) for label in owner.labels)
    maker = {
        "apiVersion": "apps/v1",
        "kind": "StatefulSet",
        "name": replicas,
        "uid": f"00000000-0000-4000-8000-{number // 20:012x}",
        "controller": True,
        "blockOwnerDeletion": True,
    }
    names = ("app", "mesh")
    return {
        "metadata": {
            "name": owner.pod,
            "generateName": f"{replicas}-",
            "namespace": owner.namespace,
            "uid": owner.uid,
            "resourceVersion": str(10_000_000 + number),
            "generation": 1,
            "creationTimestamp": SINCE,
            "labels": labels,
            "annotations": {
                "checksum/config": f"{number // 20:064x}",
                "prometheus.io/scrape": "true",
                "prometheus.io/port": "15020",
                "kubectl.kubernetes.io/default-container": "app",
            },
            "ownerReferences": [maker],
            "managedFields": [_managed(name, labels) for name in _MANAGERS],
        },
        "spec": {
            "volumes": [_volume(n, app) for n in range(4)],
            "containers": [
                _container(name, image, app)
                for name, image in zip(names, owner.images, strict=True)
            ],
            "restartPolicy": "Always",
            "terminationGracePeriodSeconds": 30,
            "dnsPolicy": "ClusterFirst",
            "serviceAccountName": owner.service_account,
            "serviceAccount": owner.service_account,
            "nodeName": owner.node,
            "securityContext": {"fsGroup": 1000, "runAsNonRoot": True},
            "schedulerName": "default-scheduler",
            "tolerations": [
                {
                    "key": f"node.kubernetes.io/{key}",
                    "operator": "Exists",
                    "effect": "NoExecute",
                    "tolerationSeconds": 300,
                }
                for key in ("not-ready", "unreachable")
            ],
            "priority": 0,
            "enableServiceLinks": True,
            "preemptionPolicy": "PreemptLowerPriority",
        },
        "status": {
            "phase": "Running",
            "conditions": [
                {
                    "type": kind,
                    "status": "True",
                    "lastProbeTime": None,
                    "lastTransitionTime": SINCE,
                }
                for kind in (
                    *("PodReadyToStartContainers", "Initialized", "Ready"),
                    *("ContainersReady", "PodScheduled"),
                )
            ],
            "hostIP": f"172.16.{number % 500 // 250}.{number % 250 + 1}",
            "podIP": held,
            "podIPs": [{"ip": held}],
            "startTime": SINCE,
            "containerStatuses": [
                {
                    "name": name,
                    "state": {"running": {"startedAt": SINCE}},
                    "lastState": {},
                    "ready": True,
                    "restartCount": 0,
                    "image": image,
                    "imageID": f"{image}@sha256:{number // 20:064x}",
                    "containerID": f"containerd://{number:064x}",
                    "started": True,
                }
                for name, image in zip(names, owner.images, strict=True)
            ],
            "qosClass": "Burstable",
        },
    }


def _container(name: str, image: str, app: str) -> Json:
    probe = {
        "httpGet": {"path": "/healthz", "port": 8080, "scheme": "HTTP"},
        "timeoutSeconds": 1,
        "periodSeconds": 10,
        "successThreshold": 1,
        "failureThreshold": 3,
    }
    return {
        "name": name,
        "image": image,
        "args": ["--config=/etc/app/config.yaml", f"--name={app}", "--log=json"],
        "ports": [{"name": "http", "containerPort": 8080, "protocol": "TCP"}],
        "env": [
            {"name": f"SETTING_NUMBER_{n:02d}", "value": f"http://{app}-{n}.svc:8080"}
            for n in range(_VARIABLES)
        ],
        "resources": {
            "limits": {"cpu": "2", "memory": "1Gi"},
            "requests": {"cpu": "250m", "memory": "256Mi"},
        },
        "volumeMounts": [
            {"name": f"volume-{n}", "mountPath": f"/var/lib/app/{n}", "readOnly": True}
            for n in range(4)
        ],
        "livenessProbe": probe,
        "readinessProbe": probe,
        "terminationMessagePath": "/dev/termination-log",
        "terminationMessagePolicy": "File",
        "imagePullPolicy": "IfNotPresent",
        "securityContext": {"allowPrivilegeEscalation": False},
    }


def _volume(number: int, app: str) -> Json:
    config = {"name": f"{app}-{number}", "defaultMode": 420}
    return {"name": f"volume-{number}", "configMap": config}


def _managed(manager: str, labels: Json) -> Json:
    variables: Json = {
        f'k:{{"name":"SETTING_NUMBER_{n:02d}"}}': {".": {}, "f:name": {}, "f:value": {}}
        for n in range(_VARIABLES)
    }
    mounts: Json = {
        f'k:{{"mountPath":"/var/lib/app/{n}"}}': {".": {}, "f:mountPath": {}}
        for n in range(4)
    }
    return {
        "manager": manager,
        "operation": "Update",
        "apiVersion": "v1",
        "time": SINCE,
        "fieldsType": "FieldsV1",
        "fieldsV1": {
            "f:metadata": {"f:labels": {f"f:{label}": {} for label in labels}},
            "f:spec": {
                'f:containers.k:{"name":"app"}': {
                    ".": {},
                    "f:env": variables,
                    "f:volumeMounts": mounts,
                    "f:livenessProbe": {
                        ".": {},
                        "f:httpGet": {},
                        "f:periodSeconds": {},
                    },
                }
            },
        },
    }


def pods(count: int) -> Iterator[bytes]:
    """So many pods as JSON, always the same ones."""
    for number, claim in enumerate(claims(count)):
        yield json.dumps(pod(claim, number), separators=(",", ":")).encode()


def services(page: list[Json]) -> dict[str, bytes]:
    """A service and a slice for each workload of some pods, as lists of theirs."""
    behind: dict[tuple[str, str], list[Json]] = {}
    for one in page:
        labels = one["metadata"]["labels"]
        behind.setdefault((one["metadata"]["namespace"], str(labels)), []).append(one)
    found: list[Json] = []
    slices: list[Json] = []
    for some in behind.values():
        first = some[0]["metadata"]
        name, uid = first["generateName"][:-12], first["ownerReferences"][0]["uid"]
        metadata = {
            "namespace": first["namespace"],
            "creationTimestamp": SINCE,
            "resourceVersion": first["resourceVersion"],
        }
        spec = {"selector": first["labels"], "ports": [{"port": 80}], "clusterIP": ""}
        its = {"name": name, "uid": f"s{uid}"}
        found.append({"metadata": metadata | its, "spec": spec})
        its = {"name": f"{name}-x", "uid": f"e{uid}"}
        label = {"labels": {"kubernetes.io/service-name": name}}
        slices.append(
            {
                "metadata": metadata | its | label,
                "addressType": "IPv4",
                "ports": [{"name": "http", "port": 8080, "protocol": "TCP"}],
                "endpoints": [
                    {
                        "addresses": [one["status"]["podIP"]],
                        "conditions": {"ready": True, "terminating": False},
                        "targetRef": {"kind": "Pod", "uid": one["metadata"]["uid"]},
                    }
                    for one in some
                ],
            }
        )
    return {
        "services": list_of([json.dumps(one).encode() for one in found]),
        "endpointslices": list_of([json.dumps(one).encode() for one in slices]),
    }


def pages(count: int, limit: int) -> Iterator[bytes]:
    """The same as an API server gives them: pages of a list."""
    page: list[bytes] = []
    for number, text in enumerate(pods(count), 1):
        page.append(text)
        if len(page) == limit or number == count:
            yield list_of(page, str(number) if number < count else "")
            page.clear()


def list_of(items: list[bytes], more: str = "") -> bytes:
    """A page of a list; `more` is the token for the next one."""
    metadata = {"resourceVersion": "20000000", **({"continue": more} if more else {})}
    return (b'{"kind":"PodList","apiVersion":"v1","metadata":%b,"items":[%b]}') % (
        json.dumps(metadata).encode(),
        b",".join(items),
    )
