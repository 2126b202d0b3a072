"""The program itself as a process: how it ends, and what it says then."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.bot.running.test_health import get
from tests.bot.wire.messages import text_of
from tests.bot.wire.running import ask
from tests.ports import free_port
from tests.waiting import PATIENCE, until

if TYPE_CHECKING:
    from asyncio.subprocess import Process
    from collections.abc import AsyncIterator

    from tests.bot.wire.server import FakeDiscord
    from tests.bot.wire.state import User

pytestmark = pytest.mark.process

ROOT = Path(__file__).resolve().parents[3]
WHOLE = ("-m", "bot")
BROKEN = """
import sys
from bot import __main__, client
client.FEATURES = (object,)
sys.exit(__main__.main([]))
"""
"""The program, but one of its parts cannot be made."""


@contextlib.asynccontextmanager
async def program(
    server: FakeDiscord, data: Path, token: str, run: tuple[str, ...] = WHOLE, **more: str
) -> AsyncIterator[Process]:
    """Run ``python -m bot`` over an empty corpus, until the block ends; ``more``: settings."""
    settings = {
        "VERBATIM_DATA": str(data),
        "VERBATIM_SEEDS": "none",
        "VERBATIM_DISCORD__TOKEN": token,
        "VERBATIM_DISCORD__API_BASE": server.api_base,
        "VERBATIM_DISCORD__GATEWAY": server.gateway.url,
    } | {f"VERBATIM_{name}": value for name, value in more.items()}
    process = await asyncio.create_subprocess_exec(
        sys.executable, *run,
        cwd=ROOT, env=os.environ | settings, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    server.clock.elapsed.count(process.pid)
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


def with_this(line: str = "") -> tuple[str, ...]:
    """Return how to run the program, which is ready soon, after a line of Python."""
    soon = "from tests.bot.wire.hurry import be_ready_soon; be_ready_soon()"
    return "-c", f"{soon}\n{line}\nimport sys; from bot.__main__ import main; sys.exit(main([]))"


async def ended(process: Process) -> tuple[int | None, list[str]]:
    """Wait for the end; return the exit code and the lines on standard error."""
    _, said = await asyncio.wait_for(process.communicate(), PATIENCE)
    return process.returncode, said.decode().splitlines()


async def test_a_wrong_token_ends_with_one_plain_line_and_exit_code_two(
    server: FakeDiscord, tmp_path: Path
) -> None:
    async with program(server, tmp_path, "not.the.token") as process:
        code, said = await ended(process)
    assert code == 2
    assert len(said) == 1
    assert "DISCORD_TOKEN" in said[0]


async def test_a_forbidden_intent_ends_with_one_plain_line_and_exit_code_two(
    server: FakeDiscord, tmp_path: Path
) -> None:
    server.gateway.forbidden_intents = -1
    async with program(server, tmp_path, server.token) as process:
        code, said = await ended(process)
    assert code == 2
    assert "intent" in said[-1]
    assert not [line for line in said if "Traceback" in line]


async def test_a_fault_of_the_program_ends_with_one_plain_line_and_exit_code_one(
    server: FakeDiscord, tmp_path: Path
) -> None:
    async with program(server, tmp_path, server.token, ("-c", BROKEN)) as process:
        code, said = await ended(process)
    assert code == 1
    assert "TypeError" in said[-1]
    assert "object" in said[-1]
    assert not [line for line in said if "Traceback" in line]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_ends_the_bot_in_good_order(
    server: FakeDiscord, ana: User, tmp_path: Path, number: signal.Signals
) -> None:
    async with program(server, tmp_path, server.token) as process:
        await server.connected()
        assert "pas encore d’article" in text_of(await (await ask(server, ana)).answer())
        process.send_signal(number)
        code, said = await ended(process)
    assert code == 0
    assert not [line for line in said if "Traceback" in line]
    await server.until(lambda: not server.gateway.connections)


async def test_a_running_bot_tells_how_it_is_and_what_it_counted(
    server: FakeDiscord, ana: User, tmp_path: Path
) -> None:
    port = free_port()
    async with program(server, tmp_path, server.token, HEALTH__PORT=str(port)) as process:
        await server.connected()
        await (await ask(server, ana)).answer()

        async def is_ready() -> bool:  # discord.py waits for servers that may follow
            return await get(port, "/readyz") == (200, '{"ready": true, "problems": []}')

        await until(is_ready)
        _, text = await get(port, "/metrics")
        process.terminate()
        assert (await ended(process))[0] == 0
    assert 'verbatim_refusals_total{kind="empty_corpus"} 1.0' in text
    assert "verbatim_gateway_connected 1.0" in text
    assert "Amazon" not in text


async def test_with_json_logs_every_line_is_a_record_even_the_last(
    server: FakeDiscord, tmp_path: Path
) -> None:
    async with program(server, tmp_path, "not.the.token", LOG__FORMAT="json") as process:
        code, said = await ended(process)
    records = [json.loads(line) for line in said]
    assert code == 2
    assert records[-1]["level"] == "CRITICAL"
    assert "DISCORD_TOKEN" in records[-1]["message"]
