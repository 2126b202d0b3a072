"""FAISS against brute force in numpy: values, rows, masks, and the recall that is claimed."""

from __future__ import annotations

import re
import threading
from pathlib import Path

import faiss
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from embeddings.errors import SnapshotError
from embeddings.lexical.arrays import SplitMatrix
from embeddings.vectors import index as indexes
from embeddings.vectors.index import TARGET_RECALL, Joined, VectorIndex, write_index

DIMENSION = 24


def unit(rows: int, seed: int, dtype: type = np.float32, topics: int = 0) -> NDArray:
    """Return random rows of length 1, around some topics when there are any."""
    random = np.random.default_rng(seed)
    made = random.standard_normal((rows, DIMENSION))
    if topics:
        centres = random.standard_normal((topics, DIMENSION))
        made = centres[random.integers(0, topics, rows)] + 0.6 * made
    return (made / np.linalg.norm(made, axis=1, keepdims=True)).astype(dtype)


def brute_force(
    rows: NDArray, questions: NDArray, k: int, allowed: NDArray | None = None
) -> tuple[NDArray, NDArray]:
    """Return the k best scores and rows of each question, in float64."""
    scores = questions.astype(np.float64) @ rows.astype(np.float64).T
    if allowed is not None:
        scores[:, ~allowed] = -np.inf
    best = np.argsort(-scores, axis=1, kind="stable")[:, :k]
    return np.take_along_axis(scores, best, axis=1), best


@pytest.mark.parametrize("dtype", [np.float32, np.float16])
def test_the_exact_search_is_brute_force(dtype: type) -> None:
    rows, questions = unit(500, 1, dtype), unit(7, 2)
    scores, found = VectorIndex(rows).search(questions, 25)
    true_scores, true_rows = brute_force(rows, questions, 25)
    assert found.tolist() == true_rows.tolist()
    np.testing.assert_allclose(scores, true_scores, atol=1e-6)


@pytest.mark.parametrize("dtype", [np.float32, np.float16])
def test_only_allowed_rows_are_found(dtype: type) -> None:
    rows, questions = unit(300, 3, dtype), unit(4, 4)
    allowed = np.random.default_rng(5).random(300) < 0.2
    scores, found = VectorIndex(rows).search(questions, 10, allowed)
    true_scores, true_rows = brute_force(rows, questions, 10, allowed)
    assert found.tolist() == true_rows.tolist()
    np.testing.assert_allclose(scores, true_scores, atol=1e-6)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.booleans(), min_size=1, max_size=40), st.integers(1, 50))
def test_what_is_found_is_what_is_allowed_and_minus_one(mask: list[bool], k: int) -> None:
    allowed = np.array(mask)
    found = VectorIndex(unit(len(mask), 6)).search(unit(1, 7), k, allowed)[1][0]
    expected = sorted(np.flatnonzero(allowed).tolist())
    real = [row for row in found.tolist() if row >= 0]
    assert len(found) == k
    assert len(real) == min(k, len(expected))
    assert set(real) <= set(expected)


def test_asking_for_more_than_there_are_fills_up_with_minus_one() -> None:
    scores, found = VectorIndex(unit(3, 8)).search(unit(2, 9), 5)
    assert scores.shape == found.shape == (2, 5)
    assert [sorted(row[:3]) for row in found.tolist()] == [[0, 1, 2]] * 2
    assert (found[:, 3:] == -1).all()


@pytest.mark.parametrize("dtype", [np.float32, np.float16])
def test_an_empty_index_finds_nothing(dtype: type) -> None:
    index = VectorIndex(np.zeros((0, DIMENSION), dtype))
    assert index.search(unit(1, 10), 4)[1].tolist() == [[-1] * 4]
    assert index.search(unit(1, 10), 4, np.zeros(0, bool))[1].tolist() == [[-1] * 4]


def test_a_mask_over_other_rows_is_refused() -> None:
    with pytest.raises(ValueError, match="5 rows"):
        VectorIndex(unit(5, 11)).search(unit(1, 12), 1, np.ones(6, bool))


def test_rows_that_lie_scattered_in_memory_are_read_right() -> None:
    rows = unit(200, 13)[::2]
    assert VectorIndex(rows).search(rows[40:41], 1)[1].tolist() == [[40]]


@pytest.fixture(autouse=True)
def _many(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let 501 rows be too many to compare all, and a thousand so many that lists hold them."""
    monkeypatch.setattr(indexes, "EXACT_UP_TO", 500)
    monkeypatch.setattr(indexes, "ONE_LIST_UP_TO", 999)


def approximated(rows: NDArray) -> VectorIndex:
    return VectorIndex(rows, *indexes.build(rows))


@pytest.fixture(params=[np.float32, np.float16])
def approximate(request: pytest.FixtureRequest) -> tuple[VectorIndex, NDArray]:
    rows = unit(6000, 15, request.param, topics=150)
    return approximated(rows), rows


@pytest.mark.parametrize("dtype", [np.float32, np.float16])
def test_rows_in_one_list_are_all_compared_and_found_as_by_an_exact_search(
    tmp_path: Path, dtype: type
) -> None:
    rows, questions = unit(900, 40, dtype), unit(20, 41)
    recall = write_index(tmp_path, "some", rows)
    index = VectorIndex.open(rows, tmp_path, "some", recall)
    assert index.kind == "PQ24x4 recall@10=1.000"
    for allowed in (None, np.arange(900) % 3 == 0):
        scores, found = index.search(questions, 10, allowed)
        true_scores, true_rows = brute_force(rows, questions, 10, allowed)
        assert found.tolist() == true_rows.tolist()
        np.testing.assert_allclose(scores, true_scores, atol=1e-6)


def test_four_bits_hold_a_pair_of_numbers_only_if_all_neighbours_are_still_found() -> None:
    alike = unit(300, 8).repeat(12, axis=0) + 0.3 * unit(3600, 10)  # twelve by twelve
    alike = (alike / np.linalg.norm(alike, axis=1, keepdims=True)).astype(np.float32)
    for rows, halves in ((alike, DIMENSION // 2), (unit(3600, 9), DIMENSION)):
        index = approximated(rows)
        assert f"PQ{halves}x4 " in index.kind
        assert index.recall > TARGET_RECALL


def test_a_large_index_is_approximate_and_says_how_well_it_does(
    approximate: tuple[VectorIndex, NDArray],
) -> None:
    index, _ = approximate
    said = re.fullmatch(r"IVF(\d+),PQ\d+x4 nprobe=(\d+) recall@10=([01]\.\d{3})", index.kind)
    assert said
    assert 1 < int(said[2]) < int(said[1])
    assert float(said[3]) == pytest.approx(index.recall, abs=5e-4)


def test_the_recall_holds_for_questions_it_was_not_measured_with(
    approximate: tuple[VectorIndex, NDArray],
) -> None:
    index, rows = approximate
    questions = rows[3::40].astype(np.float32) + 0.3 * unit(len(rows[3::40]), 16)
    truth = brute_force(rows, questions, 10)[1]
    found = index.search(questions, 10)[1]
    recall = np.mean([np.isin(t, f).mean() for t, f in zip(truth, found, strict=True)])
    assert index.recall >= TARGET_RECALL
    assert recall >= TARGET_RECALL - 0.05


def test_the_scores_of_an_approximate_index_are_exact(
    approximate: tuple[VectorIndex, NDArray],
) -> None:
    index, rows = approximate
    question = unit(1, 17)
    scores, found = index.search(question, 10)
    np.testing.assert_allclose(
        scores[0], rows[found[0]].astype(np.float32) @ question[0], atol=1e-6
    )


def test_rare_allowed_rows_are_all_found_in_an_approximate_index(
    approximate: tuple[VectorIndex, NDArray],
) -> None:
    index, rows = approximate
    allowed = np.zeros(len(rows), bool)
    allowed[[5, 700, 1400, 2999, 4321, 5999]] = True
    found = index.search(unit(1, 18), 6, allowed)[1]
    assert found.tolist() == brute_force(rows, unit(1, 18), 6, allowed)[1].tolist()


def test_a_small_corpus_above_the_limit_still_builds() -> None:
    rows = unit(12, 19)
    index = approximated(rows)
    assert index.search(rows[3:4], 1)[1].tolist() == [[3]]


@pytest.mark.parametrize("dtype", [np.float32, np.float16])
@pytest.mark.parametrize("exact_up_to", [100, 10_000])
def test_an_index_read_back_finds_the_same_rows_as_the_one_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, dtype: type, exact_up_to: int
) -> None:
    monkeypatch.setattr(indexes, "EXACT_UP_TO", exact_up_to)
    rows, questions = unit(3000, 31, dtype, topics=40), unit(9, 32)
    recall = write_index(tmp_path, "some", rows)
    opened = VectorIndex.open(rows, tmp_path, "some", recall)
    made = VectorIndex(rows) if exact_up_to > len(rows) else approximated(rows)
    for one, other in zip(opened.search(questions, 7), made.search(questions, 7), strict=True):
        assert np.array_equal(one, other)
    assert opened.kind == made.kind


def test_the_same_rows_are_written_the_same(tmp_path: Path) -> None:
    for size in (900, 2000):
        names = [f"{size}-{number}" for number in range(2)]
        for name in names:
            write_index(tmp_path, name, unit(size, 34, topics=20))
        one, two = (tmp_path / f"{name}.near.faiss" for name in names)
        assert one.read_bytes() == two.read_bytes()


@pytest.mark.parametrize("dtype", [np.float32, np.float16])
def test_rows_that_lie_in_two_matrices_are_found_as_if_they_lay_in_one(
    tmp_path: Path, dtype: type
) -> None:
    old, new, asked = unit(900, 35, dtype), unit(300, 36, dtype), unit(20, 37)
    places = np.random.default_rng(38).permutation(1200)[:1000].astype(np.int32)
    rows = np.concatenate([old, new])[places]
    recall = write_index(tmp_path, "some", old)
    both = Joined(VectorIndex.open(old, tmp_path, "some", recall), SplitMatrix(old, new, places))
    assert np.array_equal(both.rows[:], rows)
    assert np.array_equal(both.rows[3:700:7], rows[3:700:7])
    for k, allowed in ((10, None), (10, np.arange(1000) % 3 == 0), (1, np.arange(1000) == 4)):
        scores, found = both.search(asked, k, allowed)
        true_scores, true_rows = brute_force(rows, asked, k, allowed)
        assert found.tolist() == true_rows.tolist()
        np.testing.assert_allclose(scores, true_scores, atol=1e-6)
    assert both.search(asked, 2, np.zeros(1000, bool))[1].max() == -1


def test_a_file_that_is_no_index_is_named(tmp_path: Path) -> None:
    for damage in (b"", b"IxFI", b"nonsense of some length"):
        (tmp_path / "some.near.faiss").write_bytes(damage)
        with pytest.raises(SnapshotError, match=r"some\.near\.faiss cannot be read"):
            VectorIndex.open(unit(5, 33), tmp_path, "some")


def test_a_search_leaves_the_callers_threads_as_they_were() -> None:
    index, seen = VectorIndex(unit(50, 20)), []

    def search() -> None:
        faiss.omp_set_num_threads(3)
        index.search(unit(1, 21), 2)
        seen.append(faiss.omp_get_max_threads())

    thread = threading.Thread(target=search)
    thread.start()
    thread.join()
    assert seen == [3]


def test_a_search_runs_on_one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    index, seen, search = VectorIndex(unit(50, 22)), [], faiss.knn

    def watch(*given: object) -> object:
        seen.append(faiss.omp_get_max_threads())
        return search(*given)

    monkeypatch.setattr(faiss, "knn", watch)
    before = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(2)
    index.search(unit(1, 23), 2)
    faiss.omp_set_num_threads(before)  # other tests count the threads of this one
    assert seen == [1]
