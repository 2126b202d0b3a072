"""The engine as its callers see it: questions, changes, rollbacks, conflicts and damage."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from config.settings import Settings
from embeddings.changing.publishing import read_base
from embeddings.engine import SearchEngine
from embeddings.errors import (
    AwayError,
    BusyError,
    FullError,
    InputError,
    QuestionError,
    SnapshotError,
    UnknownArticle,
    UnknownSnapshot,
)
from embeddings.snapshots import building
from embeddings.snapshots.disk import writer_lock
from embeddings.snapshots.manifest import FORMAT
from embeddings.snapshots.material import Material
from embeddings.store.database import Database
from embeddings.store.rows import CollectionRows
from embeddings.store.sqlite import RESERVE, RESERVED, SqliteDatabase
from embeddings.types import Filters, Progress, Refusal
from tests.embeddings.collections import filled, opened
from tests.embeddings.diskfaults import crowded
from tests.embeddings.fakes import WordEncoder
from tests.embeddings.store.installed import tamper, tell
from tests.embeddings.stories import HARBOUR, LIBRARY, ORCHARD

QUESTION = "La construction a-t-elle duré trois ans ?"


def front(title: str, **fields: object) -> str:
    lines = "\n".join(f"{key}: {value}" for key, value in {"title": title, **fields}.items())
    return f"---\n{lines}\n---\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with two French stories and an English one."""
    stories = tmp_path / "stories"
    stories.mkdir()
    for article in (HARBOUR, ORCHARD, LIBRARY):
        fields = {
            "id": article.id,
            "source": article.source,
            "language": article.language,
            **({"date": article.date.isoformat()} if article.date else {}),
        }
        text = front(article.title, **fields) + article.text
        (stories / f"{article.id}.md").write_text(text, encoding="utf-8")
    return stories


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path / "data", seeds=tmp_path / "none")


@pytest.fixture
async def engine(settings: Settings, folder: Path) -> AsyncIterator[SearchEngine]:
    async with SearchEngine(settings, encoder=WordEncoder()) as opened:
        await opened.add([str(folder)])
        yield opened


async def test_a_question_is_answered_with_the_words_of_the_story(engine: SearchEngine) -> None:
    answer = await engine.ask(QUESTION)
    hit = answer.hits[0]
    assert answer.refusal is None
    assert hit.text == "La construction a duré trois ans. Elle a coûté douze millions d’euros."
    assert hit.article.text[hit.passage.start : hit.passage.end] == hit.text
    assert hit.sentence.text == "La construction a duré trois ans."
    assert hit.article.text[hit.sentence.start : hit.sentence.end] == hit.sentence.text


async def test_a_question_about_nothing_in_the_stories_is_refused_with_titles(
    engine: SearchEngine,
) -> None:
    answer = await engine.ask("Quelle est la recette de la tarte aux pommes ?")
    assert answer.refusal is Refusal.NOT_FOUND
    assert answer.hits == ()
    assert set(answer.nearest_titles) <= {HARBOUR.title, ORCHARD.title, LIBRARY.title}
    assert answer.nearest_titles


async def test_a_question_to_an_empty_corpus_is_refused_as_such(settings: Settings) -> None:
    async with SearchEngine(settings, encoder=WordEncoder()) as empty:
        answer = await empty.ask(QUESTION)
    assert (answer.refusal, answer.confidence) == (Refusal.EMPTY_CORPUS, None)


async def test_an_answer_outside_the_dates_is_refused_for_that_reason(
    engine: SearchEngine,
) -> None:
    answer = await engine.ask(QUESTION, filters=Filters(since=ORCHARD.date))
    assert answer.refusal is Refusal.NO_MATCH_IN_FILTER
    assert answer.nearest_titles[0] == HARBOUR.title


async def test_a_filter_that_leaves_the_answer_in_leaves_the_answer_as_it_was(
    engine: SearchEngine,
) -> None:
    filtered = await engine.ask(QUESTION, filters=Filters(source="le telegramme du quai"))
    assert filtered.hits[0].text == (await engine.ask(QUESTION)).hits[0].text


async def test_an_unknown_source_matches_nothing(engine: SearchEngine) -> None:
    answer = await engine.ask(QUESTION, filters=Filters(source="Le Monde"))
    assert answer.refusal is Refusal.NO_MATCH_IN_FILTER


async def test_a_search_can_be_restricted_to_one_article(engine: SearchEngine) -> None:
    answer = await engine.ask(QUESTION, filters=Filters(article_id="port"))
    assert {hit.article.id for hit in answer.hits} == {"port"}


async def test_a_search_restricted_to_an_unknown_article_is_refused(engine: SearchEngine) -> None:
    with pytest.raises(UnknownArticle, match="no article 'nowhere'"):
        await engine.ask(QUESTION, filters=Filters(article_id="nowhere"))


async def test_an_invalid_question_is_refused_with_the_reason(engine: SearchEngine) -> None:
    for question, reason in [
        ("", "empty"),
        (" \n\t", "empty"),
        ("a" * 5000, "too_long"),
        ("?! … 🙂", "no_words"),
    ]:
        with pytest.raises(QuestionError) as caught:
            await engine.ask(question)
        assert caught.value.reason == reason


async def test_a_quote_that_no_longer_matches_its_digest_is_not_sent(
    engine: SearchEngine, settings: Settings
) -> None:
    texts = next(settings.data.rglob("texts.txt"))
    texts.write_bytes(texts.read_bytes().replace(b"trois ans", b"deux  ans"))
    answer = await engine.ask(QUESTION, top_k=10, threshold=0.0)
    assert answer.hits
    assert not any("construction" in hit.text for hit in answer.hits)


async def test_top_k_bounds_the_passages(engine: SearchEngine) -> None:
    answer = await engine.ask(QUESTION, top_k=1)
    assert len(answer.hits) == 1


async def test_articles_are_listed_with_their_passages(engine: SearchEngine) -> None:
    assert [(s.id, s.passages) for s in engine.sources()] == [
        ("library", 2),
        ("port", 3),
        ("verger", 2),
    ]
    assert len(engine.passages("port")) == 3
    assert (await engine.article("port")).text == HARBOUR.text


async def test_adding_an_unchanged_article_builds_nothing(
    engine: SearchEngine, folder: Path
) -> None:
    before = engine.status().snapshot
    report = await engine.add([str(folder)])
    assert [a.id for a in report.unchanged] == ["library", "port", "verger"]
    assert report.report is None
    assert engine.status().snapshot == before


async def test_a_dry_run_reports_and_changes_nothing(settings: Settings, folder: Path) -> None:
    async with SearchEngine(settings, encoder=WordEncoder()) as opened:
        report = await opened.add([str(folder)], dry_run=True)
        assert [a.id for a in report.added] == ["library", "port", "verger"]
        assert opened.sources() == ()
        assert opened.snapshots() == ()


async def test_only_what_changed_is_encoded_again(settings: Settings, folder: Path) -> None:
    encoder = WordEncoder()
    async with SearchEngine(settings, encoder=encoder) as opened:
        await opened.add([str(folder)])
        encoder.encoded.clear()
        path = folder / "port.md"
        path.write_text(path.read_text().replace("trois ans", "quatre ans"))
        report = await opened.add([str(path)])
    assert [a.id for a in report.changed] == ["port"]
    assert report.report is not None
    assert (report.report.added, report.report.changed) == (0, 1)
    assert report.report.encoded == len(encoder.encoded)
    assert sorted(encoder.encoded) == [
        "La construction a duré quatre ans. Elle a coûté douze millions d’euros.",
        f"{HARBOUR.title}. La construction a duré quatre ans.",
    ]


async def test_a_full_reindex_encodes_everything_again(settings: Settings, folder: Path) -> None:
    encoder = WordEncoder()
    async with SearchEngine(settings, encoder=encoder) as opened:
        first = (await opened.add([str(folder)])).report
        again = await opened.reindex()
        full = await opened.reindex(full=True)
    assert first is not None
    assert (again.encoded, again.reused) == (0, full.encoded)
    assert full.encoded == first.encoded


async def test_a_previewed_reindex_changes_nothing(engine: SearchEngine) -> None:
    before = engine.status().snapshot
    report = await engine.reindex(dry_run=True)
    assert (report.encoded, report.passages, report.snapshot) == (0, 7, before)
    assert (engine.status().snapshot, report.notes) == (before, ())


async def test_a_previewed_reindex_says_that_all_would_be_built_again(
    engine: SearchEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("embeddings.lexical.words.recipe", lambda: "of another version")
    report = await engine.reindex(dry_run=True)
    assert (report.encoded, report.notes) == (0, ("The index would be built again.",))


async def test_progress_ends_at_the_number_of_texts(settings: Settings, folder: Path) -> None:
    seen: list[Progress] = []
    async with SearchEngine(settings, encoder=WordEncoder()) as opened:
        report = await opened.add([str(folder)], progress=seen.append)
    assert report.report is not None
    last = [p for p in seen if p.stage == "encode"][-1]
    assert last.done == last.total == report.report.encoded


async def test_a_removed_article_does_not_answer_but_stays_in_the_history(
    engine: SearchEngine, settings: Settings
) -> None:
    report = await engine.remove(["port", "nowhere"])
    assert report.removed == ("port",)
    assert [r.input for r in report.rejected] == ["nowhere"]
    assert (await engine.ask(QUESTION)).refusal is Refusal.NOT_FOUND
    kept = {each.article: each.value for each in engine._live.rows.articles.history()}
    assert kept["port"]
    assert kept["port"].text == HARBOUR.text


async def test_a_rollback_serves_the_previous_snapshot_with_its_articles(
    engine: SearchEngine, folder: Path
) -> None:
    old = engine.status().snapshot
    await engine.remove(["port"])
    (folder / "verger.md").write_text(front("Autre titre", id="verger") + ORCHARD.text)
    await engine.add([str(folder / "verger.md")])
    (folder / "neuf.md").write_text(front("Un titre neuf", id="neuf") + "Un texte neuf, ce matin.")
    await engine.add([str(folder / "neuf.md")])
    new = engine.status().snapshot
    done = await engine.rollback(old, by="ana")
    assert (done.snapshot, done.previous) == (old, new)
    assert [each.id for each in done.added] == ["port"]
    assert [(each.id, each.title) for each in done.changed] == [("verger", ORCHARD.title)]
    assert done.removed == ("neuf",)
    assert (await engine.ask(QUESTION)).hits[0].article.id == "port"
    told = [(e.what, e.by, e.article, e.snapshot) for e in (await engine.audit())[:4]]
    assert told[0] == ("rollback", "ana", None, old)
    assert {each[2] for each in told[1:]} == {"port", "verger", "neuf"}


async def test_a_change_after_a_rollback_does_not_restore_what_was_rolled_back(
    engine: SearchEngine, folder: Path
) -> None:
    (folder / "neuf.md").write_text(front("Un titre neuf", id="neuf") + "Un texte neuf, ce matin.")
    await engine.add([str(folder / "neuf.md")])
    await engine.rollback()
    (folder / "autre.md").write_text(front("Un autre", id="autre") + "Un autre texte, ce soir.")
    await engine.add([str(folder / "autre.md")])
    assert [each.id for each in engine.sources()] == ["autre", "library", "port", "verger"]
    assert sorted((await read_base(engine._live)).articles) == [
        "autre",
        "library",
        "port",
        "verger",
    ]
    await engine.reindex(full=True)
    assert [each.id for each in engine.sources()] == ["autre", "library", "port", "verger"]


async def test_a_rollback_can_itself_be_undone(engine: SearchEngine) -> None:
    await engine.remove(["port"])
    new = engine.status().snapshot
    await engine.rollback()
    done = await engine.rollback(new)
    assert done.removed == ("port",)
    assert [each.id for each in engine.sources()] == ["library", "verger"]
    assert (await engine.verify()).problems == ()


async def test_the_mark_is_on_the_sentence_about_who_did_it_not_who_did_not(
    engine: SearchEngine, folder: Path
) -> None:
    denied, said = (
        "Les commerçants n’ont pas écrit la pétition contre la fermeture du pont.",
        "Deux enseignantes du collège en sont les autrices, selon la mairie.",
    )
    (folder / "pont.md").write_text(front("Le pont ferme") + f"{denied} {said}")
    await engine.add([str(folder / "pont.md")])
    hit = (await engine.ask("Qui a écrit la pétition contre la fermeture du pont ?")).hits[0]
    assert (hit.text, hit.sentence.text) == (f"{denied} {said}", said)
    hit = (await engine.ask("Qui n’a pas écrit la pétition contre la fermeture ?")).hits[0]
    assert denied in hit.sentence.text


async def test_another_model_than_the_snapshots_is_noted_before_it_is_loaded(
    settings: Settings, folder: Path
) -> None:
    told = []
    for model in ("light", "light", "e5", "./nowhere"):
        with_it = settings.model_copy(update={"model": model})
        async with SearchEngine(with_it) as engine:
            told.append(engine.status().notes)
            if len(told) == 1:
                await engine.add([str(folder)])
                assert engine.status().notes == ()
    assert told[:2] == [(), ()]
    assert "VERBATIM_MODEL names multilingual-e5-small@" in told[2][0]
    assert told[3][0].startswith("There is no folder ./nowhere")


async def add_brief(engine: SearchEngine, folder: Path, name: str) -> None:
    (folder / f"{name}.md").write_text(front(f"Titre {name}", id=name) + f"Un texte, {name}.")
    await engine.add([str(folder / f"{name}.md")])


async def test_repeated_rollbacks_never_return_to_a_rolled_back_snapshot(
    engine: SearchEngine, folder: Path
) -> None:
    first = engine.status().snapshot
    await add_brief(engine, folder, "faux")
    await engine.rollback()
    await add_brief(engine, folder, "bon")
    assert (await engine.rollback()).back_to == first
    assert [each.id for each in engine.sources()] == ["library", "port", "verger"]
    with pytest.raises(UnknownSnapshot, match="no earlier snapshot"):
        await engine.rollback()


async def test_repeated_rollbacks_go_on_from_the_parent_of_a_rebuilt_snapshot(
    engine: SearchEngine, folder: Path, settings: Settings
) -> None:
    await add_brief(engine, folder, "bon")
    await add_brief(engine, folder, "faux")
    (settings.data / "snapshots" / "shared" / "2" / "manifest.json").write_text("nonsense")
    done = await engine.rollback()
    assert (done.snapshot, done.back_to) == ("4", "2")
    assert (await engine.rollback()).back_to == "1"


async def test_after_a_rollback_the_next_start_serves_the_same(
    engine: SearchEngine, settings: Settings
) -> None:
    await engine.remove(["port"])
    done = await engine.rollback()
    async with SearchEngine(settings, encoder=WordEncoder()) as again:
        assert again.status().snapshot == done.snapshot


async def test_a_rollback_without_an_earlier_snapshot_is_refused(engine: SearchEngine) -> None:
    with pytest.raises(UnknownSnapshot, match="no snapshot 'x'"):
        await engine.rollback("x")
    with pytest.raises(UnknownSnapshot, match="no earlier snapshot"):
        await engine.rollback()


async def test_only_the_last_snapshots_are_kept(tmp_path: Path, folder: Path) -> None:
    settings = Settings(data=tmp_path / "d", seeds=tmp_path / "none", snapshots_kept=2)
    async with SearchEngine(settings, encoder=WordEncoder()) as opened:
        await opened.add([str(folder)])
        for _ in range(3):
            await opened.reindex(full=True)
        assert len(opened.snapshots()) == 2
        assert opened.snapshots()[0].live


async def test_a_second_writer_gets_a_busy_error(engine: SearchEngine, settings: Settings) -> None:
    with (
        writer_lock(settings.data / "snapshots/shared"),
        pytest.raises(BusyError, match="Somebody else is writing"),
    ):
        await engine.reindex()


async def test_questions_are_answered_during_a_reindex(engine: SearchEngine) -> None:
    during: list[bool] = []
    reindex = asyncio.create_task(engine.reindex(full=True))
    while not reindex.done():
        answer = await engine.ask(QUESTION)
        during.append(answer.hits[0].article.id == "port")
    assert during
    assert all(during)


async def test_a_snapshot_published_by_another_process_is_followed(
    engine: SearchEngine, settings: Settings
) -> None:
    async with SearchEngine(settings, encoder=WordEncoder()) as other:
        await other.remove(["port"])
        await tell(engine, other.status().snapshot)
    assert (await engine.ask(QUESTION)).refusal is Refusal.NOT_FOUND


async def test_a_snapshot_whose_passages_do_not_read_back_is_not_used(
    engine: SearchEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, places = engine.status().snapshot, Material.places

    def slip(material: Material) -> dict[str, Any]:
        made = places(material)
        made["passages"][0, 2] -= 1
        return made

    monkeypatch.setattr(Material, "places", slip)
    with pytest.raises(SnapshotError, match="The new snapshot is not used"):
        await engine.reindex(full=True)
    assert engine.status().snapshot == before
    assert (await engine.ask(QUESTION)).hits


async def test_files_stay_while_it_is_unknown_whether_they_were_published(
    engine: SearchEngine, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        monkeypatch.setattr(CollectionRows, "read_published", away)
        raise AwayError("The database cannot be reached.")

    monkeypatch.setattr(CollectionRows, "point", away)
    with pytest.raises(AwayError):
        await engine.remove(["verger"])
    assert (settings.data / "snapshots/shared/2").is_dir()
    monkeypatch.undo()
    await engine.remove(["library"])
    assert [each.id for each in engine.sources()] == ["port", "verger"]


async def test_a_damaged_snapshot_from_another_process_is_not_served(
    engine: SearchEngine, settings: Settings
) -> None:
    engine.database._listeners.clear()  # it hears of it once the file is damaged
    async with SearchEngine(settings, encoder=WordEncoder()) as other:
        await other.remove(["port"])
        name = other.status().snapshot
    (settings.data / f"snapshots/shared/{name}/texts.txt").write_bytes(b"x")
    engine.database.look()
    await engine._live.follow()
    assert (await engine.ask(QUESTION)).hits[0].article.id == "port"
    assert "is not served" in engine.status().notes[-1]


async def test_the_snapshot_of_another_model_is_rebuilt_with_a_note(
    engine: SearchEngine, settings: Settings
) -> None:
    async with SearchEngine(settings, encoder=WordEncoder(model_id="other==2")) as other:
        assert (await other.ask(QUESTION)).hits[0].article.id == "port"
        assert "made with words==1: it is built again" in other.status().notes[0]
        assert other.status().model == "other==2"


async def test_a_rollback_rebuilds_the_snapshot_of_another_model(
    engine: SearchEngine, settings: Settings
) -> None:
    old = engine.status().snapshot
    await engine.remove(["port"])
    async with SearchEngine(settings, encoder=WordEncoder(model_id="other==2")) as other:
        done = await other.rollback(old)
        assert (done.snapshot, done.previous, done.back_to) == ("3", "2", old)
        assert (await other.ask(QUESTION)).hits[0].article.id == "port"
        assert other.snapshots()[0].live
        assert other.status().model == "other==2"


async def test_a_new_shared_collection_begins_with_the_seeds(tmp_path: Path, folder: Path) -> None:
    settings = Settings(data=tmp_path / "d", seeds=folder)
    async with SearchEngine(settings, encoder=WordEncoder()) as opened:
        assert len(opened.sources()) == 3
        await opened.remove(["library", "port", "verger"])
    async with SearchEngine(settings, encoder=WordEncoder()) as again:
        assert again.sources() == ()


async def test_missing_seeds_are_reported_at_each_start(tmp_path: Path, folder: Path) -> None:
    for place in (tmp_path / "nowhere", Path(__file__)):
        settings = Settings(data=tmp_path / "d", seeds=place)
        with pytest.raises(InputError, match=rf"VERBATIM_SEEDS names {place}, which is no folder"):
            await SearchEngine(settings, encoder=WordEncoder()).__aenter__()
    settings = Settings(data=tmp_path / "d", seeds=folder)
    async with SearchEngine(settings, encoder=WordEncoder()) as opened:
        assert len(opened.sources()) == 3


async def test_an_unreadable_seed_is_noted(tmp_path: Path, folder: Path) -> None:
    (folder / "vide.txt").write_text("")
    settings = Settings(data=tmp_path / "d", seeds=folder)
    async with SearchEngine(settings, encoder=WordEncoder()) as opened:
        assert len(opened.sources()) == 3
        assert any("vide.txt is empty" in note for note in opened.status().notes)


async def test_missing_seeds_are_not_reported_if_none_are_wanted(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings = Settings(data=tmp_path / "d", seeds=Path("none"))
    async with SearchEngine(settings, encoder=WordEncoder()) as opened:
        assert opened.sources() == ()
    assert caplog.text == ""


async def test_an_unknown_collection_is_refused_with_the_known_ones(
    engine: SearchEngine, settings: Settings
) -> None:
    with pytest.raises(InputError, match="no collection 'press'; there are: shared"):
        async with SearchEngine(settings, collection="press", encoder=WordEncoder()):
            pass


def test_an_invalid_name_of_a_collection_is_refused(settings: Settings) -> None:
    for name in ["../etc", "", "A b", "x" * 80]:
        with pytest.raises(InputError, match="is no name for a collection"):
            SearchEngine(settings, collection=name)


async def test_collections_do_not_see_each_other(
    engine: SearchEngine, settings: Settings, folder: Path
) -> None:
    async with SearchEngine(
        settings, collection="press", create=True, encoder=WordEncoder()
    ) as press:
        await press.add([str(folder / "verger.md")])
        assert (await press.ask(QUESTION)).refusal is Refusal.NOT_FOUND
        assert press.status().collections == ("press", "shared")


async def test_verify_finds_no_problem_after_an_addition(engine: SearchEngine) -> None:
    report = await engine.verify()
    assert report.ok
    assert report.checked > 7


async def test_verify_names_the_file_with_one_byte_changed(
    engine: SearchEngine, settings: Settings
) -> None:
    path = next(settings.data.rglob("passage_vectors.npy"))
    data = path.read_bytes()
    path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    report = await engine.verify()
    assert "passage_vectors.npy is not what was written" in report.problems[0]


async def test_the_snapshot_of_an_earlier_version_is_rebuilt_and_then_verified(
    settings: Settings, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with SearchEngine(settings, encoder=WordEncoder()) as before:
        await before.add([str(folder)])
    for module in ("snapshot", "building"):
        monkeypatch.setattr(f"embeddings.snapshots.{module}.FORMAT", FORMAT + 1)
    async with SearchEngine(settings, encoder=WordEncoder()) as now:
        assert now.status().snapshot == "2"
        assert [each.id for each in now.sources()] == ["library", "port", "verger"]
        assert (await now.verify()).problems == ()


async def test_a_rollback_restores_the_articles_of_an_earlier_versions_snapshot(
    settings: Settings, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with SearchEngine(settings, encoder=WordEncoder()) as before:
        await before.add([str(folder)])
        edit = await before.propose_edit("verger", {"title": "Un titre donné"})
        await before.confirm(edit.token)
        await before.remove(["port"])
    for module in ("snapshot", "building"):
        monkeypatch.setattr(f"embeddings.snapshots.{module}.FORMAT", FORMAT + 1)
    async with SearchEngine(settings, encoder=WordEncoder()) as now:
        assert now.status().notes == ("The index was made by another version: it is built again.",)
        assert [each.snapshot for each in now.snapshots()] == ["4", "3", "2", "1"]
        done = await now.rollback("1", by="ana")
        assert (done.snapshot, done.previous, done.back_to) == ("5", "4", "1")
        assert [each.id for each in done.added] == ["port"]
        assert [(each.id, each.title) for each in done.changed] == [("verger", ORCHARD.title)]
        assert (await now.ask(QUESTION)).hits[0].article.id == "port"
        assert now._live.rows.articles.by_hand(5) == {}
        assert (await now.verify()).problems == ()
        assert (await now.audit())[0].what == "rollback"


@pytest.mark.parametrize(
    ("statement", "sentence"),
    [
        (
            "UPDATE versions SET text = CAST('x' AS BLOB) WHERE article = 'port'",
            "The article port is not as it was stored: run reindex --full, which mends it",
        ),
        ("UPDATE versions SET text = x'ff' WHERE article = 'port'", "The article port is not as"),
        ("UPDATE versions SET fields = '{' WHERE article = 'port'", "The article port is not as"),
        ("DELETE FROM versions WHERE article = 'port'", "The article port is not as it was stored"),
        ("UPDATE audit SET entry = replace(entry, 'add', 'edit') WHERE n = 1", "Line 1 of the"),
        ("DELETE FROM audit WHERE n = 1", "Line 1 of the audit log, or the one before it"),
        ("UPDATE collections SET live = 77", "names the snapshot 77, which is not kept: run roll"),
        ("UPDATE collections SET live = 'x'", "is 'x', which is no snapshot: run rollback"),
        ("UPDATE snapshots SET digest = 'x'", "manifest.json is not what was written: run rein"),
        ("UPDATE snapshots SET by = 'x'", "What the store says of the snapshot 1 is not what was"),
        ("UPDATE snapshots SET changed = 7", "What the store says of the snapshot 1 is not what"),
        ("DELETE FROM snapshots", "names the snapshot 1, which is not kept"),
    ],
)
async def test_verify_names_a_changed_row_and_the_remedy(
    engine: SearchEngine, settings: Settings, statement: str, sentence: str
) -> None:
    tamper(settings, statement)
    report = await engine.verify()
    assert sentence in "\n".join(report.problems)
    assert (await engine.ask(QUESTION)).hits[0].article.id == "port"


async def test_verify_names_a_table_with_other_columns(
    engine: SearchEngine, settings: Settings
) -> None:
    with closing(sqlite3.connect(settings.data / "verbatim.db")) as connection:
        connection.executescript(
            "PRAGMA writable_schema = ON;"
            "UPDATE sqlite_master SET sql = replace(sql, 'digest VARCHAR', 'digest FARCHAR')"
            " WHERE name = 'audit'"
        )
    async with SearchEngine(settings, encoder=WordEncoder()) as again:
        (problem,) = (await again.verify()).problems
    assert "the columns of audit are not those that it was made with; put a backup" in problem


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE versions SET text = CAST('x' AS BLOB) WHERE article = 'port'",
        "UPDATE versions SET fields = 'x', digest = 'x' WHERE article = 'port'",
        "UPDATE versions SET fields = replace(fields, 'Le', 'La') WHERE article = 'port'",
        "DELETE FROM versions WHERE article = 'port'",
        "DELETE FROM contents WHERE article = 'port'",
        "UPDATE contents SET article = 'other' WHERE article = 'port'",
        "UPDATE snapshots SET by = 'x' WHERE number = 1",
        "UPDATE snapshots SET removed = 3, digest = 'x' WHERE number = 1",
        "UPDATE snapshots SET manifest = x'7b' WHERE number = 1",
    ],
)
async def test_another_change_keeps_a_damaged_row_damaged_and_a_full_reindex_repairs_it(
    engine: SearchEngine, settings: Settings, statement: str
) -> None:
    tamper(settings, statement)
    await engine.remove(["verger"])
    assert (await engine.ask(QUESTION)).hits[0].article.id == "port"
    await engine.reindex(full=True)
    assert (await engine.ask(QUESTION)).hits[0].article.id == "port"
    assert (await engine.verify()).problems == ()


async def test_a_full_reindex_keeps_a_snapshot_that_the_log_no_longer_mentions(
    engine: SearchEngine, settings: Settings
) -> None:
    await engine.remove(["verger"])
    tamper(settings, 'DELETE FROM audit WHERE article IS NULL AND entry LIKE \'%"snapshot": "1"%\'')
    await engine.reindex(full=True)
    assert [each.snapshot for each in engine.snapshots()] == ["3", "2", "1"]
    assert "of the audit log" in (await engine.verify()).problems[0]


async def test_a_damaged_article_without_a_good_copy_is_named_and_can_be_added_again(
    engine: SearchEngine, settings: Settings, folder: Path
) -> None:
    tamper(settings, "UPDATE versions SET text = CAST('x' AS BLOB) WHERE article = 'port'")
    for path in (settings.data / "snapshots/shared").glob("*/texts.txt"):
        path.unlink()
    async with SearchEngine(settings, encoder=WordEncoder()) as again:
        assert "The article port is not as it was stored" in again.status().notes[-1]
        with pytest.raises(SnapshotError, match=r"Nothing was changed\. The article port"):
            await again.remove(["verger"])
        await again.add([str(folder / "port.md")])
        assert (await again.ask(QUESTION)).hits[0].article.id == "port"
        assert [each.id for each in again.sources()] == ["library", "port", "verger"]


async def test_only_the_owner_may_read_written_files(
    engine: SearchEngine, settings: Settings
) -> None:
    await engine.reindex(full=True)
    paths = list(settings.data.rglob("*"))
    assert {p.stat().st_mode & 0o777 for p in paths if p.is_dir()} == {0o700}
    wrong = [str(p) for p in paths if p.is_file() and p.stat().st_mode & 0o177]
    assert [name for name in wrong if not name.endswith(".lock")] == []


@pytest.mark.parametrize("what", ["remove", "rollback"])
async def test_on_a_full_disk_removals_work_and_additions_are_refused(
    engine: SearchEngine,
    settings: Settings,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    what: str,
) -> None:
    await engine.reindex(full=True)
    await engine.remove(["verger"])
    kept = settings.data / "snapshots/shared"
    write, take = SqliteDatabase.write, building.write_snapshot

    def is_full() -> bool:
        return len([path for path in kept.iterdir() if path.name.isdecimal()]) > 2

    def refuse(*arguments: Any, **options: Any) -> Any:
        if is_full():
            raise FullError("The disk is full; make room and try again.")
        return take(*arguments, **options)

    def begin(database: SqliteDatabase) -> Any:
        if is_full():
            raise FullError("The disk is full; make room and try again.")
        return write(database)

    monkeypatch.setattr(building, "write_snapshot", refuse)
    monkeypatch.setattr(SqliteDatabase, "write", begin)
    before = engine.status().snapshot
    with pytest.raises(FullError):
        await engine.add([str(folder / "verger.md")])
    assert engine.status().snapshot == before
    if what == "remove":
        await engine.remove(["library"])
        assert [each.id for each in engine.sources()] == ["port"]
    else:
        await engine.rollback("2")
        assert [each.id for each in engine.sources()] == ["library", "port", "verger"]
    assert (await engine.ask(QUESTION)).hits[0].article.id == "port"
    monkeypatch.undo()
    await engine.reindex(full=True)
    assert (await engine.verify()).problems == ()


async def test_without_any_space_reading_and_removing_work_and_adding_is_refused(
    engine: SearchEngine, settings: Settings, folder: Path
) -> None:
    await engine.reindex(full=True)
    reserve, new = settings.data / RESERVE, folder / "new.md"
    new.write_text(front("Le quai") + "Le quai est long de deux cents mètres.", encoding="utf-8")
    refused = pytest.raises(FullError, match="because the disk is full: nothing was changed")
    with crowded(reserve):
        async with SearchEngine(settings, encoder=WordEncoder()) as full:
            assert (full.status().snapshot, full.status().notes) == ("2", ())
            assert (await full.verify()).problems == ()
            with refused:
                await full.add([str(new)])
            await full.confirm((await full.propose_removal("verger")).token)
            await full.remove(["library"])
            with refused:
                await full.propose([str(new)])
            assert [each.id for each in full.sources()] == ["port"]
            await full.rollback("3")
            assert [each.id for each in full.sources()] == ["library", "port"]
            kept = [each.snapshot for each in full.snapshots()]
            assert kept == ["4", "3", "2", "1"]
    async with SearchEngine(settings, encoder=WordEncoder()) as again:
        assert [each.id for each in again.sources()] == ["library", "port"]
        assert (await again.verify()).problems == ()
    assert reserve.stat().st_size == RESERVED


async def test_a_slow_store_is_waited_for_only_without_a_local_copy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    look = Database.look

    def slow(database: Database) -> None:
        time.sleep(0.5)
        look(database)

    monkeypatch.setattr("embeddings.live.PATIENCE", 0.1)
    monkeypatch.setattr(Database, "look", slow)
    async with opened(tmp_path) as engine:
        await filled(engine, tmp_path)
        assert not engine.status().notes
    async with opened(tmp_path) as engine:
        assert "what is here serves" in " ".join(engine.status().notes)
