"""The cluster as it should be: what was asked for, whatever has become of it."""

import json
import random
from datetime import UTC, datetime
from typing import Any

ADDRESSES = 200
"""How many addresses the pods share: few, so that they change hands."""


def stamp() -> str:
    """Now, as Kubernetes writes it."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class Truth:
    """The pods that there are, by name."""

    def __init__(self, chance: random.Random) -> None:
        """Starts without any."""
        self.pods: dict[str, dict[str, Any]] = {}
        self._chance = chance
        self._count = 0

    def add(self) -> dict[str, Any]:
        """Makes one more pod, on any address."""
        self._count += 1
        name = f"pod-{self._count}"
        address = f"10.77.0.{self._chance.randint(1, ADDRESSES)}"
        started = stamp()
        pod = self.pods[name] = {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {
                "namespace": "shop",
                "name": name,
                "uid": f"uid-{self._count}",
                "creationTimestamp": started,
                "labels": {"app": "web"},
            },
            "spec": {"nodeName": "node-1", "containers": [{"name": "c", "image": "i"}]},
            "status": {
                "phase": "Running",
                "podIP": address,
                "podIPs": [{"ip": address}],
                "startTime": started,
            },
        }
        return pod

    def change(self, name: str, patch: dict[str, Any]) -> None:
        """Changes labels or the status of a pod."""
        for part, values in patch.items():
            self.pods[name][part] = merged(self.pods[name].get(part, {}), values)

    def any(self) -> str | None:
        """The name of one of the pods, if there are any."""
        return self._chance.choice(list(self.pods)) if self.pods else None

    def living(self) -> dict[str, tuple[str, tuple[str, ...]]]:
        """Address and labels of the pods that run, by uid."""
        return {
            pod["metadata"]["uid"]: (
                pod["status"]["podIP"],
                tuple(sorted(f"{k}={v}" for k, v in pod["metadata"]["labels"].items())),
            )
            for pod in self.pods.values()
            if pod["status"]["phase"] == "Running"
        }

    def text(self) -> str:
        """All pods, as the API server reads them when it starts."""
        return json.dumps(list(self.pods.values()))


def merged(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    """A merge patch, as the API server applies it."""
    return {
        **old,
        **{
            key: merged(old.get(key, {}), value) if isinstance(value, dict) else value
            for key, value in new.items()
        },
    }
