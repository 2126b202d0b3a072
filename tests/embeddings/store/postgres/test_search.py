"""Searching in the database finds what FAISS finds, with the same scores."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import faiss
import numpy as np
import pytest
from numpy.typing import NDArray

from embeddings.store.postgres import search
from embeddings.store.postgres.database import Database
from embeddings.store.postgres.search import Place, PostgresIndex
from embeddings.store.postgres.tables import type_of, value

ROWS, DIMENSION, QUESTIONS, TEN = 3000, 64, 1000, 10


@pytest.fixture(scope="module")
def database(server: Any) -> Iterator[Database]:
    database = Database(server.database())
    yield database
    database.close()


def unit(rows: int, seed: int, kind: type = np.float32) -> NDArray[Any]:
    made = np.random.default_rng(seed).standard_normal((rows, DIMENSION), dtype=np.float32)
    return (made / np.linalg.norm(made, axis=1, keepdims=True)).astype(kind)


def filled(
    database: Database, table: str, vectors: NDArray[Any], *, indexed: bool
) -> PostgresIndex:
    async def work(connection: Any) -> None:
        await connection.execute(
            f"CREATE TABLE {table} (row int4 PRIMARY KEY, vector {type_of(vectors)})"
        )
        rows = [(row, value(vector)) for row, vector in enumerate(vectors)]
        await connection.copy_records_to_table(table, records=rows)
        if indexed:
            await search.make_index(connection, table, vectors.shape[1])

    database.write(work)
    halves = vectors.dtype == np.float16
    place = Place(table, *vectors.shape, halves=halves, indexed=indexed)
    return PostgresIndex(database, place)


@pytest.fixture(scope="module")
def exact(database: Database) -> PostgresIndex:
    return filled(database, "exact", unit(ROWS, 1), indexed=False)


@pytest.fixture(scope="module")
def indexed(database: Database) -> PostgresIndex:
    return filled(database, "indexed", unit(ROWS, 1), indexed=True)


def flat(vectors: NDArray[Any], questions: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Search with FAISS, and order ties as the database does: by score, then by row."""
    index = faiss.IndexFlatIP(DIMENSION)
    index.add(vectors.astype(np.float32))
    scores, rows = index.search(questions, TEN + 1)  # one more, for a tie at the end
    order = np.lexsort((rows, -scores), axis=1)[:, :TEN]
    return np.take_along_axis(scores, order, 1), np.take_along_axis(rows, order, 1)


def allowed_nearest(questions: NDArray[Any], allowed: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return the rows that a filter leaves and that are nearest in truth."""
    scores = np.where(allowed, questions @ unit(ROWS, 1).T, -np.inf)
    return np.argsort(-scores, axis=1, kind="stable")[:, :TEN]


def recall(truth: NDArray[np.int64], found: NDArray[np.int64]) -> float:
    return float(np.mean([np.isin(t, f).mean() for t, f in zip(truth, found, strict=True)]))


def test_exact_search_equals_faiss_id_for_id_on_a_thousand_questions(exact: PostgresIndex) -> None:
    questions = unit(QUESTIONS, 2)
    scores, rows = flat(unit(ROWS, 1), questions)
    found_scores, found_rows = exact.search(questions, TEN)
    assert np.array_equal(found_rows, rows)
    assert np.abs(found_scores - scores).max() < 1e-6


def test_rows_with_equal_scores_come_in_the_order_of_their_numbers(database: Database) -> None:
    same = np.repeat(unit(5, 3), 4, axis=0)
    found = filled(database, "ties", same, indexed=False).search(same[:1], 4)[1]
    assert found.tolist() == [[0, 1, 2, 3]]


def test_halves_are_scored_as_faiss_scores_them(database: Database) -> None:
    vectors = unit(500, 4, np.float16)
    questions = unit(50, 5)
    scores, rows = flat(vectors, questions)
    found_scores, found_rows = filled(database, "halves", vectors, indexed=False).search(
        questions, TEN
    )
    assert np.array_equal(found_rows, rows)
    assert np.abs(found_scores - scores).max() < 1e-6


def test_candidates_of_the_index_are_scored_again_from_the_vectors_as_they_are(
    indexed: PostgresIndex,
) -> None:
    questions, vectors = unit(100, 6), unit(ROWS, 1)
    scores, rows = indexed.search(questions, TEN)
    truth = np.einsum("qkd,qd->qk", vectors[rows], questions)
    assert np.abs(scores - truth).max() < 1e-6
    assert (np.diff(scores, axis=1) <= 0).all()


def test_the_index_finds_most_of_the_nearest(indexed: PostgresIndex) -> None:
    questions = unit(100, 7)
    truth = flat(unit(ROWS, 1), questions)[1]
    assert recall(truth, indexed.search(questions, TEN)[1]) >= 0.95


@pytest.mark.parametrize("share", [0.9, 0.5, 0.02])
@pytest.mark.parametrize("which", ["exact", "indexed"])
def test_a_filter_leaves_only_what_it_allows_and_still_finds_as_many(
    request: pytest.FixtureRequest, which: str, share: float
) -> None:
    index: PostgresIndex = request.getfixturevalue(which)
    allowed = np.random.default_rng(8).random(ROWS) < share
    questions = unit(30, 9)
    found = index.search(questions, TEN, allowed)[1]
    assert allowed[found].all()
    least = 1.0 if which == "exact" else 0.95
    assert recall(allowed_nearest(questions, allowed), found) >= least


def test_places_that_nothing_fills_are_marked_as_faiss_marks_them(exact: PostgresIndex) -> None:
    allowed = np.zeros(ROWS, dtype=bool)
    allowed[[5, 7]] = True
    scores, rows = exact.search(unit(1, 1), 4, allowed)
    assert sorted(rows[0].tolist()) == [-1, -1, 5, 7]
    assert scores[0, 2] < -1e30


def test_what_is_allowed_must_be_about_these_rows(exact: PostgresIndex) -> None:
    with pytest.raises(ValueError, match="3000 rows"):
        exact.search(unit(1, 1), 4, np.ones(3, dtype=bool))
