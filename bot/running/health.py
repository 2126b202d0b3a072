"""Serves /healthz, /readyz and /metrics for operators.

No metric ever holds a question's text.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
import time
from functools import partial
from typing import TYPE_CHECKING, Any

import discord
import prometheus_client as prometheus
from aiohttp import web
from prometheus_client import GCCollector, PlatformCollector, ProcessCollector

from bot.context import run_beside
from bot.running.leases import ShardLeases
from config import ConfigError, find_version
from embeddings.errors import GateError, QuestionError, StorageError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable

    from bot.context import Bot
    from config.groups import HealthSettings
    from embeddings.engine import SearchEngine
    from embeddings.reports import ReindexReport, Status
    from embeddings.snapshots.builder import Builder
    from embeddings.snapshots.material import Order
    from embeddings.types import Answer, ProgressCallback

TICK = 0.5
"""Seconds between two measurements of the event loop's lag."""
REACHING = 2.0
"""Seconds after which a database that does not answer counts as unreachable."""
_PROMETHEUS = {"Content-Type": prometheus.CONTENT_TYPE_LATEST}
CLOSING = 0.5
"""Seconds that open HTTP responses are given at shutdown."""
CONFIDENCE = tuple(tenth / 10 for tenth in range(1, 11))
QUICK = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20)
"""Seconds: from a search in a small corpus to the timeout of a question."""
LAG = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 3)
"""Seconds: Discord wants a first response within three."""
LONG = (0.5, 1, 2, 5, 10, 30, 60, 300, 1800, 7200)
_PREFIX = "verbatim"


class Metrics:
    """The Prometheus metrics of one process, in a registry of their own."""

    def __init__(self) -> None:
        registry = self._registry = prometheus.CollectorRegistry()
        counter = partial(prometheus.Counter, namespace=_PREFIX, registry=registry)
        gauge = partial(prometheus.Gauge, namespace=_PREFIX, registry=registry)
        histogram = partial(prometheus.Histogram, namespace=_PREFIX, registry=registry)
        for collector in (ProcessCollector, PlatformCollector, GCCollector):
            collector(registry=registry)
        info = prometheus.Info(_PREFIX, "The running version, as a label.", registry=registry)
        info.info({"version": find_version() or "0"})
        self._questions = counter("questions", "Questions, by outcome.", ["outcome"])
        self._refusals = counter("refusals", "Questions without an answer, by reason.", ["kind"])
        self._confidence = histogram(
            "confidence", "Confidence of the best passage, shown or not.", buckets=CONFIDENCE
        )
        self._seconds = histogram(
            "question_seconds",
            "Seconds per question: all, with the wait for its turn; search, without.",
            ["stage"],
            buckets=QUICK,
        )
        self._waiting = gauge("questions_under_way", "Questions that are being answered now.")
        self.reindexes = counter("reindexes", "Reindexes, by outcome.", ["outcome"])
        self.reindex_seconds = histogram(
            "reindex_seconds", "Seconds per published reindex.", buckets=LONG
        )
        self.encoded = counter("texts_encoded", "Texts that the model encoded for an index.")
        self._snapshot = gauge(
            "snapshot_created_timestamp_seconds",
            "Creation time of the live snapshot (Unix time); 0 without one.",
        )
        self._passages = gauge("passages", "Passages in the live snapshot.")
        self._articles = gauge("articles", "Articles in the live snapshot.")
        self.lag = histogram("event_loop_lag_seconds", "Delay of the event loop.", buckets=LAG)
        self.connected = gauge("gateway_connected", "1 while every shard receives its events.")
        self.latency = gauge("gateway_latency_seconds", "From a heartbeat to Discord's reply.")
        self.lost = counter("gateway_disconnects", "Lost connections to Discord.")
        self.sessions = counter("gateway_sessions", "Sessions, new or resumed.", ["kind"])
        self.servers = gauge("servers", "Servers whose events this process receives.")
        self.shards = gauge("shards", "Shards that this process is to serve.")
        self.shards_connected = gauge("shards_connected", "Shards that it is connected to now.")
        self.shards_twice = gauge("shards_twice", "Shards that another process serves as well.")
        self.store_up = gauge("store_up", "1 while votes and servers' settings can be stored.")
        for metric, labels in (  # at 0, so that the first event of each shows as an increase
            (self._questions, ("answered", "refused", "mistaken", "late", "failed")),
            (self._refusals, ("empty_corpus", "not_found", "no_match_in_filter")),
            (self.reindexes, ("published", "refused", "failed")),
            (self._seconds, ("all", "search")),
            (self.sessions, ("new", "resumed")),
        ):
            for label in labels:
                metric.labels(label)

    async def count_question(self, asking: Awaitable[Answer]) -> Answer:
        """Await an answer; count its outcome, time, confidence and refusal."""
        outcome = "failed"
        with self._waiting.track_inprogress(), self._seconds.labels("all").time():
            try:
                answer = await asking
                outcome = "refused" if answer.refusal else "answered"
            except QuestionError:
                outcome = "mistaken"
                raise
            except (TimeoutError, asyncio.CancelledError):  # a timeout around it cancels it
                outcome = "late"
                raise
            finally:
                self._questions.labels(outcome).inc()
        self._seconds.labels("search").observe(answer.milliseconds / 1000)
        if answer.confidence is not None:
            self._confidence.observe(answer.confidence)
        if answer.refusal:
            self._refusals.labels(answer.refusal.value).inc()
        return answer

    def note_status(self, status: Status) -> None:
        """Set the gauges of the live snapshot: its creation time, passages and articles."""
        self._snapshot.set(status.created_at.timestamp() if status.created_at else 0)
        self._passages.set(status.passages)
        self._articles.set(status.articles)

    def export(self) -> bytes:
        """Return all metrics in the Prometheus text format."""
        return prometheus.generate_latest(self._registry)


class MeasuredBuilder:
    """Wraps a builder of snapshots, and counts and times what it builds."""

    def __init__(self, builder: Builder, metrics: Metrics) -> None:
        self._builder = builder
        self._metrics = metrics

    async def build(self, order: Order, progress: ProgressCallback | None = None) -> ReindexReport:
        """Build a snapshot, and count its outcome."""
        metrics, outcome = self._metrics, "failed"
        try:
            report = await self._builder.build(order, progress)
            outcome = "published"
        except GateError:
            outcome = "refused"
            raise
        finally:
            metrics.reindexes.labels(outcome).inc()
        metrics.reindex_seconds.observe(report.seconds)
        metrics.encoded.inc(report.encoded)
        return report


class Health:
    """The state of this process: its metrics, its shards' leases, its engine and its client."""

    def __init__(self) -> None:
        self.metrics = Metrics()
        self.shard_leases = ShardLeases()
        self.engine: SearchEngine | None = None
        self._client: Bot | None = None

    def watch(self, client: Bot) -> Bot:
        """Watch a new client's connection instead of the last client's; return the client."""
        self._client = client
        return client

    @property
    def problems(self) -> list[str]:
        """The reasons why this process cannot answer on Discord now, as sentences."""
        conditions = {
            "The articles are still being loaded.": self.engine is None,
            "There is no connection to Discord.": not self._is_connected,
        }
        return [sentence for sentence, holds in conditions.items() if holds]

    @property
    def _is_connected(self) -> bool:
        client = self._client
        return bool(
            client and client.is_ready() and not client.is_closed() and not client.disconnected
        )

    @property
    def shards(self) -> dict[int, bool]:
        """This process's shards: id -> whether its events come in."""
        client = self._client
        if not isinstance(client, discord.AutoShardedClient):
            return {0: self._is_connected}
        wanted = client.shard_ids or range(client.shard_count or 0)
        is_open = {id_ for id_, shard in client.shards.items() if not shard.is_closed()}
        return {id_: id_ in is_open and id_ not in client.disconnected for id_ in wanted}

    async def readiness(self) -> dict[str, Any]:
        """Return the JSON of /readyz: ready, problems, and shards, warnings, database if any."""
        state: dict[str, Any] = {"ready": not self.problems, "problems": self.problems}
        if self._client and self._client.settings.discord.shard_ids:
            state["shards"] = {str(id_): is_connected for id_, is_connected in self.shards.items()}
        if self.shard_leases.twice:
            state["warnings"] = [self.shard_leases.sentence(self.shard_leases.twice)]
        if self._client and self._client.settings.store.url:
            state["database"] = await _is_reachable(self._client)
        return state

    async def measure(self) -> bytes:
        """Set the gauges that are read on request only, and return all metrics for Prometheus."""
        metrics, client = self.metrics, self._client
        metrics.connected.set(self._is_connected)
        metrics.servers.set(len(client.guilds) if client else 0)
        latency = client.latency if client and self._is_connected else math.nan
        metrics.latency.set(latency if math.isfinite(latency) else 0)
        metrics.shards.set(len(self.shards))
        metrics.shards_connected.set(sum(self.shards.values()))
        metrics.shards_twice.set(len(self.shard_leases.twice))
        metrics.store_up.set(client is not None and await _is_reachable(client))
        if self.engine:
            metrics.note_status(await asyncio.to_thread(self.engine.status))
        return metrics.export()

    async def tick(self) -> None:
        """Measure the event loop's lag every TICK seconds, until cancelled."""
        while True:
            due = time.monotonic() + TICK
            await asyncio.sleep(TICK)
            self.metrics.lag.observe(max(0.0, time.monotonic() - due))


async def _is_reachable(client: Bot) -> bool:
    """Return whether the store of records can be reached; questions are answered without it."""
    try:
        async with asyncio.timeout(REACHING):
            await client.records.reach()
    except (TimeoutError, StorageError):
        return False
    return True


@contextlib.asynccontextmanager
async def serve_health(settings: HealthSettings) -> AsyncIterator[Health]:
    """Serve the health pages, if the settings name a port; raises ConfigError if they cannot."""
    health = Health()
    if settings.port is None:
        yield health
        return
    runner = web.AppRunner(_app(health), access_log=None, shutdown_timeout=CLOSING)
    await runner.setup()
    async with contextlib.AsyncExitStack() as stack:
        stack.push_async_callback(runner.cleanup)
        try:
            await web.TCPSite(runner, settings.host, settings.port).start()
        except OSError as error:
            raise ConfigError(
                f"{settings.host}:{settings.port} cannot be listened on ({error.strerror or error})"
                "; choose another VERBATIM_HEALTH__PORT or VERBATIM_HEALTH__HOST."
            ) from None
        async with run_beside(health.tick(), "event-loop-lag"):
            yield health


def _app(health: Health) -> web.Application:
    async def alive(_: web.Request) -> web.Response:
        return web.json_response({"alive": True})

    async def ready(_: web.Request) -> web.Response:
        state = await health.readiness()
        return web.json_response(state, status=200 if state["ready"] else 503)

    async def metrics(_: web.Request) -> web.Response:
        return web.Response(body=await health.measure(), headers=_PROMETHEUS)

    app, pages = web.Application(), {"/healthz": alive, "/readyz": ready, "/metrics": metrics}
    app.add_routes([web.get(path, page) for path, page in pages.items()])
    return app
