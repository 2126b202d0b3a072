"""After a flipped bit in any file: an answer as before or one sentence; ``verify`` finds it."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.settings import Settings
from embeddings.engine import SearchEngine
from embeddings.errors import EmbeddingsError
from tests.embeddings.collections import filled
from tests.embeddings.fakes import WordEncoder
from tests.embeddings.stories import HARBOUR, ORCHARD

QUESTION = "La construction a-t-elle duré trois ans ?"
STEP = 1021
"""The step between the bytes of the database that are tried; a prime, to meet all columns."""


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder where the engine's data is created."""
    return tmp_path_factory.mktemp("template")


@pytest.fixture
async def data(template: Path, tmp_path: Path) -> Path:
    """The data of two articles with two snapshots."""
    if not (template / "data").exists():
        async with opened(template / "data") as engine:
            await filled(engine, template)
            await engine.reindex(full=True)
    return Path(shutil.copytree(template / "data", tmp_path / "data"))


def opened(data: Path) -> SearchEngine:
    return SearchEngine(Settings(data=data, seeds=data / "none"), encoder=WordEncoder())


async def looked_at(data: Path) -> tuple[str, tuple[str, ...]]:
    """Open the data; return the best quote or an error's sentence, and the problems found."""
    try:
        async with opened(data) as engine:
            hits = (await engine.ask(QUESTION, threshold=0.0)).hits
            said = hits[0].text if hits else "nothing"
            try:
                return said, (*engine.status().notes, *(await engine.verify()).problems)
            except EmbeddingsError as error:
                return said, (str(error),)
    except EmbeddingsError as error:
        return str(error), (str(error),)


def flip(path: Path, place: int) -> None:
    data = bytearray(path.read_bytes())
    data[place] ^= 1 << place % 8
    path.write_bytes(data)


async def test_a_flipped_bit_in_any_snapshot_file_is_found_and_questions_are_still_answered(
    data: Path,
) -> None:
    answer, problems = await looked_at(data)
    assert problems == ()
    for path in sorted((data / "snapshots/shared/2").iterdir()):
        for place in {0, path.stat().st_size // 2, path.stat().st_size - 1}:
            before = path.read_bytes()
            flip(path, place)
            said, found = await looked_at(data)
            assert said == answer, path.name
            assert any(path.name in sentence for sentence in found), (path.name, place)
            assert all("reindex --full" in sentence for sentence in found), found
            path.write_bytes(before)
    assert await looked_at(data) == (answer, ())


async def test_a_flipped_bit_in_the_cache_file_is_reported_and_repaired(
    data: Path,
) -> None:
    path = data / "snapshots/shared/published.json"
    answer, _ = await looked_at(data)
    whole = path.read_bytes()
    for place in range(0, len(whole), 7):
        flip(path, place)
        told = (f"{path} was not what was written: it is written again.",)
        assert await looked_at(data) == (answer, told), place
        assert path.read_bytes() == whole
    assert await looked_at(data) == (answer, ())


async def test_a_changed_row_is_found_whatever_column_it_is_in(data: Path) -> None:
    changes = (
        "UPDATE snapshots SET manifest = CAST(replace(CAST(manifest AS TEXT), '2', '3') AS BLOB)",
        "UPDATE audit SET at = '1999' WHERE n = 1",
        "UPDATE audit SET article = NULL WHERE n = 1",
    )
    for change in changes:
        copy = Path(shutil.copytree(data, data.with_name("copy")))
        with contextlib.closing(sqlite3.connect(copy / "verbatim.db")) as connection:
            connection.execute(change)
            connection.commit()
        _, found = await looked_at(copy)
        assert found, change
        shutil.rmtree(copy)


async def test_a_row_that_contradicts_its_index_is_found(data: Path) -> None:
    path = data / "verbatim.db"
    whole, said = path.read_bytes(), b'sharedverger{"id"'
    assert said in whole, "a row of versions"
    path.write_bytes(whole.replace(said, b'sharudverger{"id"'))
    _, found = await looked_at(data)
    assert any(str(path) in sentence for sentence in found)


async def test_the_command_in_the_sentence_repairs_a_damaged_snapshot(data: Path) -> None:
    flip(data / "snapshots/shared/2/passage_vectors.npy", 100)
    async with opened(data) as engine:
        await engine.reindex(full=True)
        left = (await engine.verify()).problems
    assert all("snapshots/shared/2/" in sentence for sentence in left)
    async with opened(data) as engine:
        assert engine.status().snapshot == "3"


async def test_a_rollback_rebuilds_a_damaged_earlier_snapshot(data: Path) -> None:
    flip(data / "snapshots" / "shared" / "1" / "manifest.json", 40)
    async with opened(data) as engine:
        assert (await engine.verify()).problems
        there = {each.id for each in engine.sources()}
        await engine.remove([min(there)])
        report = await engine.rollback("1")
        assert {each.id for each in engine.sources()} == there
        assert (report.snapshot, len(report.added)) == ("4", 1)


async def test_the_command_in_the_sentence_gives_up_a_damaged_earlier_snapshot(
    data: Path,
) -> None:
    flip(data / "snapshots" / "shared" / "1" / "manifest.json", 40)
    async with opened(data) as engine:
        (problem,) = (await engine.verify()).problems
        assert "reindex --full" in problem
        await engine.reindex(full=True)
        assert (await engine.verify()).problems == ()
        await engine.rollback("1")
        assert (await engine.verify()).problems == ()


@pytest.mark.parametrize("start", range(4))
async def test_a_flipped_bit_in_the_database_gives_an_answer_or_a_sentence(
    data: Path, start: int
) -> None:
    path = data / "verbatim.db"
    whole, (answer, _) = path.read_bytes(), await looked_at(data)
    for place in places(len(whole), start):
        path.write_bytes(whole)
        flip(path, place)
        said, _ = await looked_at(data)
        quotes = {HARBOUR.text, ORCHARD.text}
        assert said == answer or str(path) in said or "database" in said, (place, said, quotes)
        forget(data)


def forget(data: Path) -> None:
    """Remove SQLite's files beside the database."""
    for left in data.glob("verbatim.db-*"):
        left.unlink()


def places(size: int, start: int) -> Iterator[int]:
    yield from range(start * STEP, size, 4 * STEP)
