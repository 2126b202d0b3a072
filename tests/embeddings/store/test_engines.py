"""The engine behaves the same with a folder and with a database."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

import pytest

from embeddings.collections import Collections
from embeddings.engine import SearchEngine
from embeddings.errors import BusyError, GateError, UnknownArticle, UnknownProposal
from embeddings.types import Refusal
from tests.embeddings.collections import ask_from, filled, story
from tests.embeddings.store.installed import Installed, installed, tell

__all__ = ["installed"]

QUESTION = "La construction a-t-elle duré trois ans ?"
ANSWER = "La construction a duré trois ans."
CORRECTED = "La construction a duré quatre ans."
GOLDEN = {"qid": "1", "question": QUESTION, "passages": [{"article": "port", "paragraph": 2}]}


@pytest.fixture
async def engine(installed: Installed) -> AsyncIterator[SearchEngine]:
    async with installed.engine() as engine:
        await filled(engine, installed.folder)
        yield engine


async def quoted(engine: SearchEngine) -> str:
    return (await engine.ask(QUESTION, threshold=0.0)).hits[0].sentence.text


def correction(folder: Path) -> str:
    text = f"Le port est agrandi.\n\n{CORRECTED} Elle a coûté douze millions d’euros."
    return story(folder, "port", text, id="port", title="Le port")


async def test_an_added_article_answers(engine: SearchEngine) -> None:
    assert await quoted(engine) == ANSWER


async def test_a_changed_article_answers_in_its_new_words_with_the_date_of_the_change(
    engine: SearchEngine, installed: Installed
) -> None:
    await engine.add([correction(installed.folder)])
    assert await quoted(engine) == CORRECTED
    assert (await engine.ask(QUESTION, threshold=0.0)).hits[0].article.corrected is not None


async def test_a_removed_article_does_not_answer(engine: SearchEngine) -> None:
    await engine.remove(["port"])
    assert [s.id for s in engine.sources()] == ["verger"]
    assert (await engine.ask(QUESTION)).refusal is Refusal.NOT_FOUND
    with pytest.raises(UnknownArticle):
        await engine.propose_edit("port", {"title": "Le port"})


async def test_a_field_is_edited_once_it_is_confirmed(engine: SearchEngine) -> None:
    proposal = await engine.propose_edit("port", {"date": "2020-02-02"})
    assert engine.sources()[0].date == date(2018, 6, 22)
    await engine.confirm(proposal.token)
    assert engine.sources()[0].date == date(2020, 2, 2)
    with pytest.raises(UnknownProposal):
        await engine.confirm(proposal.token)


async def test_a_proposal_that_is_dropped_changes_nothing(
    engine: SearchEngine, installed: Installed
) -> None:
    proposal = await engine.propose([correction(installed.folder)])
    await engine.drop(proposal.token)
    with pytest.raises(UnknownProposal):
        await engine.proposal(proposal.token)
    assert await quoted(engine) == ANSWER


async def test_a_full_reindex_encodes_everything_again(engine: SearchEngine) -> None:
    assert (await engine.reindex()).encoded == 0
    report = await engine.reindex(full=True)
    assert (report.reused, report.encoded > 0) == (0, True)
    assert report.snapshot == engine.status().snapshot


async def test_a_rollback_restores_the_previous_snapshot_and_its_articles(
    engine: SearchEngine, installed: Installed
) -> None:
    before = engine.status().snapshot
    await engine.add([correction(installed.folder)])
    done = await engine.rollback()
    assert (done.snapshot, [each.id for each in done.changed]) == (before, ["port"])
    assert await quoted(engine) == ANSWER
    await engine.remove(["verger"])
    await engine.reindex(full=True)
    assert await quoted(engine) == ANSWER
    assert (await engine.verify()).problems == ()


async def test_a_full_reindex_gives_up_a_damaged_snapshot_only_if_there_is_no_other_copy(
    engine: SearchEngine, installed: Installed
) -> None:
    before = engine.status().snapshot
    assert before
    await engine.add([correction(installed.folder)])
    found = installed.folder.rglob("manifest.json")
    damaged = next(path for path in found if path.parent.name == before)
    damaged.write_text("nonsense", encoding="utf-8")
    await engine.reindex(full=True)
    listed = {each.snapshot for each in engine.status().snapshots}
    assert (before in listed) == bool(installed.url)
    await engine.rollback(before)
    assert await quoted(engine) == ANSWER
    assert (await engine.verify()).problems == ()


async def test_a_snapshot_that_finds_fewer_golden_passages_is_not_published(
    engine: SearchEngine, installed: Installed
) -> None:
    with engine.database.write() as connection:
        engine._live.rows.set_questions(connection, json.dumps(GOLDEN).encode())
    before = engine.status().snapshot
    nothing = story(installed.folder, "port", "Rien de tout cela.", id="port", title="Le port")
    with pytest.raises(GateError):
        await engine.add([nothing])
    assert (engine.status().snapshot, await quoted(engine)) == (before, ANSWER)


async def test_each_change_is_in_the_audit_log(engine: SearchEngine, installed: Installed) -> None:
    await engine.add([correction(installed.folder)], by="second")
    entries = [(e.by, e.what, e.article) for e in await engine.audit()]
    assert entries[:2] == [("second", "publish", None), ("second", "change", "port")]
    assert (await engine.audit("port"))[0].fields == ("title", "date", "text")


async def test_an_export_of_one_store_is_imported_into_the_other(
    engine: SearchEngine, installed: Installed, tmp_path: Path, postgres_url: str
) -> None:
    await engine.add([correction(installed.folder)])
    await engine.export(tmp_path / "x.zip")
    other = Installed("" if installed.url else postgres_url, tmp_path / "other")
    async with other.engine() as theirs:
        await theirs.import_(tmp_path / "x.zip")
        assert await quoted(theirs) == CORRECTED
        assert "text" in {name for e in await theirs.audit("port") for name in e.fields}
        await theirs.export(tmp_path / "y.zip")
    async with installed.engine() as again:
        await again.import_(tmp_path / "y.zip", over=True)
        assert await quoted(again) == CORRECTED


async def test_verify_finds_no_problem_in_an_intact_store(engine: SearchEngine) -> None:
    report = await engine.verify()
    assert (report.ok, report.checked > 10) == (True, True)


async def test_the_status_names_the_store(engine: SearchEngine, installed: Installed) -> None:
    status = engine.status()
    assert (status.collections, status.articles, len(status.snapshots)) == (("shared",), 2, 1)
    assert status.store.startswith("postgresql://127" if installed.url else str(installed.folder))


async def test_a_snapshot_published_by_one_process_is_served_by_another(
    engine: SearchEngine, installed: Installed
) -> None:
    async with installed.engine("two") as other:
        assert await quoted(other) == ANSWER
        await engine.add([correction(installed.folder)])
        await tell(other, engine.status().snapshot)
        assert await quoted(other) == CORRECTED
        await other.rollback()
        await tell(engine, other.status().snapshot)
        assert await quoted(engine) == ANSWER


async def test_a_rollback_by_another_process_is_served_at_once(
    engine: SearchEngine, installed: Installed
) -> None:
    async with installed.engine("two") as other:
        await engine.add([correction(installed.folder)])
        await other.rollback()
        await tell(engine, other.status().snapshot)
        assert await quoted(engine) == ANSWER


async def test_a_busy_error_names_the_process_that_holds_the_collection(
    engine: SearchEngine, installed: Installed
) -> None:
    async with installed.engine("two") as other:
        with (
            engine.database.hold("shared"),
            pytest.raises(BusyError, match=r"process.*, since .*UTC\)"),
        ):
            await other.reindex()


async def test_a_proposal_of_one_process_is_confirmed_by_another(
    engine: SearchEngine, installed: Installed
) -> None:
    proposal = await engine.propose([correction(installed.folder)])
    async with installed.engine("two") as other:
        await other.confirm(proposal.token)
        assert await quoted(other) == CORRECTED


async def test_a_server_has_a_collection_of_its_own_until_it_is_deleted(
    engine: SearchEngine, installed: Installed
) -> None:
    async with Collections(installed.settings(), engine) as collections:
        assert await collections.of(7) is None
        own = await collections.create(7)
        text = "La réunion du club de voile aura lieu jeudi soir."
        await own.add([story(installed.folder, "voile", text, title="Voile")])
        answer = await ask_from(collections, "Quand aura lieu la réunion du club ?", 7)
        assert answer.hits[0].text == text
        assert await collections.servers() == (7,)
        assert await collections.delete(7)
        assert await collections.of(7) is None
        assert not (await ask_from(collections, "Quand aura lieu la réunion du club ?", 7)).hits
