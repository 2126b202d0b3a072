"""Getting a card to the person: acknowledged at once, then answered, whatever happens between."""

from __future__ import annotations

import asyncio
import logging
import secrets
from typing import TYPE_CHECKING, Any, TypeVar

import aiohttp
import discord

from bot.errors import explain, report
from bot.layout import payload
from bot.parts import notice
from bot.render import WRONG

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from bot.client import Interaction, VerbatimBot
    from bot.parts import Card
    from bot.translate import Language

T = TypeVar("T")
TRIES = 3
"""How often a call to Discord is tried when the connection breaks under it."""
_log = logging.getLogger(__name__)
LOST = (discord.HTTPException, aiohttp.ClientError, OSError)
"""What a call to Discord that does not get through raises."""
_ACKNOWLEDGED = 40060
_FAULT = 500
"""From this status on, it is Discord's own fault."""


async def patiently(
    call: Callable[[], Awaitable[T]], *, wait: float = 0.5, tries: int = TRIES
) -> T:
    """Do a call to Discord again when the connection breaks under it or Discord falters."""
    for turn in range(1, tries):
        try:
            return await call()
        except (aiohttp.ClientError, discord.HTTPException, ConnectionError) as error:
            if getattr(error, "status", 500) < _FAULT:
                raise
            _log.info("Discord: %s, try %s of %s", type(error).__name__, turn, tries)
            await asyncio.sleep(wait * turn)
    return await call()


def language_of(interaction: Interaction) -> Language:
    """Return the language of the person who did something."""
    return interaction.client.languages.of(interaction.locale)


async def hold(interaction: Interaction, *, ephemeral: bool) -> None:
    """Acknowledge at once: the answer comes later, to all or to this person alone."""
    await _first(
        interaction,
        "held",
        lambda: interaction.response.defer(ephemeral=ephemeral, thinking=True),
    )


async def hold_update(interaction: Interaction) -> None:
    """Acknowledge a click at once: the message it was on changes later."""
    await _first(interaction, "updating", interaction.response.defer)


async def _first(interaction: Interaction, state: str, call: Callable[[], Awaitable[Any]]) -> None:
    """Give the first response; Discord takes one, so that a second one tells of a lost receipt."""
    try:
        await patiently(call, wait=0.1)
    except discord.HTTPException as error:
        if error.code != _ACKNOWLEDGED:
            raise
    interaction.extras["state"] = state


async def answer(
    interaction: Interaction,
    card: Card,
    *,
    ephemeral: bool = True,
    files: Sequence[discord.File] = (),
) -> None:
    """Answer with a card: in place of the acknowledgement, or at once without one.

    Files need an acknowledgement before.
    """
    shown = payload(card, components=interaction.client.settings.discord.components)
    if interaction.extras.get("state"):
        edits: dict[str, Any] = {"attachments": list(files)} if files else {}
        tries = 1 if files else TRIES  # discord.py closes files, whether they got there or not
        await patiently(lambda: interaction.edit_original_response(**shown, **edits), tries=tries)
        interaction.extras["state"] = "answered"
        return
    await _first(
        interaction,
        "answered",
        lambda: interaction.response.send_message(**shown, ephemeral=ephemeral),
    )


async def add(interaction: Interaction, card: Card, *, ephemeral: bool = True) -> None:
    """Say something more, after the answer."""
    shown = payload(card, components=interaction.client.settings.discord.components)
    await patiently(lambda: interaction.followup.send(**shown, ephemeral=ephemeral))


async def post(
    bot: VerbatimBot,
    channel: discord.abc.Messageable,
    card: Card,
    reference: discord.MessageReference | None = None,
) -> discord.Message:
    """Send an ordinary message; sent once, even when it takes several tries."""
    shown = payload(card, components=bot.settings.discord.components)
    nonce = secrets.randbits(53)
    extra: dict[str, Any] = {"reference": reference} if reference else {}
    return await patiently(
        lambda: channel.send(**shown, **extra, nonce=nonce, mention_author=False)
    )


async def tell(interaction: Interaction, error: BaseException, where: str) -> None:
    """Tell the person in one sentence what went wrong, and the operator in one record."""
    trouble = explain(error)
    report(trouble, error, where)
    card = notice(trouble.said(language_of(interaction)), WRONG)
    state = interaction.extras.get("state")
    is_first = state == "held" or (state is None and not interaction.response.is_done())
    try:
        await (answer(interaction, card) if is_first else add(interaction, card))
    except LOST as lost:
        _log.warning("code %s could not be told: %s", trouble.code, type(lost).__name__)
