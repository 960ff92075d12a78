"""A Zeek cluster and a daemon that feeds it, all of them real, to be measured."""

import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import layout
import zeek
from bench.figures import LackingError
from fakes.loopback import free_ports
from k8s_sync.closing import Closing

PROBE = Path(__file__).with_name("feed_probe.zeek")
LOOP_PROBE = PROBE.with_name("loop_probe.zeek")
PROGRAM = zeek.TOP / "tools" / "k8s-sync"
CLUSTER = "production"
PATIENCE = 300.0
"""Seconds that anything may take; a loaded machine takes its time."""
_PAUSE = 0.05
_TICKS = os.sysconf("SC_CLK_TCK")


class Event(NamedTuple):
    """A line of the probe: one event of the feed on one node. Times in seconds."""

    at: float
    part: str
    size: int
    """Bytes of the rows."""
    wall: float
    """How long its handlers took."""
    cpu: float
    """How much processor all threads took meanwhile."""
    claims: int
    """Claims that the node held then."""


class Late(NamedTuple):
    """A line of the probe of the main loop: it came back. Times in seconds."""

    at: float
    wall: float
    """How much later than it was asked to."""
    cpu: float
    """How much processor all threads took meanwhile."""


class Live(Closing):
    """Starts and ends the programs; each writes into a folder of its name."""

    def __init__(
        self,
        folder: Path,
        nodes: Sequence[str],
        *,
        backend: layout.Backend = "broker",
        more: str = "",
        env: Mapping[str, str] | None = None,
    ) -> None:
        """Prepares everything and starts nothing.

        Args:
            folder: Where all is written to.
            nodes: Of the Zeek cluster; one of them is the manager.
            backend: What they talk to each other by.
            more: Zeek script that all nodes run, too.
            env: What is added to the environment of Zeek and the daemon.

        Raises:
            LackingError: There is no Zeek, or it cannot build the plugin.
        """
        programs = zeek.find()
        if programs is None:
            raise LackingError(zeek.TO_INSTALL)
        try:
            zeek.build(programs)
        except FileNotFoundError as error:
            raise LackingError(f"install {error.filename}, for the plugin") from None
        self.folder = folder
        self.nodes = nodes
        self._port, self._health = free_ports(2)
        script = f"@load {PROBE}\n{more}"
        self._script = layout.write(folder, nodes, backend, self._port, script)
        self._env = {**zeek.environment(programs), **(env or {})}
        self._env["ZEEKPATH"] += f":{folder}"
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def close(self) -> None:
        """Ends all that still runs."""
        for name in list(self._running):
            self.end(name)

    def start_node(self, name: str, *, fresh: bool = False) -> None:
        """Starts a node and waits until its scripts run.

        Args:
            name: Of the node.
            fresh: It knows nothing of an earlier run.
        """
        folder = self.folder / name
        if fresh and folder.exists():
            folder.rename(self.folder / f"{name}.{time.monotonic_ns()}")
        folder.mkdir(exist_ok=True)
        (folder / "feed.log").unlink(missing_ok=True)
        self._run(name, ["zeek", self._script], {"CLUSTER_NODE": name})
        self.until(lambda: bool(self.events(name)), f"{name} runs")

    def start(self, nodes: Sequence[str], *flags: str | Path) -> None:
        """Starts these nodes and the daemon, and waits until they hold the same.

        Args:
            nodes: All that are to run for now.
            flags: Where the daemon gets its objects from.
        """
        for node in nodes:
            self.start_node(node)
        (self.folder / "daemon").mkdir(exist_ok=True)
        command = [
            *(sys.executable, PROGRAM, "daemon", "--cluster", CLUSTER),
            *("--zeek", f"ws://127.0.0.1:{self._port}/v1/messages/json"),
            *("--listen", f"127.0.0.1:{self._health}"),
            *flags,
        ]
        self._run("daemon", command, {"ZEEKPATH": "", "CLUSTER_NODE": ""})
        self.until(lambda: self.equal(*nodes), "all are equal")

    def _run(
        self, name: str, command: Sequence[str | Path], env: Mapping[str, str]
    ) -> None:
        folder = self.folder / name
        with (folder / "out").open("ab") as out:
            self._running[name] = subprocess.Popen(
                command,
                cwd=folder,
                env={**self._env, **env},
                stdout=out,
                stderr=subprocess.STDOUT,
            )

    def end(self, name: str, *, kindly: bool = False) -> None:
        """Ends a program, at once unless it is to finish what it does."""
        process = self._running.pop(name)
        if kindly:
            process.terminate()
        else:
            process.kill()
        process.wait(PATIENCE)

    def until(self, so: Callable[[], bool], what: str) -> None:
        """Waits until something is so.

        Raises:
            RuntimeError: It does not come to, or a program has ended.
        """
        end = time.monotonic() + PATIENCE
        while not so():
            dead = [name for name, p in self._running.items() if p.poll() is not None]
            if dead or time.monotonic() > end:
                said = "\n".join(self._said(name) for name in dead or self._running)
                raise RuntimeError(f"waited in vain until {what}:\n{said}")
            time.sleep(_PAUSE)

    def _said(self, name: str) -> str:
        text = (self.folder / name / "out").read_text(errors="replace")
        return f"--- {name}\n{text[-1500:]}"

    def metric(self, name: str, **labels: str) -> float:
        """A metric of the daemon; 0 if it does not tell it."""
        url = f"http://127.0.0.1:{self._health}/metrics"
        try:
            with urllib.request.urlopen(url, timeout=30) as answer:
                lines = answer.read().decode().splitlines()
        except OSError:
            return 0.0
        wanted = [f'{key}="{value}"' for key, value in labels.items()]
        return sum(
            float(line.rpartition(" ")[2])
            for line in lines
            if line.startswith(f"k8s_sync_{name}{{") and all(w in line for w in wanted)
        )

    def equal(self, *nodes: str) -> bool:
        """Whether these nodes, and no others, hold what the daemon holds."""
        return (
            self.metric("zeek_agrees") == 1
            and self.metric("zeek_waiting") == 0
            and all(self.metric("zeek_node_synced", node=node) for node in nodes)
            and self.metric("zeek_node_synced") == len(nodes)
        )

    def events(self, node: str) -> list[Event]:
        """What a node has written down of the feed so far."""
        return [_event(line) for line in self._lines(node, "feed.log")]

    def lates(self, node: str) -> list[Late]:
        """What a node that runs `LOOP_PROBE` has written down of its main loop."""
        lines = self._lines(node, "loop.log")
        return [Late(*map(float, line.split())) for line in lines]

    def _lines(self, node: str, name: str) -> list[str]:
        path = self.folder / node / name
        # The last line may be half a line.
        return path.read_text().split("\n")[:-1] if path.exists() else []

    def cpu(self, name: str) -> float:
        """Seconds of processor that a program has taken."""
        stat = Path(f"/proc/{self._running[name].pid}/stat").read_text()
        user, system = stat.rpartition(")")[2].split()[11:13]
        return (int(user) + int(system)) / _TICKS

    def main_cpu(self, name: str) -> float:
        """The same of its main thread only, to the nanosecond."""
        pid = self._running[name].pid
        text = Path(f"/proc/{pid}/task/{pid}/schedstat").read_text()
        return int(text.split()[0]) / 1e9

    def rss(self, name: str) -> int:
        """Bytes of memory that a program has now."""
        path = Path(f"/proc/{self._running[name].pid}/statm")
        return int(path.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def _event(line: str) -> Event:
    at, part, size, wall, cpu, claims = line.split()
    return Event(float(at), part, int(size), float(wall), float(cpu), int(claims))
