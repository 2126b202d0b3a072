"""The cards of the newsroom and their buttons: ask it, be told later, reply, point to a story."""

from __future__ import annotations

from dataclasses import replace

import discord
from discord import ButtonStyle, ui

from bot.asking.buttons import passage_card, read_filters, read_question
from bot.asking.render import QUOTE, filter_words, link_title, show_question
from bot.context import Interaction
from bot.delivery import LOST, answer, hold, hold_update, language_of, post, reach
from bot.errors import BotError
from bot.servers.rules import require_editor, rules_of
from bot.translate import Language
from bot.ui.actions import Click, Filled, Form, write_field
from bot.ui.components import ANSWERED, REFUSED, Card, Piece, button, notice, question, row, text
from bot.ui.markup import fit
from bot.ui.naming import SCOPE, credit_line, pack
from embeddings.store.people import KEPT_DAYS, Inquiry, Watch, write_filters
from embeddings.types import Filters, Hit

REPLY = 1500
"""The most characters of the newsroom's reply."""
NUMBER = r"(?P<n>\d{1,18})"
"""The pattern of the number of a question."""
MOST = 20
"""The most questions of one person that wait at a time, of each kind."""


class Offer(Click, template=rf"v:(?P<kind>news|tell)(?::{SCOPE})?"):
    """Say what is kept and who sees it, before anything is."""

    async def _act(self, interaction: Interaction) -> None:
        kind, language = self.fields["kind"], language_of(interaction)
        _check_offered(interaction, kind)
        asked, typed = read_question(interaction), read_question(interaction, as_typed=True)
        asked = asked if kind == "tell" or asked == typed else f"{typed} ({asked})"
        await hold(interaction, ephemeral=True)
        filters = await read_filters(interaction, self.fields["scope"])
        await answer(interaction, consent_card(asked, filters, language, kind))


class Agree(Click, template=rf"v:agree:(?P<kind>news|tell)(?::{SCOPE})?"):
    """Keep the question, now that its asker agreed."""

    async def _act(self, interaction: Interaction) -> None:
        kind = self.fields["kind"]
        _check_offered(interaction, kind)
        await hold_update(interaction)
        narrowed = write_filters(await read_filters(interaction, self.fields["scope"]))
        of = Inquiry if kind == "news" else Watch
        await _keep(interaction, of, read_question(interaction), narrowed)
        await answer(interaction, notice(language_of(interaction)(f"{kind}-kept")))


def _check_offered(interaction: Interaction, kind: str) -> None:
    """Check that the server has set this up; BotError when it has not, or not any more."""
    if kind not in rules_of(interaction.client, interaction.guild_id).offers:
        raise BotError("not-offered")


async def _keep(interaction: Interaction, kind: type[Watch], asked: str, narrowed: str) -> None:
    """Keep a question, once; one for the newsroom is sent to its channel."""
    bot, user, guild = interaction.client, interaction.user.id, interaction.guild_id
    waiting = await bot.records.of(kind, user=user)
    if any((w.guild, w.question, w.narrowed) == (guild, asked, narrowed) for w in waiting):
        return
    if len(waiting) >= MOST:
        raise BotError("too-many-waiting", most=MOST)
    channel = bot.get_channel(rules_of(bot, guild).news)
    if kind is Inquiry and not isinstance(channel, discord.abc.Messageable):
        raise BotError("not-offered")
    code = language_of(interaction).code
    given = kind(user, guild, interaction.channel_id, asked, code, narrowed)
    n = await bot.records.keep(given)
    if isinstance(given, Inquiry) and isinstance(channel, discord.abc.Messageable):
        room = bot.languages.of_server(interaction.guild)
        try:
            await post(channel, inquiry_card(replace(given, n=n), room))
        except LOST:
            await bot.records.end(Inquiry, n)
            raise


async def find_inquiry(interaction: Interaction, n: str) -> Inquiry:
    """Return a question of this server that is not answered yet, for an editor.

    Raises:
        BotError: It is answered, or whoever wants it is no editor here.
    """
    require_editor(interaction)
    inquiry = await interaction.client.records.one(Inquiry, int(n))
    if inquiry is None or inquiry.guild != interaction.guild_id:
        raise BotError("inquiry-gone")
    return inquiry


class Respond(Click, template=rf"v:(?P<way>reply|story):{NUMBER}"):
    """A form for the newsroom's own words, or for the article that answers."""

    async def _act(self, interaction: Interaction) -> None:
        inquiry = await find_inquiry(interaction, self.fields["n"])
        form = Response.to(inquiry, self.fields["way"], language_of(interaction))
        await interaction.response.send_modal(form)


class Decline(Click, template=rf"v:decline:{NUMBER}"):
    """Put a question aside; its asker is told so."""

    async def _act(self, interaction: Interaction) -> None:
        await hold_update(interaction)
        inquiry = await find_inquiry(interaction, self.fields["n"])
        theirs = interaction.client.languages.of(inquiry.language)
        card = notice(theirs("news-declined", question=fit(inquiry.question, 300)))
        await _close(interaction, inquiry, card, "news-closed-declined")


class Response(Form, template=rf"v:(?P<way>words|title):{NUMBER}"):
    """The newsroom's own words, or the title of the article that answers."""

    @classmethod
    def to(cls, inquiry: Inquiry, way: str, language: Language) -> Response:
        """Return the form; ``way``: ``reply`` for words, or ``story``."""
        name, most = ("words", REPLY) if way == "reply" else ("title", 300)
        field = write_field(name, most=most, is_long=name == "words", is_needed=True)
        title = language("news-answer" if name == "words" else "news-story")
        return cls(title, f"v:{name}:{inquiry.n}", (language(f"news-{name}-label"), field))

    @classmethod
    async def take(cls, interaction: Interaction, filled: Filled) -> None:
        """Give who asked the words, or tell them of the article."""
        await hold_update(interaction)
        inquiry = await find_inquiry(interaction, filled.fields["n"])
        theirs = interaction.client.languages.of(inquiry.language)
        if filled.fields["way"] == "words":
            head = theirs("news-reply", name=fit(str(interaction.guild), 80))
            said = fit(filled["words"], REPLY)
        else:
            catalogue = (await interaction.client.see(interaction)).catalogue
            found, head = catalogue.choose(filled["title"]), theirs("news-by-story")
            said = "\n-# ".join(filter(None, (link_title(found), credit_line(found))))
        await _close(interaction, inquiry, reply_card(inquiry.question, head, said), "news-closed")


async def _close(interaction: Interaction, inquiry: Inquiry, card: Card, key: str) -> None:
    """Tell who asked, once, and show the newsroom that it is done."""
    bot = interaction.client
    if not await bot.records.end(Inquiry, inquiry.n):
        raise BotError("inquiry-gone")
    if not await reach(bot, inquiry.user, inquiry.channel, card):
        key = "news-unreached"
    done = language_of(interaction)(key, name=f"<@{interaction.user.id}>")
    told = text(f"> {fit(inquiry.question, QUOTE)}"), text(f"-# {done}")
    await answer(interaction, Card(*told, accent=ANSWERED))


def consent_card(asked: str, filters: Filters, language: Language, kind: str) -> Card:
    """Return what is kept and who sees it, with the buttons that decide."""
    agree = f"v:agree:{kind}:{pack(filters)}"
    return Card(
        question(show_question(asked)),
        _say_filters(filters, language),
        text(language(f"{kind}-consent", days=str(KEPT_DAYS))),
        row(
            button(language(f"{kind}-agree"), agree, style=ButtonStyle.success),
            button(language("button-cancel"), "v:leave"),
        ),
        accent=REFUSED,
    )


def _say_filters(filters: Filters, language: Language) -> Piece:
    """Return what a question was narrowed to; None where it was not."""
    told = ", ".join(filter_words(filters, language))
    return text(f"-# {language('note-only', filters=told)}") if told else None


def inquiry_card(inquiry: Inquiry, language: Language) -> Card:
    """Return a question as it comes to the newsroom, with what may be done about it."""
    return Card(
        text(f"### {language('news-title')}", f"> {fit(inquiry.question, QUOTE)}"),
        _say_filters(inquiry.filters, language),
        text(f"-# {language('news-asker', name=f'<@{inquiry.user}>')}"),
        row(
            button(language("news-answer"), f"v:reply:{inquiry.n}", style=ButtonStyle.primary),
            button(language("news-story"), f"v:story:{inquiry.n}"),
            button(language("news-decline"), f"v:decline:{inquiry.n}"),
        ),
        accent=REFUSED,
    )


def reply_card(asked: str, head: str, said: str) -> Card:
    """Return what the newsroom says to a question under a head that names it: it is no quote."""
    return Card(
        text(f"-# {head}", f"> {fit(asked, 300)}"), ui.Separator(), text(said), accent=ANSWERED
    )


def told_card(watch: Watch, hit: Hit, language: Language) -> Card:
    """Return the passage that answers a question that somebody wanted to be told of."""
    more = _say_filters(watch.filters, language), text(f"-# {language('tell-once')}")
    return passage_card(
        watch.question, hit, language, language("tell-title"), *more, accent=ANSWERED
    )


ALL = (Offer, Agree, Respond, Decline)
