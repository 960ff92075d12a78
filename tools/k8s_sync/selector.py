"""What claims may be asked for by: objects by name, and a window in time."""

import re
from typing import Literal

import msgspec

from k8s_sync.model import Claim, Owner

By = Literal["pod", "workload", "service", "node", "uid"]

# A UUID, or the digest that is the uid of a static pod's file.
_UID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{32}", re.ASCII)
_PARTS_AT_MOST = 3
FOREVER = (1 << 63) - 1
"""Later than any time that a row can have, in microseconds."""


class Selector(msgspec.Struct, frozen=True):
    """An object, or a workload, by name."""

    by: By
    name: str
    """A workload's has its kind, as in ``Deployment/web``."""
    namespace: str = ""
    """Empty: any, for a workload or a service."""

    def matches(self, owner: Owner) -> bool:
        """Tells whether an owner is meant."""
        match self.by:
            case "uid":
                return owner.uid == self.name
            case "node":
                return owner.kind == "node" and owner.node == self.name
            case "pod":
                found = owner.kind == "pod" and owner.pod == self.name
            case "service":
                found = owner.kind == "service" and owner.service == self.name
            case _:
                found = owner.workload == self.name
        return found and self.namespace in ("", owner.namespace)


class Window(msgspec.Struct, frozen=True):
    """Which of many claims are asked for: those held at some time of a window."""

    cluster: str = ""
    """The only one to look into; empty for all."""
    since: int = -FOREVER
    """Where it begins, in microseconds."""
    until: int = FOREVER
    """Where it ends; that moment does not belong to it."""
    limit: int = -1
    """The most to return, the earliest first; -1 for all."""

    def __contains__(self, claim: Claim) -> bool:
        """Tells whether a claim is among them, but for the limit."""
        return (
            self.cluster in ("", claim.cluster)
            and claim.start < self.until
            and (claim.end is None or claim.end > self.since)
        )


ALWAYS = Window()


def parse(text: str) -> Selector:
    """Reads the name of an object.

    Args:
        text: ``NAMESPACE/POD``; ``KIND/NAME`` or ``NAMESPACE/KIND/NAME``, where the
            kind is that of a workload, ``Service`` or ``Node``; a uid; or a node's
            name. Kinds begin with a capital letter and namespaces do not.

    Raises:
        ValueError: It is none of these.
    """
    parts = text.split("/")
    if len(parts) > _PARTS_AT_MOST or not all(parts) or text != text.strip():
        raise ValueError(f"'{text}' names nothing")
    *before, name = parts
    if any("." in part for part in before):
        raise ValueError(f"'{before[0]}' in '{text}' is no namespace")
    if not before:
        return Selector("uid" if _UID.fullmatch(text) else "node", text)
    kind = before.pop()
    if not kind[0].isupper():
        if before:
            raise ValueError(
                f"'{kind}' in '{text}' is no kind: those begin with a"
                " capital letter, as in Deployment/web"
            )
        return Selector("pod", name, kind)
    namespace = before[0] if before else ""
    match kind:
        case "Service":
            return Selector("service", name, namespace)
        case "Node":
            return Selector("node", name)
        case _:
            return Selector("workload", f"{kind}/{name}", namespace)
