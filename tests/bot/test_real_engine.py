"""The bot over the real engine: what the fake one stands for in the other tests."""

from __future__ import annotations

import asyncio
import contextlib
import json
from contextlib import asynccontextmanager
from pathlib import Path
from time import thread_time
from typing import TYPE_CHECKING

import pytest
import simcord
from simcord.components import walk_components

from bot.context import Scope
from bot.reading.about import find_starters
from bot.translate import Languages
from bot.ui.catalogue import Catalogues
from config.groups import DiscordSettings
from config.settings import Settings
from embeddings.engine import SearchEngine
from tests.bot.making import make_bot
from tests.bot.people import World, text_of
from tests.fakes import LETTER, RIVER

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from embeddings.types import Article

SEEDS = Path(__file__).resolve().parents[2] / "seeds"


def write(folder: Path, article: Article) -> None:
    """Write a story as somebody would, with its front matter."""
    head = {"title": article.title, "source": article.source, "date": article.date}
    lines = [f"{key}: {value}" for key, value in head.items()]
    lines += [f"url: {article.url}"] if article.url else []
    text = "\n".join(["---", *lines, "---", "", article.text, ""])
    (folder / f"{article.id}.md").write_text(text, encoding="utf-8")


@asynccontextmanager
async def opened(tmp_path: Path) -> AsyncIterator[World]:
    """Open an engine over two stories, and the bot over it."""
    stories = tmp_path / "stories"
    stories.mkdir()
    for article in (LETTER, RIVER):
        write(stories, article)
    discord = DiscordSettings(cooldown_user=0)
    settings = Settings(data=tmp_path / "data", seeds=stories, threshold=0.0, discord=discord)
    async with SearchEngine(settings) as engine, simcord.run(make_bot(settings, engine)) as env:
        world = World(env, engine)
        world.bot.owner_id = world.admin.id
        yield world
        env.errors.clear()  # what was refused was told to the person


async def test_the_bot_and_the_engine_fit_together(tmp_path: Path) -> None:
    async with opened(tmp_path) as real:
        await ask_and_read(real)
        await reindex_and_see(real)
        await remove_and_go_back(real)


HEADINGS = ("Par quel chemin", "Rekognition et AWS", "Qui a parlé", "Amazon est-il")


async def test_golden_questions_and_then_headings_are_offered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of the stories that come along; each one is answered, in the reader's language."""
    monkeypatch.setattr("bot.reading.about._SECONDS", 60.0)  # on a busy machine too
    settings, languages = Settings(data=tmp_path), Languages.load()
    lines = (SEEDS / "queries.jsonl").read_text(encoding="utf-8").splitlines()
    golden = {each["question"]: each["language"] for each in map(json.loads, lines)}
    async with SearchEngine(settings) as engine:
        seen = Scope((engine,), Catalogues().of(None, engine.sources()))
        for language in languages:
            found = await find_starters(seen, language, languages)
            assert [golden[asked] for asked in found] == [language.code] * 3
        (tmp_path / "queries").mkdir()
        (tmp_path / "queries" / "shared.jsonl").write_text("", encoding="utf-8")
        found = await find_starters(seen, languages.of("fr"), languages)
    assert [asked for asked in found[1:] if not asked.startswith(HEADINGS)] == []
    assert len(found) == 3


async def ask_and_read(real: World) -> None:
    answered = await real.ask("À quoi la lettre compare-t-elle la situation ?")
    assert "**La lettre compare la situation à celle d’IBM" in text_of(answered.response)
    shown = walk_components(answered.response.components)
    ids = [c["custom_id"] for c in shown if str(c.get("custom_id")).startswith("v:ctx:")]
    context = await real.member.click(answered.response, custom_id=ids[0])
    assert "> Plusieurs employés d’Amazon" in text_of(context.response)


async def reindex_and_see(real: World) -> None:
    reindexed = await real.admin.slash(real.channel, "admin reindex", shared=True)
    assert "5 passages" in text_of(reindexed.response)
    status = await real.admin.slash(real.channel, "admin status", shared=True)
    assert "2 articles, 5 passages" in text_of(status.response)


async def remove_and_go_back(real: World) -> None:
    asked = await real.admin.slash(real.channel, "admin remove", article="loire", shared=True)
    await real.admin.click(asked.response, label="Retirer")
    listed = await real.member.slash(real.channel, "sources")
    assert "### Un article" in text_of(listed.response)
    gone = await real.member.slash(real.channel, "source", title=RIVER.title)
    assert "Aucun article ne porte ce titre" in text_of(gone.response)

    back = await real.admin.slash(real.channel, "admin rollback", shared=True)
    assert "Retour à l’instantané du" in text_of(back.response)
    assert "Articles : 1 revenu, 0 modifié, 0 retiré" in text_of(back.response)


async def test_the_loop_is_held_for_less_than_50_ms_while_a_document_is_read(
    tmp_path: Path,
) -> None:
    said = "<p>Le pont {} est fermé depuis lundi, a dit la maire.</p>"
    paragraphs = "".join(map(said.format, range(900)))
    page = f"<html lang=fr><title>Le pont</title><article><h1>Le pont</h1>{paragraphs}</article>"
    async with opened(tmp_path) as real:
        held: list[float] = []
        watching = asyncio.create_task(note_holds(held))
        shown = await real.admin.slash(real.channel, "admin add", file=("pont.html", page.encode()))
        watching.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await watching
    assert "Le pont" in text_of(shown.response)
    assert max(held) < 0.05


async def note_holds(held: list[float]) -> None:
    """Note how much processor time the loop's thread takes between two turns of a task."""
    last = thread_time()
    while True:
        await asyncio.sleep(0.002)
        held.append(thread_time() - last)
        last = thread_time()
