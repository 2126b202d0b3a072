"""A data folder of an older version is brought up to date; one of a newer version is left alone."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from embeddings.errors import BusyError, InputError, StorageError
from embeddings.files import writer_lock
from embeddings.types import digest
from tests.embeddings.collections import PORT, filled, opened, story

QUESTION = "La construction a-t-elle duré trois ans ?"


def shared(tmp_path: Path) -> Path:
    return tmp_path / "data/collections/shared"


def manifests(tmp_path: Path) -> list[Path]:
    return sorted(shared(tmp_path).glob("snapshots/*/manifest.json"))


def made_by_format_1(tmp_path: Path) -> None:
    """Make every snapshot one of the first format, which said less of itself."""
    for path in manifests(tmp_path):
        document = json.loads(path.read_bytes()) | {"format": 1}
        del document["sizes"], document["recipe"]
        path.write_text(json.dumps(document), encoding="utf-8")


async def test_a_new_collection_says_which_layout_it_has(tmp_path: Path) -> None:
    async with opened(tmp_path):
        assert (shared(tmp_path) / "format").read_text() == "2\n"


async def test_a_folder_of_a_newer_version_is_refused_and_left_alone(tmp_path: Path) -> None:
    async with opened(tmp_path) as engine:
        await filled(engine, tmp_path)
    (shared(tmp_path) / "format").write_text("3\n")
    before = {p: p.read_bytes() for p in shared(tmp_path).rglob("*") if p.is_file()}
    with pytest.raises(InputError, match=r"written by a newer version .format 3.*install that"):
        async with opened(tmp_path):
            pass
    assert {p: p.read_bytes() for p in shared(tmp_path).rglob("*") if p.is_file()} == before


async def test_a_number_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    shared(tmp_path).mkdir(parents=True)
    (shared(tmp_path) / "format").write_text("two")
    with pytest.raises(StorageError, match="format cannot be read"):
        async with opened(tmp_path):
            pass


async def test_the_history_of_an_older_version_becomes_the_log(tmp_path: Path) -> None:
    new = PORT.replace("trois ans", "quatre ans")
    async with opened(tmp_path) as engine:
        await filled(engine, tmp_path)
        await engine.add([story(tmp_path, "port", new, id="port", title="T")])
        await engine.remove(["verger"])
    for name in ("audit.jsonl", "format"):
        (shared(tmp_path) / name).unlink()
    kept = next(shared(tmp_path).glob("history/port/*.md"))
    os.utime(kept, (1530000000, 1530000000))
    async with opened(tmp_path) as engine:
        (correction,) = await engine.corrections("port")
        assert (correction.before, correction.after) == (digest(PORT), digest(new))
        assert correction.at.timestamp() == 1530000000
        assert {s.corrected for s in engine.sources()} == {correction.at}
        told = [(e.what, e.article) for e in reversed(await engine.audit())]
    assert told == [("change", "port"), ("remove", "verger"), ("publish", None)]


async def test_a_crash_while_the_log_is_begun_tells_nothing_twice(tmp_path: Path) -> None:
    async with opened(tmp_path) as engine:
        await filled(engine, tmp_path)
        await engine.remove(["verger"])
    for name in ("audit.jsonl", "format"):
        (shared(tmp_path) / name).unlink()
    for _ in range(2):
        async with opened(tmp_path) as engine:
            told = [(e.what, e.article) for e in reversed(await engine.audit())]
        (shared(tmp_path) / "format").unlink()
    assert told == [("remove", "verger"), ("publish", None)]


async def test_an_older_version_that_still_writes_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("embeddings.layout.PATIENCE", 0.0)
    async with opened(tmp_path):
        pass
    (shared(tmp_path) / "format").unlink()
    with writer_lock(shared(tmp_path)), pytest.raises(BusyError, match="Somebody else is writing"):
        async with opened(tmp_path):
            pass


async def test_an_index_of_an_older_version_is_built_again_from_the_articles(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as engine:
        await filled(engine, tmp_path)
        await engine.reindex(full=True)
        expected = [hit.text for hit in (await engine.ask(QUESTION)).hits]
    made_by_format_1(tmp_path)
    async with opened(tmp_path) as engine:
        assert [hit.text for hit in (await engine.ask(QUESTION)).hits] == expected != []
        assert engine.status().notes == (
            "The index was made by another version: it is built again.",
        )
        assert (await engine.verify()).problems == ()
        assert len(manifests(tmp_path)) == len(engine.snapshots()) == 1
    async with opened(tmp_path) as again:
        assert again.status().notes == ()


async def test_an_older_snapshot_that_could_be_read_does_not_serve_in_its_place(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as engine:
        await filled(engine, tmp_path)
        old = manifests(tmp_path)[0].read_bytes()
        await engine.remove(["verger"])
    made_by_format_1(tmp_path)
    manifests(tmp_path)[0].write_bytes(old)
    async with opened(tmp_path) as engine:
        assert [s.id for s in engine.sources()] == ["port"]
