"""The official client's informer, and a dictionary of addresses: what one would write.

python simple_informer.py URL PODS
"""

import os
import sys
import threading

from kubernetes import client
from kubernetes.informer import ADDED, SharedInformer


def main() -> None:
    """Ends when all pods are known."""
    url, count = sys.argv[1], int(sys.argv[2])
    settings = client.Configuration()
    settings.host = url
    api = client.CoreV1Api(client.ApiClient(settings))
    owners = {}
    done = threading.Event()

    def added(pod: client.V1Pod) -> None:
        meta, spec = pod.metadata, pod.spec
        for one in pod.status.pod_ips or ():
            owners[one.ip] = (
                *(meta.namespace, meta.name, meta.uid, spec.node_name),
                *(spec.service_account_name, meta.labels, pod.status.start_time),
            )
        if len(owners) >= count:
            done.set()

    informer = SharedInformer(list_func=api.list_pod_for_all_namespaces)
    informer.add_event_handler(ADDED, added)
    informer.start()
    if not done.wait(3600):
        raise SystemExit(f"only {len(owners)} addresses")
    os._exit(0)  # its thread reads on, and would fall over what is gone


if __name__ == "__main__":
    main()
