"""Searching in the database finds what FAISS finds, with the same scores."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import faiss
import numpy as np
import pytest
from numpy.typing import NDArray

from embeddings.store import remote
from embeddings.store.postgresql import PostgresDatabase
from embeddings.store.remote import DatabaseIndex
from embeddings.vectors.index import VectorIndex
from tests.embeddings.store.server import Server

ROWS, DIMENSION, QUESTIONS, TEN = 2000, 64, 100, 10


@pytest.fixture(scope="module")
def rows_there(
    postgres: Server, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[PostgresDatabase]:
    database = PostgresDatabase(postgres.database(), tmp_path_factory.mktemp("x"), searches=True)
    with database.write():
        pass
    yield database
    database.close()


def unit(rows: int, seed: int, kind: type = np.float32) -> NDArray[Any]:
    made = np.random.default_rng(seed).standard_normal((rows, DIMENSION), dtype=np.float32)
    return (made / np.linalg.norm(made, axis=1, keepdims=True)).astype(kind)


def filled(database: PostgresDatabase, table: str, rows: NDArray[Any]) -> DatabaseIndex:
    index = DatabaseIndex(database, table, VectorIndex(rows))
    index.fill()
    index.test_recall()
    return index


@pytest.fixture(scope="module")
def exact(rows_there: PostgresDatabase) -> DatabaseIndex:
    return filled(rows_there, "exact", unit(ROWS, 1))


@pytest.fixture(scope="module")
def indexed(rows_there: PostgresDatabase) -> Iterator[DatabaseIndex]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(remote, "EXACT_UP_TO", 10)
        yield filled(rows_there, "indexed", unit(ROWS, 1))


def flat(vectors: NDArray[Any], questions: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Search with FAISS, and order ties as the database does: by score, then by row."""
    index = faiss.IndexFlatIP(DIMENSION)
    index.add(vectors.astype(np.float32))
    scores, rows = index.search(questions, TEN + 1)  # one more, for a tie at the end
    order = np.lexsort((rows, -scores), axis=1)[:, :TEN]
    return np.take_along_axis(scores, order, 1), np.take_along_axis(rows, order, 1)


def test_exact_search_equals_faiss_id_for_id(exact: DatabaseIndex) -> None:
    questions = unit(QUESTIONS, 2)
    scores, rows = exact.search(questions, TEN)
    expected = flat(exact.rows, questions)
    assert np.array_equal(rows, expected[1])
    assert np.allclose(scores, expected[0], atol=1e-6)


def test_without_its_table_this_machine_s_copy_is_searched(
    rows_there: PostgresDatabase, caplog: pytest.LogCaptureFixture
) -> None:
    """As of a snapshot that was published before the database was to search."""
    copy, questions = VectorIndex(unit(50, 5)), unit(3, 6)
    found = DatabaseIndex(rows_there, "missing", copy).search(questions, TEN)
    assert all(map(np.array_equal, found, copy.search(questions, TEN)))
    assert "lacks a table: run reindex --full" in caplog.text


def test_half_precision_vectors_are_scored_as_faiss_scores_them(
    rows_there: PostgresDatabase,
) -> None:
    halves = filled(rows_there, "halves", unit(300, 3, np.float16))
    questions = unit(20, 4)
    scores, rows = halves.search(questions, TEN)
    expected = flat(halves.rows, questions)
    assert np.array_equal(rows, expected[1])
    assert np.allclose(scores, expected[0], atol=1e-5)


def test_the_hnsw_index_finds_most_of_the_nearest_rows_with_their_exact_scores(
    indexed: DatabaseIndex,
) -> None:
    questions = unit(QUESTIONS, 5)
    scores, rows = indexed.search(questions, TEN)
    truth = flat(indexed.rows, questions)[1]
    assert np.mean([np.isin(t, f).mean() for t, f in zip(truth, rows, strict=True)]) > 0.95
    exact = np.take_along_axis(questions @ indexed.rows.T, rows, 1)
    assert np.allclose(scores, exact, atol=1e-6)
    assert indexed.kind == "pgvector hnsw"


def test_a_filtered_search_finds_as_many_rows_all_of_them_allowed(
    exact: DatabaseIndex, indexed: DatabaseIndex
) -> None:
    for index in (exact, indexed):
        for share in (0.01, 0.5, 0.99):
            allowed = np.random.default_rng(6).random(ROWS) < share
            _, rows = index.search(unit(10, 7), TEN, allowed)
            assert allowed[rows].all()
            assert (rows >= 0).all()


def test_missing_rows_are_marked_as_faiss_marks_them(exact: DatabaseIndex) -> None:
    allowed = np.zeros(ROWS, bool)
    allowed[[5, 9]] = True
    scores, rows = exact.search(unit(1, 8), TEN, allowed)
    assert sorted(rows[0, :2]) == [5, 9]
    assert (rows[0, 2:] == -1).all()
    assert np.isneginf(scores[0, 2:]).all()


def test_the_mask_of_allowed_rows_must_have_their_shape(exact: DatabaseIndex) -> None:
    with pytest.raises(ValueError, match="2000 rows, but shape"):
        exact.search(unit(1, 9), TEN, np.ones(3, bool))
