"""Handles the buttons and forms of an answer: more, follow-up, vote, post in the channel."""

import re

import discord
from discord import ui

from bot.asking import asking
from bot.asking.render import QUOTE, credit, name_language, open_buttons, quote, show_question
from bot.context import Interaction, language_of
from bot.delivery import defer, defer_update, retry
from bot.errors import BotError
from bot.servers.rules import get_rules
from bot.translate import GAP, Language
from bot.ui.components import (
    REFUSED,
    Card,
    Piece,
    find_beside,
    find_question,
    list_custom_ids,
    list_texts,
    notice,
    question,
    row,
    text,
)
from bot.ui.handlers import Input, find_message, form, handles, write_field
from bot.ui.markup import unescape
from bot.ui.naming import DIGEST, FILTERS, PLACE, Place, credit_line, locate, pack, unpack
from embeddings.store.people import Vote
from embeddings.types import MAX_QUESTION, Filters, Hit

ANSWER = r"(?P<name>[\w-]{8})"
"""The pattern of an answer's name, under which its votes are counted."""
AUDIENCE = r"(?P<to>[ep])"
"""The pattern of an answer's audience: the asker alone (ephemeral), or all (public)."""
MAX_REASON = 500


@handles(rf"v:more:(?P<offset>\d{{1,2}}):{FILTERS}")
async def show_more(interaction: Interaction, data: Input) -> Card:
    """Show the person who clicked further passages for the question of the message."""
    asked = read_question(interaction)
    filters = await read_filters(interaction, data)
    return await asking.find_more(interaction, asked, filters, int(data["offset"]))


@handles(r"v:pub")
async def publish(interaction: Interaction, _: Input) -> None:
    """Post in the channel an answer that only its asker sees."""
    message = find_message(interaction)
    scope = await interaction.client.open_scope(interaction)
    quoted = (re.fullmatch(rf"v:ctx:{PLACE}", name) for name in list_custom_ids(message))
    if not all(scope.has(Place.read(match.groupdict())) for match in quoted if match):
        raise BotError("passage-gone")
    await defer_update(interaction)
    await retry(lambda: interaction.followup.send(view=_copy(message, "v:pub")))
    await retry(lambda: interaction.edit_original_response(view=_copy(message, "v:pub")))


@handles(rf"v:vote:\+:{ANSWER}:{PLACE}", defer)
async def vote_useful(interaction: Interaction, data: Input) -> Card:
    """Store a vote that an answer is useful."""
    await _store_vote(interaction, data, useful=True)
    return notice(language_of(interaction)("vote-thanks"))


@handles(rf"v:vote:-:{ANSWER}:{PLACE}")
async def vote_useless(interaction: Interaction, data: Input) -> None:
    """Open a form that asks for a reason, and store a vote that an answer is useless."""
    language = language_of(interaction)
    field = language("reason-label"), write_field("reason", most=MAX_REASON, is_long=True)
    reason_form = form(language("reason-title"), f"v:why:{data['name']}", field)
    await interaction.response.send_modal(reason_form)
    await _store_vote(interaction, data, useful=False)


async def _store_vote(interaction: Interaction, data: Input, *, useful: bool) -> None:
    """Store a vote; called after the first response, since the disk may take a while."""
    bot, place = interaction.client, Place.read(data.parts)
    user, guild = interaction.user.id, interaction.guild_id
    is_kept = get_rules(bot, guild).keep
    asked = unescape(find_question(find_message(interaction))) if is_kept else None
    passage = (place.article, place.paragraph, place.digest)
    await bot.records.keep(Vote(data["name"], user, guild, useful, *passage, question=asked))


@handles(rf"v:why:{ANSWER}", defer)
async def explain_vote(interaction: Interaction, data: Input) -> Card:
    """Store with a vote the reason why the answer was useless."""
    reason, store = data.read("reason"), interaction.client.records
    if reason and not await store.explain(data["name"], interaction.user.id, reason):
        raise BotError("dead")
    return notice(language_of(interaction)("vote-thanks"))


@handles(rf"v:near:{PLACE}(?::{FILTERS})?", defer)
async def show_near(interaction: Interaction, data: Input) -> Card:
    """Show the passage closest to a question without an answer, as one that may not answer."""
    language, place = language_of(interaction), Place.read(data.parts)
    asked = read_question(interaction)
    filters = await read_filters(interaction, data)
    answer = await asking.find_answer(interaction.client, asked, filters, interaction, kind="more")
    hit = next((h for h in (*answer.closest, *answer.hits) if locate(h) == place), None)
    if hit is None:
        raise BotError("passage-gone")
    buttons = row(*open_buttons(hit, language))
    return passage_card(asked, hit, language, language("near-title"), buttons)


def passage_card(
    asked: str, hit: Hit, language: Language, head: str, *more: Piece, accent: int = REFUSED
) -> Card:
    """Return a card of one passage, below its question and a heading, and above further pieces."""
    return Card(
        question(show_question(asked)),
        text(f"-# {head}"),
        text(quote(hit, language, QUOTE)),
        text(credit(hit.article, credit_line(hit.article), name_language(hit.article, language))),
        *more,
        accent=accent,
    )


@handles(rf"v:on:{AUDIENCE}")
async def ask_follow_up(interaction: Interaction, data: Input) -> ui.Modal:
    """Open a form for a follow-up question."""
    return _draw_form(language_of(interaction), "button-on", data["to"])


@handles(rf"v:then:(?P<article>{DIGEST})")
async def ask_about(interaction: Interaction, data: Input) -> ui.Modal:
    """Open a form for a question about one article."""
    scope = await interaction.client.open_scope(interaction)
    scope.article(data["article"])  # raises BotError if it is gone
    to = "e" if find_message(interaction).flags.ephemeral else "p"
    return _draw_form(language_of(interaction), "button-about", to, data["article"])


def _draw_form(language: Language, key: str, to: str, article: str = "") -> ui.Modal:
    field = write_field("question", most=MAX_QUESTION, is_long=True, is_needed=True)
    return form(language(key), f"v:asked:{to}:{article}", (language("question-label"), field))


@handles(rf"v:asked:{AUDIENCE}:(?P<article>(?:{DIGEST})?)")
async def answer_form(interaction: Interaction, data: Input) -> None:
    """Answer a question about one article, or a follow-up question."""
    filters, before, public = Filters(), tuple[str, ...](), data["to"] == "p"
    if ref := data["article"]:
        article = (await interaction.client.open_scope(interaction)).article(ref)
        filters = Filters(article_id=article.id, collection=article.collection)
    else:
        before = _list_before(interaction)
    asked = data.read("question")
    await asking.respond(interaction, asked, filters, public=public, before=before)


def _list_before(interaction: Interaction) -> tuple[str, ...]:
    """Return the person's questions up to the answer that the follow-up is about, oldest first."""
    if interaction.message is None:
        return ()
    conversations, channel = interaction.client.conversations, interaction.channel_id or 0
    before = conversations.before(interaction.user.id, channel, interaction.message.id)
    return before or (read_question(interaction),)


@handles(r"v:start:(?P<number>\d)")
async def ask_beside(interaction: Interaction, data: Input) -> None:
    """Answer the starter question beside the button, for the person who clicked."""
    asked = find_beside(find_message(interaction), f"v:start:{data['number']}")
    await asking.respond(interaction, unescape(asked), Filters())


async def read_filters(interaction: Interaction, data: Input) -> Filters:
    """Return the filters in a button's custom id, if any; raises BotError if they are gone."""
    catalogue = (await interaction.client.open_scope(interaction)).catalogue
    filters = unpack(data["filters"] or pack(Filters()), catalogue.sources, catalogue.by_ref)
    if filters is None:
        raise BotError("filter-gone")
    return filters


def read_question(interaction: Interaction, *, as_typed: bool = False) -> str:
    """Return the question of the clicked message: as understood, or else as typed.

    Raises:
        BotError: The message does not show the question.
    """
    message = find_message(interaction)
    lines = [] if as_typed else "\n".join(list_texts(message)).split("\n")
    for language in interaction.client.languages:
        start, _, end = f"-# {language('note-follows', question=GAP)}".partition(GAP)
        for line in lines:
            if line.startswith(start) and line.endswith(end):
                return unescape(line.removeprefix(start).removesuffix(end))
    asked = unescape(find_question(message))
    if not any(map(str.isalnum, asked)):
        raise BotError("question-gone")
    return asked


def _copy(message: discord.Message, left_out: str) -> ui.LayoutView:
    """Return a view with a message's components, but without the button of one custom id."""
    view = ui.LayoutView.from_message(message, timeout=None)
    for item in view.walk_children():
        if isinstance(item, ui.Button) and item.custom_id == left_out:
            (item.parent or view).remove_item(item)  # type: ignore[union-attr]  # a row or the view
            break
    view.stop()
    return view
