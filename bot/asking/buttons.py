"""What buttons, selects and forms do; all they need is in their custom ids and their message."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, Self

import discord
from discord import ui

from bot.asking import asking, forms
from bot.asking.render import places
from bot.delivery import answer, hold, hold_update, language_of, patiently, tell
from bot.errors import BotError
from bot.keeping import Vote
from bot.reading import opening
from bot.reading.about import export, forget_card
from bot.reading.catalogue import SORTS
from bot.reading.listing import listing_card
from bot.ui.layout import custom_ids, question_of
from bot.ui.markup import unplain
from bot.ui.parts import Attached, Block, card, notice
from bot.ui.refs import PLACE, SCOPE, SHORT, Place, unpack

if TYPE_CHECKING:
    import re

    from bot.client import Interaction

NAME = r"(?P<name>[\w-]{8})"
"""The pattern of the name of an answer."""


class Click(ui.DynamicItem[Any], template=r"v:"):
    """What all have in common: read from the custom id, and every error is told."""

    def __init__(self, item: Any, fields: dict[str, str]) -> None:
        super().__init__(item)
        self.fields = fields

    @classmethod
    async def from_custom_id(
        cls, _interaction: discord.Interaction[Any], item: ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """Make it again from the message it sits on."""
        return cls(item, match.groupdict())

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Act, or tell what went wrong."""
        try:
            await self._act(interaction)
        except Exception as error:  # noqa: BLE001 - told to the person and to the operator
            await tell(interaction, error, f"the button {type(self).__name__}")

    async def _act(self, interaction: Interaction) -> None:
        raise NotImplementedError


class More(Click, template=rf"v:more:(?P<offset>\d{{1,2}}):{SCOPE}"):
    """More passages for the question above, to the one who clicked."""

    async def _act(self, interaction: Interaction) -> None:
        question = asked(interaction)
        if not question:
            raise BotError("question-gone")
        catalogue = (await interaction.client.view(interaction)).catalogue
        filters = unpack(self.fields["scope"], catalogue.sources, catalogue.by_ref)
        if filters is None:
            raise BotError("filter-gone")
        await asking.respond_more(interaction, question, filters, int(self.fields["offset"]))


class Context(Click, template=rf"v:ctx:{PLACE}"):
    """A passage between the paragraphs before and after it."""

    async def _act(self, interaction: Interaction) -> None:
        await hold(interaction, ephemeral=True)
        seen, place = await interaction.client.view(interaction), Place.read(self.fields)
        shown = await opening.context(seen, place, language_of(interaction))
        await answer(interaction, shown)


class Turn(Click, template=rf"v:read:(?P<article>{SHORT})\.(?P<page>\d+)"):
    """Another page of the article, in the same message."""

    async def _act(self, interaction: Interaction) -> None:
        await hold_update(interaction)
        seen = await interaction.client.view(interaction)
        ref, index = self.fields["article"], int(self.fields["page"])
        shown = await opening.page(seen, ref, index, language_of(interaction))
        await answer(interaction, shown)


class Listing(
    Click,
    template=rf"(?s)v:list:[pns]:(?P<page>\d+):(?P<sort>{'|'.join(SORTS)}):(?P<text>.*)",
):
    """Another page or order of the list of articles, in the same message."""

    async def _act(self, interaction: Interaction) -> None:
        await hold_update(interaction)
        shown = listing_card(
            (await interaction.client.view(interaction)).catalogue,
            language_of(interaction),
            text=self.fields["text"],
            sort=self.fields["sort"],
            page=int(self.fields["page"]),
        )
        await answer(interaction, shown)


class Open(Click, template=r"v:open"):
    """The article that was chosen in the list."""

    async def _act(self, interaction: Interaction) -> None:
        await hold(interaction, ephemeral=True)
        seen, ref = await interaction.client.view(interaction), self.item.values[0]
        await answer(interaction, await opening.page(seen, ref, 0, language_of(interaction)))


class Publish(Click, template=r"v:pub"):
    """The answer that only one person saw, shown to the channel."""

    async def _act(self, interaction: Interaction) -> None:
        message = clicked(interaction)
        seen = await interaction.client.view(interaction)
        if not all(opening.is_there(seen, place) for place in places(custom_ids(message))):
            raise BotError("passage-gone")
        await hold_update(interaction)
        await patiently(lambda: interaction.followup.send(**without(message, "v:pub")))
        await patiently(lambda: interaction.edit_original_response(**without(message, "v:pub")))


class Judge(Click, template=rf"v:vote:(?P<vote>[+-]):{NAME}:{PLACE}"):
    """Useful, or not; then it may be said why."""

    async def _act(self, interaction: Interaction) -> None:
        language, name = language_of(interaction), self.fields["name"]
        if self.fields["vote"] == "+":
            await hold(interaction, ephemeral=True)
            await self._count(interaction, useful=True)
            await answer(interaction, notice(language("vote-thanks")))
        else:
            await interaction.response.send_modal(forms.why(language, name))
            await self._count(interaction, useful=False)

    async def _count(self, interaction: Interaction, *, useful: bool) -> None:
        """Keep the vote, once Discord has heard of the click: the disk may take a while."""
        bot, place = interaction.client, Place.read(self.fields)
        keep = bot.rules(interaction.guild_id).keep
        await bot.store.vote(
            Vote(
                self.fields["name"],
                interaction.user.id,
                interaction.guild_id,
                useful,
                place.article,
                place.paragraph,
                place.digest,
                question=asked(interaction) if keep else None,
            )
        )


class FollowUp(Click, template=rf"v:then:(?P<article>{SHORT})"):
    """A form for another question about the same article."""

    async def _act(self, interaction: Interaction) -> None:
        (await interaction.client.view(interaction)).article(self.fields["article"])
        private = clicked(interaction).flags.ephemeral
        form = forms.follow_up(language_of(interaction), self.fields["article"], private=private)
        await interaction.response.send_modal(form)


class Mine(Click, template=r"v:mine:(?P<what>get|ask|drop)"):
    """All that is kept about the person who clicks: given to them, or deleted once they confirm."""

    async def _act(self, interaction: Interaction) -> None:
        what, store, user = self.fields["what"], interaction.client.store, interaction.user.id
        language = language_of(interaction)
        if what == "drop":
            await hold_update(interaction)
            count = await store.forget(user)
            await answer(interaction, notice(language("privacy-forgotten", count=count)))
            return
        await hold(interaction, ephemeral=True)
        votes, questions = await store.votes(user=user), await store.unanswered(user=user)
        if what == "ask":
            await answer(interaction, forget_card(len(votes) + len(questions), language))
            return
        file = discord.File(io.BytesIO(export(votes, questions)), "verbatim.json")
        shown = card(Block(language("privacy-given")), Attached(file.filename))
        await answer(interaction, shown, files=[file])


ALL = (More, Context, Turn, Listing, Open, Publish, Judge, FollowUp, Mine)


def clicked(interaction: Interaction) -> discord.Message:
    """Return the message that was clicked on.

    Raises:
        BotError: Discord did not say which.
    """
    if interaction.message is None:
        raise BotError("dead")
    return interaction.message


def asked(interaction: Interaction) -> str:
    """Return the question of the message that was clicked on; empty without one."""
    shown = question_of(clicked(interaction))
    return unplain(shown.removeprefix("**").removesuffix("**"))


def without(message: discord.Message, custom_id: str) -> dict[str, Any]:
    """Return what to send to show a message again, but for one of its buttons."""
    is_layout = message.flags.components_v2
    view = (ui.LayoutView if is_layout else ui.View).from_message(message, timeout=None)
    for item in view.walk_children():
        if isinstance(item, ui.Button) and item.custom_id == custom_id:
            (item.parent or view).remove_item(item)  # type: ignore[union-attr]
            break
    view.stop()
    return {"view": view} if is_layout else {"view": view, "embeds": message.embeds}
