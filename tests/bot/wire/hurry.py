"""Shortens the waits of discord.py that a test would otherwise sit through."""

from __future__ import annotations

import asyncio
import functools
import types
from typing import TYPE_CHECKING, Any

import discord.backoff
import discord.client
import discord.http
import discord.state
import discord.webhook.async_

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

BACKOFF = 1.0
"""Seconds: discord.py's own back-offs last at least this long."""


class _HurriedAsyncio(types.ModuleType):
    """asyncio, but for a ``sleep`` that cuts a back-off down to 20 ms."""

    def __getattr__(self, name: str) -> Any:
        return getattr(asyncio, name)

    @staticmethod
    async def sleep(seconds: float) -> None:
        await asyncio.sleep(seconds if seconds < BACKOFF else 0.02)


def be_ready_soon(put: Callable[[Any, str, Any], None] = setattr) -> None:
    """Have discord.py wait for servers that may follow for 50 ms, in place of two seconds.

    Args:
        put: Puts a value in the place of an attribute.
    """
    state = discord.state.ConnectionState
    make: Any = state.__init__
    soon = functools.partialmethod(make, guild_ready_timeout=0.05)
    put(state, "__init__", soon)


def hurry(monkeypatch: pytest.MonkeyPatch, *modules: types.ModuleType) -> None:
    """Shorten the waits before something is tried again; nothing else of the client changes.

    They are: the reconnect's exponential back-off, 5 s before a second IDENTIFY, 1 s, 3 s, … after
    a 5xx, and those for servers that may follow. What the server asks for with ``retry_after`` is
    kept, below one second.

    Args:
        monkeypatch: Undoes it after the test.
        modules: Further modules whose ``asyncio.sleep`` is a back-off.
    """
    be_ready_soon(monkeypatch.setattr)
    backoff = discord.backoff.ExponentialBackoff
    monkeypatch.setattr(backoff, "delay", lambda _self: 0.02)
    for module in (discord.client, discord.http, discord.webhook.async_, *modules):
        monkeypatch.setattr(module, "asyncio", _HurriedAsyncio("asyncio"))
