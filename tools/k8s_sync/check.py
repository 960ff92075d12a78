"""Tries what the daemon needs, and says what to do about what is missing."""

import asyncio
from collections.abc import Iterable
from typing import NamedTuple

import aiohttp

from k8s_sync import role_file
from k8s_sync.config import Config, redact
from k8s_sync.config_clusters import Cluster
from k8s_sync.console import show
from k8s_sync.errors import SyncError
from k8s_sync.feed.calling import Calling
from k8s_sync.feed.codec import Ack, CodecError, decode
from k8s_sync.feed.refusals import explain
from k8s_sync.kube.auth import Credentials, credentials
from k8s_sync.kube.client import ApiClient
from k8s_sync.kube.cluster import on_node
from k8s_sync.kube.decode import Decoder
from k8s_sync.kube.files import read_file
from k8s_sync.kube.objects import Object
from k8s_sync.kube.resources import ALL, NODES, PODS, Resource
from k8s_sync.kube.review import cluster_uid, may, served, server_version
from k8s_sync.zeek_pods import ZeekPods, address, ready

_TIMEOUT = 10.0
"""Seconds for one step; the network, not Zeek, takes them."""
_VERBS = ("list", "watch")


class Finding(NamedTuple):
    """What one step showed."""

    what: str
    ok: bool
    note: str = ""
    """Details; if it is not ok, what is wrong and what to do."""

    def __str__(self) -> str:
        state = "ok" if self.ok else "FAILED"
        return f"{state:<6}  {self.what}" + (f": {self.note}" if self.note else "")


def run(config: Config) -> int:
    """Tries everything and prints a line for each step.

    Returns:
        0 if all is well, else 1.

    Raises:
        ConfigError: A file with a site's own roles is no good; says where.
    """
    for cluster in config.each:
        role_file.read(cluster.roles)
    return asyncio.run(_run(config))


async def _run(config: Config) -> int:
    failed = False

    def tell(findings: Iterable[Finding]) -> None:
        nonlocal failed
        for finding in findings:
            failed = failed or not finding.ok
            show(f"{finding}\n")

    names = ", ".join(cluster.cluster for cluster in config.each)
    what = "clusters" if config.clusters else "cluster"
    tell([Finding("configuration", ok=True, note=f"{what} {names}")])
    calling = Calling(
        config.zeek_ca, config.zeek_cert, config.zeek_key, config.zeek_name
    )
    uids: dict[str, str] = {}
    for cluster in config.each:
        findings = await _check_cluster(cluster, calling)
        if config.clusters:
            name = cluster.cluster
            findings = [one._replace(what=f"{name}: {one.what}") for one in findings]
            uid = await _uid(cluster)
            if uid in uids:
                note = f"{uids[uid]} has the same uid, {uid}: they are one cluster"
                findings.append(Finding(f"{name}: identity", ok=False, note=note))
            elif uid:
                uids[uid] = name
        tell(findings)
    for url in config.zeek:
        tell([await check_zeek(calling, url)])
    return int(failed)


async def _check_cluster(cluster: Cluster, calling: Calling) -> list[Finding]:
    if cluster.source:
        return [_check_file(path) for path in cluster.source]
    return await check_api(cluster, calling)


async def _uid(cluster: Cluster) -> str:
    """Asks which cluster it is; empty if nobody says."""
    if cluster.source:
        return ""
    try:
        async with ApiClient(_access(cluster), silence_timeout=_TIMEOUT) as client:
            return await cluster_uid(client)
    except SyncError:
        return ""  # why, another step has said


def _access(cluster: Cluster) -> Credentials:
    return credentials(
        kubeconfig_path=cluster.kubeconfig,
        context=cluster.context,
        in_cluster=cluster.in_cluster,
    )


def _check_file(path: str) -> Finding:
    problems: list[str] = []
    try:
        count = sum(1 for _ in read_file(path, problems.append))
    except SyncError as error:
        return Finding(f"source {path}", ok=False, note=str(error))
    if problems:
        return Finding(f"source {path}", ok=False, note=problems[0])
    return Finding(f"source {path}", ok=True, note=f"{count} objects")


async def check_api(cluster: Cluster, calling: Calling) -> list[Finding]:
    """Asks the API server who it is and what it allows, and for Zeeks among its pods.

    Args:
        cluster: What the daemon would follow.
        calling: How it would call those Zeeks.
    """
    try:
        access = _access(cluster)
    except SyncError as error:
        return [Finding("credentials", ok=False, note=str(error))]
    found = [Finding("credentials", ok=True, note=access.origin)]
    server = f"API server {access.server}"
    async with ApiClient(access, silence_timeout=_TIMEOUT) as client:
        try:
            version = await server_version(client)
        except SyncError as error:
            return [*found, Finding(server, ok=False, note=str(error))]
        found.append(Finding(server, ok=True, note=version))
        found += [
            await _check_permission(client, resource, namespace)
            for namespace in cluster.namespace or ("",)
            for resource in ALL
            if resource.namespaced or not namespace
        ]
        if cluster.node and not cluster.namespace:
            found.append(await _check_node(client, cluster.node))
        for wanted in cluster.wanted_pods():
            found += await _check_pods(client, wanted, cluster.node, calling)
    return found


async def _items(
    client: ApiClient, resource: Resource, selectors: dict[str, str], namespace: str
) -> list[Object]:
    accept = resource.accept(watch=False)
    body = await client.get(resource.path(namespace), selectors, accept=accept)
    items = Decoder(metadata_only=resource.metadata_only).page(body).items
    return [item for item in items if isinstance(item, Object)]


async def _check_node(client: ApiClient, name: str) -> Finding:
    """Sees whether there is such a node: without it, there would just be no pods."""
    what = f"node {name}"
    try:
        selector = {"fieldSelector": f"metadata.name={name}"}
        nodes = await _items(client, NODES, selector, "")
    except SyncError as error:
        return Finding(what, ok=False, note=str(error))
    note = "" if nodes else "there is none of that name; `kubectl get nodes` lists them"
    return Finding(what, ok=bool(nodes), note=note)


async def _check_pods(
    client: ApiClient, wanted: ZeekPods, node: str, calling: Calling
) -> list[Finding]:
    """Looks for pods that are Zeeks to feed, and calls them."""
    what = f"Zeeks among {wanted}" + (f" on {node}" if node else "")
    try:
        selectors = {"labelSelector": wanted.label, **on_node(node)}
        pods = await _items(client, PODS, selectors, wanted.namespace)
    except SyncError as error:
        return [Finding(what, ok=False, note=str(error))]
    hosts = [address(pod) for pod in pods if address(pod) and ready(pod)]
    note = f"{len(hosts)} of {len(pods)} are ready"
    return [
        Finding(what, ok=bool(hosts), note=note),
        *[
            await check_zeek(calling, calling.url(f"{host}:{wanted.port}"))
            for host in hosts
        ],
    ]


async def _check_permission(
    client: ApiClient, resource: Resource, namespace: str
) -> Finding:
    where = f" in namespace {namespace}" if namespace else ""
    what = f"list and watch {resource}{where}"
    try:
        if resource.since and not await served(client, resource):
            note = f"not in this server, but in Kubernetes {resource.since} and later"
            return Finding(what, ok=True, note=note)
        missing = [
            verb for verb in _VERBS if not await may(client, verb, resource, namespace)
        ]
    except SyncError as error:
        return Finding(what, ok=False, note=str(error))
    if not missing:
        return Finding(what, ok=True)
    loss = "nothing works without" if resource == PODS else "something less is known"
    return Finding(
        what,
        ok=False,
        note=f"{' and '.join(missing)} not allowed ({loss}):"
        f" {resource.rule(namespace)}",
    )


async def check_zeek(calling: Calling, url: str) -> Finding:
    """Shakes hands with a Zeek, as the feed does, but wants to hear nothing."""
    what = f"Zeek {redact(url)}"
    try:
        async with (
            asyncio.timeout(_TIMEOUT),
            aiohttp.ClientSession(connector=calling.connector(url)) as session,
            session.ws_connect(**calling.options(url)) as socket,
        ):
            await socket.send_str("[]")
            answer = await socket.receive()
    except (aiohttp.ClientError, OSError, ValueError) as error:
        return Finding(what, ok=False, note=explain(error, url).text)
    return _judge(what, answer)


def _judge(what: str, answer: aiohttp.WSMessage) -> Finding:
    if answer.type is not aiohttp.WSMsgType.TEXT:
        note = f"it closed the connection ({answer.data}): is this a Zeek's port?"
        return Finding(what, ok=False, note=note)
    try:
        message = decode(answer.data)
    except CodecError as error:
        return Finding(what, ok=False, note=f"{error}: is this a Zeek's port?")
    if not isinstance(message, Ack):
        return Finding(what, ok=False, note=f"it refused: {answer.data[:200]}")
    return Finding(what, ok=True, note=f"version {message.version}")
