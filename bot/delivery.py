"""Getting a card to the person: acknowledged at once, then answered, whatever happens between."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import aiohttp
import discord

from bot.context import Context, Interaction
from bot.errors import explain, report, unwrap
from bot.translate import Language
from bot.ui.components import WRONG, Card, notice

T = TypeVar("T")
TRIES = 3
"""How often a call to Discord is tried when the connection breaks under it."""
PROMPT, LONG, UPLOAD = 2.5, 15.0, 60.0
"""Seconds that a try may take: of a first response, which is due within three; of anything else,
where a rate limit may be waited for; and of what brings files."""
_log = logging.getLogger(__name__)
LOST = (discord.HTTPException, aiohttp.ClientError, OSError)
"""What a call to Discord that does not get through raises."""
_ACKNOWLEDGED, _SPENT = 40060, frozenset({10015, 10062, 50027})
"""Discord's codes for a second first response, and for a token that is over or unknown."""
_FAULT = 500
"""From this status on, it is Discord's own fault."""


async def patiently(
    call: Callable[[], Awaitable[T]], *, wait: float = 0.5, limit: float = LONG
) -> T:
    """Do a call to Discord again when the connection breaks or stalls, or Discord falters.

    ``wait`` is the seconds until the second try, ``limit`` those that one try may take.

    Raises:
        aiohttp.ClientError: Discord cannot be reached, or does not answer in time.
        discord.HTTPException: What it answers in the end.
    """
    turn = 0
    while True:
        turn += 1
        try:
            async with asyncio.timeout(limit):  # a search has a limit of its own
                return await call()
        except (TimeoutError, aiohttp.ClientError, discord.HTTPException, ConnectionError) as error:
            if turn < TRIES and getattr(error, "status", _FAULT) >= _FAULT:
                _log.info("Discord: %s, try %s of %s", type(error).__name__, turn, TRIES)
                await asyncio.sleep(wait * turn)
            elif isinstance(error, TimeoutError):
                raise aiohttp.ClientConnectionError("Discord did not answer in time") from error
            else:
                raise


def language_of(interaction: Interaction) -> Language:
    """Return the language of the person who did something, or else of the server they are on."""
    return interaction.client.languages.of(interaction.locale, interaction.guild_locale)


async def hold(interaction: Interaction, *, ephemeral: bool) -> None:
    """Acknowledge at once: the answer comes later, to all or to this person alone."""
    await _first(
        interaction, "held", lambda: interaction.response.defer(ephemeral=ephemeral, thinking=True)
    )


async def hold_update(interaction: Interaction) -> None:
    """Acknowledge a click at once: the message it was on changes later."""
    await _first(interaction, "updating", interaction.response.defer)


async def _first(interaction: Interaction, state: str, call: Callable[[], Awaitable[Any]]) -> None:
    """Give the first response; Discord takes one, so that a second one tells of a lost receipt."""
    try:
        with interaction.client.queue.hold_back():
            await patiently(call, wait=0.1, limit=PROMPT)
    except discord.HTTPException as error:
        if error.code != _ACKNOWLEDGED:
            raise
    interaction.extras["state"] = state


async def answer(interaction: Interaction, card: Card) -> None:
    """Answer with a card: in place of the acknowledgement, or at once and alone without one.

    Files need an acknowledgement before.
    """
    view, state = card.lay_out(), interaction.extras.get("state")
    if not state:
        sending = interaction.response.send_message
        await _first(interaction, "answered", lambda: sending(view=view, ephemeral=True))
        return
    has_files = state != "held" or bool(card.files)  # what is edited first has none to stay
    interaction.extras["message"] = await patiently(
        lambda: interaction.edit_original_response(
            view=view, attachments=card.files if has_files else discord.utils.MISSING
        ),
        limit=_patience(card),
    )
    interaction.extras["state"] = "answered"


def _patience(card: Card) -> float:
    return UPLOAD if card.files else LONG


async def answer_late(bot: Context, token: str, card: Card) -> None:
    """Answer in place of an acknowledgement of an earlier run; the token lives 15 minutes."""
    webhook = discord.Webhook.partial(bot.application_id or 0, token, client=bot)
    original: int = "@original"  # type: ignore[assignment]  # Discord takes this name for it
    await patiently(lambda: webhook.edit_message(original, view=card.lay_out()))


async def reach(bot: Context, user: int, channel: int | None, card: Card) -> bool:
    """Tell somebody something in private, or else in a channel, where nobody is pinged."""
    with contextlib.suppress(*LOST):
        await post(bot.get_user(user) or await bot.fetch_user(user), card)
        return True
    where = bot.get_channel(channel) if channel else None
    if isinstance(where, discord.abc.Messageable):
        with contextlib.suppress(*LOST):
            await post(where, card)
            return True
    return False


async def add(interaction: Interaction, card: Card, *, ephemeral: bool = True) -> None:
    """Say something more, after the answer."""
    view = card.lay_out()
    await patiently(lambda: interaction.followup.send(view=view, ephemeral=ephemeral))


async def post(
    channel: discord.abc.Messageable,
    card: Card,
    reference: discord.MessageReference | None = None,
    *,
    nonce: int | None = None,
) -> discord.Message:
    """Send an ordinary message; sent once, even when it takes several tries.

    By ``nonce`` Discord knows it for some minutes, within which the same is not sent again.
    """
    view, name = card.lay_out(), nonce or secrets.randbits(53)
    extra: dict[str, Any] = {"reference": reference} if reference else {}

    async def send() -> discord.Message:
        return await channel.send(
            view=view, files=card.files, nonce=name, mention_author=False, **extra
        )

    return await patiently(send, limit=_patience(card))


async def change(message: discord.Message, card: Card) -> None:
    """Show a card in place of what an ordinary message of ours shows."""
    view = card.lay_out()
    await patiently(lambda: message.edit(view=view, attachments=card.files))


def note(error: BaseException, where: str, language: Language) -> str:
    """Return the sentence of an error for the person; write the operator's record if it is ours."""
    trouble = explain(error)
    report(trouble, error, where)
    return trouble.say(language)


async def tell(interaction: Interaction, error: BaseException, where: str) -> None:
    """Tell the person in one sentence what went wrong, and the operator if it is for them."""
    sentence = note(error, where, language_of(interaction))
    state = interaction.extras.get("state")
    is_first = state == "held" or (state is None and not interaction.response.is_done())
    if getattr(unwrap(error), "code", None) in _SPENT:
        return  # nobody can be answered by this token any more
    card = notice(sentence, WRONG)
    try:
        await (answer(interaction, card) if is_first else add(interaction, card))
    except LOST as lost:
        _log.warning("what went wrong in %s could not be told: %s", where, type(lost).__name__)
