"""What discord.py has no taker for: forms, whoever sent them, and clicks on what is gone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, cast

import discord

from bot.admin import buttons as adminbuttons
from bot.admin import editing as adminforms
from bot.asking import asking, buttons, forms
from bot.asking.buttons import NAME
from bot.delivery import answer, hold, language_of, tell
from bot.errors import BotError
from bot.ui.parts import notice
from bot.ui.refs import SHORT
from embeddings.types import Filters

if TYPE_CHECKING:
    from bot.client import Interaction


async def on_interaction(interaction: Interaction) -> None:
    """Take the forms, and answer clicks that nothing takes any more."""
    data: Any = interaction.data or {}
    custom_id = str(data.get("custom_id", ""))
    try:
        if interaction.type is discord.InteractionType.modal_submit:
            await _on_form(interaction, custom_id)
        elif interaction.type is discord.InteractionType.component:
            _check_taken(custom_id)
    except Exception as error:  # noqa: BLE001 - told to the person and to the operator
        await tell(interaction, error, "a form or a dead button")


def _check_taken(custom_id: str) -> None:
    """Check that one of the buttons takes a click."""
    kinds = (*buttons.ALL, *adminbuttons.ALL)
    if not any(kind.__discord_ui_compiled_template__.fullmatch(custom_id) for kind in kinds):
        raise BotError("dead")


async def _on_form(interaction: Interaction, custom_id: str) -> None:
    filled = forms.values(cast("Any", interaction.data) or {})
    if match := re.fullmatch(rf"v:ask:(?P<article>{SHORT}):(?P<to>[ep])", custom_id):
        article = (await interaction.client.view(interaction)).article(match["article"])
        await asking.respond(
            interaction,
            filled.get("question", ""),
            Filters(article_id=article.id, collection=article.collection),
            public=match["to"] == "p",
        )
    elif match := re.fullmatch(rf"v:why:{NAME}", custom_id):
        await _on_reason(interaction, match["name"], filled.get("reason", "").strip())
    elif not await adminforms.on_form(interaction, custom_id, filled):
        raise BotError("dead")


async def _on_reason(interaction: Interaction, name: str, reason: str) -> None:
    await hold(interaction, ephemeral=True)
    if reason and not await interaction.client.store.explain(name, interaction.user.id, reason):
        raise BotError("dead")
    await answer(interaction, notice(language_of(interaction)("vote-thanks")))
