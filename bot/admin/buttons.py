"""What the buttons of editors do: confirm, replace, correct, cancel, restore, add.

Whether somebody may is asked at each click, and on which server they click, never read from the
button.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.admin import additions
from bot.admin.forms import ARTICLE, Add, Fix, choose_proposed
from bot.admin.history import show_history
from bot.admin.proposals import TOKEN
from bot.admin.target import WHERE, choose, is_shared, target, where
from bot.delivery import answer, hold_update, language_of
from bot.servers.rules import require_editor
from bot.ui.actions import Click
from bot.ui.components import notice
from bot.ui.naming import short

if TYPE_CHECKING:
    from bot.context import Interaction
    from embeddings.engine import SearchEngine


class AdminClick(Click, template=r"v:admin"):
    """What they have in common: whoever clicks must be an editor, of the collection too."""

    async def _engine(self, interaction: Interaction) -> SearchEngine:
        """Acknowledge a click and return the collection that it changes."""
        require_editor(interaction)
        await hold_update(interaction)
        return await target(interaction, shared=self._shared)

    @property
    def _shared(self) -> bool:
        return is_shared(self.fields)


class Decide(AdminClick, template=rf"v:plan:(?P<verb>ok|any|rep|repany|no):{WHERE}:{TOKEN}"):
    """Do what was proposed, in spite of the gate if need be, or drop it."""

    async def _act(self, interaction: Interaction) -> None:
        engine = await self._engine(interaction)
        verb, token = self.fields["verb"], self.fields["token"]
        if verb == "no":
            await engine.drop(token)
            await answer(interaction, notice(language_of(interaction)("proposal-dropped")))
            return
        await additions.confirm(interaction, engine, verb, token, shared=self._shared)


class Correct(Click, template=rf"v:fix:{WHERE}:{TOKEN}"):
    """A form for what is known of the one article that is proposed."""

    async def _act(self, interaction: Interaction) -> None:
        await _give_form(interaction, self.fields)


class Pick(Click, template=rf"v:pick:{WHERE}:{TOKEN}"):
    """The same form for one of several articles, which was chosen in a list."""

    async def _act(self, interaction: Interaction) -> None:
        await _give_form(interaction, self.fields, short(self.item.values[0]))


async def _give_form(
    interaction: Interaction, fields: dict[str, str], ref: str | None = None
) -> None:
    engine = await target(interaction, shared=is_shared(fields))
    article = choose_proposed(await engine.proposal(fields["token"]), ref)
    name = f"v:fixed:{fields['where']}:{fields['token']}:{short(article.id)}"
    form = Fix.about(article, name, language_of(interaction))
    await interaction.response.send_modal(form)


class Index(AdminClick, template=rf"v:index:{WHERE}:(?P<full>[01])"):
    """Publish a new index in spite of the gate."""

    async def _act(self, interaction: Interaction) -> None:
        engine, full = await self._engine(interaction), self.fields["full"] == "1"
        await additions.reindex(interaction, engine, shared=self._shared, full=full, anyway=True)


class Page(AdminClick, template=rf"v:hist:{WHERE}:(?P<page>\d{{1,5}}):(?P<name>[a-z0-9-]{{0,80}})"):
    """Show another part of the history."""

    async def _act(self, interaction: Interaction) -> None:
        engine, page = await self._engine(interaction), int(self.fields["page"])
        await show_history(interaction, engine, self.fields["name"], page, shared=self._shared)


class Restore(AdminClick, template=rf"v:back:{WHERE}:\d:(?P<number>\d{{1,6}}):{ARTICLE}"):
    """Propose an earlier version of an article."""

    async def _act(self, interaction: Interaction) -> None:
        engine, number = await self._engine(interaction), int(self.fields["number"])
        proposal = await engine.propose_version(self.fields["article"], number)
        await additions.show(interaction, engine, proposal, shared=self._shared)


class Stories(Click, template=r"v:stories"):
    """The form for files and links, where there is no article yet."""

    async def _act(self, interaction: Interaction) -> None:
        require_editor(interaction)
        shared = await choose(interaction, shared=None)
        form = Add.to(where(shared=shared), language_of(interaction))
        await interaction.response.send_modal(form)


ALL = (Decide, Correct, Pick, Index, Page, Restore, Stories)
