"""The pods of the demo cluster, as kubectl prints them."""

# ruff: noqa: D103, PLR0913 -- a recipe: the names say it

from demo_objects import NODES, Json, at, condition, digest, metadata, owned_by


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
