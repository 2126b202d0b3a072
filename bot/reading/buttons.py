"""What the buttons of articles do, of their list, and of what is kept about somebody."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.delivery import answer, hold, hold_update, language_of
from bot.errors import BotError
from bot.reading import about
from bot.reading.listing import STATE, Look, listing_card
from bot.reading.pages import open_context, open_page
from bot.ui.actions import Click, Form, write_field
from bot.ui.components import Attached, Card, notice, text
from bot.ui.naming import PLACE, SHORT, Place

if TYPE_CHECKING:
    from bot.context import Interaction
    from bot.translate import Language
    from bot.ui.actions import Filled


class Context(Click, template=rf"v:ctx:{PLACE}"):
    """A passage between the paragraphs before and after it."""

    async def _act(self, interaction: Interaction) -> None:
        await hold(interaction, ephemeral=True)
        seen, place = await interaction.client.see(interaction), Place.read(self.fields)
        await answer(interaction, await open_context(seen, place, language_of(interaction)))


class Turn(Click, template=rf"v:read:(?P<article>{SHORT})\.(?P<page>\d+)"):
    """Another page of the article, in the same message."""

    async def _act(self, interaction: Interaction) -> None:
        await hold_update(interaction)
        seen = await interaction.client.see(interaction)
        ref, index = self.fields["article"], int(self.fields["page"])
        await answer(interaction, await open_page(seen, ref, index, language_of(interaction)))


class Listing(Click, template=rf"(?s)v:list:[pns]:{STATE}"):
    """Another page or order of the list of articles, in the same message."""

    async def _act(self, interaction: Interaction) -> None:
        await hold_update(interaction)
        await _list(interaction, Look.read(self.fields))


class Jump(Click, template=rf"(?s)v:jump:{STATE}"):
    """A form for the page of the list to go to."""

    async def _act(self, interaction: Interaction) -> None:
        form = To.from_look(language_of(interaction), Look.read(self.fields))
        await interaction.response.send_modal(form)


class To(Form, template=rf"(?s)v:to:{STATE}"):
    """The page of the list to go to."""

    @classmethod
    def from_look(cls, language: Language, look: Look) -> To:
        """Return the form."""
        field = write_field("page", most=5, is_needed=True)
        return cls(language("jump-title"), f"v:to:{look}", (language("jump-label"), field))

    @classmethod
    async def take(cls, interaction: Interaction, filled: Filled) -> None:
        """Show that page in the same message."""
        if not filled["page"].isdecimal():
            raise BotError("page")
        await hold_update(interaction)
        await _list(interaction, replace(Look.read(filled.fields), page=int(filled["page"]) - 1))


async def _list(interaction: Interaction, look: Look) -> None:
    catalogue = (await interaction.client.see(interaction)).catalogue
    await answer(interaction, listing_card(catalogue, language_of(interaction), look))


class Open(Click, template=r"v:open"):
    """The article that was chosen in the list."""

    async def _act(self, interaction: Interaction) -> None:
        await hold(interaction, ephemeral=True)
        seen, ref = await interaction.client.see(interaction), self.item.values[0]
        await answer(interaction, await open_page(seen, ref, 0, language_of(interaction)))


class Mine(Click, template=r"v:mine:(?P<what>get|ask|drop)"):
    """All that is kept about the person who clicks: given to them, or deleted once they confirm."""

    async def _act(self, interaction: Interaction) -> None:
        what, records, user = self.fields["what"], interaction.client.records, interaction.user.id
        language = language_of(interaction)
        if what == "drop":
            await hold_update(interaction)
            count = await records.forget(user)
            await answer(interaction, notice(language("privacy-forgotten", count=count)))
            return
        await hold(interaction, ephemeral=True)
        kept = await about.list_kept(records, user)
        if what == "ask":
            await answer(interaction, about.forget_card(about.count(kept), language))
            return
        file = Attached("verbatim.json", about.export(kept))
        await answer(interaction, Card(text(language("privacy-given")), file))


class Leave(Click, template=r"v:leave"):
    """Leave everything as it is."""

    async def _act(self, interaction: Interaction) -> None:
        await hold_update(interaction)
        await answer(interaction, notice(language_of(interaction)("proposal-dropped")))


ALL = (Context, Turn, Listing, Jump, Open, Mine, Leave)
