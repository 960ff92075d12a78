"""A live run: the real daemon, a fake API server, a live Zeek, real traffic.

Zeek captures on the loopback interface. `Run` starts and stops the three and
waits for them; the tests in ``tests/live`` say what happens in between. Started in
the folder of a test, it leaves Zeek's logs, the trace and the daemon's journal there.
"""

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from fakes.loopback import kubeconfig
from k8s_sync.closing import Closing

TESTING = Path(__file__).resolve().parents[1]
TOOLS = TESTING.parent / "tools"
PATIENCE = 30.0
"""Seconds after which what is waited for counts as not to come."""


def now(ago: float = 0) -> str:
    """A time as Kubernetes writes it, some seconds ago."""
    then = datetime.fromtimestamp(time.time() - ago, UTC)
    return then.strftime("%Y-%m-%dT%H:%M:%SZ")


def pod(name: str, uid: str, address: str, started: str) -> dict[str, Any]:
    """A running pod."""
    owner = {"apiVersion": "apps/v1", "kind": "StatefulSet", "name": "app", "uid": "s"}
    return {
        "metadata": {
            "namespace": "shop",
            "name": name,
            "uid": uid,
            "creationTimestamp": started,
            "ownerReferences": [owner | {"controller": True}],
        },
        "spec": {"nodeName": "node-1", "containers": [{"name": "c", "image": "i"}]},
        "status": {
            "phase": "Running",
            "podIP": address,
            "podIPs": [{"ip": address}],
            "startTime": started,
        },
    }


class Run(Closing):
    """The three programs; a context manager that ends what still runs."""

    def __init__(self, api_port: int, zeek_port: int, health_port: int) -> None:
        self.api = f"http://127.0.0.1:{api_port}"
        self.health = f"http://127.0.0.1:{health_port}"
        self.zeek_port = zeek_port
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self._runs = 0
        kubeconfig(Path(), self.api)

    def close(self) -> None:
        """Ends what still runs."""
        for process in self._processes.values():
            process.kill()

    # --- programs -------------------------------------------------------------

    def start(self, name: str, command: list[str], cwd: str = ".") -> None:
        """Starts a program, with its output in ``NAME.out``."""
        Path(cwd).mkdir(exist_ok=True)
        with Path(f"{name}.out").open("ab") as output:
            self._processes[name] = subprocess.Popen(
                command,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=cwd,
                env={**os.environ, "PYTHONPATH": f"{TESTING}:{TOOLS}"},
            )

    def stop(self, name: str, number: signal.Signals = signal.SIGTERM) -> int:
        """Ends a program with a signal and returns its exit code."""
        process = self._processes.pop(name)
        process.send_signal(number)
        return process.wait(PATIENCE)

    def start_api(self, objects: str = "") -> None:
        """Starts the API server, empty or with the objects of a file."""
        port = self.api.rpartition(":")[2]
        command = [sys.executable, "-m", "fakes.api_server", "--port", port]
        self.start("api", [*command, "--objects", objects] if objects else command)
        self.until("the API server", lambda: bool(self.get(f"{self.api}/version")))

    def start_zeek(self, *arguments: str) -> None:
        """Starts a Zeek that captures on loopback, in a folder of its own."""
        self._runs += 1
        self.zeek_folder = Path(f"zeek-{self._runs}")
        command = ["zeek", "-C", "-i", "lo", "-f", "net 10.77.0.0/16"]
        scripts = [
            "zeek-k8s",
            "zeek-k8s/listen",
            f"K8s::listen_port={self.zeek_port}/tcp",
        ]
        self.start("zeek", [*command, *scripts, *arguments], str(self.zeek_folder))
        # Zeek says so once packets can come in.
        self.until("Zeek", lambda: "listening on lo" in Path("zeek.out").read_text())

    def start_daemon(self, *arguments: str) -> None:
        """Starts the daemon."""
        url = f"ws://127.0.0.1:{self.zeek_port}/v1/messages/json"
        command = [
            sys.executable,
            str(TOOLS / "k8s-sync"),
            "daemon",
            "--cluster",
            "live",
        ]
        listen = ["--listen", self.health.removeprefix("http://")]
        options = ["--kubeconfig", "kubeconfig", "--zeek", url]
        self.start("daemon", [*command, *listen, *options, *arguments])

    # --- what they say --------------------------------------------------------

    def until(self, what: str, fact: Callable[[], bool]) -> None:
        """Waits until something is so; ends the test if it does not come to be."""
        end = time.monotonic() + PATIENCE
        while not fact():
            dead = [n for n, p in self._processes.items() if p.poll() is not None]
            if dead or time.monotonic() > end:
                sys.exit(f"waited for {what}, {' and '.join(dead) or 'nobody'} ended")
            time.sleep(0.02)

    def get(self, url: str) -> str:
        """Fetches a page; empty if there is none."""
        with contextlib.suppress(OSError), urllib.request.urlopen(url) as answer:
            text: str = answer.read().decode()
            return text
        return ""

    def metric(self, name: str) -> float:
        """A metric of the daemon, of the first label set; -1 if there is none."""
        text = self.get(f"{self.health}/metrics")
        found = re.search(rf"^k8s_sync_{name}(?:{{.*}})? (\S+)$", text, re.MULTILINE)
        return float(found[1]) if found else -1

    def settled(self, claims: int) -> None:
        """Waits until the daemon holds so many claims and Zeek has heard of all."""

        def fact() -> bool:
            return (
                self.get(f"{self.health}/readyz") == "ok\n"
                and self.metric("claims") == claims
                and self.metric("zeek_waiting") == 0
                and self.metric("zeek_unanswered") == 0
                and self.metric("zeek_agrees") == 1
            )

        self.until(f"{claims} claims to be known to Zeek", fact)

    # --- the cluster ----------------------------------------------------------

    def change(self, verb: str, path: str, body: dict[str, Any] | None = None) -> None:
        """Creates (POST), patches (PATCH) or removes (DELETE) an object."""
        request = urllib.request.Request(
            f"{self.api}{path}",
            method=verb,
            data=json.dumps(body).encode() if body else None,
            headers={"Content-Type": "application/merge-patch+json"}
            if verb == "PATCH"
            else {"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request):
            pass


PODS = "/api/v1/namespaces/shop/pods"
