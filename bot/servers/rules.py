"""Who may administer, where the bot answers, and how: the settings, and what a server chose."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

from bot.errors import BotError

if TYPE_CHECKING:
    from collections.abc import Iterable

    import discord

    from bot.client import Interaction, VerbatimBot
    from bot.running.cooldown import Cooldown
    from config.settings import DiscordSettings

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Choices:
    """What the admins of one server chose; None where they left it to the settings.

    Attributes:
        public: Whether /ask answers in the channel by default.
        channels: The channels it answers in; empty: all.
        cooldown_user: Seconds between two questions of one person.
        cooldown_channel: Seconds between two questions in one channel.
        keep: Whether unanswered questions and the questions of votes are kept.
    """

    public: bool | None = None
    channels: tuple[int, ...] | None = None
    cooldown_user: float | None = None
    cooldown_channel: float | None = None
    keep: bool | None = None


@dataclass(frozen=True, slots=True)
class Rules:
    """What holds in one server, or in private messages."""

    public: bool
    channels: tuple[int, ...]
    cooldown_user: float
    cooldown_channel: float
    keep: bool


def rules(settings: DiscordSettings, choices: Choices) -> Rules:
    """Put together what a server chose and what the operator set."""
    return Rules(
        _pick(choices.public, settings.public),
        _pick(choices.channels, settings.channels),
        _pick(choices.cooldown_user, settings.cooldown_user),
        _pick(choices.cooldown_channel, settings.cooldown_channel),
        _pick(choices.keep, settings.keep_questions),
    )


def _pick(chosen: T | None, default: T) -> T:
    return default if chosen is None else chosen


def changed(choices: Choices, **new: Any) -> Choices:
    """Return a server's choices with those that are given in place of the old ones."""
    return replace(choices, **{name: value for name, value in new.items() if value is not None})


def moved(
    channels: tuple[int, ...], *, allow: int | None, forbid: int | None
) -> tuple[int, ...] | None:
    """Return the channels with one more or one less; None when neither is given."""
    if allow is None and forbid is None:
        return None
    kept = [channel for channel in channels if channel not in {allow, forbid}]
    return (*kept, allow) if allow is not None and allow != forbid else tuple(kept)


def is_admin(
    settings: DiscordSettings, user_id: int, role_ids: Iterable[int], *, manages: bool
) -> bool:
    """Say whether somebody may administer: by server permission, or by an id in the settings."""
    named = user_id in settings.admin_users or bool(set(role_ids) & set(settings.admin_roles))
    return manages or named


def check_channel(rules: Rules, channel_ids: Iterable[int]) -> None:
    """Check that the bot answers in a channel, given by its id and its parent's.

    Raises:
        BotError: It does not; the sentence names the channels where it does.
    """
    if rules.channels and not set(rules.channels) & set(channel_ids):
        raise BotError("channel", channels=" ".join(f"<#{i}>" for i in rules.channels[:10]))


def check_cooldown(rules: Rules, cooldown: Cooldown, user_id: int, channel_id: int) -> None:
    """Check that a question may be asked now, and count it.

    Raises:
        BotError: Not yet; the sentence says how many seconds are left.
    """
    for kind, key, seconds in (
        ("user", user_id, rules.cooldown_user),
        ("channel", channel_id, rules.cooldown_channel),
    ):
        left = cooldown.left((kind, key), seconds)
        if left > 0:
            raise BotError(f"cooldown-{kind}", seconds=math.ceil(left))
    cooldown.start(("user", user_id), ("channel", channel_id))


def check_more(rules: Rules, cooldown: Cooldown, user_id: int) -> None:
    """Check that somebody may search once more for what they asked, and count it.

    Apart from new questions: who reads quickly need not wait for the rest of an answer.

    Raises:
        BotError: Not yet; the sentence says how many seconds are left.
    """
    left = cooldown.left(("more", user_id), rules.cooldown_user)
    if left > 0:
        raise BotError("cooldown-user", seconds=math.ceil(left))
    cooldown.start(("more", user_id))


async def require_target(interaction: Interaction, *, shared: bool) -> None:
    """Check that whoever did something may change a collection.

    Args:
        interaction: What they did, and the server on which they did it.
        shared: True for the operator's collection; False for this server's own.

    Raises:
        BotError: They may not.
    """
    require_admin(interaction.client.settings.discord, interaction)
    if shared and not await is_operator(interaction.client, interaction.user):
        raise BotError("not-operator")


async def is_operator(bot: VerbatimBot, user: discord.User | discord.Member) -> bool:
    """Say whether somebody is the operator: the application's owner, or named in the settings.

    Of a team that owns the application, its administrators and developers are.
    """
    if user.id in bot.settings.discord.admin_users:
        return True
    return await bot.is_owner(user)


def require_admin(settings: DiscordSettings, interaction: discord.Interaction[Any]) -> None:
    """Check that whoever did something may administer; Discord's own hint does not count.

    Raises:
        BotError: They may not, or this is not on a server.
    """
    if interaction.guild_id is None:
        raise BotError("server-only")
    if not is_admin_here(settings, interaction):
        raise BotError("not-allowed")


def is_admin_here(settings: DiscordSettings, interaction: discord.Interaction[Any]) -> bool:
    """Say whether whoever did something may administer the server where they did it."""
    if interaction.guild_id is None:
        return False
    roles = list(getattr(interaction.user, "_roles", ()))  # ``roles`` lacks those not in memory
    may = interaction.permissions
    manages = may.manage_guild or may.administrator
    return is_admin(settings, interaction.user.id, roles, manages=manages)
