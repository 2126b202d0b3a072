"""Acknowledges interactions at once and answers them with cards, even after failures.

An interaction is stored while it is unfinished; after a crash, the next run answers it.
"""

import asyncio
import contextlib
import logging
import secrets
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from functools import partial
from typing import Any, TypeVar

import aiohttp
import discord
from discord import ui
from discord.utils import MISSING

from bot.context import Bot, Interaction, language_of
from bot.errors import is_forbidden, report, unwrap
from bot.running.supervise import NOTING
from bot.translate import Language
from bot.ui.components import WRONG, Card, give_back, notice
from embeddings.errors import EmbeddingsError, StorageError
from embeddings.store.people import Unfinished

T = TypeVar("T")
Acknowledge = Callable[[Interaction], Awaitable[None]]
"""A function that acknowledges an interaction: ``defer`` or ``defer_update``."""
CardOrForm = Card | ui.Modal | None
"""The answer of an interaction; None if it was given already."""
Finish = Callable[[Bot, Unfinished], Awaitable[Card]]
"""Finishes what an earlier run acknowledged but did not answer, and returns the answer's card."""
TRIES = 3
"""The most tries of a call to Discord."""
PROMPT, LONG, UPLOAD = 2.5, 15.0, 60.0
"""Seconds that one try may take: of a first response, which is due within three; of other calls,
which may wait for a rate limit; and of calls that upload files."""
_log = logging.getLogger(__name__)
LOST = (discord.HTTPException, aiohttp.ClientError, OSError)
"""Exceptions of a call that Discord rejects or that does not reach it."""
_ACKNOWLEDGED, _DELETED, _SPENT = 40060, 10008, frozenset({10015, 10062, 50027})
"""Discord's error codes: already acknowledged; no such message; an expired or unknown token."""
_FAULT = 500  # the least HTTP status of a fault of Discord's own


async def retry(call: Callable[[], Awaitable[T]], *, wait: float = 0.5, limit: float = LONG) -> T:
    """Call Discord; retry when the connection breaks or stalls, or Discord fails.

    ``wait``: seconds until the second try, twice as many until the third; ``limit``: of one try.

    Raises:
        aiohttp.ClientError: Discord cannot be reached, or does not answer in time.
        discord.HTTPException: Discord rejects the call, or fails at the last try.
    """
    attempt = 0
    while True:
        attempt += 1
        try:
            async with asyncio.timeout(limit):  # a search has a limit of its own
                return await call()
        except (TimeoutError, aiohttp.ClientError, discord.HTTPException, ConnectionError) as error:
            if attempt < TRIES and getattr(error, "status", _FAULT) >= _FAULT:
                name = type(error).__name__
                _log.info("a call to Discord failed (%s), try %s of %s", name, attempt, TRIES)
                await asyncio.sleep(wait * attempt)
            elif isinstance(error, TimeoutError):
                raise aiohttp.ClientConnectionError("Discord did not answer in time") from error
            else:
                raise


async def defer(interaction: Interaction, *, ephemeral: bool = True) -> None:
    """Acknowledge an interaction; the answer follows, to everyone or to this person only."""
    call = partial(interaction.response.defer, ephemeral=ephemeral, thinking=True)
    await _respond(interaction, "deferred", call)


async def defer_update(interaction: Interaction) -> None:
    """Acknowledge a click; an edit of its message follows."""
    await _respond(interaction, "updating", interaction.response.defer)


async def _respond(
    interaction: Interaction, state: str, call: Callable[[], Awaitable[Any]]
) -> None:
    """Send the first response; "already acknowledged" means that a try arrived, and is no error."""
    try:
        with interaction.client.queue.pause():
            await retry(call, wait=0.1, limit=PROMPT)
    except discord.HTTPException as error:
        if error.code != _ACKNOWLEDGED:
            raise
    interaction.extras["state"] = state


async def show(interaction: Interaction, card: CardOrForm) -> None:
    """Answer with a card: in place of the acknowledgement, or as an ephemeral first response.

    A form must not have been acknowledged. A card for a deleted message goes to the person alone.
    """
    if not isinstance(card, Card):
        if card:
            await interaction.response.send_modal(card)
        return
    view, state = card.lay_out(), interaction.extras.get("state")
    if not state:
        send = partial(interaction.response.send_message, view=view, ephemeral=True)
        await _respond(interaction, "answered", lambda: send(files=card.files))
        return
    edit = interaction.edit_original_response
    has_files = state != "deferred" or bool(card.files)  # a deferred message has none to remove
    call: Any = partial(retry, limit=_limit(card))
    try:
        sent = await call(lambda: edit(view=view, attachments=card.files if has_files else MISSING))
    except discord.NotFound:
        if state != "updating":
            raise
        more = partial(interaction.followup.send, view=view, ephemeral=True, wait=True)
        sent = await call(lambda: more(files=card.files))
    interaction.extras.update(message=sent, state="answered")


def _limit(card: Card) -> float:
    return UPLOAD if card.files else LONG


async def reach(bot: Bot, user: int, channel: int | None, card: Card) -> bool:
    """Send a card to a user in private, or else in a channel; return whether it was sent."""
    person = bot.get_user(user)
    with contextlib.suppress(*LOST):
        person = person or await bot.fetch_user(user)
    return await post_to_first(card, person, bot.get_channel(channel or 0))


async def post_to_first(card: Card, *recipients: object) -> bool:
    """Send a card to the first recipient that takes it; return whether one did."""
    for recipient in recipients:
        if isinstance(recipient, discord.abc.Messageable):
            with contextlib.suppress(*LOST):
                await post(recipient, card)
                return True
    return False


async def post(
    channel: discord.abc.Messageable,
    card: Card,
    reference: discord.MessageReference | None = None,
    *,
    nonce: int | None = None,
) -> discord.Message:
    """Send a message once, even when several tries are needed.

    For some minutes, Discord sends no second message with the same ``nonce``.
    """
    view, more = card.lay_out(), {"nonce": nonce or secrets.randbits(53), "mention_author": False}
    options: dict[str, Any] = more | ({"reference": reference} if reference else {})
    return await retry(
        lambda: channel.send(view=view, files=card.files, **options), limit=_limit(card)
    )


@contextlib.contextmanager
def pass_forbidden() -> Iterator[None]:
    """Suppress the error of a call that Discord forbids, as in a closed thread."""
    try:
        yield
    except discord.HTTPException as error:
        if not is_forbidden(error):
            raise


async def reply(message: discord.Message, card: Card, language: Language) -> discord.Message | None:
    """Reply to a message; where the bot may not write, tell the author so in private.

    Where the bot may not read the history, it sends an ordinary message instead of a reply.
    """
    for reference in (message.to_reference(fail_if_not_exists=False), None):
        with pass_forbidden():
            return await post(message.channel, card, reference, nonce=message.id)
    if not isinstance(message.channel, discord.DMChannel):
        sentence = language("mention-forbidden", channel=f"<#{message.channel.id}>")
        with pass_forbidden():  # some people refuse private messages
            await post(message.author, notice(sentence, WRONG))
            return None
    _log.warning("a reply could not be sent: the bot may write neither there nor to the person")
    return None


async def tell_error(interaction: Interaction, error: Exception, where: str, typed: str) -> None:
    """Tell the person what went wrong, and give back what they typed; log it if it is our fault."""
    state, code = interaction.extras.get("state"), getattr(unwrap(error), "code", None)
    if code in _SPENT or (code == _DELETED and state == "deferred"):
        _log.warning("%s cannot be answered any more (Discord's error code %s)", where, code)
        return
    language, send = language_of(interaction), interaction.followup.send
    card = notice(report(error, where, language), WRONG, *give_back(typed, language))
    try:
        if state == "deferred" or (state is None and not interaction.response.is_done()):
            await show(interaction, card)
        else:
            await retry(lambda: send(view=card.lay_out(), files=card.files, ephemeral=True))
    except LOST as lost:  # in private at least, as the thread may have been closed meanwhile
        bot, who = interaction.client, interaction.user.id
        if not (is_forbidden(lost) and await reach(bot, who, None, card)):
            _log.warning("an error in %s could not be reported: %s", where, type(lost).__name__)


@contextlib.asynccontextmanager
async def keep_pending(
    interaction: Interaction, *, question: str = "", begun: str = "", private: bool = True
) -> AsyncIterator[None]:
    """Store an acknowledged interaction until the block ends, without waiting for the disk.

    ``question``: empty if it depends on more than its words; after a crash, the person is then
    told to ask again. ``begun``: the custom id of the button that began a change.
    """
    records, who = interaction.client.records, (interaction.user.id, interaction.guild_id)
    code = language_of(interaction).code
    unfinished = Unfinished(interaction.token, *who, code, question, begun, private)
    storing = asyncio.create_task(_log_failure(records.keep(unfinished)), name=NOTING)

    async def forget() -> None:
        await storing
        await _log_failure(records.end(Unfinished, unfinished.token))

    try:
        yield
    finally:
        if not isinstance(sys.exception(), asyncio.CancelledError):  # else the next run answers it
            interaction.extras["noting"] = asyncio.create_task(forget(), name=NOTING)


async def _log_failure(writing: Awaitable[object]) -> None:
    """Await a write to the store; log a failure, since answers and changes do not depend on it."""
    try:
        await writing
    except StorageError as error:
        _log.warning("an unfinished interaction could not be stored or deleted: %s", error)


async def take_up(bot: Bot, before: str, finish: Finish) -> None:
    """Finish the questions and changes that an earlier run left, each once.

    ``before``: when this run began, in UTC, as ISO 8601; later interactions are its own.

    Raises:
        StorageError: The unfinished interactions cannot be read.
    """
    for work in await bot.records.list_unfinished():
        is_ours = work.guild is None or bot.settings.discord.has(work.guild)
        if work.at < before and is_ours and await bot.records.end(Unfinished, work.token):
            await _finish(bot, work, finish)


async def _finish(bot: Bot, work: Unfinished, finish: Finish) -> None:
    try:
        card = await finish(bot, work)
        webhook = discord.Webhook.partial(bot.application_id or 0, work.token, client=bot)
        original: int = "@original"  # type: ignore[assignment]  # Discord's name for the message
        await retry(lambda: webhook.edit_message(original, view=card.lay_out()))
    except EmbeddingsError as error:
        _log.warning("the outcome of an interrupted change is unknown: %s", error)
    except LOST as lost:
        if not work.button or not await reach(bot, work.user, None, card):
            _log.warning("an interrupted request could not be answered: %s", type(lost).__name__)
