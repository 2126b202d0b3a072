"""A file that is put into the watched folder of a running bot answers questions soon after."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from config.groups import WatchSettings
from config.settings import Settings
from embeddings.engine import SearchEngine
from embeddings.snapshots.disk import OWNER
from tests.bot.newsroom.test_feeds import serve
from tests.bot.people import plainly
from tests.bot.wire.messages import text_of
from tests.bot.wire.running import ask
from tests.bot.wire.state import EVERYTHING
from tests.bot.wire.test_editing import button
from tests.bot.wire.test_process import ended, program, with_this
from tests.embeddings.intake import watching
from tests.embeddings.readers.sites import running as site_running
from tests.waiting import until

if TYPE_CHECKING:
    from pathlib import Path

    from tests.bot.wire.server import FakeDiscord
    from tests.bot.wire.state import Channel, Json, User
    from tests.embeddings.readers.sites import Site

pytestmark = pytest.mark.process

OFTEN = with_this("from embeddings.watching import watcher; watcher.SWEEP = 0.2")
"""The program, which looks at its folder more often."""
STORY = """# Le pont ferme

Le pont de la ville est fermé depuis lundi pour des travaux.

La mairie promet de le rouvrir avant la fin de l’été.
"""


async def until_answered(server: FakeDiscord, user: User, question: str, quote: str) -> None:
    """Ask a question again and again until it is answered with a quote."""

    async def is_answered() -> bool:
        return quote in text_of(await (await ask(server, user, question)).answer())

    await until(is_answered, 0.5)


async def test_a_file_in_the_watched_folder_answers_questions_soon_after(
    server: FakeDiscord, ana: User, tmp_path: Path
) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    settings = {
        "WATCH__FOLDER": str(folder),
        "WATCH__DEBOUNCE": "0.2",
        "DISCORD__COOLDOWN_USER": "0",
        "THRESHOLD": "0.1",
    }
    async with program(server, tmp_path / "data", server.token, OFTEN, **settings) as process:
        await server.connected()
        question = "Depuis quand le pont est-il fermé ?"
        assert "depuis lundi" not in text_of(await (await ask(server, ana, question)).answer())
        (folder / ".pont.md.part").write_text(STORY, encoding="utf-8")
        (folder / ".pont.md.part").replace(folder / "pont.md")
        await until_answered(server, ana, question, "depuis lundi")
        process.terminate()
        code, said = await ended(process)
    assert code == 0
    assert not [line for line in said if "Traceback" in line]


async def test_what_was_being_taken_at_the_end_is_taken_after_the_next_start(
    server: FakeDiscord, tmp_path: Path
) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    settings = Settings(
        data=tmp_path / "data",
        seeds=tmp_path / "none",
        watch=WatchSettings(folder=folder, debounce=0.1),
    )
    given = {"WATCH__FOLDER": str(folder), "WATCH__DEBOUNCE": "0.1"}
    many = "\n\n".join(f"Le pont numéro {n} est fermé depuis lundi." for n in range(150))
    async with program(server, settings.data, server.token, OFTEN, **given) as process:
        await server.connected()
        (folder / "ponts.md").write_text(f"# Ponts\n\n{many}\n", encoding="utf-8")
        held = settings.data / "snapshots" / "shared" / OWNER
        await until(held.exists, pause=0.01)
        process.terminate()
        code, said = await ended(process)
    assert code == 0
    assert not [line for line in said if "Traceback" in line]
    async with SearchEngine(settings) as engine:
        assert (await engine.verify()).ok
        async with watching(settings, engine, engine.records):
            await until(engine.sources)
        assert len(engine.passages("ponts")) == 150


async def test_a_feed_is_watched_by_a_command_and_its_next_story_announced_to_be_asked_about(
    server: FakeDiscord, tmp_path: Path
) -> None:
    """On a French and on an English server; the pause between two looks is short, the site here."""
    desks = [
        Desk.of(server, "fr", "annoncé dans <#{}>", "Nouvel article"),
        Desk.of(server, "en-GB", "announced in <#{}>", "New story"),
    ]
    quick = "from bot.newsroom import feeds; feeds.LOOK = 0.2; feeds.random.uniform = min"
    hurried = with_this(f"{quick}; feeds.JITTER = 1")
    given = {"FETCH__PRIVATE": "true", "DISCORD__COOLDOWN_USER": "0", "THRESHOLD": "0.1"}
    with site_running() as site:
        address = serve(site, "La crue")
        async with program(server, tmp_path, server.token, hurried, **given) as process:
            await server.connected()
            for desk in desks:
                wanted = {"address": address, "announce": desk.news}
                asked = await server.slash("admin watch", wanted, user=desk.editor)
                shown = await asked.answer()
                assert address in text_of(shown).replace("\\", "")
                assert desk.shown_in.format(desk.news.id) in text_of(shown)
            for desk in desks:
                await until_answered(server, desk.editor, WHEN, "dimanche")
            serve(site, "La crue", "Le feu")
            for desk in desks:
                await desk.ask_about_the_announced(server, site)
            process.terminate()
            assert (await ended(process))[0] == 0


WHEN = "Quand les pompiers sont-ils venus ?"


@dataclass
class Desk:
    """A server with an editor, a reader and a channel for news, and what is said there."""

    editor: User
    reader: User
    news: Channel
    shown_in: str
    new: str

    @classmethod
    def of(cls, server: FakeDiscord, locale: str, shown_in: str, new: str) -> Desk:
        guild = server.add_guild("Rédaction", locale=locale, is_community=True)
        editor = server.add_member(guild, "Bea", permissions=EVERYTHING, locale=locale)
        reader = server.add_member(guild, "Ana", locale=locale)
        return cls(editor, reader, server.add_channel(guild, "nouvelles"), shown_in, new)

    async def ask_about_the_announced(self, server: FakeDiscord, site: Site) -> None:
        """Wait for the story to be announced, and ask about it by its button."""
        await server.until(lambda: bool(said_in(server, self.news)))
        (announced,) = said_in(server, self.news)
        assert text_of(announced).startswith(f"-# {self.new}\n**[Le feu](<{site.root}/feu>)**")
        assert r"Le feu : les \*pompiers\* sont venus dimanche." in plainly(text_of(announced))
        form = await server.click(announced, button(announced, "v:then:"), user=self.reader)
        await form.ack()
        asked = await server.submit(form, {"question": WHEN})
        assert "dimanche" in text_of(await asked.answer())


def said_in(server: FakeDiscord, channel: Channel) -> list[Json]:
    """Return a channel's messages."""
    messages = server.world.messages.values()
    return [m for m in messages if m["channel_id"] == str(channel.id)]
