"""Engines over one database: away, shared, searched there, or not to be had at all."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import SecretStr

from config.groups import StoreSettings
from config.settings import Settings
from embeddings.engine import SearchEngine
from embeddings.errors import AwayError, InputError, StorageError
from embeddings.snapshots import building as build
from embeddings.snapshots.builder import BuilderProcess
from embeddings.store.opening import open_store
from embeddings.store.postgres import database, standing
from embeddings.store.postgres.store import PostgresStore
from embeddings.types import SHARED
from embeddings.vectors import light
from tests.embeddings.collections import filled, story
from tests.embeddings.fakes import WordEncoder
from tests.embeddings.store.installed import Installed, shared, told, until
from tests.embeddings.store.postgres.places import kept
from tests.embeddings.store.postgres.server import CUT_OTHERS, Server
from tests.embeddings.stories import HARBOUR

__all__ = ["shared"]

QUESTIONS = (
    "La construction a-t-elle duré trois ans ?",
    "Combien a coûté le port ?",
    "Que disent les assureurs ?",
    "Qui a parlé de la récolte dans le verger ?",
)


@pytest.fixture
async def engine(shared: Installed) -> AsyncIterator[SearchEngine]:
    async with shared.engine() as engine:
        await filled(engine, shared.folder)
        yield engine


@dataclass(frozen=True)
class Apart:
    """An installation in a database whose server a test may stop, and an engine over it."""

    installed: Installed
    server: Server
    engine: SearchEngine


@pytest.fixture
def lone(postgres_of_its_own: Server, tmp_path: Path) -> Installed:
    return Installed(postgres_of_its_own.database(), tmp_path)


@pytest.fixture
async def apart(postgres_of_its_own: Server, lone: Installed) -> AsyncIterator[Apart]:
    async with lone.engine() as engine:
        await filled(engine, lone.folder)
        yield Apart(lone, postgres_of_its_own, engine)


async def found(engine: SearchEngine) -> list[tuple[str, int, float, float]]:
    """Return what some questions find, with the scores."""
    answers = [await engine.ask(q, threshold=0.0, top_k=5) for q in QUESTIONS]
    return [
        (hit.article.id, hit.passage.paragraph, hit.score, hit.confidence)
        for answer in answers
        for hit in answer.hits
    ]


async def test_searching_in_the_database_finds_the_same_with_the_same_scores(
    engine: SearchEngine, shared: Installed
) -> None:
    async with shared.engine("two", search="database") as there:
        assert there.status().index == engine.status().index
        await there.reindex(full=True)
        assert there.status().index == "pgvector exact"
        expected = await found(engine)
        assert len(expected) >= len(QUESTIONS)
        for mine, theirs in zip(await found(there), expected, strict=True):
            assert mine[:2] == theirs[:2]
            assert mine[2:] == pytest.approx(theirs[2:], abs=1e-6)


async def test_while_the_database_is_away_the_copy_here_answers_and_changes_are_refused(
    apart: Apart,
) -> None:
    engine, folder = apart.engine, apart.installed.folder
    before = await found(engine)
    apart.server.stop("immediate")
    assert await found(engine) == before
    assert len(engine.sources()) == 2
    late = story(folder, "gare", "La gare a brûlé mardi.", id="gare", title="La gare")
    with pytest.raises(AwayError, match=r"changes and reindexing wait until it runs again\.$"):
        await engine.add([late])
    apart.server.start()
    await engine.add([late])
    assert "La gare a brûlé" in (await engine.ask("La gare a-t-elle brûlé ?")).hits[0].text


async def test_a_process_that_starts_while_the_database_is_away_answers_from_its_copy(
    apart: Apart,
) -> None:
    before = await found(apart.engine)
    apart.server.stop("immediate")
    async with apart.installed.engine() as again:
        assert await found(again) == before
        assert "cannot be reached" in again.status().notes[0]
    with pytest.raises(AwayError, match="there is no copy of 'shared' here that could answer"):
        await apart.installed.engine("two").__aenter__()


async def test_what_is_published_while_a_process_does_not_hear_is_served_after(
    apart: Apart,
) -> None:
    async with apart.installed.engine("two") as other:
        apart.server.restart()
        await apart.engine.reindex(full=True)
        await told(other, apart.engine.status().snapshot)


async def test_searching_in_a_database_that_is_away_is_searching_the_copy(
    apart: Apart, caplog: pytest.LogCaptureFixture
) -> None:
    async with apart.installed.engine("two", search="database") as there:
        await there.reindex(full=True)
        before = await found(there)
        apart.server.stop("immediate")
        after = await found(there)
    assert [each[:2] for each in after] == [each[:2] for each in before]
    said = [r.message for r in caplog.records if r.name == standing.__name__]
    assert len(said) == 2  # once for the passages and once for the sentences, not each time


async def test_processes_with_the_model_encode_together(
    engine: SearchEngine, shared: Installed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(build, "TOGETHER_FROM", 50)
    encoder = WordEncoder()
    many = "\n\n".join(f"Le quai numéro {n} a ouvert en {1900 + n}." for n in range(150))
    slow = engine._live.encoder.encode_documents

    def slowly(texts: list[str]) -> object:
        time.sleep(0.05)
        return slow(texts)

    monkeypatch.setattr(engine._live.encoder, "encode_documents", slowly)
    async with SearchEngine(shared.settings("two"), encoder=encoder) as helper:
        report = await engine.add([story(shared.folder, "quais", many, title="Les quais")])
        assert report.report
        assert report.report.encoded >= 100
        assert len(encoder.encoded) >= 20
        await told(helper, engine.status().snapshot)


async def test_a_bot_helps_in_its_building_process_and_not_where_it_answers(
    engine: SearchEngine, shared: Installed
) -> None:
    settings = shared.settings("two")
    texts = [f"Le quai numéro {n} a ouvert en {1900 + n}." for n in range(40)]
    async with (
        BuilderProcess(settings) as builder,
        SearchEngine(settings, builder=builder, encoder=(here := WordEncoder())),
    ):
        assert isinstance(engine.store, PostgresStore)
        queue = engine.store.queue(SHARED, light.model_id())
        queue.offer({text.encode(): text for text in texts})
        await until(lambda: queue.left() == 0)
    made = queue.vectors([text.encode() for text in texts])
    np.testing.assert_allclose(
        np.array([made[text.encode()] for text in texts]), light.encode(texts), atol=1e-5
    )
    assert not here.encoded


async def test_a_process_of_its_own_builds_from_what_the_database_holds(
    shared: Installed,
) -> None:
    settings = shared.settings()
    async with (
        BuilderProcess(settings) as builder,
        SearchEngine(settings, builder=builder) as engine,
    ):
        await filled(engine, shared.folder)
        assert engine.status().articles == 2
        assert (await engine.ask("Qui a agrandi le port ?", threshold=0.0)).hits


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("postgresql://postgres@127.0.0.1:1/x", "cannot be reached .*check VERBATIM_STORE__ADDR"),
        ("{}_none", "does not let anybody in .*the name in VERBATIM_STORE__ADDRESS"),
        ("{nobody}", "does not let anybody in .*check the user"),
    ],
)
async def test_an_address_that_does_not_work_is_named(
    url: str, sentence: str, postgres_url: str, tmp_path: Path
) -> None:
    given = url.format(postgres_url, nobody=postgres_url.replace("postgres@", "nobody@"))
    with pytest.raises(StorageError, match=sentence):
        await Installed(given, tmp_path).engine().__aenter__()


def test_what_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [n for n in sys.modules if n.startswith("embeddings.store.postgres.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "asyncpg", None)
    store = StoreSettings(address=SecretStr("postgresql://h/d"))
    with pytest.raises(InputError, match=r"pip install verbatim\[postgres\]"):
        open_store(Settings(data=tmp_path, store=store))


async def test_who_lost_the_lock_publishes_nothing_that_another_has_put_back(
    engine: SearchEngine, shared: Installed, postgres_url: str, postgres: Server,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    before = engine.status().snapshot
    collection = engine._collection
    late = story(shared.folder, "gare", "La gare a brûlé mardi.", id="gare", title="La gare")
    async with shared.engine("two") as other:
        read = collection.material

        def cut_off(known: Any) -> Any:
            found = read(known)
            loop.call_soon_threadsafe(cut.set)
            asyncio.run_coroutine_threadsafe(ended.wait(), loop).result()
            return found

        loop, cut, ended = asyncio.get_running_loop(), asyncio.Event(), asyncio.Event()
        monkeypatch.setattr(collection, "material", cut_off)
        adding = asyncio.create_task(engine.add([late]))
        await cut.wait()
        await asyncio.to_thread(postgres.execute, postgres_url, CUT_OTHERS)
        assert (await other.reindex()).added == 0
        ended.set()
        with pytest.raises(StorageError, match="was lost, and somebody else has ended this change"):
            await adding
        assert collection.corpus.ids() == ("port", "verger")
        monkeypatch.undo()
        await told(engine, other.status().snapshot)
        assert engine.status().snapshot != before
        await engine.add([late])
        assert engine.status().articles == 3


async def test_who_only_follows_keeps_no_more_copies_than_the_database(
    engine: SearchEngine, shared: Installed
) -> None:
    async with shared.engine("two") as other:
        for _ in range(7):
            await engine.reindex(full=True)
            await told(other, engine.status().snapshot)
        copies = other._collection.generations.folder
        await until(lambda: len(list(copies.iterdir())) == 5)
        assert {path.name for path in copies.iterdir()} == {s.snapshot for s in other.snapshots()}


async def test_what_is_being_built_in_the_same_folder_is_not_cleared_away(
    engine: SearchEngine, shared: Installed
) -> None:
    async with shared.engine() as other:  # such as the process that waits for its builder
        theirs, mine = other._collection.generations, engine._collection.generations
        with mine.building():
            kept(mine, "3", HARBOUR)
            await asyncio.to_thread(theirs.refresh)
            assert (theirs.folder / "3").is_dir()


async def test_what_a_killed_builder_left_aside_is_cleared_by_the_next(
    engine: SearchEngine,
) -> None:
    generations = engine._collection.generations
    generations.aside("0").mkdir()
    await engine.reindex(full=True)
    assert not generations.aside("0").exists()


async def test_a_process_that_nobody_asks_serves_what_is_new_all_the_same(
    engine: SearchEngine, shared: Installed
) -> None:
    async with shared.engine("two") as other:
        await engine.remove(["port"])
        await until(lambda: [each.id for each in other.sources()] == ["verger"])
        assert other.status().snapshot == engine.status().snapshot


async def test_collections_in_the_data_folder_are_left_alone_by_a_database(
    shared: Installed,
) -> None:
    beside = Installed("", shared.folder / "beside")
    async with beside.engine() as local:
        await filled(local, shared.folder)
    before = {p: p.read_bytes() for p in beside.settings().data.rglob("*") if p.is_file()}
    given = beside.settings().model_copy(update={"store": shared.settings().store})
    async with SearchEngine(given, encoder=WordEncoder()) as engine:
        assert engine.sources() == ()
        await engine.add([story(shared.folder, "gare", "La gare a brûlé.", title="La gare")])
    assert {p: p.read_bytes() for p in before} == before


@pytest.mark.parametrize(
    ("least", "sentence"),
    [
        ((990_000, (0, 8)), "too old: Verbatim needs PostgreSQL 15 or later"),
        ((150_000, (99, 0)), "pgvector is .*, and Verbatim needs 0.8 or later: install it"),
    ],
)
async def test_what_is_too_old_is_named(
    least: object, sentence: str, shared: Installed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "LEAST", least)
    with pytest.raises(StorageError, match=sentence):
        await shared.engine().__aenter__()


async def test_who_may_not_install_pgvector_is_told_who_may(
    postgres: Server, tmp_path: Path
) -> None:
    url = await asyncio.to_thread(postgres.database)
    statement = "DO $$ BEGIN CREATE ROLE poor LOGIN; EXCEPTION WHEN duplicate_object THEN END $$"
    await asyncio.to_thread(postgres.execute, url, statement)
    poor = Installed(url.replace("postgres@", "poor@"), tmp_path)
    with pytest.raises(StorageError, match="have its owner run CREATE EXTENSION vector"):
        await poor.engine().__aenter__()
