"""The scripts of a Zeek cluster on loopback: its layout, and what each node loads."""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from fakes.loopback import free_ports

Backend = Literal["broker", "zeromq"]

BACKENDS: tuple[Backend, ...] = ("broker", "zeromq")
_TYPES = {"manager": "MANAGER", "logger": "LOGGER", "proxy": "PROXY"}
"""By name; any other node is a worker."""


def write(
    folder: Path, nodes: Sequence[str], backend: Backend, listen: int, more: str = ""
) -> Path:
    """Writes ``cluster-layout.zeek``, and the script that all nodes run.

    Args:
        folder: Where they go; has to be on ZEEKPATH.
        nodes: Names of the nodes. With Broker the manager may be the logger.
        backend: What they talk to each other by.
        listen: The port of the WebSocket.
        more: What else they load.

    Returns:
        The script for ``zeek``, with ``CLUSTER_NODE`` in the environment.
    """
    *own, xsub, xpub, log = free_ports(len(nodes) + 3)
    layout = "".join(
        f'\t["{name}"] = Cluster::Node('
        f"$node_type=Cluster::{_TYPES.get(name, 'WORKER')}, $ip=127.0.0.1, "
        f"$p={port}/tcp"
        + ("" if name == "manager" else ', $manager="manager"')
        + "),\n"
        for name, port in zip(nodes, own, strict=True)
    )
    manages_logs = "F" if "logger" in nodes else "T"
    (folder / "cluster-layout.zeek").write_text(
        f"redef Cluster::manager_is_logger = {manages_logs};\n"
        f"redef Cluster::nodes = {{\n{layout}}};\n"
    )
    script = folder / "node.zeek"
    script.write_text(
        (_zeromq(xsub, xpub, log) if backend == "zeromq" else "")
        + "@load zeek-k8s\n@load zeek-k8s/listen\n"
        f"redef K8s::listen_port = {listen}/tcp;\n"
        f"redef exit_only_after_terminate = T;\n{more}"
    )
    return script


def _zeromq(xsub: int, xpub: int, log: int) -> str:
    return f"""
@load frameworks/cluster/backend/zeromq/connect
redef Cluster::Backend::ZeroMQ::listen_xsub_endpoint = "tcp://127.0.0.1:{xsub}";
redef Cluster::Backend::ZeroMQ::listen_xpub_endpoint = "tcp://127.0.0.1:{xpub}";
redef Cluster::Backend::ZeroMQ::connect_xpub_endpoint = "tcp://127.0.0.1:{xsub}";
redef Cluster::Backend::ZeroMQ::connect_xsub_endpoint = "tcp://127.0.0.1:{xpub}";
redef Cluster::Backend::ZeroMQ::connect_log_endpoints = vector("tcp://127.0.0.1:{log}");
@if ( Cluster::local_node_type() == Cluster::MANAGER )
redef Cluster::Backend::ZeroMQ::run_proxy_thread = T;
@endif
@if ( Cluster::local_node_type() == Cluster::LOGGER )
redef Cluster::Backend::ZeroMQ::listen_log_endpoint = "tcp://127.0.0.1:{log}";
@endif
"""
