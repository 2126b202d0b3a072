"""What is counted and timed while the bot runs, for Prometheus; never what anybody asked."""

from __future__ import annotations

import asyncio
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

import prometheus_client as prometheus
from prometheus_client import GCCollector, PlatformCollector, ProcessCollector

from embeddings.errors import BusyError, GateError, QuestionError

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from embeddings.reports import Status
    from embeddings.snapshots.material import Order
    from embeddings.snapshots.reindexing import Builder, Built
    from embeddings.types import Answer, ProgressCallback

CONFIDENCE = tuple(tenth / 10 for tenth in range(1, 11))
QUICK = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20)
"""Seconds: from what one small corpus takes to the timeout of a question."""
LAG = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 3)
"""Seconds: Discord wants to hear from the bot within three."""
LONG = (0.5, 1, 2, 5, 10, 30, 60, 300, 1800, 7200)
_PREFIX = "verbatim"


class Metrics:
    """The counters and gauges of one process, in a registry of their own."""

    def __init__(self) -> None:
        registry = self._registry = prometheus.CollectorRegistry()
        counter = partial(prometheus.Counter, namespace=_PREFIX, registry=registry)
        gauge = partial(prometheus.Gauge, namespace=_PREFIX, registry=registry)
        histogram = partial(prometheus.Histogram, namespace=_PREFIX, registry=registry)
        for collector in (ProcessCollector, PlatformCollector, GCCollector):
            collector(registry=registry)
        self._info = gauge("info", "Always 1; the version that runs.", ["version"])
        self._questions = counter("questions", "Questions, by what became of them.", ["outcome"])
        self._refusals = counter("refusals", "Questions without an answer, by kind.", ["kind"])
        self._confidence = histogram(
            "confidence", "The best passage's confidence, shown or not.", buckets=CONFIDENCE
        )
        self._seconds = histogram(
            "question_seconds",
            "Seconds a question: in all, and searching once its turn had come.",
            ["stage"],
            buckets=QUICK,
        )
        self._waiting = gauge("questions_under_way", "Questions that are being answered now.")
        self.reindexes = counter("reindexes", "Reindexes, by what became of them.", ["outcome"])
        self.reindex_seconds = histogram(
            "reindex_seconds", "Seconds a published reindex.", buckets=LONG
        )
        self.encoded = counter("texts_encoded", "Texts that went through the model to index them.")
        self._snapshot = gauge(
            "snapshot_created_timestamp_seconds", "When the snapshot that serves was made; 0: none."
        )
        self._passages = gauge("passages", "Passages that can be found.")
        self._articles = gauge("articles", "Articles that can be found.")
        self.lag = histogram("event_loop_lag_seconds", "How late the event loop was.", buckets=LAG)
        self.connected = gauge("gateway_connected", "1 while all of Discord's events come in.")
        self.latency = gauge("gateway_latency_seconds", "From a heartbeat to Discord's answer.")
        self.lost = counter("gateway_disconnects", "Connections to Discord that were lost.")
        self.sessions = counter("gateway_sessions", "Sessions, begun anew or resumed.", ["kind"])
        self.servers = gauge("servers", "Servers whose events come to this process.")
        self.shards = gauge("shards", "Connections to Discord that this process is to have.")
        self.shards_connected = gauge("shards_connected", "Those of them that it has now.")
        self.shards_twice = gauge("shards_twice", "Those that another process has as well.")
        self.store_up = gauge("store_up", "1 while votes and servers' choices can be kept.")
        self._begin()

    def _begin(self) -> None:
        """Show what has not happened yet as 0, so that the first time is a rise."""
        try:
            self._info.labels(version("verbatim")).set(1)
        except PackageNotFoundError:
            self._info.labels("0").set(1)
        for counted, labels in (
            (self._questions, ("answered", "refused", "mistaken", "late", "failed")),
            (self._refusals, ("empty_corpus", "not_found", "no_match_in_filter")),
            (self.reindexes, ("published", "refused", "busy", "failed")),
            (self._seconds, ("all", "search")),
            (self.sessions, ("new", "resumed")),
        ):
            for label in labels:
                counted.labels(label)

    async def question(self, asking: Awaitable[Answer]) -> Answer:
        """Wait for an answer, and count it."""
        outcome = "failed"
        with self._waiting.track_inprogress(), self._seconds.labels("all").time():
            try:
                found = await asking
                outcome = "refused" if found.refusal else "answered"
            except QuestionError:
                outcome = "mistaken"
                raise
            except (TimeoutError, asyncio.CancelledError):  # a timeout around it cancels it
                outcome = "late"
                raise
            finally:
                self._questions.labels(outcome).inc()
        self._seconds.labels("search").observe(found.milliseconds / 1000)
        if found.confidence is not None:
            self._confidence.observe(found.confidence)
        if found.refusal:
            self._refusals.labels(found.refusal.value).inc()
        return found

    def serving(self, status: Status) -> None:
        """Note what serves now."""
        self._snapshot.set(status.created_at.timestamp() if status.created_at else 0)
        self._passages.set(status.passages)
        self._articles.set(status.articles)

    def text(self) -> bytes:
        """Return everything as Prometheus reads it."""
        return prometheus.generate_latest(self._registry)


class Measured:
    """Builds snapshots as another does, and counts them."""

    def __init__(self, builder: Builder, metrics: Metrics) -> None:
        self._builder = builder
        self._metrics = metrics

    async def build(self, order: Order, progress: ProgressCallback | None = None) -> Built:
        """Build a snapshot, and count it."""
        metrics, outcome = self._metrics, "failed"
        try:
            built = await self._builder.build(order, progress)
            outcome = "published"
        except (GateError, BusyError) as error:
            outcome = "busy" if isinstance(error, BusyError) else "refused"
            raise
        finally:
            metrics.reindexes.labels(outcome).inc()
        metrics.reindex_seconds.observe(built.report.seconds)
        metrics.encoded.inc(built.report.encoded)
        return built
