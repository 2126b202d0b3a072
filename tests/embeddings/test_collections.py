"""All collections: opened once, dropped when idle, searched together, deleted completely."""

from __future__ import annotations

import asyncio
import gc
import weakref
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from config.groups import ServerSettings
from config.settings import Settings
from embeddings.collections import Collections, name_collection
from embeddings.engine import SearchEngine
from embeddings.errors import BusyError, StorageError, UnknownArticle
from embeddings.snapshots.disk import writer_lock
from embeddings.snapshots.kept import SnapshotStore
from embeddings.types import SHARED, Filters, Refusal
from tests.embeddings.collections import ask_from
from tests.embeddings.fakes import WordEncoder
from tests.waiting import until

SHARED_STORY = "Le port de Lorient a ouvert un nouveau quai lundi."
OWN_STORY = "La réunion du club de voile aura lieu jeudi soir au hangar."


class Clock:
    """A clock that tests set."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class World:
    """A shared collection, ``Collections`` over it, and a way to add stories to servers."""

    def __init__(self, folder: Path, collections: Collections, clock: Clock) -> None:
        self.folder = folder
        self.collections = collections
        self.clock = clock
        self.kept = folder / "data" / "snapshots"

    async def tell(self, server: int | None, name: str, text: str, **fields: str) -> SearchEngine:
        """Add a story to a server's own collection, or to the shared one."""
        path = self.folder / f"{name}.md"
        given = {"id": name, "title": f"Titre de {name}", **fields}
        lines = "".join(f"{key}: {value}\n" for key, value in given.items())
        path.write_text(f"---\n{lines}---\n{text}\n", encoding="utf-8")
        if server is None:
            engine = self.collections.shared
        else:
            engine = await self.collections.create(server)
        report = await engine.add([str(path)])
        assert not report.rejected
        return engine


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    servers = ServerSettings(open=2, idle=10)
    return Settings(data=tmp_path / "data", seeds=tmp_path / "none", threshold=0.2, servers=servers)


@pytest.fixture
async def world(tmp_path: Path, settings: Settings) -> AsyncIterator[World]:
    clock = Clock()
    async with (
        SearchEngine(settings, encoder=WordEncoder()) as shared,
        Collections(settings, shared, clock=clock) as collections,
    ):
        yield World(tmp_path, collections, clock)


@pytest.fixture
async def told(world: World) -> World:
    """One story in the shared collection, and one in the collection of server 1."""
    await world.tell(None, "port", SHARED_STORY)
    await world.tell(1, "club", OWN_STORY)
    return world


async def test_a_server_without_a_collection_has_none_and_gets_no_folder(world: World) -> None:
    assert await world.collections.of(7) is None
    assert not (world.kept / name_collection(7)).exists()


async def test_a_members_question_is_answered_from_both_collections(told: World) -> None:
    shared = await ask_from(told.collections, "Quel quai a ouvert à Lorient ?", 1)
    assert shared.hits[0].text == SHARED_STORY
    own = await ask_from(told.collections, "Quand est la réunion du club de voile ?", 1)
    assert own.hits[0].text == OWN_STORY
    assert own.hits[0].article.collection == "server-1"
    assert [hit.rank for hit in own.hits] == list(range(1, len(own.hits) + 1))


async def test_other_servers_and_private_conversations_search_only_the_shared_collection(
    told: World,
) -> None:
    for server in (None, 2):
        answer = await ask_from(
            told.collections, "Quand est la réunion du club de voile ?", server=server
        )
        assert "club" not in {hit.article.id for hit in answer.hits}
        assert "Titre de club" not in answer.nearest_titles


async def test_a_refusal_needs_both_collections_and_names_titles_of_both(told: World) -> None:
    answer = await ask_from(told.collections, "Zzz quark de Lorient club ?", 1, top_k=1)
    assert answer.refusal is Refusal.NOT_FOUND
    assert set(answer.nearest_titles) == {"Titre de port", "Titre de club"}


async def test_the_corpus_is_empty_only_if_both_collections_are(world: World) -> None:
    await world.collections.create(1)
    assert (await ask_from(world.collections, "Une question ?", 1)).refusal is Refusal.EMPTY_CORPUS
    await world.tell(1, "club", OWN_STORY)
    assert (await ask_from(world.collections, "La réunion du club ?", 1)).hits
    assert (await ask_from(world.collections, "La réunion ?", 2)).refusal is Refusal.EMPTY_CORPUS


async def test_an_answer_outside_the_filter_in_either_collection_is_reported(told: World) -> None:
    question, filters = "La réunion du club de voile jeudi soir ?", Filters(source="Le Port")
    await told.tell(None, "quai", "Le quai est long.", source="Le Port")
    answer = await ask_from(told.collections, question, 1, filters=filters)
    assert answer.refusal is Refusal.NO_MATCH_IN_FILTER
    assert (
        await ask_from(told.collections, question, filters=filters)
    ).refusal is Refusal.NOT_FOUND


async def test_two_collections_may_each_have_an_article_of_one_id(world: World) -> None:
    await world.tell(None, "port", SHARED_STORY)
    await world.tell(1, "port", OWN_STORY)
    for collection, text in ((SHARED, SHARED_STORY), ("server-1", OWN_STORY)):
        for question in (SHARED_STORY, OWN_STORY):
            only = Filters(article_id="port", collection=collection)
            answer = await ask_from(world.collections, question, 1, filters=only)
            assert [hit.text for hit in answer.hits] == [text] * (question == text)


async def test_another_servers_article_cannot_be_asked_for(told: World) -> None:
    for collection in (None, "server-1"):
        only = Filters(article_id="club", collection=collection)
        assert (await ask_from(told.collections, "La réunion ?", 1, filters=only)).hits
        with pytest.raises(UnknownArticle):
            await ask_from(told.collections, "La réunion ?", 2, filters=only)


async def test_each_place_sees_the_shared_collection_and_its_own(told: World) -> None:
    await told.tell(3, "club", "Un autre club que celui du voisin.")
    places = {None: ["shared"], 1: ["shared", "server-1"], 2: ["shared"], 3: ["shared", "server-3"]}
    for place, names in places.items():
        assert [each.name for each in await told.collections.list_visible(place)] == names


async def test_a_servers_index_of_another_model_is_built_again_when_it_is_asked(
    told: World, settings: Settings
) -> None:
    async with (
        SearchEngine(settings, encoder=WordEncoder(model_id="other==2")) as shared,
        Collections(settings, shared) as collections,
    ):
        await shared.warm()
        own = await collections.of(1)
        assert own
        with writer_lock(told.kept / own.name):
            waiting = await ask_from(collections, "Où est le nouveau quai de Lorient ?", 1)
            assert [hit.article.id for hit in waiting.hits] == ["port"]
        answer = await ask_from(collections, "Où aura lieu la réunion du club de voile ?", 1)
        assert answer.hits[0].article.id == "club"
        assert "made with words==1: it is built again" in own.status().notes[0]


async def test_all_collections_share_one_model_and_one_thread(told: World) -> None:
    own = await told.collections.of(1)
    assert own
    shared = told.collections.shared._live
    await own.ask("Quel club ?")
    assert (own._live.models, own._live.worker) == (shared.models, shared.worker)


async def test_opening_a_collection_twice_at_once_opens_it_once(
    told: World, settings: Settings
) -> None:
    async with Collections(settings, told.collections.shared) as fresh:
        opening = ((fresh.create if i % 2 else fresh.of)(1) for i in range(8))
        opened = await asyncio.gather(*opening)
    assert opened[0] is not None
    assert len({id(engine) for engine in opened}) == 1


async def test_a_cancelled_caller_does_not_stop_the_opening(
    told: World, settings: Settings
) -> None:
    async with Collections(settings, told.collections.shared) as fresh:
        waiting = asyncio.ensure_future(fresh.of(1))
        await asyncio.sleep(0)
        waiting.cancel()
        assert await fresh.of(1) is not None


async def test_only_the_most_recently_used_collections_stay_in_memory(told: World) -> None:
    for server in (2, 3):
        await told.tell(server, f"n{server}", OWN_STORY)
    assert tuple(told.collections._opened) == ("server-2", "server-3")
    assert (await ask_from(told.collections, "La réunion du club ?", 1)).hits
    assert tuple(told.collections._opened) == ("server-3", "server-1")


async def test_an_idle_collection_is_dropped_from_memory(told: World) -> None:
    engine = await told.collections.of(1)
    assert engine
    snapshot = weakref.ref(engine._live.current)
    told.clock.now += 601
    told.collections.forget_idle()
    assert tuple(told.collections._opened) == ()
    assert (await engine.ask("La réunion du club ?")).hits, "who still holds it can use it"
    del engine

    def is_gone() -> bool:
        gc.collect()
        return snapshot() is None

    await until(is_gone)  # a thread that worked for it may still be about to let it go


async def test_a_collection_that_cannot_be_opened_is_tried_again(
    told: World, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: object) -> None:
        raise StorageError("The disk is gone.")

    async with Collections(settings, told.collections.shared) as fresh:
        with monkeypatch.context() as patched:
            patched.setattr(SnapshotStore, "load_best", refuse)
            with pytest.raises(StorageError, match="is gone"):
                await fresh.of(1)
        assert await fresh.of(1) is not None


async def test_a_deleted_collection_is_gone_from_disk_memory_and_answers(told: World) -> None:
    assert await told.collections.servers() == (1,)
    assert await told.collections.delete(1)
    assert [path.name for path in told.kept.iterdir()] == [SHARED]
    assert tuple(told.collections._opened) == ()
    assert await told.collections.servers() == ()
    assert await told.collections.of(1) is None
    answer = await ask_from(told.collections, "Quand est la réunion du club de voile ?", 1)
    assert "club" not in {hit.article.id for hit in answer.hits}
    assert not await told.collections.delete(1)


async def test_a_collection_made_after_a_deletion_begins_empty(told: World) -> None:
    await told.collections.delete(1)
    again = await told.collections.create(1)
    assert again.sources() == ()
    await told.tell(1, "neuf", OWN_STORY)
    assert (await ask_from(told.collections, "La réunion du club ?", 1)).hits


async def test_a_question_during_the_deletion_is_answered(told: World) -> None:
    question = "Quand est la réunion du club de voile ?"
    asked = [asyncio.ensure_future(ask_from(told.collections, question, 1)) for _ in range(20)]
    await asyncio.sleep(0)
    _, *answers = await asyncio.gather(told.collections.delete(1), *asked)
    assert len(answers) == 20
    assert all(hit.text in {OWN_STORY, SHARED_STORY} for a in answers for hit in a.hits)
    after = await ask_from(told.collections, question, 1)
    assert "club" not in {hit.article.id for hit in after.hits}


async def test_opening_while_it_is_deleted_makes_no_new_folder(
    told: World, settings: Settings
) -> None:
    async with Collections(settings, told.collections.shared) as fresh:
        await asyncio.gather(fresh.delete(1), *(fresh.of(1) for _ in range(5)))
        assert await fresh.of(1) is None
    assert not (told.kept / "server-1").exists()


async def test_a_collection_that_somebody_writes_to_is_not_deleted(told: World) -> None:
    with writer_lock(told.kept / "server-1"), pytest.raises(BusyError):
        await told.collections.delete(1)
    assert (await ask_from(told.collections, "La réunion du club ?", 1)).hits
    assert await told.collections.delete(1)


async def test_a_deletion_interrupted_by_a_crash_is_completed_at_the_next_start(
    told: World, settings: Settings
) -> None:
    half = told.kept / "server-9"
    half.mkdir()
    (half / "texts.txt").write_text("half gone")
    async with Collections(settings, told.collections.shared) as fresh:
        assert await fresh.servers() == (1,)
        assert await fresh.of(9) is None
    assert not half.exists()
    assert (told.kept / "server-1").is_dir()


async def test_other_collections_are_not_listed_as_servers(told: World) -> None:
    for name in ("server-x", "archive", "server-"):
        told.collections.shared.database.create_collection(name)
    assert await told.collections.servers() == (1,)


async def test_without_an_own_collection_nothing_is_searched_twice(
    told: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    searched = []
    original = SearchEngine.ask

    async def ask(engine: SearchEngine, *args: object, **options: object) -> object:
        searched.append(options.get("also", ()))
        return await original(engine, *args, **options)

    monkeypatch.setattr(SearchEngine, "ask", ask)
    await ask_from(told.collections, "Quel quai ?", 2)
    await ask_from(told.collections, "Quel quai ?")
    assert [*map(tuple, searched)] == [(), ()]
