"""Around every command: whoever may not is told so, and every error reaches the person.

discord.py reads the types of a command's options in the module of the outermost function, which
is this one: hence the imports that nothing here uses.
"""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

import discord  # noqa: F401 - see above
from discord import app_commands  # noqa: F401 - see above

from bot.delivery import tell
from bot.servers.rules import require_admin

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from bot.client import Interaction

    Done = Coroutine[Any, Any, None]

P = ParamSpec("P")
C = TypeVar("C")


def guarded(
    function: Callable[Concatenate[C, Interaction, P], Done],
) -> Callable[Concatenate[C, Interaction, P], Done]:
    """Tell the person, and the operator, of anything that goes wrong in a command of a cog."""

    @wraps(function)
    async def run(cog: C, interaction: Interaction, /, *args: P.args, **options: P.kwargs) -> None:
        try:
            await function(cog, interaction, *args, **options)
        except Exception as error:  # noqa: BLE001 - told to the person and to the operator
            await tell(interaction, error, function.__qualname__)

    return run


def admins_only(
    function: Callable[Concatenate[C, Interaction, P], Done],
) -> Callable[Concatenate[C, Interaction, P], Done]:
    """Let only admins use a command: what Discord shows to whom is a hint that may be changed."""

    @wraps(function)
    async def run(cog: C, interaction: Interaction, /, *args: P.args, **options: P.kwargs) -> None:
        require_admin(interaction.client.settings.discord, interaction)
        await function(cog, interaction, *args, **options)

    return guarded(run)
