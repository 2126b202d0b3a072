"""The cards of the newsroom and their buttons: ask it, be told later, reply, point to a story."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import discord
from discord import ButtonStyle, ui

from bot.asking.buttons import read_question
from bot.asking.render import QUOTE, link_title, quote, show_question
from bot.delivery import LOST, answer, hold, hold_update, language_of, post, reach
from bot.errors import BotError
from bot.servers.rules import require_editor, rules_of
from bot.ui.actions import Click, Form, write_field
from bot.ui.components import ANSWERED, REFUSED, Card, button, notice, question, row, text
from bot.ui.markup import fit
from bot.ui.naming import credit_line
from embeddings.store.people import KEPT_DAYS, Inquiry, Watch

if TYPE_CHECKING:
    from bot.context import Interaction
    from bot.translate import Language
    from bot.ui.actions import Filled
    from embeddings.types import Article, Hit

REPLY = 1500
"""The most characters of the newsroom's reply."""
NUMBER = r"(?P<n>\d{1,18})"
"""The pattern of the number of a question."""
MOST = 20
"""The most questions of one person that wait at a time, of each kind."""


class Offer(Click, template=r"v:(?P<kind>news|tell)"):
    """Say what is kept and who sees it, before anything is."""

    async def _act(self, interaction: Interaction) -> None:
        kind, language = self.fields["kind"], language_of(interaction)
        _check_offered(interaction, kind)
        asked, typed = read_question(interaction), read_question(interaction, as_typed=True)
        asked = asked if kind == "tell" or asked == typed else f"{typed} ({asked})"
        await hold(interaction, ephemeral=True)
        await answer(interaction, consent_card(asked, language, kind, KEPT_DAYS))


class Agree(Click, template=r"v:agree:(?P<kind>news|tell)"):
    """Keep the question, now that its asker agreed."""

    async def _act(self, interaction: Interaction) -> None:
        kind = self.fields["kind"]
        _check_offered(interaction, kind)
        asked = read_question(interaction)
        await hold_update(interaction)
        await (_inquire if kind == "news" else _watch)(interaction, asked)
        await answer(interaction, notice(language_of(interaction)(f"{kind}-kept")))


def _check_offered(interaction: Interaction, kind: str) -> None:
    """Check that the server has set this up.

    Raises:
        BotError: It has not, or not any more.
    """
    if kind not in rules_of(interaction.client, interaction.guild_id).offers:
        raise BotError("not-offered")


async def _inquire(interaction: Interaction, asked: str) -> None:
    """Send a question to the newsroom's channel."""
    bot, guild, user = interaction.client, interaction.guild_id or 0, interaction.user.id
    if len(await bot.records.of(Inquiry, user=user)) >= MOST:
        raise BotError("too-many-waiting", most=MOST)
    channel = bot.get_channel(rules_of(bot, guild).news)
    if not isinstance(channel, discord.abc.Messageable):
        raise BotError("not-offered")
    room, code = bot.languages.of_server(interaction.guild), language_of(interaction).code
    inquiry = Inquiry(user, guild, interaction.channel_id, asked, code)
    n = await bot.records.keep(inquiry)
    try:
        await post(channel, inquiry_card(replace(inquiry, n=n), room))
    except LOST:
        await bot.records.end(Inquiry, n)
        raise


async def _watch(interaction: Interaction, asked: str) -> None:
    """Keep a question until a story answers."""
    bot, user = interaction.client, interaction.user.id
    waiting = await bot.records.of(Watch, user=user)
    if any(w.question == asked and w.guild == interaction.guild_id for w in waiting):
        return
    if len(waiting) >= MOST:
        raise BotError("too-many-waiting", most=MOST)
    code = language_of(interaction).code
    where = interaction.guild_id, interaction.channel_id
    await bot.records.keep(Watch(user, *where, asked, code))


async def find_inquiry(interaction: Interaction, n: str) -> Inquiry:
    """Return a question of this server that is not answered yet, for an editor.

    Raises:
        BotError: It is answered, or whoever wants it is no editor here.
    """
    require_editor(interaction)
    inquiry = await interaction.client.records.inquiry(int(n))
    if inquiry is None or inquiry.guild != interaction.guild_id:
        raise BotError("inquiry-gone")
    return inquiry


class Respond(Click, template=rf"v:(?P<way>reply|story):{NUMBER}"):
    """A form for the newsroom's own words, or for the article that answers."""

    async def _act(self, interaction: Interaction) -> None:
        inquiry = await find_inquiry(interaction, self.fields["n"])
        language = language_of(interaction)
        form = Words.to(inquiry, language) if self.fields["way"] == "reply" else None
        await interaction.response.send_modal(form or Title.of(inquiry, language))


class Decline(Click, template=rf"v:decline:{NUMBER}"):
    """Put a question aside; its asker is told so."""

    async def _act(self, interaction: Interaction) -> None:
        await hold_update(interaction)
        inquiry = await find_inquiry(interaction, self.fields["n"])
        theirs = interaction.client.languages.of(inquiry.language)
        card = notice(theirs("news-declined", question=inquiry.question[:300]))
        await _close(interaction, inquiry, card, "news-closed-declined")


class Words(Form, template=rf"v:words:{NUMBER}"):
    """The newsroom's own words."""

    @classmethod
    def to(cls, inquiry: Inquiry, language: Language) -> Words:
        """Return the form."""
        field = write_field("reply", most=REPLY, is_long=True, is_needed=True)
        label = language("news-words-label")
        return cls(language("news-answer"), f"v:words:{inquiry.n}", (label, field))

    @classmethod
    async def take(cls, interaction: Interaction, filled: Filled) -> None:
        """Give them to who asked."""
        await hold_update(interaction)
        inquiry = await find_inquiry(interaction, filled.fields["n"])
        theirs = interaction.client.languages.of(inquiry.language)
        newsroom = interaction.guild.name if interaction.guild else ""
        card = reply_card(inquiry.question, filled["reply"], newsroom, theirs)
        await _close(interaction, inquiry, card, "news-closed")


class Title(Form, template=rf"v:title:{NUMBER}"):
    """The article that answers a question."""

    @classmethod
    def of(cls, inquiry: Inquiry, language: Language) -> Title:
        """Return the form."""
        field = write_field("title", most=300, is_needed=True)
        label = language("news-title-label")
        return cls(language("news-story"), f"v:title:{inquiry.n}", (label, field))

    @classmethod
    async def take(cls, interaction: Interaction, filled: Filled) -> None:
        """Tell who asked of it."""
        await hold_update(interaction)
        inquiry = await find_inquiry(interaction, filled.fields["n"])
        seen = await interaction.client.see(interaction)
        found = seen.catalogue.choose(filled["title"])
        theirs = interaction.client.languages.of(inquiry.language)
        card = story_card(inquiry.question, await seen.read(found), theirs)
        await _close(interaction, inquiry, card, "news-closed")


async def _close(interaction: Interaction, inquiry: Inquiry, card: Card, key: str) -> None:
    """Tell who asked, once, and show the newsroom that it is done."""
    bot = interaction.client
    if not await bot.records.end(Inquiry, inquiry.n):
        raise BotError("inquiry-gone")
    if not await reach(bot, inquiry.user, inquiry.channel, card):
        key = "news-unreached"
    language, by = language_of(interaction), interaction.user.id
    await answer(interaction, closed_card(inquiry.question, language, key, by))


def consent_card(asked: str, language: Language, kind: str, days: int) -> Card:
    """Return what is kept for so many days and who sees it, with the buttons that decide."""
    return Card(
        question(show_question(asked)),
        text(language(f"{kind}-consent", days=str(days))),
        row(
            button(language(f"{kind}-agree"), f"v:agree:{kind}", style=ButtonStyle.success),
            button(language("button-cancel"), "v:leave"),
        ),
        accent=REFUSED,
    )


def inquiry_card(inquiry: Inquiry, language: Language) -> Card:
    """Return a question as it comes to the newsroom, with what may be done about it."""
    return Card(
        text(f"### {language('news-title')}", f"> {fit(inquiry.question, QUOTE)}"),
        text(f"-# {language('news-asker', name=f'<@{inquiry.user}>')}"),
        row(
            button(language("news-answer"), f"v:reply:{inquiry.n}", style=ButtonStyle.primary),
            button(language("news-story"), f"v:story:{inquiry.n}"),
            button(language("news-decline"), f"v:decline:{inquiry.n}"),
        ),
        accent=REFUSED,
    )


def closed_card(asked: str, language: Language, key: str, by: int) -> Card:
    """Return a question of the newsroom that needs nothing more."""
    name = f"<@{by}>"
    return Card(
        text(f"> {fit(asked, QUOTE)}"), text(f"-# {language(key, name=name)}"), accent=ANSWERED
    )


def reply_card(asked: str, reply: str, newsroom: str, language: Language) -> Card:
    """Return the newsroom's own reply, named as such: it is no quote of an article."""
    return Card(
        text(f"-# {language('news-reply', name=fit(newsroom, 80))}", f"> {fit(asked, 300)}"),
        ui.Separator(),
        text(fit(reply, REPLY)),
        accent=ANSWERED,
    )


def story_card(asked: str, article: Article, language: Language) -> Card:
    """Return the article by which the newsroom answers."""
    return Card(
        text(f"-# {language('news-by-story')}", f"> {fit(asked, 300)}"),
        ui.Separator(),
        text(link_title(article), f"-# {credit_line(article)}"),
        accent=ANSWERED,
    )


def told_card(asked: str, hit: Hit, language: Language) -> Card:
    """Return the passage that answers a question that somebody wanted to be told of."""
    return Card(
        text(f"-# {language('tell-title')}"),
        question(show_question(asked)),
        text(quote(hit, language, QUOTE)),
        text(link_title(hit.article), f"-# {credit_line(hit.article)}"),
        text(f"-# {language('tell-once')}"),
        accent=ANSWERED,
    )


ALL = (Offer, Agree, Respond, Decline)
