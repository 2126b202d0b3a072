"""How this process is, for those who look after it: /healthz, /readyz and /metrics."""

from __future__ import annotations

import asyncio
import contextlib
import math
import time
from typing import TYPE_CHECKING, Any, TypeVar

import discord
from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST

from bot.running.metrics import Metrics
from bot.running.turns import Shards
from config import ConfigError
from embeddings.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.context import Context
    from config.groups import HealthSettings
    from embeddings.engine import SearchEngine

    Client = TypeVar("Client", bound=Context)

TICK = 0.5
"""Seconds between two looks at how late the event loop is."""
REACHING = 2.0
"""Seconds within which a database that is there answers."""
_PROMETHEUS = {"Content-Type": CONTENT_TYPE_LATEST}
CLOSING = 0.5
"""Seconds that an answer under way is given at the end."""


class Health:
    """What is known of this process; ``held`` are its shards, and those that another has too."""

    def __init__(self) -> None:
        self.metrics = Metrics()
        self.held = Shards()
        self.engine: SearchEngine | None = None
        self._client: Context | None = None

    def watch(self, client: Client) -> Client:
        """Follow a client's connection from now on, in place of the one before; return it."""
        self._client = client
        return client

    @property
    def problems(self) -> list[str]:
        """Why this process cannot answer questions on Discord now, in sentences."""
        known = {
            "The articles are still being loaded.": self.engine is None,
            "There is no connection to Discord.": not self._is_connected,
        }
        return [sentence for sentence, is_so in known.items() if is_so]

    @property
    def _is_connected(self) -> bool:
        client = self._client
        return bool(client and client.is_ready() and not client.is_closed() and not client.deaf)

    @property
    def shards(self) -> dict[int, bool]:
        """This process's connections to Discord by their ids, and whether events come in."""
        client = self._client
        if not isinstance(client, discord.AutoShardedClient):
            return {0: self._is_connected}
        wanted = client.shard_ids or range(client.shard_count or 0)
        there = {id_ for id_, shard in client.shards.items() if not shard.is_closed()}
        return {id_: id_ in there and id_ not in client.deaf for id_ in wanted}

    async def readiness(self) -> dict[str, Any]:
        """Return whether this process answers questions, why not, and its part of several."""
        found: dict[str, Any] = {"ready": not self.problems, "problems": self.problems}
        if self._client and self._client.settings.discord.shard_ids:
            found["shards"] = {str(id_): is_here for id_, is_here in self.shards.items()}
        if self.held.twice:
            found["warnings"] = [self.held.sentence(self.held.twice)]
        if self._client and self._client.settings.store.url:
            found["database"] = await _reaches(self._client)
        return found

    async def measure(self) -> bytes:
        """Return the metrics, with what is only looked up when somebody wants to know."""
        metrics, client = self.metrics, self._client
        metrics.connected.set(self._is_connected)
        metrics.servers.set(len(client.guilds) if client else 0)
        latency = client.latency if client and self._is_connected else math.nan
        metrics.latency.set(latency if math.isfinite(latency) else 0)
        metrics.shards.set(len(self.shards))
        metrics.shards_connected.set(sum(self.shards.values()))
        metrics.shards_twice.set(len(self.held.twice))
        metrics.store_up.set(client is not None and await _reaches(client))
        if self.engine:
            metrics.serving(await asyncio.to_thread(self.engine.status))
        return metrics.text()

    async def tick(self) -> None:
        """Note how late the event loop is, again and again."""
        while True:
            due = time.monotonic() + TICK
            await asyncio.sleep(TICK)
            self.metrics.lag.observe(max(0.0, time.monotonic() - due))


async def _reaches(client: Context) -> bool:
    """Say whether what the bot keeps can be reached; without it, questions are answered."""
    try:
        async with asyncio.timeout(REACHING):
            await client.records.reach()
    except (TimeoutError, StorageError):
        return False
    return True


@contextlib.asynccontextmanager
async def serving(settings: HealthSettings) -> AsyncIterator[Health]:
    """Say how this process is for as long as this lasts, where the settings want it.

    Raises:
        ConfigError: The address cannot be listened on.
    """
    health = Health()
    if settings.port is None:
        yield health
        return
    runner = web.AppRunner(_app(health), access_log=None, shutdown_timeout=CLOSING)
    await runner.setup()
    ticking = asyncio.create_task(health.tick(), name="event-loop-lag")
    try:
        await _listen(runner, settings.host, settings.port)
        yield health
    finally:
        ticking.cancel()
        await runner.cleanup()


async def _listen(runner: web.AppRunner, host: str, port: int) -> None:
    try:
        await web.TCPSite(runner, host, port).start()
    except OSError as error:
        raise ConfigError(
            f"{host}:{port} cannot be listened on ({error.strerror or error}); choose another "
            "VERBATIM_HEALTH__PORT or VERBATIM_HEALTH__HOST."
        ) from None


def _app(health: Health) -> web.Application:
    async def alive(_: web.Request) -> web.Response:
        return web.json_response({"alive": True})

    async def ready(_: web.Request) -> web.Response:
        found = await health.readiness()
        return web.json_response(found, status=200 if found["ready"] else 503)

    async def metrics(_: web.Request) -> web.Response:
        return web.Response(body=await health.measure(), headers=_PROMETHEUS)

    app, pages = web.Application(), {"/healthz": alive, "/readyz": ready, "/metrics": metrics}
    app.add_routes([web.get(path, page) for path, page in pages.items()])
    return app
