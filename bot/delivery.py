"""Getting a card to the person: acknowledged at once, then answered, whatever happens between."""

from __future__ import annotations

import asyncio
import io
import logging
import secrets
from typing import TYPE_CHECKING, Any, TypeVar

import aiohttp
import discord

from bot.asking.render import WRONG
from bot.errors import explain, report
from bot.ui.layout import payload
from bot.ui.parts import Attached, notice

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from bot.client import Interaction, VerbatimBot
    from bot.translate import Language
    from bot.ui.parts import Card

T = TypeVar("T")
TRIES = 3
"""How often a call to Discord is tried when the connection breaks under it."""
PROMPT, LONG, UPLOAD = 2.5, 15.0, 60.0
"""Seconds that a try may take: of a first response, which is due within three; of anything else,
where a rate limit may be waited for; and of what brings files."""
_log = logging.getLogger(__name__)
LOST = (discord.HTTPException, aiohttp.ClientError, OSError)
"""What a call to Discord that does not get through raises."""
_ACKNOWLEDGED = 40060
_FAULT = 500
"""From this status on, it is Discord's own fault."""


async def patiently(
    call: Callable[[], Awaitable[T]],
    *,
    wait: float = 0.5,
    tries: int = TRIES,
    limit: float = LONG,
) -> T:
    """Do a call to Discord again when the connection breaks or stalls, or Discord falters.

    Args:
        call: Makes the call.
        wait: Seconds until the second try.
        tries: How often it is tried.
        limit: Seconds that one try may take.

    Raises:
        aiohttp.ClientError: Discord cannot be reached, or does not answer in time.
        discord.HTTPException: What it answers in the end.
    """
    for turn in range(1, tries):
        try:
            return await _within(limit, call)
        except (aiohttp.ClientError, discord.HTTPException, ConnectionError) as error:
            if getattr(error, "status", _FAULT) < _FAULT:
                raise
            _log.info("Discord: %s, try %s of %s", type(error).__name__, turn, tries)
            await asyncio.sleep(wait * turn)
    return await _within(limit, call)


async def _within(limit: float, call: Callable[[], Awaitable[T]]) -> T:
    """Do a call to Discord that may take so many seconds; a search has a limit of its own."""
    try:
        async with asyncio.timeout(limit):
            return await call()
    except TimeoutError as error:
        raise aiohttp.ClientConnectionError("Discord did not answer in time") from error


def language_of(interaction: Interaction) -> Language:
    """Return the language of the person who did something, or else of the server they are on."""
    return interaction.client.languages.of(interaction.locale, interaction.guild_locale)


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
        await patiently(call, wait=0.1, limit=PROMPT)
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
    if state := interaction.extras.get("state"):
        tries = 1 if files else TRIES  # discord.py closes files, whether they got there or not
        kept = state == "held"  # what is edited has no file yet that would stay with it
        await patiently(
            lambda: interaction.edit_original_response(
                **shown, **_attachments([*files, *files_of(card)], kept=kept)
            ),
            tries=tries,
            limit=_patience([*files, *files_of(card)]),
        )
        interaction.extras["state"] = "answered"
        return
    await _first(
        interaction,
        "answered",
        lambda: interaction.response.send_message(**shown, ephemeral=ephemeral),
    )


def _patience(files: Sequence[discord.File]) -> float:
    return UPLOAD if files else LONG


def files_of(card: Card) -> list[discord.File]:
    """Return the files that a card brings, made anew for each try."""
    brought = (part for part in card.parts if isinstance(part, Attached) and part.data)
    return [discord.File(io.BytesIO(part.data), part.name) for part in brought]


def _attachments(files: Sequence[discord.File], *, kept: bool) -> dict[str, Any]:
    """Return what an edit says of files: nothing where there are none, before and after."""
    return {} if kept and not files else {"attachments": list(files)}


async def add(interaction: Interaction, card: Card, *, ephemeral: bool = True) -> None:
    """Say something more, after the answer."""
    shown = payload(card, components=interaction.client.settings.discord.components)
    await patiently(lambda: interaction.followup.send(**shown, ephemeral=ephemeral))


async def post(
    bot: VerbatimBot,
    channel: discord.abc.Messageable,
    card: Card,
    reference: discord.MessageReference | None = None,
    *,
    nonce: int | None = None,
) -> discord.Message:
    """Send an ordinary message; sent once, even when it takes several tries.

    Args:
        bot: Whose settings say how messages look.
        channel: Where to.
        card: What.
        reference: The message that it replies to.
        nonce: What Discord knows it by for some minutes, within which the same is not sent again.
    """
    shown = payload(card, components=bot.settings.discord.components)
    nonce = nonce or secrets.randbits(53)
    extra: dict[str, Any] = {"reference": reference} if reference else {}

    async def send() -> discord.Message:
        if files := files_of(card):
            extra["files"] = files
        return await channel.send(**shown, **extra, nonce=nonce, mention_author=False)

    return await patiently(send, limit=_patience(files_of(card)))


def recorded(error: BaseException, where: str, language: Language) -> tuple[str, str]:
    """Write the operator's record of an error; return its sentence for the person, and its code."""
    trouble = explain(error)
    report(trouble, error, where)
    return trouble.said(language), trouble.code


async def tell(interaction: Interaction, error: BaseException, where: str) -> None:
    """Tell the person in one sentence what went wrong, and the operator in one record."""
    sentence, code = recorded(error, where, language_of(interaction))
    card = notice(sentence, WRONG)
    state = interaction.extras.get("state")
    is_first = state == "held" or (state is None and not interaction.response.is_done())
    try:
        await (answer(interaction, card) if is_first else add(interaction, card))
    except LOST as lost:
        _log.warning("code %s could not be told: %s", code, type(lost).__name__)
