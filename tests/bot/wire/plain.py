"""A small client of discord.py itself, to try the fake server with; no part of the bot."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Any

import discord
import yarl
from discord import app_commands, ui
from discord.gateway import DiscordWebSocket
from discord.http import Route

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    import pytest

    from tests.bot.wire.server import FakeDiscord


class Ask(ui.Modal, title="Une question"):
    what: ui.TextInput[Ask] = ui.TextInput(label="Laquelle ?", custom_id="what", max_length=50)

    async def on_submit(self, interaction: discord.Interaction) -> None:
        await interaction.response.send_message(f"lu : {self.what.value}", ephemeral=True)


class Buttons(ui.ActionRow["Sheet"]):
    @ui.button(label="Encore", custom_id="more")
    async def more(self, interaction: discord.Interaction, _: ui.Button[Sheet]) -> None:
        await interaction.response.edit_message(view=Sheet("encore"))

    @ui.button(label="Demander", custom_id="ask")
    async def ask(self, interaction: discord.Interaction, _: ui.Button[Sheet]) -> None:
        await interaction.response.send_modal(Ask())


class Sheet(ui.LayoutView):
    def __init__(self, text: str) -> None:
        super().__init__(timeout=None)
        self.add_item(ui.Container(ui.TextDisplay(text)))
        self.add_item(Buttons())


@app_commands.command(description="Says it in a layout")
async def show(interaction: discord.Interaction, text: str) -> None:
    await interaction.response.defer(thinking=True)
    await interaction.edit_original_response(view=Sheet(text))


@app_commands.command(description="Says it in words, and the language of who asked")
async def tell(interaction: discord.Interaction, text: str) -> None:
    await interaction.response.send_message(text)
    await interaction.followup.send(str(interaction.locale), ephemeral=True)


@app_commands.command(description="Says nothing in time")
async def sulk(interaction: discord.Interaction) -> None:
    assert isinstance(interaction.client, PlainClient)
    await interaction.client.sulking.wait()
    try:
        await interaction.response.send_message("late")
    except discord.HTTPException as error:
        interaction.client.errors.put_nowait(error)


@tell.autocomplete("text")
async def suggest(_: discord.Interaction, text: str) -> list[app_commands.Choice[str]]:
    return [app_commands.Choice(name=f"{text} ?", value=text)]


@app_commands.context_menu(name="Repeat")
async def repeat(interaction: discord.Interaction, message: discord.Message) -> None:
    await interaction.response.send_message(message.content)


class Desk(app_commands.Group):
    @app_commands.command(description="Reads a file")
    async def upload(self, interaction: discord.Interaction, file: discord.Attachment) -> None:
        await interaction.response.send_message((await file.read()).decode())


class PlainClient(discord.Client):
    """Answers commands, a mention and a message of its own, and keeps what it heard."""

    def __init__(self, **options: Any) -> None:
        intents = discord.Intents(guilds=True, messages=True)
        super().__init__(intents=intents, guild_ready_timeout=0.05, **options)
        self.tree = app_commands.CommandTree(self)
        self.tree.add_command(repeat)
        self.tree.add_command(show)
        self.tree.add_command(tell)
        self.tree.add_command(sulk)
        self.tree.add_command(Desk(name="desk", description="Files"))
        self.heard: list[str] = []
        self.errors: asyncio.Queue[discord.HTTPException] = asyncio.Queue()
        self.sulking = asyncio.Event()
        self.life: asyncio.Task[None]

    async def setup_hook(self) -> None:
        await self.tree.sync()

    async def on_message(self, message: discord.Message) -> None:
        if message.author == self.user:
            return
        self.heard.append(message.content)
        if self.user in message.mentions or message.guild is None:
            await message.reply("oui", mention_author=False)


@contextlib.asynccontextmanager
async def plain(
    monkeypatch: pytest.MonkeyPatch, server: FakeDiscord, **options: Any
) -> AsyncIterator[PlainClient]:
    """Run a client against the server until the block ends; ``client.life`` is its task."""
    monkeypatch.setattr(Route, "BASE", server.api_base)
    monkeypatch.setattr(DiscordWebSocket, "DEFAULT_GATEWAY", yarl.URL(server.gateway.url))
    async with PlainClient(**options) as client:
        client.life = asyncio.create_task(client.start(server.token))
        yield client
    await asyncio.wait([client.life])
    client.life.exception()
