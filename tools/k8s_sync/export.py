"""Makes a journal, or a table, of a cluster as it is now or as files say it was."""

import asyncio
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Literal

import msgspec

from k8s_sync import garbage, journal, parquet, role_file
from k8s_sync.claims.inventory import RESOURCES, Inventory
from k8s_sync.claims.site_roles import SiteRule
from k8s_sync.config_clusters import Cluster
from k8s_sync.console import say
from k8s_sync.daemon.source import Source
from k8s_sync.daemon.store import Store
from k8s_sync.errors import ConfigError, FatalError, ForbiddenError
from k8s_sync.kube import files
from k8s_sync.kube.auth import credentials
from k8s_sync.kube.client import ApiClient
from k8s_sync.kube.known import version
from k8s_sync.model import Claim, Range, Row
from k8s_sync.timeline import Timeline

PATIENCE = 60.0
"""Seconds that an API server may take to tell all."""
_LOOK = 0.1
"""Seconds between two looks at whether it will tell anything."""

Format = Literal["journal", "parquet"]


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """What to read and where to write."""

    clusters: tuple[Cluster, ...] = ()
    """Those with files are read from them; else their API server is asked."""
    journals: tuple[str, ...] = ()
    """Journals to read, rather than to ask anybody."""
    output: str
    """A file, or ``-``."""
    format: Format = "journal"


def run(options: Options, now: int) -> int:
    """Writes a journal, or a table.

    Args:
        options: What to read and where to write.
        now: The time, in microseconds.

    Returns:
        0; objects that could not be read are told of on standard error.

    Raises:
        ConfigError: An API server does not let us in.
        SyncError: A file cannot be read or written, or an API server is silent.
    """
    garbage.look_seldom()
    rows: list[Row] = []
    for cluster in options.clusters:
        if cluster.source:
            rows += rows_of(
                cluster.source,
                cluster=cluster.cluster,
                now=now,
                problem=say,
                ranges=cluster.range_rows(),
                node_ports=cluster.node_ports,
                site_roles=role_file.read(cluster.roles),
            )
        else:
            rows += asyncio.run(_rows_of_cluster(cluster, now))
    if options.format == "parquet" or options.journals:
        timeline = Timeline()
        for path in options.journals:
            journal.read(path, say, timeline)
        for row in rows:
            timeline.apply(row)
        rows = list(timeline)
    if options.format == "parquet":
        count = parquet.write(options.output, timeline)
    else:
        count = journal.write(options.output, rows)
    say(f"{options.output}: {count} rows")
    return 0


def rows_of(  # noqa: PLR0913 -- most are options, by name
    paths: Iterable[str],
    *,
    cluster: str,
    now: int,
    problem: Callable[[str], None],
    ranges: Iterable[Range] = (),
    node_ports: bool = True,
    site_roles: Iterable[SiteRule] = (),
) -> list[Row]:
    """Makes the rows of a cluster from files.

    Args:
        paths: The files, in any order; ``-`` is standard input.
        cluster: The name of the cluster in rows.
        now: When they were written, in microseconds: for what has ended without
            saying when.
        problem: Is told what is wrong, and where.
        ranges: Blocks of addresses that are configured.
        node_ports: Claim node ports on all nodes.
        site_roles: Rules for roles that a site has added.

    Returns:
        The rows, ordered; their revisions count from 1 in that order.

    Raises:
        FatalError: A file cannot be read.
        ConfigError: A file is nothing that kubectl writes.
    """
    found = [one for path in paths for one in files.read_file(path, problem)]
    # States of one object by their versions, else in the order in which they came.
    found.sort(key=_order)
    there = {one.resource for one in found}
    inventory = Inventory(
        cluster,
        ranges,
        problem=problem,
        unreadable=[name for name in RESOURCES if name not in there],
        node_ports=node_ports,
        site_roles=site_roles,
    )
    for one in found:
        inventory.apply(one.resource, one.object, now)
    return _ordered(inventory)


async def _rows_of_cluster(cluster: Cluster, now: int) -> list[Row]:
    """Makes the rows of a cluster as its API server tells it now."""
    access = credentials(
        kubeconfig_path=cluster.kubeconfig,
        context=cluster.context,
        in_cluster=cluster.in_cluster,
    )
    site_roles = role_file.read(cluster.roles)
    source = Source(
        lambda: Inventory(
            cluster.cluster,
            cluster.range_rows(),
            problem=say,
            node_ports=cluster.node_ports,
            site_roles=site_roles,
        ),
        Store(cluster.cluster, now, lambda: now),
        lambda: now,
    )
    async with ApiClient(access) as client:
        follow = asyncio.create_task(
            source.follow(client, cluster.namespace, cluster.node)
        )
        try:
            async with asyncio.timeout(PATIENCE):
                await _told(source)
        except TimeoutError:
            why = "; ".join(source.problems())
            raise FatalError(
                f"{cluster.cluster}: not synced after {PATIENCE:.0f} s: {why}"
            ) from None
        finally:
            follow.cancel()
    return _ordered(source.inventory)


async def _told(source: Source) -> None:
    """Waits until all is told.

    Raises:
        ConfigError: Nothing will be, as things are.
    """
    while not source.ready.is_set():
        for reflector in source.barred():
            why = f"{source.store.cluster}: {reflector.resource}: {reflector.problem}"
            if isinstance(reflector.problem, ForbiddenError):
                why += f": {reflector.resource.rule(reflector.namespace)}"
            raise ConfigError(f"{why}; `k8s-sync check` tells what else is missing")
        with suppress(TimeoutError):
            await asyncio.wait_for(source.ready.wait(), _LOOK)


def _ordered(inventory: Inventory) -> list[Row]:
    rows = sorted(inventory.rows(), key=_row_order)
    return [
        msgspec.structs.replace(row, revision=revision)
        for revision, row in enumerate(rows, 1)
    ]


def _order(found: files.Found) -> tuple[int, str, str, str, int]:
    metadata = found.object.metadata
    rank = RESOURCES.index(found.resource)
    state = version(metadata.resource_version)
    number = state if isinstance(state, int) else 0
    return rank, metadata.namespace, metadata.name, metadata.uid, number


def _row_order(row: Row) -> tuple[bool, str, bytes, int, str, str]:
    if isinstance(row, Claim):
        return True, row.network, row.address, row.port, row.proto, row.owner.uid
    return False, row.network, row.subnet.network, row.subnet.length, row.kind, ""
