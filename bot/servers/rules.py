"""Who may administer, where the bot answers, and how: the settings, and what a server chose."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

import discord

from bot.errors import BotError
from bot.ui.components import ANSWERED, Card, text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.context import Context, Interaction
    from bot.translate import Language
    from config.settings import DiscordSettings
    from embeddings.store.people import Choices

_COMMANDS = {discord.InteractionType.application_command, discord.InteractionType.autocomplete}


@dataclass(frozen=True, slots=True)
class Rules:
    """What holds in one server, or in private messages; ``Choices`` says what each is."""

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
        """What is offered where a question has no answer."""
        given = {"news": bool(self.news), "tell": self.tell}
        return frozenset(name for name, is_given in given.items() if is_given)


def rules_of(bot: Context, guild: int | None) -> Rules:
    """Return what holds on a server, or in private."""
    return combine(bot.settings.discord, bot.records.choices(guild))


def combine(settings: DiscordSettings, choices: Choices) -> Rules:
    """Put together what a server chose and what the operator set."""
    chosen = {name: value for name, value in asdict(choices).items() if value is not None}
    names = ("public", "channels", "cooldown_user", "cooldown_channel")
    given = {name: getattr(settings, name) for name in names}
    return Rules(**(given | {"keep": settings.keep_questions} | chosen))


def rules_card(rules: Rules, language: Language, *, forbidden: bool = False) -> Card:
    """Return the settings of a server; that one was just ``forbidden`` may open all channels."""
    channels = " ".join(f"<#{i}>" for i in rules.channels[:30]) or language("rules-everywhere")
    editors = " ".join(f"<@&{i}>" for i in rules.editors[:20])
    lines = [
        language("rules-public" if rules.public else "rules-private"),
        language("rules-channels", channels=channels),
        language("rules-cooldown-user", seconds=rules.cooldown_user),
        language("rules-cooldown-channel", seconds=rules.cooldown_channel),
        language("rules-keep-on" if rules.keep else "rules-keep-off"),
        language("rules-editors", roles=editors) if editors else language("rules-editors-none"),
        language("rules-news", channel=f"<#{rules.news}>")
        if rules.news
        else language("rules-news-none"),
        language("rules-tell-on" if rules.tell else "rules-tell-off"),
    ]
    warning = text(language("rules-emptied")) if forbidden and not rules.channels else None
    return Card(
        text(f"### {language('rules-title')}"), text("\n".join(lines)), warning, accent=ANSWERED
    )


def change(choices: Choices, **new: Any) -> Choices:
    """Return a server's choices with those that are given in place of the old ones."""
    return replace(choices, **{name: value for name, value in new.items() if value is not None})


def move(ids: tuple[int, ...], *, allow: int | None, forbid: int | None) -> tuple[int, ...] | None:
    """Return some ids with one more or one less; None when neither is given."""
    if allow is None and forbid is None:
        return None
    kept = [each for each in ids if each not in {allow, forbid}]
    return (*kept, allow) if allow is not None and allow != forbid else tuple(kept)


def toggle(ids: tuple[int, ...], one: int | None) -> tuple[int, ...] | None:
    """Return some ids with one that was not there, or without one that was; None without it."""
    if one is None:
        return None
    return tuple(each for each in ids if each != one) if one in ids else (*ids, one)


def check_channel(rules: Rules, channel_ids: Iterable[int]) -> None:
    """Check that the bot answers in a channel, given by its id and its parent's.

    Raises:
        BotError: It does not; the sentence names the channels where it does.
    """
    if rules.channels and not set(rules.channels) & set(channel_ids):
        raise BotError("channel", channels=" ".join(f"<#{i}>" for i in rules.channels[:10]))


def list_channels(channel: Any) -> list[int]:
    """Return the ids of a channel, of a thread's channel, and of the category it is in."""
    is_thread = isinstance(channel, discord.Thread)
    category = getattr(channel.parent if is_thread else channel, "category_id", None)
    ids = (getattr(channel, "id", None), getattr(channel, "parent_id", None), category)
    return [i for i in ids if i is not None]


async def require_target(interaction: Interaction, *, shared: bool) -> None:
    """Check that whoever did something may change their server's collection, or the shared one.

    A command that reaches the bot was allowed by Discord, which knows the server's own rules for
    it; a button or a form says nothing of whoever uses it.

    Raises:
        BotError: They may not.
    """
    if not (shared and interaction.guild_id):
        require_editor(interaction)
    elif not await is_operator(interaction.client, interaction.user):
        raise BotError("not-operator")


def require_editor(interaction: Interaction) -> None:
    """Check that whoever did something may change the articles of their server; from memory.

    Raises:
        BotError: They may not, or this is not on a server.
    """
    if interaction.guild_id is None:
        raise BotError("server-only")
    if interaction.type not in _COMMANDS and not is_editor(interaction):
        raise BotError("not-allowed")


def is_editor(interaction: Interaction) -> bool:
    """Say whether somebody may change the articles of the server where they are."""
    editors = rules_of(interaction.client, interaction.guild_id).editors
    return is_manager(interaction) or _has_role(interaction, editors)


def is_manager(interaction: Interaction) -> bool:
    """Say whether somebody may manage the server where they are, or is named in the settings."""
    if interaction.guild_id is None:
        return False
    settings, may = interaction.client.settings.discord, interaction.permissions
    is_named = interaction.user.id in settings.admin_users
    manages = may.manage_guild or may.administrator
    return manages or is_named or _has_role(interaction, settings.admin_roles)


def _has_role(interaction: Interaction, ids: Iterable[int]) -> bool:
    member = interaction.user
    return isinstance(member, discord.Member) and any(member.get_role(i) for i in ids)


async def is_operator(bot: Context, user: discord.User | discord.Member) -> bool:
    """Say whether somebody is the operator: the application's owner, or named in the settings.

    Of a team that owns the application, its administrators and developers are.
    """
    return user.id in bot.settings.discord.admin_users or await bot.is_owner(user)
