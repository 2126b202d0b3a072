"""A server with a member, an admin and a stranger, and what they read in the bot's answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import discord
from discord import ui
from simcord.components import COMPONENTS_V2_FLAG, validate_components, walk_components

from tests.waiting import until

if TYPE_CHECKING:
    from simcord.env import Env
    from simcord.results import InteractionResult, ResponseMessage

    from bot.ui.components import Card
    from tests.fakes import FakeEngine


_SPACES = str.maketrans({"\N{NO-BREAK SPACE}": " ", "\N{NARROW NO-BREAK SPACE}": " "})


class World:
    """One server of ours, one of somebody else's, and one private conversation."""

    def __init__(self, env: Env, engine: FakeEngine) -> None:
        self.env = env
        self.engine = engine
        self.bot = env.bot
        self.locale = "fr"
        env.backend.emit = self._speaking(env.backend.emit)
        self.guild = env.create_guild("Ours")
        self.channel = self.guild.create_text_channel("news")
        self.other_channel = self.guild.create_text_channel("talk")
        managers = self.guild.create_role(
            "Managers", permissions=discord.Permissions(manage_guild=True)
        )
        self.member = self.guild.add_member(env.create_user("Ada"))
        self.admin = self.guild.add_member(env.create_user("Bea"), roles=[managers])
        self.elsewhere = env.create_guild("Theirs")
        self.their_channel = self.elsewhere.create_text_channel("general")
        self.stranger = self.elsewhere.add_member(env.create_user("Eve"))
        self.friend = env.create_user("Dan")
        self.stranger_here = self.guild.add_member(env.create_user("Gil"))

    def _speaking(self, emit: Any) -> Any:
        """Have everybody's Discord set to ``locale``."""

        def spoken(event: str, payload: Any, *args: Any, **kwargs: Any) -> Any:
            if event == "INTERACTION_CREATE":
                payload["locale"] = self.locale
            return emit(event, payload, *args, **kwargs)

        return spoken

    @property
    def own(self) -> FakeEngine:
        """Our server's own collection, which is empty at first."""
        collections: Any = self.bot.collections
        engine: FakeEngine = collections.have(self.guild.id)
        return engine

    async def ask(self, question: str, **options: Any) -> InteractionResult:
        """Ask as the member, in the channel."""
        return await self.member.slash(self.channel, "ask", question=question, **options)

    async def edited_to_say(self, words: str) -> None:
        """Wait until the bot has edited a message so that it says some words."""
        requests = self.env.http_requests
        await until(lambda: any(words in str(r.json) for r in requests if r.method == "PATCH"))

    @property
    def errors(self) -> list[BaseException]:
        """What went wrong in commands; read it where that is expected."""
        return self.env.errors


def text_of(message: ResponseMessage | discord.Message | None) -> str:
    """Return all that a message says, plainly."""
    assert message is not None
    parts = [message.content, *(e.description or "" for e in message.embeds)]
    parts += [c["content"] for c in components_of(message) if c.get("type") == 10]
    return plainly("\n".join(parts)).strip()


def plainly(text: str) -> str:
    """Return a text with plain spaces for French no-break ones."""
    return text.translate(_SPACES)


def buttons_of(message: ResponseMessage | discord.Message | None) -> dict[str, dict[str, Any]]:
    """Return a message's buttons by their labels."""
    return {c["label"]: c for c in components_of(message) if c.get("type") == 2}


def texts_of(card: Card) -> str:
    """Return all that is written on a card, as it was drawn."""
    shown = card.walk_children()
    return "\n".join(each.content for each in shown if isinstance(each, ui.TextDisplay))


def labels_of(card: Card) -> list[str]:
    """Return what stands on a card's buttons, in order."""
    return [str(each.label) for each in card.walk_children() if isinstance(each, ui.Button)]


def ids_of(card: Card) -> list[str]:
    """Return the custom ids of a card's buttons, in order."""
    shown = [each for each in card.walk_children() if isinstance(each, ui.Button)]
    return [each.custom_id for each in shown if each.custom_id]


def check_card(card: Card) -> None:
    """Check a card as Discord does."""
    validate_components(card.lay_out().to_components(), flags=COMPONENTS_V2_FLAG)


def select_of(message: ResponseMessage | discord.Message | None) -> dict[str, Any]:
    """Return a message's select."""
    return next(c for c in components_of(message) if c.get("type") == 3)


def components_of(message: ResponseMessage | discord.Message | None) -> list[dict[str, Any]]:
    assert message is not None
    raw = message.components
    rows = [c if isinstance(c, dict) else c.to_dict() for c in raw]
    return list(walk_components(rows))
