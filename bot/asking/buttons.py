"""What the buttons and forms of an answer do: more, ask on, judge, show to all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord
from discord import ui

from bot.asking import asking
from bot.asking.render import QUOTE, foreign, link_title, open_buttons, quote, show_question
from bot.delivery import answer, hold, hold_update, language_of, patiently
from bot.errors import BotError
from bot.servers.rules import rules_of
from bot.translate import GAP, Language
from bot.ui.actions import Click, Filled, Form, find_message, write_field
from bot.ui.components import (
    REFUSED,
    Card,
    find_beside,
    find_question,
    list_custom_ids,
    list_texts,
    notice,
    question,
    row,
    text,
)
from bot.ui.markup import unplain
from bot.ui.naming import PLACE, SCOPE, SHORT, Place, credit_line, list_places, pack, unpack
from bot.ui.naming import place as name_place
from embeddings.store.people import Vote
from embeddings.types import MAX_QUESTION, Filters, Hit

if TYPE_CHECKING:
    from bot.context import Interaction
    from bot.ui.components import Piece

NAME = r"(?P<name>[\w-]{8})"
"""The pattern of the name of an answer."""
TO = r"(?P<to>[ep])"
"""The pattern of whom an answer is for: the one who asks, or all."""
MAX_REASON = 500


class More(Click, template=rf"v:more:(?P<offset>\d{{1,2}}):{SCOPE}"):
    """Shows the person who clicked more passages for the question above."""

    async def _act(self, interaction: Interaction) -> None:
        asked = read_question(interaction)
        filters = await read_filters(interaction, self.fields["scope"])
        await asking.respond_more(interaction, asked, filters, int(self.fields["offset"]))


class Publish(Click, template=r"v:pub"):
    """Posts in the channel an answer that only one person saw."""

    async def _act(self, interaction: Interaction) -> None:
        message = find_message(interaction)
        seen = await interaction.client.see(interaction)
        if not all(map(seen.has, list_places(list_custom_ids(message)))):
            raise BotError("passage-gone")
        await hold_update(interaction)
        await patiently(lambda: interaction.followup.send(view=_without(message, "v:pub")))
        await patiently(lambda: interaction.edit_original_response(view=_without(message, "v:pub")))


class Judge(Click, template=rf"v:vote:(?P<vote>[+-]):{NAME}:{PLACE}"):
    """Counts a vote; who finds an answer useless may say why."""

    async def _act(self, interaction: Interaction) -> None:
        language, name = language_of(interaction), self.fields["name"]
        if self.fields["vote"] == "+":
            await hold(interaction, ephemeral=True)
            await self._count(interaction, useful=True)
            await answer(interaction, notice(language("vote-thanks")))
        else:
            field = write_field("reason", most=MAX_REASON, is_long=True)
            form = Why(language("reason-title"), f"v:why:{name}", (language("reason-label"), field))
            await interaction.response.send_modal(form)
            await self._count(interaction, useful=False)

    async def _count(self, interaction: Interaction, *, useful: bool) -> None:
        """Keep the vote, once Discord has heard of the click: the disk may take a while."""
        bot, place = interaction.client, Place.read(self.fields)
        who, guild = interaction.user.id, interaction.guild_id
        is_kept = rules_of(bot, guild).keep
        asked = unplain(find_question(find_message(interaction))) if is_kept else None
        where = (place.article, place.paragraph, place.digest)
        vote = Vote(self.fields["name"], who, guild, useful, *where, question=asked)
        await bot.records.keep(vote)


class Near(Click, template=rf"v:near:{PLACE}(?::{SCOPE})?"):
    """Shows the passage nearest to a question without an answer, and that it may not answer."""

    async def _act(self, interaction: Interaction) -> None:
        await hold(interaction, ephemeral=True)
        language, place = language_of(interaction), Place.read(self.fields)
        asked = read_question(interaction)
        filters = await read_filters(interaction, self.fields["scope"])
        found = await asking.seek(interaction.client, asked, filters, interaction, kind="more")
        hit = next((h for h in (*found.closest, *found.hits) if name_place(h) == place), None)
        if hit is None:
            raise BotError("passage-gone")
        buttons = row(*open_buttons(hit, language))
        card = passage_card(asked, hit, language, language("near-title"), buttons)
        await answer(interaction, card)


def passage_card(
    asked: str, hit: Hit, language: Language, head: str, *more: Piece, accent: int = REFUSED
) -> Card:
    """Return one passage under its question and a head that says what it is, and what follows."""
    told = [*filter(None, [credit_line(hit.article)]), *foreign(hit.article, language)]
    return Card(
        question(show_question(asked)),
        text(f"-# {head}"),
        text(quote(hit, language, QUOTE)),
        text(link_title(hit.article), *([f"-# {' · '.join(told)}"] if told else [])),
        *more,
        accent=accent,
    )


class AskOn(Click, template=rf"v:on:{TO}"):
    """Opens a form for a question that leans on the one above."""

    async def _act(self, interaction: Interaction) -> None:
        await Typed.open(interaction, self.fields["to"])


class AskAbout(Click, template=rf"v:then:(?P<article>{SHORT})"):
    """Opens a form for a question about the article above."""

    async def _act(self, interaction: Interaction) -> None:
        article = self.fields["article"]
        (await interaction.client.see(interaction)).article(article)
        to = "e" if find_message(interaction).flags.ephemeral else "p"
        await Typed.open(interaction, to, article)


class Start(Click, template=r"v:start:(?P<number>\d)"):
    """Asks the question beside the button, for the person who clicks."""

    async def _act(self, interaction: Interaction) -> None:
        beside = find_beside(find_message(interaction), self.item.custom_id)
        asked = unplain(beside) or getattr(self.item, "label", "") or ""  # as older ones have it
        await asking.respond(interaction, asked, Filters())


class Typed(Form, template=rf"v:asked:{TO}:(?P<article>(?:{SHORT})?)"):
    """The form for a question that leans on the answer above it, or is about one article."""

    @classmethod
    async def open(cls, interaction: Interaction, to: str, article: str = "") -> None:
        """Show the form; without an article, the question leans on the one above."""
        language = language_of(interaction)
        field = write_field("question", most=MAX_QUESTION, is_long=True, is_needed=True)
        title = language("button-about" if article else "button-on")
        form = cls(title, f"v:asked:{to}:{article}", (language("question-label"), field))
        await interaction.response.send_modal(form)

    @classmethod
    async def take(cls, interaction: Interaction, filled: Filled) -> None:
        """Answer it from that article alone, or with what was asked before."""
        filters = Filters()
        before: tuple[str, ...] = ()
        if ref := filled.fields["article"]:
            article = (await interaction.client.see(interaction)).article(ref)
            filters = Filters(article_id=article.id, collection=article.collection)
        else:
            before = _list_before(interaction)
        is_public = filled.fields["to"] == "p"
        question = filled["question"]
        await asking.respond(interaction, question, filters, public=is_public, before=before)


def _list_before(interaction: Interaction) -> tuple[str, ...]:
    """Return what somebody asked before, up to the answer that they ask on under, oldest first."""
    if interaction.message is None:
        return ()
    talks, place = interaction.client.conversations, interaction.channel_id or 0
    before = talks.before(interaction.user.id, place, interaction.message.id)
    return before or (read_question(interaction),)


class Why(Form, template=rf"v:why:{NAME}"):
    """The form in which a person says why an answer was not useful."""

    @classmethod
    async def take(cls, interaction: Interaction, filled: Filled) -> None:
        """Keep the reason beside the vote."""
        await hold(interaction, ephemeral=True)
        reason, store = filled["reason"], interaction.client.records
        name, user = filled.fields["name"], interaction.user.id
        if reason and not await store.explain(name, user, reason):
            raise BotError("dead")
        await answer(interaction, notice(language_of(interaction)("vote-thanks")))


ALL = (More, Publish, Judge, Near, AskOn, AskAbout, Start)


async def read_filters(interaction: Interaction, scope: str | None) -> Filters:
    """Return what a question was narrowed to, as ``SCOPE`` or an older button without one says."""
    catalogue = (await interaction.client.see(interaction)).catalogue
    filters = unpack(scope or pack(Filters()), catalogue.sources, catalogue.by_ref)
    if filters is None:
        raise BotError("filter-gone")
    return filters


def read_question(interaction: Interaction, *, as_typed: bool = False) -> str:
    """Return the question of the message that was clicked on, as it was understood.

    Raises:
        BotError: It cannot be read there any more.
    """
    message = find_message(interaction)
    lines = [] if as_typed else "\n".join(list_texts(message)).split("\n")
    for language in interaction.client.languages:
        start, _, end = f"-# {language('note-follows', question=GAP)}".partition(GAP)
        for line in lines:
            if line.startswith(start) and line.endswith(end):
                return unplain(line.removeprefix(start).removesuffix(end))
    asked = unplain(find_question(message))
    if not any(map(str.isalnum, asked)):
        raise BotError("question-gone")
    return asked


def _without(message: discord.Message, custom_id: str) -> ui.LayoutView:
    """Return what to send to show a message again, but for one of its buttons."""
    view = ui.LayoutView.from_message(message, timeout=None)
    for item in view.walk_children():
        if isinstance(item, ui.Button) and item.custom_id == custom_id:
            (item.parent or view).remove_item(item)  # type: ignore[union-attr]  # a row or the view
            break
    view.stop()
    return view
