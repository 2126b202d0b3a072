"""Questions that the newsroom answers, and questions that wait for a story to answer them."""

import logging
from dataclasses import replace

import discord
from discord import ButtonStyle, ui
from discord.ext import commands, tasks

from bot.asking.buttons import passage_card, read_filters, read_question
from bot.asking.render import QUOTE, credit, say_filters, show_question
from bot.context import Bot, Interaction, Scope, language_of
from bot.delivery import LOST, defer, defer_update, post, reach
from bot.errors import BotError
from bot.newsroom.feeds import LOOK, check_due_feeds
from bot.servers.rules import get_rules, require_editor
from bot.translate import Language
from bot.ui.components import ANSWERED, REFUSED, Card, Piece, button, notice, question, row, text
from bot.ui.handlers import Input, find_message, form, handles, write_field
from bot.ui.markup import escape, fit
from bot.ui.naming import FILTERS, credit_line, pack
from embeddings.errors import EmbeddingsError, UnknownArticle
from embeddings.store.people import KEPT_DAYS, Inquiry, Watch, write_filters
from embeddings.types import Filters, Hit

EVERY = 3600.0
"""Seconds between two checks of the waiting questions."""
_log = logging.getLogger(__name__)
REPLY = 1500
"""The limit of the newsroom's reply, in characters."""
NUMBER = r"(?P<n>\d{1,18})"
"""The pattern of an inquiry's number."""
MOST = 20
"""The limit of one person's waiting questions of each kind (inquiries, watches)."""


class Newsroom(commands.Cog):
    """Asks waiting questions again when articles change, and checks feeds for new stories."""

    def __init__(self, bot: Bot) -> None:
        self.bot = bot
        self._checked: dict[int | None, object] = {}

    async def cog_unload(self) -> None:
        """Stop the loops."""
        self.check_hourly.cancel()
        self.check_feeds.cancel()

    @commands.Cog.listener()
    async def on_ready(self) -> None:
        """Start the loops."""
        for loop in (self.check_hourly, self.check_feeds):
            if not loop.is_running():
                loop.start()

    @commands.Cog.listener()
    async def on_articles_changed(self) -> None:
        """Check the waiting questions as soon as this process has changed articles."""
        try:
            await self.check()
        except EmbeddingsError as error:
            _log.warning("the waiting questions cannot be checked now: %s", error)

    @tasks.loop(seconds=EVERY)
    async def check_hourly(self) -> None:
        """Check the waiting questions, since other processes change articles as well."""
        await self.on_articles_changed()

    @tasks.loop(seconds=LOOK)
    async def check_feeds(self) -> None:
        """Check the feeds that are due."""
        await check_due_feeds(self.bot)

    async def check(self) -> None:
        """Ask the waiting questions again, where questions or articles have changed since."""
        watches_of: dict[int | None, list[Watch]] = {}
        for watch in await self.bot.records.list_all(Watch):
            if watch.guild is None or self.bot.settings.discord.has(watch.guild):
                watches_of.setdefault(watch.guild, []).append(watch)
        for guild, watches in watches_of.items():
            scope = await self.bot.open_guild_scope(guild)
            state = (scope.catalogue.articles, tuple(watch.n for watch in watches))
            if self._checked.get(guild) == state:
                continue
            if all([await self._notify(scope, watch) for watch in watches]):
                self._checked[guild] = state

    async def _notify(self, scope: Scope, watch: Watch) -> bool:
        """Notify the asker of a waiting question, once it has an answer; False if they are away."""
        async with self.bot.queue.turn(watch.user):
            try:
                answer = await scope.ask(watch.question, watch.filters, top_k=1)
            except UnknownArticle:  # the article that its filter names is gone, and may come back
                return True
        if answer.hits and await self.bot.records.end(Watch, watch.n):
            card = notification_card(watch, answer.hits[0], self.bot.languages.of(watch.language))
            if not await reach(self.bot, watch.user, watch.channel, card):
                await self.bot.records.keep(watch)
                return False
        return True


@handles(rf"v:(?P<kind>news|tell)(?::{FILTERS})?")
async def offer(interaction: Interaction, data: Input) -> Card:
    """Ask for consent: say what will be stored, and who will see it."""
    kind, language = data["kind"], language_of(interaction)
    _check_offered(interaction, kind)
    asked, typed = read_question(interaction), read_question(interaction, as_typed=True)
    if kind == "news" and asked != typed:  # the newsroom sees the asker's own words too
        asked = f"{typed} ({asked})"
    await defer(interaction)
    filters, flags = await read_filters(interaction, data), find_message(interaction).flags
    return consent_card(asked, filters, language, kind, "" if flags.ephemeral else ":p")


@handles(rf"v:agree:(?P<kind>news|tell)(?::{FILTERS})?(?P<to>:p)?")
async def agree(interaction: Interaction, data: Input) -> Card:
    """Store the question, to which its asker has now agreed."""
    kind = data["kind"]
    _check_offered(interaction, kind)
    await defer_update(interaction)
    filters = write_filters(await read_filters(interaction, data))
    channel = interaction.channel_id if data["to"] else None  # where all saw the question
    place, language = (interaction.user.id, interaction.guild_id, channel), language_of(interaction)
    record: type[Watch] = Inquiry if kind == "news" else Watch
    await _store(interaction, record(*place, read_question(interaction), language.code, filters))
    return notice(language(f"{kind}-kept"))


def _check_offered(interaction: Interaction, kind: str) -> None:
    """Check that the server offers this kind; raises BotError if not, or not any more."""
    if kind not in get_rules(interaction.client, interaction.guild_id).offers:
        raise BotError("not-offered")


async def _store(interaction: Interaction, record: Watch) -> None:
    """Store a question, unless it waits already; post an inquiry in the newsroom's channel."""
    bot, kind = interaction.client, type(record)
    waiting = await bot.records.find(kind, user=record.user)
    if any(replace(w, channel=record.channel, at="", n=0) == record for w in waiting):
        return
    if len(waiting) >= MOST:
        raise BotError("too-many-waiting", most=MOST)
    channel = bot.get_channel(get_rules(bot, record.guild).news)
    if kind is Inquiry and not isinstance(channel, discord.abc.Messageable):
        raise BotError("not-offered")
    record = replace(record, n=await bot.records.keep(record))
    if isinstance(record, Inquiry) and isinstance(channel, discord.abc.Messageable):
        try:
            await post(channel, inquiry_card(record, bot.languages.of_server(interaction.guild)))
        except LOST as error:
            await bot.records.end(Inquiry, record.n)
            raise BotError("newsroom") from error


async def find_inquiry(interaction: Interaction, n: str) -> tuple[Inquiry, Language]:
    """Return an open inquiry and its asker's language, for an editor who responds to it.

    Raises:
        BotError: The inquiry is closed, or the person is no editor of its server.
    """
    require_editor(interaction)
    inquiry = await interaction.client.records.get(Inquiry, int(n))
    if inquiry is None or inquiry.guild != interaction.guild_id:
        raise BotError("inquiry-gone")
    return inquiry, interaction.client.languages.of(inquiry.language)


_WAYS = {"reply": "words", "story": "title", "decline": "reason"}
"""Button -> name of its form's field."""


@handles(rf"v:(?P<way>reply|story|decline):{NUMBER}")
async def respond(interaction: Interaction, data: Input) -> ui.Modal:
    """Open a form: for a reply in the newsroom's own words, an article's title, or a reason."""
    (inquiry, _), language = await find_inquiry(interaction, data["n"]), language_of(interaction)
    name, title = _WAYS[data["way"]], data["way"].replace("reply", "answer")
    field = write_field(name, most=REPLY, is_long=name != "title", is_needed=name != "reason")
    label = language(f"news-{name}-label")
    return form(language(f"news-{title}"), f"v:{name}:{inquiry.n}", (label, field))


@handles(rf"v:(?P<way>words|reason):{NUMBER}", defer_update)
async def send_words(interaction: Interaction, data: Input) -> Card:
    """Send the asker a reply in the newsroom's own words, or that there is none and the reason."""
    lines = map(escape, data.read(data["way"]).splitlines())
    head = "news-reply" if data["way"] == "words" else "news-declined"
    return await _close(interaction, data, head, "\n".join(lines))


@handles(rf"v:title:{NUMBER}", defer_update)
async def send_story(interaction: Interaction, data: Input) -> Card:
    """Send the asker the title of an article that answers."""
    scope = await interaction.client.open_scope(interaction)
    article = scope.catalogue.choose(data.read("title"))
    return await _close(interaction, data, "news-by-story", credit(article, credit_line(article)))


async def _close(interaction: Interaction, data: Input, head: str, reply: str) -> Card:
    """Close an inquiry, send its asker the reply, and return it with a note for the newsroom.

    ``head``: the Fluent key of its heading. Raises BotError if the person may not close it, another
    was faster, or an answer reached nobody, so that the inquiry stays open.
    """
    (inquiry, language), bot = await find_inquiry(interaction, data["n"]), interaction.client
    name, is_answer = fit(str(interaction.guild), 80), head != "news-declined"
    card = reply_card(inquiry.question, language(head, name=name), reply)
    key = "news-closed" if is_answer else "news-closed-declined"
    if not await bot.records.end(Inquiry, inquiry.n):  # another editor was faster
        raise BotError("inquiry-gone")
    if not await reach(bot, inquiry.user, inquiry.channel, card):
        if is_answer:
            await bot.records.keep(inquiry)
            raise BotError("unreached")
        key = "news-unreached"
    note = bot.languages.of_server(interaction.guild)(key, name=f"<@{interaction.user.id}>")
    return Card(*card.children, text(f"-# {note}"))


def consent_card(asked: str, filters: Filters, language: Language, kind: str, to: str = "") -> Card:
    """Return the card that says what is stored and who sees it, with buttons to agree or cancel.

    ``to``: ``:p`` if all saw the question, so that its channel may see the answer.
    """
    agree = f"v:agree:{kind}:{pack(filters)}{to}"
    return Card(
        question(show_question(asked)),
        _name_filters(filters, language),
        text(language(f"{kind}-consent", days=str(KEPT_DAYS))),
        row(
            button(language(f"{kind}-agree"), agree, style=ButtonStyle.success),
            button(language("button-cancel"), "v:leave"),
        ),
        accent=REFUSED,
    )


def _name_filters(filters: Filters, language: Language) -> Piece:
    """Return a line that names the filters of a question; None without any."""
    words = say_filters(filters, language)
    return text(f"-# {language('note-only', filters=words)}") if words else None


def inquiry_card(inquiry: Inquiry, language: Language) -> Card:
    """Return an inquiry for the newsroom's channel, with the buttons that respond to it."""
    return Card(
        text(f"### {language('news-title')}", f"> {fit(inquiry.question, QUOTE)}"),
        _name_filters(inquiry.filters, language),
        text(f"-# {language('news-asker', name=f'<@{inquiry.user}>')}"),
        row(
            button(language("news-answer"), f"v:reply:{inquiry.n}", style=ButtonStyle.primary),
            button(language("news-story"), f"v:story:{inquiry.n}"),
            button(language("news-decline"), f"v:decline:{inquiry.n}"),
        ),
        accent=REFUSED,
    )


def reply_card(asked: str, head: str, reply: str) -> Card:
    """Return the newsroom's reply, if any, to a question; ``head`` says that it is no quote."""
    pieces = (ui.Separator(), text(reply)) if reply else ()
    return Card(text(f"-# {head}", f"> {fit(asked, 300)}"), *pieces)


def notification_card(watch: Watch, hit: Hit, language: Language) -> Card:
    """Return the passage that now answers a question, for the person who waits for it."""
    more = _name_filters(watch.filters, language), text(f"-# {language('tell-once')}")
    return passage_card(
        watch.question, hit, language, language("tell-title"), *more, accent=ANSWERED
    )
