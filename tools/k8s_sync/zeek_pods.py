"""Which pods are Zeeks to feed, as a configuration says it."""

import ipaddress
import re

import msgspec

from k8s_sync.kube.objects import Object

PORT = 27759
"""Zeek's own, and that of `zeek-k8s/listen`."""
_FORM = re.compile(
    r"(?P<namespace>[a-z0-9-]{1,63})"
    r"/(?P<label>(?:[a-z0-9.-]{1,253}/)?[A-Za-z0-9_.-]{1,63}=[A-Za-z0-9_.-]{0,63})"
    r"(?::(?P<port>[0-9]{1,5}))?"
)
_LAST_PORT = 65_535


class ZeekPods(msgspec.Struct, frozen=True):
    """All pods of a namespace with a label."""

    namespace: str
    label: str
    """As ``app=zeek``, the form of a ``labelSelector``."""
    port: int = PORT

    def __str__(self) -> str:
        return f"pods with {self.label} in {self.namespace}"


def parse(text: str) -> ZeekPods:
    """Reads ``NAMESPACE/LABEL=VALUE``, with ``:PORT`` if it is another one.

    Raises:
        ValueError: It is something else.
    """
    found = _FORM.fullmatch(text)
    port = int(found["port"] or PORT) if found else 0
    if not found or not 0 < port <= _LAST_PORT:
        raise ValueError(
            f"'{text}' is not NAMESPACE/LABEL=VALUE or the same with :PORT"
        )
    return ZeekPods(found["namespace"], found["label"], port)


def address(pod: Object) -> str:
    """The address of a pod whose Zeek may be called now, or may go on to be; or empty.

    A pod that is about to end still sees packets, as long as its containers run.
    """
    ip = pod.status.pod_ip
    if pod.status.phase != "Running" or not ip:
        return ""
    try:
        version = ipaddress.ip_address(ip).version
    except ValueError:
        return ""
    return f"[{ip}]" if version == 6 else ip  # noqa: PLR2004 -- of the protocol


def ready(pod: Object) -> bool:
    """Whether a pod says that it can be called."""
    return any(
        one.type == "Ready" and one.status == "True" for one in pod.status.conditions
    )
