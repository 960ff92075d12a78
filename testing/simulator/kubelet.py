"""What the API server comes to know of a pod: the objects, as a kubelet fills them.

All times are cut to whole seconds. What the runtime tells of containers (when they
started and finished) is true; when the network came up is only the time at which the
kubelet looked. An address stays in the status of a pod that is over.
"""

from typing import Any

import msgspec

from k8s_sync.kube.objects import Condition, Metadata, Object, Spec, Status
from simulator.clock import SECOND, iso
from simulator.things import Container, Node, Pod

Json = dict[str, Any]
_CONDITION = "PodReadyToStartContainers"


def spec(pod: Pod) -> Spec:
    """What was asked for; it has its node once it is bound."""
    if isinstance(pod.spec, Spec):
        return pod.spec
    made: Json = {
        "nodeName": pod.node.name if pod.node else "",
        "hostNetwork": pod.host_network,
        "serviceAccountName": "default",
        "initContainers": [_container(c) for c in pod.containers if c.init],
        "containers": [_container(c) for c in pod.containers if not c.init],
        "terminationGracePeriodSeconds": pod.grace,
    }
    if pod.ports:
        made["containers"][0]["ports"] = [
            {"containerPort": number, "hostPort": number, "protocol": proto.upper()}
            for number, proto in pod.ports
        ]
    found = msgspec.convert(made, Spec)
    if pod.node:
        pod.spec = found
    return found


def _container(container: Container) -> Json:
    return {"name": container.name, "image": container.image}


def metadata(pod: Pod) -> Metadata:
    """Its metadata as it is now."""
    made: Json = {
        "name": pod.name,
        "namespace": pod.namespace,
        "uid": pod.uid,
        "creationTimestamp": iso(pod.created),
        "labels": dict(pod.labels),
        "annotations": {},
    }
    if pod.maker:
        made["ownerReferences"] = [
            {**pod.maker._asdict(), "apiVersion": "apps/v1", "controller": True}
        ]
    if pod.deletion is not None:
        made["deletionTimestamp"] = iso(pod.deletion + pod.grace * SECOND)
        made["deletionGracePeriodSeconds"] = pod.grace
    if pod.config_hash:
        made["annotations"] = {
            "kubernetes.io/config.hash": pod.config_hash,
            "kubernetes.io/config.mirror": pod.config_hash,
        }
    if pod.second and pod.ready:
        made["annotations"]["k8s.v1.cni.cncf.io/network-status"] = (
            '[{"name":"cbr0","interface":"eth0","default":true},'
            f'{{"name":"default/storage","interface":"net1","ips":["{pod.second}"]}}]'
        )
    return msgspec.convert(made, Metadata)


def collected(told: object) -> Status:
    """The status of a pod that the garbage collector gives up.

    It knows nothing about the containers: the rest stays as the kubelet wrote it.
    """
    before = told if isinstance(told, Status) else Status()
    disruption: Json = {
        "type": "DisruptionTarget",
        "status": "True",
        "reason": "DeletionByPodGC",
    }
    conditions = (*before.conditions, msgspec.convert(disruption, Condition))
    return msgspec.structs.replace(before, phase="Failed", conditions=conditions)


def status(pod: Pod, *, hide: bool = False) -> Status:
    """Its status as its kubelet sees it now.

    Args:
        pod: The pod.
        hide: Leave its addresses out, as kubelets 1.27 to 1.30 may at its end.
    """
    assert pod.node is not None
    if pod.begun is None:
        return Status(phase="Pending")
    made: Json = {
        "phase": _phase(pod),
        "hostIP": pod.node.address,
        "hostIPs": [{"ip": pod.node.address}],
        "startTime": iso(pod.begun),
        "conditions": [{"type": "PodScheduled", "status": "True"}],
        "initContainerStatuses": [_state(c, pod) for c in pod.containers if c.init],
        "containerStatuses": [_state(c, pod) for c in pod.containers if not c.init],
    }
    if pod.node.kubelet != "old" and pod.stamp is not None:
        made["conditions"].append(
            {
                "type": _CONDITION,
                "status": "True" if pod.seen else "False",
                "lastTransitionTime": iso(pod.stamp),
            }
        )
    if (pod.ready or pod.ended) and pod.addresses and not hide:
        made["podIP"] = pod.addresses[0]
        made["podIPs"] = [{"ip": address} for address in pod.addresses]
    return msgspec.convert(made, Status)


def _phase(pod: Pod) -> str:
    if pod.ended:
        return "Failed" if pod.deletion is not None else "Succeeded"
    return "Running" if pod.containers[-1].started is not None else "Pending"


def _state(container: Container, pod: Pod) -> Json:
    made: Json = {"name": container.name, "image": container.image}
    made["restartCount"] = container.restarts
    if container.finished is not None or container.lost:
        made["state"] = {"terminated": _ran(container)}
    elif container.started is not None:
        made["state"] = {"running": {"startedAt": iso(container.started)}}
    elif pod.ended:
        # Never started, and never will.
        made["state"] = {"terminated": {"startedAt": None, "finishedAt": None}}
    else:
        made["state"] = {"waiting": {"reason": "ContainerCreating"}}
    if container.before:
        first, last = container.before
        made["lastState"] = {
            "terminated": {"startedAt": iso(first), "finishedAt": iso(last)}
        }
    return made


def _ran(container: Container) -> Json:
    if container.lost or container.started is None or container.finished is None:
        return {"startedAt": None, "finishedAt": None}
    return {"startedAt": iso(container.started), "finishedAt": iso(container.finished)}


def whole(pod: Pod) -> Object:
    """The pod as the API server knows it: what is written last is its status."""
    told = pod.told
    return Object(
        metadata=metadata(pod),
        spec=spec(pod),
        status=told if isinstance(told, Status) else Status(phase="Pending"),
    )


def node_object(node: Node) -> Object:
    """A node."""
    made: Json = {
        "metadata": {
            "name": node.name,
            "uid": node.uid,
            "creationTimestamp": iso(node.created),
            "labels": {"topology.kubernetes.io/zone": f"zone-{len(node.name) % 3}"},
        },
        "spec": {"podCIDR": node.cidrs[0], "podCIDRs": list(node.cidrs)}
        if node.cidrs
        else {},
        "status": {"addresses": [{"type": "InternalIP", "address": node.address}]},
    }
    return msgspec.convert(made, Object)
