"""A small collection of stories to change, opened for a test."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from config.settings import Settings
from embeddings.changing.changeset import Change
from embeddings.changing.publishing import begin_change
from embeddings.collections import Collections
from embeddings.engine import SearchEngine
from embeddings.reports import Options
from embeddings.snapshots.checks import read_custom
from embeddings.store.archive import Contents
from embeddings.types import Answer, Article
from tests.embeddings.fakes import WordEncoder
from tests.embeddings.stories import HARBOUR, ORCHARD

PORT = HARBOUR.text
FROST = ORCHARD.text


def story(folder: Path, name: str, text: str, **fields: object) -> str:
    """Write a story into a folder; return its path."""
    front = "".join(f"{key}: {value}\n" for key, value in fields.items())
    path = folder / f"{name}.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"---\n{front}---\n{text}" if fields else text, encoding="utf-8")
    return str(path)


@contextlib.asynccontextmanager
async def opened(folder: Path, **settings: Any) -> AsyncIterator[SearchEngine]:
    """Open the collection of a folder's data, with a small encoder."""
    given = {"data": folder / "data", "seeds": folder / "none"} | settings
    async with SearchEngine(Settings(**given), encoder=WordEncoder()) as engine:
        yield engine


async def filled(engine: SearchEngine, folder: Path) -> None:
    """Add two stories, ``port`` and ``verger``."""
    port = story(folder, "port", PORT, id="port", title=HARBOUR.title, date="2018-06-22")
    frost = story(folder, "verger", FROST, id="verger", title=ORCHARD.title)
    await engine.add([port, frost], by="first")


def kept(engine: SearchEngine) -> dict[str, bytes]:
    """Return the contents of an export of a collection, without the audit log."""
    rows = engine._live.rows
    questions, _ = read_custom(rows, engine._settings.data)
    files = Contents.of(rows, questions).files()
    return {name: data for name, data in files.items() if name != "audit.jsonl"}


async def put(engine: SearchEngine, *articles: Article) -> None:
    """Add articles to a collection directly, without reading them from files."""
    async with begin_change(engine._live, Options()) as publication:
        change = Change("add", added=articles)
        await publication.publish(change)


async def ask_from(
    collections: Collections, question: str, server: int | None = None, **options: Any
) -> Answer:
    """Ask as a member of a server does; None: in a private conversation."""
    shared, *own = await collections.list_visible(server)
    return await shared.ask(question, also=own, **options)
