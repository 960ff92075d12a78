"""The daemon's numbers for Prometheus, read when they are asked for.

Nothing is counted here: reflectors, stores, sessions and the history count for
themselves.
"""

from collections.abc import Callable, Iterator, Sequence

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    Metric,
)
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

from k8s_sync import __version__
from k8s_sync.daemon.source import Source
from k8s_sync.feed.session import Session
from k8s_sync.history.recorder import Recorder

PREFIX = "k8s_sync"


class _Daemon(Collector):
    def __init__(
        self,
        sources: Sequence[Source],
        sessions: Sequence[Session],
        clock: Callable[[], float],
        recorder: Recorder | None,
    ) -> None:
        self._sources = sources
        self._sessions = sessions
        self._clock = clock
        self._recorder = recorder

    def collect(self) -> Iterator[Metric]:
        info = _gauge("build_info", "The version of k8s-sync.", ["version"])
        info.add_metric([__version__], 1)
        yield info
        yield from self._claims()
        yield from self._reflectors()
        yield from self._feed()
        yield from self._history()

    def _claims(self) -> Iterator[Metric]:
        info = _gauge(
            "cluster_info", "The uid by which a cluster is known.", ["cluster", "uid"]
        )
        synced = _gauge("synced", "Whether all that is there is known.", ["cluster"])
        claims = _gauge("claims", "Claims that are held now.", ["cluster"])
        rows = _gauge("rows", "Rows kept, with those that ended.", ["cluster"])
        changes = _counter("changes", "Rows that changed something.", ["cluster"])
        problems = _counter(
            "problems", "Objects with something that cannot be right.", ["cluster"]
        )
        for source in self._sources:
            store = source.store
            label = [store.cluster]
            if source.uid:
                info.add_metric([*label, source.uid], 1)
            synced.add_metric(label, source.ready.is_set() and not source.conflict)
            claims.add_metric(label, store.timeline.held(store.cluster))
            rows.add_metric(label, len(store.timeline))
            changes.add_metric(label, store.changes)
            problems.add_metric(label, source.inventory.problems.count)
        yield from (info, synced, claims, rows, changes, problems)

    def _reflectors(self) -> Iterator[Metric]:
        labels = ["cluster", "resource", "namespace"]
        live = _gauge("resource_live", "Whether a kind is up to date.", labels)
        objects = _gauge("objects", "Objects that are known now.", labels)
        age = _gauge(
            "last_contact_age_seconds", "Since the API server said anything.", labels
        )
        sync = _gauge("initial_sync_seconds", "How long the last sync took.", labels)
        watches = _counter("watches", "Watches that the API server agreed to.", labels)
        events = _counter("watch_events", "Watch events.", [*labels, "type"])
        syncs = _counter("syncs", "Complete syncs.", [*labels, "how"])
        failures = _counter("failures", "Failed requests.", [*labels, "reason"])
        now = self._clock()
        for source in self._sources:
            for reflector in source.reflectors:
                name, stats = reflector.resource.name, reflector.stats
                label = [source.store.cluster, name, reflector.namespace]
                live.add_metric(label, reflector.state == "live")
                objects.add_metric(label, stats.objects)
                watches.add_metric(label, stats.watches)
                if stats.last_contact is not None:
                    age.add_metric(label, now - stats.last_contact)
                if stats.sync_seconds is not None:
                    sync.add_metric(label, stats.sync_seconds)
                for counts, family in (
                    (stats.events, events),
                    (stats.syncs, syncs),
                    (stats.failures, failures),
                ):
                    for key, count in counts.items():
                        family.add_metric([*label, key], count)
        yield from (live, objects, age, sync, watches, events, syncs, failures)

    def _feed(self) -> Iterator[Metric]:
        labels = ["zeek", "cluster"]
        up = _gauge("zeek_connected", "Whether that Zeek accepts the feed.", ["zeek"])
        connects = _counter("zeek_connects", "Sessions that began.", ["zeek"])
        events = _counter("zeek_events", "Events that were sent.", ["zeek"])
        complaints = _counter(
            "zeek_complaints", "Messages or rows that Zeek could not use.", ["zeek"]
        )
        agrees = _gauge(
            "zeek_agrees", "Whether all digests there were last equal to ours.", labels
        )
        waiting = _gauge("zeek_waiting", "Rows that are still to be sent.", labels)
        unanswered = _gauge(
            "zeek_unanswered", "Events that are not answered yet.", labels
        )
        resyncs = _counter(
            "zeek_resyncs", "Snapshots that a wrong digest asked for.", labels
        )
        per_node = ["zeek", "cluster", "node"]
        node_synced = _gauge(
            "zeek_node_synced", "Whether a node holds all it was told.", per_node
        )
        node_lag = _gauge(
            "zeek_node_unanswered", "Events that a node has not answered.", per_node
        )
        for session in self._sessions:
            up.add_metric([session.name], not session.offline)
            connects.add_metric([session.name], session.connects)
            events.add_metric([session.name], session.events)
            complaints.add_metric([session.name], session.complaints)
            for peer in session.peers:
                label = [session.name, peer.source]
                agrees.add_metric(label, peer.agrees)
                waiting.add_metric(label, peer.waiting)
                unanswered.add_metric(label, peer.unanswered)
                resyncs.add_metric(label, peer.resyncs)
                for node in peer.nodes.values():
                    node_synced.add_metric([*label, node.name], node.well)
                    node_lag.add_metric([*label, node.name], node.unanswered)
        yield from (up, connects, events, complaints)
        yield from (agrees, waiting, unanswered, resyncs, node_synced, node_lag)

    def _history(self) -> Iterator[Metric]:
        waiting = _gauge("history_waiting", "Rows that the history still lacks.", [])
        rows = _counter("history_rows", "Rows that are in the history for good.", [])
        lost = _counter("history_lost", "Rows that will never be in the history.", [])
        if self._recorder:
            waiting.add_metric([], self._recorder.waiting)
            rows.add_metric([], self._recorder.written)
            lost.add_metric([], self._recorder.lost)
        yield from (waiting, rows, lost)


def _gauge(name: str, text: str, labels: list[str]) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"{PREFIX}_{name}", text, labels=labels)


def _counter(name: str, text: str, labels: list[str]) -> CounterMetricFamily:
    return CounterMetricFamily(f"{PREFIX}_{name}", text, labels=labels)


class Metrics:
    """All metrics of one daemon."""

    def __init__(
        self,
        sources: Sequence[Source],
        sessions: Sequence[Session],
        clock: Callable[[], float],
        recorder: Recorder | None = None,
    ) -> None:
        """Reads from sources, sessions and history; the clock is the reflectors'."""
        self._registry = CollectorRegistry()
        self._registry.register(_Daemon(sources, sessions, clock, recorder))
        ProcessCollector(registry=self._registry)

    def text(self) -> bytes:
        """Writes all of them in Prometheus' text format."""
        return generate_latest(self._registry)
