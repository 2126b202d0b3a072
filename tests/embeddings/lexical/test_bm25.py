"""BM25 over words and 4-grams: values against the formula, languages, and the saved form."""

from __future__ import annotations

import math
import random
from typing import TYPE_CHECKING
from unittest import mock

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from embeddings.lexical import arrays
from embeddings.lexical.arrays import K1, STEP, B, Postings, gather
from embeddings.lexical.bm25 import NOWHERE, Lexical, build
from embeddings.lexical.words import Document

if TYPE_CHECKING:
    from pathlib import Path

COMMON = ["chat", "chien", "lettre", "visage", "nuit", "toit", "ingénieur", "rêve", "dort"]
DOCUMENTS = [
    Document("Amazon", ["Les ingénieurs signent une lettre.", "La lettre parle de Rekognition."]),
    Document("Amazon", ["Rekognition reconnaît les visages."]),
    Document("Chats", ["Un chat dort.", "Il rêve.", "La nuit tombe sur 1 200 toits."]),
    Document("The letter", ["The engineers signed a letter about Rekognition."], "en"),
]


@pytest.fixture(scope="module")
def index() -> Lexical:
    return build(DOCUMENTS)


def words_of(index: Lexical, question: str) -> np.ndarray:
    terms = index.read(question)
    found = terms.postings.select(slice(sum(map(len, terms.rows))))
    return found.score(*found.locate(np.arange(len(index), dtype=np.int32)))


def grams_of(index: Lexical, question: str) -> np.ndarray:
    return index.read(question).spell(np.arange(len(index)))[0]


def test_scores_are_those_of_the_bm25_formula(index: Lexical) -> None:
    # "visages" stands once in passage 1, which has amazon twice, rekognition, reconnaît, visages
    lengths = [2 + 6, 2 + 3, 2 + 7, 2 + 4]
    norm = K1 * (1 - B + B * lengths[1] / np.mean(lengths))
    expected = 1 * (K1 + 1) / (1 + norm) / (K1 + 1)
    assert words_of(index, "visages")[1] == pytest.approx(expected, abs=STEP)


def test_a_rare_word_weighs_as_the_formula_says(index: Lexical) -> None:
    terms = index.read("visages")
    assert terms.idf[0] == pytest.approx(math.log(1 + (4 - 1 + 0.5) / (1 + 0.5)))


def test_a_word_that_nobody_used_weighs_the_most(index: Lexical) -> None:
    assert index.read("xylophone visages").idf.argmax() == 0


def test_scores_are_shares_of_the_most_possible(index: Lexical) -> None:
    for question in ("lettre", "Rekognition lettre ingénieurs", "chat"):
        for scores in (words_of(index, question), grams_of(index, question)):
            assert 0 <= scores.min() <= scores.max() <= 1


def test_the_title_counts_for_each_passage_of_its_article(index: Lexical) -> None:
    assert (words_of(index, "Amazon")[:2] > 0).all()


def test_a_question_without_accents_finds_the_word(index: Lexical) -> None:
    assert words_of(index, "ingenieurs")[0] > 0


def test_a_typo_is_found_by_its_n_grams(index: Lexical) -> None:
    assert not words_of(index, "Rekognittion").any()
    assert grams_of(index, "Rekognittion").argmax() in {0, 1, 3}
    assert grams_of(index, "Rekognittion")[2] == 0


def test_a_number_is_found_however_it_is_written(index: Lexical) -> None:
    written = ("1200", "1 200", "1.200", "1\u00a0200", "1\u202f200")
    found = {each: words_of(index, f"{each} toits")[2] for each in written}
    assert found == dict.fromkeys(written, found["1200"])
    assert found["1200"] > 0


def test_a_name_is_found_in_the_stories_of_both_languages(index: Lexical) -> None:
    assert (words_of(index, "Rekognition")[[0, 1, 3]] > 0).all()


def test_a_word_is_stemmed_by_the_language_of_the_passage(index: Lexical) -> None:
    assert words_of(index, "letters")[3] > 0


def test_a_question_of_function_words_alone_is_still_asked(index: Lexical) -> None:
    assert index.read("Il est où ?").words


def test_the_language_of_a_question_is_told_where_it_shows(index: Lexical) -> None:
    assert index.read("Que dit la lettre ?").language == "fr"
    assert index.read("Rekognition").language is None


def test_the_languages_of_the_passages_are_kept(index: Lexical) -> None:
    assert [index.codes()[i] for i in index.language_of] == ["fr", "fr", "fr", "en"]


def test_the_first_position_of_each_word_is_found_line_by_line(index: Lexical) -> None:
    terms = index.read("lettre Amazon visages")
    title, first, second = (index.first_places(terms, np.array([line]))[0] for line in range(3))
    assert (title < NOWHERE).tolist() == [False, True, False]
    assert (first < NOWHERE).tolist() == (second < NOWHERE).tolist() == [True, False, False]
    assert first[0] == index.token_first[1] + 2  # ingénieurs, signent, lettre


def test_a_word_is_spelt_by_the_share_of_its_n_grams(index: Lexical) -> None:
    spelt = index.read("lettre visages").spell(np.arange(3))[1]
    assert spelt[0].tolist() == [1, 0]
    assert spelt[1, 1] == 1
    assert spelt[2].tolist() == [0, 0]


def test_a_misspelt_word_is_spelt_in_part(index: Lexical) -> None:
    spelt = index.read("Rekognytion").spell(np.arange(4))[1]
    assert all(0 < share < 1 for share in spelt[[0, 1, 3], 0])


def test_the_first_of_two_positions_of_a_word_is_found() -> None:
    index = build([Document("T", ["chat chien chat chat"])])
    places = index.first_places(index.read("chat"), np.array([1]))
    assert places.tolist() == [[index.token_first[1]]]


def test_nothing_is_lost_by_saving(index: Lexical, tmp_path: Path) -> None:
    for name, array in vars(index).items():
        np.save(tmp_path / name, array, allow_pickle=False)
    arrays = {p.stem: np.load(p, mmap_mode="r") for p in tmp_path.iterdir()}
    again = Lexical(**arrays)
    for question in ("Rekognition", "lettre 1200", "letters"):
        for score in (words_of, grams_of):
            np.testing.assert_array_equal(score(index, question), score(again, question))


def test_an_index_of_nothing_scores_nothing() -> None:
    index = build([])
    assert index.read("lettre").best(3).tolist() == []
    assert len(words_of(index, "lettre")) == 0


def test_a_passage_without_a_word_is_kept_in_its_place() -> None:
    index = build([Document("", ["…"]), Document("", ["lettre"])])
    assert words_of(index, "lettre").tolist()[0] == 0
    assert len(index) == 2


WORDS = st.sampled_from([*COMMON, "1200"])


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.lists(WORDS, max_size=12).map(" ".join), min_size=1, max_size=40),
    st.lists(WORDS, min_size=1, max_size=5).map(" ".join),
    st.integers(1, 12),
    st.randoms(),
)
def test_the_best_are_those_of_all_scores(
    passages: list[str], question: str, k: int, chance: random.Random
) -> None:
    index = build([Document("chat", [text]) for text in passages])
    allowed = np.array([chance.random() < 0.7 for _ in passages])
    every = words_of(index, question) + grams_of(index, question)
    for mask in (None, allowed):
        open_ = every if mask is None else np.where(mask, every, 0)
        with mock.patch.object(arrays, "FIRST", chance.choice([1, 8, arrays.FIRST])):
            found = index.read(question).best(k, mask)
        expected = np.sort(open_[open_ > 0])[::-1][:k]
        np.testing.assert_allclose(np.sort(open_[found])[::-1], expected, atol=1e-5)


def test_frequent_words_do_not_hide_the_best_of_a_large_corpus() -> None:
    chance = random.Random(7)
    texts = [" ".join(chance.choices(COMMON, k=8)) for _ in range(4000)]
    texts[1234] = "Rekognition visages lettre chat"
    index = build([Document("chat", [text]) for text in texts])
    question = "chat lettre nuit Rekognition"
    every = words_of(index, question) + grams_of(index, question)
    found = index.read(question).best(10)
    assert 1234 in found
    np.testing.assert_allclose(np.sort(every[found]), np.sort(every)[-10:], atol=1e-5)


@pytest.mark.parametrize("allowed", [None, np.arange(3000) % 3 == 0], ids=["all", "filtered"])
def test_frequent_words_are_looked_up_only_for_the_best_passages(
    monkeypatch: pytest.MonkeyPatch, allowed: np.ndarray | None
) -> None:
    """Rare words decide here which passages come into question; the others are only weighed."""
    chance, looked_up = random.Random(0), list[int]()
    names = [f"mot{a}{b}" for a in "abcdefgh" for b in "nopqrst"]
    texts = [" ".join(chance.choices(names, range(1, 57), k=12)) for _ in range(3000)]
    index = build(Document(f"Titre {i % 40}", [text]) for i, text in enumerate(texts))
    score = Postings.score

    def look_up(postings: Postings, term: int, passages: np.ndarray) -> np.ndarray:
        looked_up.append(len(passages))
        return score(postings, term, passages)

    monkeypatch.setattr(Postings, "score", look_up)
    for number in range(8):
        question = " ".join(random.Random(number).choices(names, k=4))
        found = index.read(question).best(5, allowed)
        every = words_of(index, question) + grams_of(index, question)
        open_ = every if allowed is None else np.where(allowed, every, 0)
        np.testing.assert_allclose(np.sort(open_[found]), np.sort(open_)[-5:], atol=1e-5)
    assert 0 < min(looked_up) < 300


def test_of_passages_that_are_equally_good_the_first_are_found() -> None:
    index = build([Document("T", ["chat"])] * 9)
    assert sorted(index.read("chat").best(4).tolist()) == [0, 1, 2, 3]


def test_passages_without_any_of_the_words_are_not_found(index: Lexical) -> None:
    assert not len(index.read("zzzz").best(5))


def test_slices_of_rows_are_gathered_in_order() -> None:
    at, owner = gather(np.array([0, 2, 2, 5]), np.array([2, 0, 1]))
    assert at.tolist() == [2, 3, 4, 0, 1]
    assert owner.tolist() == [0, 0, 0, 1, 1]
