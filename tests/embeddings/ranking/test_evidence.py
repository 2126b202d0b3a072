"""Evidence for passages, the sentence that answers, and the one that is marked with it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from embeddings.ranking.confidence import Marks
from embeddings.ranking.evidence import TOGETHER, sentence_text, weigh
from embeddings.ranking.maxsim import Encoding, find_capitalised
from tests.embeddings.ranked import CORPUS, arrays, ask, vector

WORDS = st.sampled_from(["lettre", "outil", "contrat", "chat", "nuit", "Amazon"])
SENTENCES = st.lists(st.lists(WORDS, min_size=1, max_size=30).map(" ".join), min_size=1, max_size=6)


def mark(question: str, sentences: list[str]) -> list[int]:
    """Return which sentences of a passage are marked, among those of another article."""
    where = arrays(("Titre", [sentences]), ("Ailleurs", [["Rien de cela."]]))
    first = next(c for c in ask(question, where, fold=False) if c.passage == 0)
    return sorted({first.sentence, first.beside})


def test_the_sentence_that_has_the_words_is_marked() -> None:
    first = ask("Qui vise Rekognition ?", CORPUS)[0]
    assert (first.passage, first.sentence) == (0, 1)


def test_a_sentence_with_a_number_answers_how_many() -> None:
    where = arrays(("Palantir", [["Ce sont des outils de police.", "Ils sont plus de 450."]]))
    assert ask("Combien chez Palantir ?", where)[0].sentence == 1


def test_the_marked_sentence_lies_inside_its_passage() -> None:
    for candidate in ask("Amazon Palantir Google outils", CORPUS):
        first, end = CORPUS.first_sentence[candidate.passage : candidate.passage + 2]
        assert first <= candidate.sentence < end


def test_the_evidence_is_that_of_brute_force() -> None:
    question = "lettre outils"
    query = Encoding(question, vector(question))
    terms = CORPUS.lexical.read(question)
    figures = weigh(query, terms, CORPUS, np.array([3, 1]), Marks()).figures
    np.testing.assert_allclose(
        figures["passage"], CORPUS.passages[[3, 1]] @ query.vector, rtol=1e-5
    )
    best = (CORPUS.sentences[2:4] @ query.vector).max()
    assert figures["sentence"][1] == pytest.approx(best, rel=1e-5)
    assert figures["covered"].tolist() == [0, pytest.approx(0.5)]


def test_a_name_is_told_by_a_capital_that_does_not_open_the_question() -> None:
    def names(question: str) -> list[str]:
        terms = CORPUS.lexical.read(question)
        is_name = find_capitalised(question, terms)
        return [word for word, named in zip(terms.words, is_name, strict=True) if named]

    assert names("Que vendent Palantir et l\u2019ICE à Amazon ?") == ["palantir", "ice", "amazon"]
    assert names("Palantir vend des outils ?") == []


def test_a_sentence_is_read_with_its_title_without_markup() -> None:
    assert sentence_text("<i>Nana</i>", "Elle part.") == "Nana. Elle part."


def test_two_sentences_that_are_about_as_likely_are_marked_together() -> None:
    assert mark("Que dit la lettre ?", ["La lettre vise un chat.", "La lettre vise la nuit."]) == [
        0,
        1,
    ]


def test_a_sentence_that_is_far_less_likely_is_not_marked() -> None:
    sentences = ["Il pleut.", "Cent personnes signent la lettre ouverte."]
    assert mark("Qui signent la lettre ouverte ?", sentences) == [1]


def test_sentences_that_do_not_follow_each_other_are_not_marked_together() -> None:
    sentences = ["La lettre vise un chat.", "Il pleut.", "La lettre vise un chat."]
    assert mark("Que dit la lettre ?", sentences) == [0]


def test_long_sentences_are_not_marked_together() -> None:
    long = "lettre " + " ".join(f"mot{i}" for i in range(TOGETHER))
    assert mark("lettre", [long, long]) == [0]


def test_of_equal_sentences_the_one_after_a_sentence_that_is_near_is_best() -> None:
    sentences = ["Elle vise un contrat.", "Un chat dort.", "La lettre.", "Elle vise un contrat."]
    where = arrays(("Titre", [sentences]))
    assert ask("Quel contrat vise la lettre ?", where)[0].sentence == 3


@settings(max_examples=40, deadline=None)
@given(SENTENCES, st.lists(WORDS, min_size=1, max_size=5).map(" ".join))
def test_at_most_two_neighbours_of_one_passage_are_marked(
    sentences: list[str], question: str
) -> None:
    marked = mark(question, sentences)
    assert 0 <= marked[0] <= marked[-1] <= marked[0] + 1
    assert marked[-1] < len(sentences)
