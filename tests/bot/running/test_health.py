"""How the process says that it is: alive, ready or why not, and what it counted."""

from __future__ import annotations

import asyncio
import json
import time
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest

from bot.running import health as module
from bot.running.health import Health, serve_health
from config import ConfigError
from config.groups import HealthSettings
from embeddings.errors import StorageError
from tests.bot.making import make_bot
from tests.bot.running.test_metrics import values
from tests.fakes import FakeEngine
from tests.ports import free_port

if TYPE_CHECKING:
    from tests.bot.people import World


async def get(port: int, path: str) -> tuple[int, str]:
    address = f"http://127.0.0.1:{port}{path}"
    async with aiohttp.ClientSession() as session, session.get(address) as answer:
        return answer.status, await answer.text()


def followed(world: World) -> Health:
    """Return the health of a process whose bot is that of the simulated Discord."""
    health = Health()
    health.engine = world.engine
    health.metrics = world.bot.metrics
    health.watch(world.bot)
    return health


async def told(world: World, event: str, *arguments: Any) -> None:
    """Have the client hear of an event, and act on it."""
    world.bot.dispatch(event, *arguments)
    for _ in range(3):
        await asyncio.sleep(0)


async def test_nothing_listens_by_default() -> None:
    before = asyncio.all_tasks()
    async with serve_health(HealthSettings()):
        assert asyncio.all_tasks() == before


async def test_a_process_that_loads_is_alive_and_not_ready() -> None:
    port = free_port()
    async with serve_health(HealthSettings(port=port)):
        assert (await get(port, "/healthz"))[0] == 200
        status, text = await get(port, "/readyz")
    assert status == 503
    assert json.loads(text) == {
        "ready": False,
        "problems": [
            "The articles are still being loaded.",
            "There is no connection to Discord.",
        ],
    }


async def test_a_port_that_is_taken_is_told_in_one_sentence() -> None:
    port = free_port()
    async with serve_health(HealthSettings(port=port)):
        with pytest.raises(ConfigError, match="VERBATIM_HEALTH__PORT"):
            async with serve_health(HealthSettings(port=port)):
                pass


async def test_a_bot_on_discord_is_ready(world: World) -> None:
    health = followed(world)
    world.bot.disconnected = {None}
    assert health.problems == ["There is no connection to Discord."]
    await told(world, "connect")
    assert health.problems == []


async def test_a_lost_connection_is_not_ready_until_it_is_resumed(world: World) -> None:
    health = followed(world)
    await told(world, "ready")
    await told(world, "disconnect")
    assert health.problems == ["There is no connection to Discord."]
    await told(world, "resumed")
    assert health.problems == []
    counted = values(health.metrics)
    assert counted["verbatim_gateway_disconnects_total"] == 1
    assert counted["verbatim_gateway_sessions_total[resumed]"] == 1


async def test_one_shard_that_is_lost_makes_the_process_not_ready(world: World) -> None:
    health = followed(world)
    await told(world, "ready")
    await told(world, "shard_disconnect", 1)
    await told(world, "shard_resumed", 0)
    assert health.problems
    await told(world, "shard_resumed", 1)
    assert health.problems == []


async def test_a_closed_client_is_not_ready(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    health = followed(world)
    await told(world, "ready")
    monkeypatch.setattr(world.bot, "is_closed", lambda: True)
    assert health.problems == ["There is no connection to Discord."]


async def test_a_new_client_is_not_ready_because_the_last_one_was(world: World) -> None:
    health = followed(world)
    await told(world, "connect")
    assert health.problems == []
    health.watch(make_bot(world.bot.settings, world.engine))
    assert health.problems == ["There is no connection to Discord."]


async def test_the_metrics_tell_of_what_serves_and_of_the_connection(world: World) -> None:
    health = followed(world)
    await told(world, "ready")
    await health.measure()
    counted = values(health.metrics)
    assert counted["verbatim_gateway_connected"] == 1
    assert counted["verbatim_servers"] == 2
    assert counted["verbatim_passages"] == world.engine.status().passages
    assert counted["verbatim_gateway_latency_seconds"] >= 0
    assert counted["verbatim_shards"] == counted["verbatim_shards_connected"] == 1
    assert counted["verbatim_store_up"] == 1


async def test_a_file_that_nothing_can_be_kept_in_is_measured_and_no_reason_not_to_answer(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def reach() -> None:
        raise StorageError("The disk is full.")

    health = followed(world)
    await told(world, "ready")
    monkeypatch.setattr(world.bot.records, "reach", reach)
    await health.measure()
    assert values(health.metrics)["verbatim_store_up"] == 0
    assert health.problems == []


async def test_a_connection_that_is_lost_is_measured(world: World) -> None:
    health = followed(world)
    await told(world, "ready")
    await told(world, "disconnect")
    await health.measure()
    counted = values(health.metrics)
    assert (counted["verbatim_shards"], counted["verbatim_shards_connected"]) == (1, 0)


async def test_a_question_on_discord_is_counted(world: World) -> None:
    await world.ask("Que compare la lettre ?")
    assert values(world.bot.metrics)["verbatim_questions_total[answered]"] == 1


@pytest.mark.discord(answer_timeout=0.05)
async def test_a_question_past_its_time_is_counted_as_late(world: World) -> None:
    world.engine.delay = 5.0
    await world.ask("Que compare la lettre ?")
    assert values(world.bot.metrics)["verbatim_questions_total[late]"] == 1


async def test_the_metrics_are_served_as_prometheus_reads_them() -> None:
    port = free_port()
    async with serve_health(HealthSettings(port=port)) as health:
        health.engine = FakeEngine()
        status, text = await get(port, "/metrics")
    assert status == 200
    assert "# TYPE verbatim_questions_total counter" in text
    assert 'verbatim_info{version="' in text


async def test_a_late_event_loop_is_noted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "TICK", 0.01)
    health = Health()
    ticking = asyncio.create_task(health.tick())
    await asyncio.sleep(0.03)
    time.sleep(0.1)  # noqa: ASYNC251 - it is what is to be noted
    await asyncio.sleep(0.03)
    ticking.cancel()
    counted = values(health.metrics)
    assert (
        counted["verbatim_event_loop_lag_seconds_bucket[0.05]"]
        < counted["verbatim_event_loop_lag_seconds_count"]
    )


async def test_shards_that_another_process_has_too_are_told_and_counted(world: World) -> None:
    health = followed(world)
    await told(world, "ready")
    health.shard_leases.twice = frozenset({0})
    assert (await health.readiness())["warnings"] == [health.shard_leases.sentence({0})]
    await health.measure()
    assert values(health.metrics)["verbatim_shards_twice"] == 1
