"""The audit log: entries, the chain of digests, and corrections."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from embeddings.reports import AuditEntry
from embeddings.store.audit import Audit, dump_line, parse_lines
from embeddings.types import digest
from tests.embeddings.collections import PORT, filled, opened, story
from tests.embeddings.store.installed import tamper
from tests.embeddings.stories import HARBOUR

MOMENT = datetime(2018, 7, 4, 12, tzinfo=UTC)
TEXTS = st.one_of(st.none(), st.text(max_size=20))
ENTRIES = st.builds(
    AuditEntry,
    at=st.datetimes(timezones=st.just(UTC)),
    by=st.text(max_size=20),
    what=st.sampled_from(["add", "edit", "publish"]),
    article=TEXTS,
    before=TEXTS,
    after=TEXTS,
    snapshot=TEXTS,
    fields=st.lists(st.text(max_size=5)).map(tuple),
    counts=st.tuples(*[st.integers(0, 9)] * 3),
)


def entry(**fields: object) -> AuditEntry:
    return AuditEntry(**{"at": MOMENT, "by": "me", "what": "add", **fields})


@given(ENTRIES)
def test_a_line_is_read_as_it_was_written(value: AuditEntry) -> None:
    written = dump_line(value)
    assert "\n" not in written
    assert list(parse_lines([written])) == [value]


@given(st.text(max_size=30))
def test_a_malformed_line_is_left_out(text: str) -> None:
    assert [
        e.article for e in parse_lines([dump_line(entry(article="a")), text, "{}", "[" * 9999])
    ] == ["a"]


async def test_a_changed_or_missing_line_breaks_the_chain(tmp_path: Path) -> None:
    async with opened(tmp_path) as engine:
        rows = engine._live.rows
        for name in "abc":
            with rows.database.write() as connection:
                rows.audit.append(connection, [entry(article=name)])
        other = Audit(engine.database, "shared")
        assert [e.article for e in other.entries()] == ["a", "b", "c"]
        assert other.verify(None) == (3, [])
        tamper(engine._settings, "DELETE FROM audit WHERE article = 'b'")
        checked, problems = other.verify(None)
    assert checked == 2
    assert problems[0].startswith("Line 2 of the audit log")


async def test_each_change_is_logged_with_its_author(tmp_path: Path) -> None:
    async with opened(tmp_path) as engine:
        await filled(engine, tmp_path)
        await engine.confirm((await engine.propose_edit("port", {"title": "T"})).token, by="bo")
        await engine.add([story(tmp_path, "port", PORT + "!", id="port", title="T")], by="al")
        await engine.remove(["port"], by="cy")
        await engine.rollback(by="di")
        told = [(e.what, e.article, e.by, e.fields) for e in reversed(await engine.audit())]
        snapshots = [e.snapshot for e in reversed(await engine.audit())]
    assert told == [
        ("add", "port", "first", ()),
        ("add", "verger", "first", ()),
        ("publish", None, "first", ()),
        ("edit", "port", "bo", ("title",)),
        ("publish", None, "bo", ()),
        ("change", "port", "al", ("date", "text")),
        ("publish", None, "al", ()),
        ("remove", "port", "cy", ()),
        ("publish", None, "cy", ()),
        ("rollback", "port", "di", ()),
        ("rollback", None, "di", ()),
    ]
    assert len(set(snapshots)) == 5


async def test_an_entry_has_the_digests_of_the_old_and_the_new_text(tmp_path: Path) -> None:
    async with opened(tmp_path) as engine:
        await filled(engine, tmp_path)
        await engine.remove(["port"])
        gone = next(e for e in await engine.audit() if e.what == "remove")
    assert (gone.before, gone.after) == (digest(PORT), None)


async def test_a_kept_snapshot_has_its_author_and_its_counts(tmp_path: Path) -> None:
    async with opened(tmp_path) as engine:
        await filled(engine, tmp_path)
        await engine.remove(["port"], by="cy")
        newest, first = engine.snapshots()
    assert (newest.by, newest.added, newest.changed, newest.removed) == ("cy", 0, 0, 1)
    assert (first.by, first.added) == ("first", 2)


async def test_the_first_snapshot_of_seeds_is_logged(tmp_path: Path) -> None:
    story(tmp_path / "seeds", "port", PORT, id="port", title="T")
    async with opened(tmp_path, seeds=tmp_path / "seeds") as engine:
        last, first = await engine.audit()
        assert (last.what, last.snapshot) == ("publish", engine.status().snapshot)
        assert (first.what, first.article) == ("add", "port")


async def corrections(engine: Any) -> list[AuditEntry]:
    """Return the log's entries about changes of one article's text since it was added."""
    entries = await engine.audit("port")
    return [e for e in entries if e.before and e.after and e.before != e.after]


async def test_a_changed_text_is_a_correction(tmp_path: Path) -> None:
    async with opened(tmp_path) as engine:
        await filled(engine, tmp_path)
        assert await corrections(engine) == []
        new = PORT.replace("trois ans", "quatre ans")
        await engine.add([story(tmp_path, "port", new, id="port", title=HARBOUR.title)], by="al")
        (correction,) = await corrections(engine)
        assert (correction.by, correction.before, correction.after) == (
            *("al", digest(PORT)),
            digest(new),
        )
        days = {s.id: s.corrected for s in engine.sources()}
        hit = (await engine.ask("Combien la construction a-t-elle duré ?", threshold=0.0)).hits[0]
    assert days == {"port": correction.at, "verger": None}
    assert (hit.article.id, hit.article.corrected) == ("port", correction.at)


async def test_a_changed_title_is_no_correction_of_the_text(tmp_path: Path) -> None:
    async with opened(tmp_path) as engine:
        await filled(engine, tmp_path)
        await engine.confirm((await engine.propose_edit("port", {"title": "T"})).token)
        assert await corrections(engine) == []
        assert {s.corrected for s in engine.sources()} == {None}


async def test_an_article_added_again_after_its_removal_is_not_corrected(tmp_path: Path) -> None:
    async with opened(tmp_path) as engine:
        await filled(engine, tmp_path)
        await engine.add([story(tmp_path, "port", PORT + "!", id="port", title="T")])
        await engine.remove(["port"])
        await engine.add([str(tmp_path / "port.md")])
        assert {s.corrected for s in engine.sources()} == {None}
        assert len(await corrections(engine)) == 1
