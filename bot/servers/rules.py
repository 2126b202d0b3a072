"""The rules of a server (settings and its own choices), and the permissions of its members."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

import discord

from bot.context import wait_for_articles
from bot.errors import BotError
from bot.ui.components import Card, text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.context import Bot, Interaction
    from bot.translate import Language
    from config.groups import DiscordSettings
    from embeddings.engine import SearchEngine
    from embeddings.store.people import Choices

Ids = tuple[int, ...]
GONE = 0
"""The id of no channel, in place of chosen channels that were all deleted."""
_COMMANDS = {discord.InteractionType.application_command, discord.InteractionType.autocomplete}


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of one server, or of private messages; ``Choices`` describes each of them."""

    public: bool
    channels: tuple[int, ...]
    cooldown_user: float
    cooldown_channel: float
    keep: bool
    editors: tuple[int, ...] = ()
    news: int = 0
    tell: bool = False

    @property
    def offers(self) -> frozenset[str]:
        """The buttons offered under a question without an answer: ``news``, ``tell``."""
        offers = {"news": bool(self.news), "tell": self.tell}
        return frozenset(name for name, is_offered in offers.items() if is_offered)


def get_rules(bot: Bot, guild: int | None) -> Rules:
    """Return the rules of a server; with None, those of private messages."""
    rules = combine(bot.settings.discord, bot.records.choices(guild))
    server = bot.get_guild(guild) if guild else None
    return rules if server is None or server.unavailable else drop_deleted(rules, server)


def drop_deleted(rules: Rules, server: discord.Guild) -> Rules:
    """Return rules without deleted channels and roles; ``GONE`` if no chosen channel is left."""
    channels = tuple(i for i in rules.channels if server.get_channel_or_thread(i))
    channels = channels or (rules.channels and (GONE,))
    editors = tuple(i for i in rules.editors if server.get_role(i))
    news = rules.news if server.get_channel(rules.news) else 0
    return replace(rules, channels=channels, editors=editors, news=news)


def combine(settings: DiscordSettings, choices: Choices) -> Rules:
    """Return the operator's settings, overridden by a server's choices."""
    chosen = {name: value for name, value in asdict(choices).items() if value is not None}
    names = ("public", "channels", "cooldown_user", "cooldown_channel")
    defaults = {name: getattr(settings, name) for name in names}
    return Rules(**(defaults | {"keep": settings.keep_questions} | chosen))


def rules_card(rules: Rules, language: Language) -> Card:
    """Return the card of a server's rules."""
    places = " ".join(f"<#{i}>" for i in rules.channels[:30] if i != GONE)
    channels = places or language("rules-nowhere" if rules.channels else "rules-everywhere")
    editors = " ".join(f"<@&{i}>" for i in rules.editors[:20])
    lines = [
        language("rules-public" if rules.public else "rules-private"),
        language("rules-channels", channels=channels),
        language("rules-cooldown-user", seconds=rules.cooldown_user),
        language("rules-cooldown-channel", seconds=rules.cooldown_channel),
        language("rules-keep-on" if rules.keep else "rules-keep-off"),
        language("rules-editors" if editors else "rules-editors-none", roles=editors),
        language("rules-news" if rules.news else "rules-news-none", channel=f"<#{rules.news}>"),
        language("rules-tell-on" if rules.tell else "rules-tell-off"),
    ]
    return Card(text(f"### {language('rules-title')}"), text(*lines))


def update(choices: Choices, **new: Any) -> Choices:
    """Return a server's choices, updated with the new values that are not None."""
    return replace(choices, **{name: value for name, value in new.items() if value is not None})


def update_ids(ids: Ids, *, allow: int | None, forbid: int | None) -> Ids | None:
    """Return ids with one added or removed; None if none is given; BotError if both are one."""
    if allow is None and forbid is None:
        return None
    if allow == forbid:
        raise BotError("same-channel")
    others = [i for i in ids if i not in {allow, forbid, GONE}]
    return (*others, allow) if allow is not None else tuple(others)


def toggle(ids: Ids, one: int | None) -> Ids | None:
    """Return ids with one added if it is absent, or removed if present; None if none is given."""
    if one is None:
        return None
    return tuple(i for i in ids if i != one) if one in ids else (*ids, one)


def list_channels(channel: Any) -> list[int]:
    """Return the ids of a channel or thread, of the thread's channel, and of the category."""
    is_thread = isinstance(channel, discord.Thread)
    category = getattr(channel.parent if is_thread else channel, "category_id", None)
    ids = (getattr(channel, "id", None), getattr(channel, "parent_id", None), category)
    return [i for i in ids if i is not None]


async def find_collection(interaction: Interaction, *, shared: bool | None) -> SearchEngine:
    """Return the collection to change, once permission is checked: the server's, or the shared one.

    With ``shared`` None, ``prefers_shared`` decides. Discord has checked the permission for a
    command, by the server's own settings for it; for a button or a form it checks none.

    Raises:
        BotError: The person may not change it, or it is not ready while a first response is due.
    """
    if shared is None:
        shared = await prefers_shared(interaction)
    async with wait_for_articles(interaction):
        bot = interaction.client
        if not (shared and interaction.guild_id):
            server = require_editor(interaction)
            return await bot.collections.create(server)
        if not await is_operator(bot, interaction.user):
            raise BotError("not-operator")
        return bot.collections.shared


async def prefers_shared(interaction: Interaction) -> bool:
    """Return whether a person who does not say which collection means the shared one.

    Only the operator does, as long as the server never had articles of its own.

    Raises:
        BotError: The server's collection is not ready while a first response is due.
    """
    bot, server = interaction.client, interaction.guild_id
    async with wait_for_articles(interaction):
        own = await bot.collections.of(server) if server else None
        had = own and (own.sources() or own.snapshots())
        return not had and await is_operator(bot, interaction.user)


def require_editor(interaction: Interaction) -> int:
    """Return a person's server, once it is clear that they may change its articles.

    It is known from memory; of a command, Discord has checked it.

    Raises:
        BotError: The person may not, or is not on a server.
    """
    if interaction.guild_id is None:
        raise BotError("server-only")
    if interaction.type not in _COMMANDS and not is_editor(interaction):
        raise BotError("not-allowed")
    return interaction.guild_id


def is_editor(interaction: Interaction) -> bool:
    """Say whether a person may change the articles of the current server."""
    editors = get_rules(interaction.client, interaction.guild_id).editors
    return is_manager(interaction) or _has_role(interaction, editors)


def is_manager(interaction: Interaction) -> bool:
    """Say whether a person manages the current server, or is an admin by the settings."""
    if interaction.guild_id is None:
        return False
    settings, may = interaction.client.settings.discord, interaction.permissions
    is_named = interaction.user.id in settings.admin_users
    manages = may.manage_guild or may.administrator
    return manages or is_named or _has_role(interaction, settings.admin_roles)


def _has_role(interaction: Interaction, ids: Iterable[int]) -> bool:
    member = interaction.user
    return isinstance(member, discord.Member) and any(member.get_role(i) for i in ids)


async def is_operator(bot: Bot, user: discord.User | discord.Member) -> bool:
    """Say whether a person is an operator: the application's owner, or an admin by the settings.

    If a team owns the application, its administrators and developers count as owners.
    """
    return user.id in bot.settings.discord.admin_users or await bot.is_owner(user)
