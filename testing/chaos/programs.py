"""The programs that chaos is brought to: a Zeek cluster, the daemon, the API server."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

import layout
import zeek
from chaos.joint import Joint
from fakes.loopback import free_ports, kubeconfig
from layout import Backend

TESTING = Path(__file__).resolve().parents[1]
TOOLS = TESTING.parent / "tools"
NODES = ("manager", "logger", "proxy", "worker-1", "worker-2")
CLUSTER = "chaos"
_START_PATIENCE = 60.0


class Programs:
    """Starts, stops and breaks them; each writes into a folder of its name."""

    def __init__(self, folder: Path, backend: Backend, addresses: int) -> None:
        """Prepares everything and starts nothing."""
        self.folder = folder
        self.names = ("api", "daemon", *NODES)
        self.paused: set[str] = set()
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        ports = free_ports(3)
        self.api_url = f"http://127.0.0.1:{ports[0]}"
        self.health_url = f"http://127.0.0.1:{ports[1]}"
        self.api_joint = Joint(ports[0])
        self.zeek_joint = Joint(ports[2])
        kubeconfig(folder, f"http://127.0.0.1:{self.api_joint.port}")
        probe = f"@load {TESTING}/chaos/probe.zeek\n"
        probe += f"redef Probe::addresses = {addresses};\n"
        script = layout.write(folder, NODES, backend, ports[2], probe)
        found = zeek.find()
        if found is None:
            sys.exit(f"no Zeek: {zeek.TO_INSTALL}")
        self._environment = zeek.environment(found)
        # A node may have a layout of its own, in the folder that it runs in.
        self._environment["ZEEKPATH"] += f":.:{folder}"
        self._commands = {
            "api": [
                *(sys.executable, "-m", "fakes.api_server", "--port", str(ports[0])),
                *("--objects", str(folder / "objects.json")),
                *("--bookmark-interval", "1"),
            ],
            "daemon": [
                *(sys.executable, str(TOOLS / "k8s-sync"), "daemon"),
                *("--cluster", CLUSTER, "--kubeconfig", str(folder / "kubeconfig")),
                *("--zeek", f"ws://127.0.0.1:{self.zeek_joint.port}/v1/messages/json"),
                *("--listen", f"127.0.0.1:{ports[1]}"),
                *("--journal", str(folder / "journal.log"), "--log-level", "debug"),
            ],
        } | {name: ["zeek", str(script)] for name in NODES}

    def start(self, name: str) -> None:
        """Starts a program and waits until it is up."""
        folder = self.folder / name
        folder.mkdir(exist_ok=True)
        up = folder / "up"
        up.unlink(missing_ok=True)
        probe = folder / "probe.log"
        if probe.exists():  # the next run would write over it
            with (folder / "probes.log").open("a") as all_of_them:
                all_of_them.write(probe.read_text())
        environment = {
            **(self._environment if name in NODES else os.environ),
            "PYTHONPATH": f"{TESTING}:{TOOLS}",
            "CLUSTER_NODE": name if name in NODES else "",
        }
        command = self._commands[name]
        if name == "api":
            # A server that comes back counts on, but its history is gone. Each object
            # that it reads takes a version, so a start has to be far from the last.
            command = [*command, "--version", str(time.time_ns() // 1000)]
        with (folder / "out").open("ab") as output:
            self._processes[name] = subprocess.Popen(
                command,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=folder,
                env=environment,
            )
        page = {
            "api": f"{self.api_url}/version",
            "daemon": f"{self.health_url}/healthz",
        }
        end = time.monotonic() + _START_PATIENCE
        while not (get(page[name]) if name in page else up.exists()):
            if self._processes[name].poll() is not None or time.monotonic() > end:
                text = (folder / "out").read_text(errors="replace")[-2000:]
                raise RuntimeError(f"{name} does not start:\n{text}")
            time.sleep(0.02)

    def runs(self, name: str) -> bool:
        """Whether a program has been started, and not been killed."""
        return name in self._processes

    def died(self) -> list[str]:
        """Who has ended without having been told to."""
        return [name for name, p in self._processes.items() if p.poll() is not None]

    def end(self, name: str, number: signal.Signals) -> None:
        """Ends a program."""
        self.resume(name)
        process = self._processes.pop(name)
        process.send_signal(number)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def pause(self, name: str) -> None:
        """Lets a program do nothing, as if its machine hung."""
        self._processes[name].send_signal(signal.SIGSTOP)
        self.paused.add(name)

    def resume(self, name: str) -> None:
        """Lets it go on."""
        if name in self.paused:
            self._processes[name].send_signal(signal.SIGCONT)
            self.paused.discard(name)

    def cache(self, name: str) -> Path:
        """The file in which a node keeps its claims over a restart."""
        return self.folder / name / ".state" / f"k8s_claims.{name}"

    def close(self) -> None:
        """Ends everything."""
        for name in list(self._processes):
            self.end(name, signal.SIGKILL)


def get(url: str) -> str:
    """Fetches a page; empty if there is none."""
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return str(answer.read().decode())
    except OSError:
        return ""


def request(verb: str, url: str, body: dict[str, Any] | None = None) -> None:
    """Changes something on the API server.

    Raises:
        OSError: It did not work.
    """
    kind = "merge-patch+json" if verb == "PATCH" else "json"
    message = urllib.request.Request(
        url,
        method=verb,
        data=None if body is None else json.dumps(body).encode(),
        headers={"Content-Type": f"application/{kind}"},
    )
    with urllib.request.urlopen(message, timeout=10):
        pass
