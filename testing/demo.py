"""`make demo`: a recorded cluster, the real daemon, and Zeek logs with pod names.

A fake API server plays a recorded cluster; the daemon watches it as it would a real
one. With Zeek on the machine, the plugin is built and a Zeek that the daemon feeds
over its WebSocket reads a trace. Without, the daemon keeps a journal and Zeek's logs
of the same trace, which are committed, go through `k8s-sync enrich`.
"""

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import zeek
from fakes import loopback

TESTING = Path(__file__).resolve().parent
TOOLS = TESTING.parent / "tools"
TRACE = TESTING / "Traces" / "demo.pcap"
LOGS = TESTING / "Traces" / "demo-logs"
COLUMNS = (
    *("id.orig_h", "id.orig_k8s.match", "id.orig_k8s.namespace", "id.orig_k8s.pod"),
    *("id.orig_k8s.workload", "id.resp_h", "id.resp_p", "id.resp_k8s.kind"),
    *("id.resp_k8s.workload", "id.resp_k8s.node", "id.resp_k8s.service"),
)
PATIENCE = 30.0
"""Seconds that each part of the demo may take."""


def say(text: str) -> None:
    """Tells what is happening."""
    print(f"demo: {text}", flush=True)


def wait(what: str, fact: Callable[[], bool]) -> None:
    """Waits until something is so.

    Raises:
        TimeoutError: It did not come to be.
    """
    end = time.monotonic() + PATIENCE
    while not fact():
        if time.monotonic() > end:
            raise TimeoutError(f"waited {PATIENCE:.0f} s for {what}")
        time.sleep(0.05)


@contextlib.contextmanager
def running(
    command: Sequence[str | Path], log: Path, env: dict[str, str] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """Runs a program beside us; ends it with SIGTERM."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, stdout=output, stderr=subprocess.STDOUT, cwd=log.parent, env=env
        )
        try:
            yield process
        finally:
            process.terminate()
            process.wait(PATIENCE)


@contextlib.contextmanager
def api_server(folder: Path) -> Iterator[Path]:
    """The fake API server with the recorded cluster; yields a kubeconfig."""
    port_file = folder / "api-port"
    objects = TESTING / "Files" / "demo-cluster.json"
    command = [sys.executable, "-m", "fakes.api_server", "--port", "0"]
    environment = {**os.environ, "PYTHONPATH": f"{TESTING}:{TOOLS}"}
    with running(
        [*command, "--objects", objects, "--port-file", port_file],
        folder / "api-server.log",
        env=environment,
    ):
        wait("the API server", port_file.exists)
        url = f"http://127.0.0.1:{port_file.read_text().strip()}"
        yield loopback.kubeconfig(folder, url)


def daemon(kubeconfig: Path, *options: str | Path) -> list[str | Path]:
    """The command line of the daemon."""
    cluster: tuple[str | Path, ...] = ("--cluster", "demo", "--kubeconfig", kubeconfig)
    return [sys.executable, TOOLS / "k8s-sync", "daemon", *cluster, *options]


def with_zeek(folder: Path, kubeconfig: Path, zeek_bin: Path) -> str:
    """Has a Zeek read the trace while the daemon feeds it; returns its conn.log."""
    say("building the plugin ...")
    zeek.build(zeek_bin)
    port = loopback.free_port()
    url = f"ws://127.0.0.1:{port}/v1/messages/json"
    environment = zeek.environment(zeek_bin)
    say("zeek -r demo.pcap zeek-k8s zeek-k8s/listen zeek-k8s/wait")
    scripts = ["zeek-k8s", "zeek-k8s/listen", "zeek-k8s/wait"]
    options: list[str | Path] = [
        "-C",
        "-r",
        TRACE,
        *scripts,
        f"K8s::listen_port={port}/tcp",
    ]
    with running(
        [zeek_bin / "zeek", *options], folder / "zeek.out", env=environment
    ) as reader:
        say(f"k8s-sync daemon --cluster demo --zeek {url}")
        with running(
            daemon(kubeconfig, "--zeek", url, "--listen", ""), folder / "daemon.log"
        ):
            reader.wait(PATIENCE)
    return (folder / "conn.log").read_text()


def without_zeek(folder: Path, kubeconfig: Path) -> str:
    """Has the daemon keep a journal, and decorates Zeek's logs of the trace with it."""
    say("no Zeek here: decorating the logs that a Zeek wrote of the same trace")
    journal = folder / "journal.log"
    listen = f"127.0.0.1:{loopback.free_port()}"

    def synced() -> bool:
        try:
            with urllib.request.urlopen(f"http://{listen}/metrics") as answer:
                metrics: str = answer.read().decode()
        except OSError:
            return False
        return 'k8s_sync_synced{cluster="demo"} 1.0' in metrics

    say("k8s-sync daemon --cluster demo --journal journal.log")
    command = daemon(kubeconfig, "--zeek", "", "--journal", journal, "--listen", listen)
    with running(command, folder / "daemon.log"):
        wait("the daemon", synced)
    say("k8s-sync enrich --journal journal.log conn.log")
    done = subprocess.run(
        [
            sys.executable,
            TOOLS / "k8s-sync",
            "enrich",
            "--journal",
            journal,
            LOGS / "conn.log",
        ],
        check=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    return done.stdout


def show(log: str) -> None:
    """Prints some columns of a log, aligned."""
    lines = log.splitlines()
    names = next(line for line in lines if line.startswith("#fields")).split("\t")[1:]
    wanted = [names.index(name) for name in COLUMNS]
    rows = [list(COLUMNS)]
    rows += [
        [line.split("\t")[i] for i in wanted]
        for line in sorted(lines)
        if not line.startswith("#")
    ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    print()
    for row in rows:
        print(
            "  ".join(
                cell.ljust(n) for cell, n in zip(row, widths, strict=True)
            ).rstrip()
        )


def main() -> int:
    """Shows decorated logs."""
    zeek_bin = zeek.find()
    with tempfile.TemporaryDirectory(prefix="zeek-k8s-demo-") as scratch:
        folder = Path(scratch)
        try:
            with api_server(folder) as kubeconfig:
                log = (
                    with_zeek(folder, kubeconfig, zeek_bin)
                    if zeek_bin
                    else without_zeek(folder, kubeconfig)
                )
        except (TimeoutError, OSError, subprocess.SubprocessError) as error:
            say(f"failed: {error}")
            for output in ("api-server.log", "daemon.log", "zeek.out"):
                if (folder / output).exists():
                    print(f"--- {output}\n{(folder / output).read_text()}")
            return 1
    show(log)
    return 0


if __name__ == "__main__":
    # As other programs do when nobody reads on: `make demo | head`.
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    sys.exit(main())
