"""What the tokens of question and passage say: MaxSim, and the features of meaning."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from embeddings.ranking.confidence import Calibration, Mix, Weights
from embeddings.ranking.maxsim import STEP, Encoding, Tokens, products
from embeddings.ranking.ranker import rank
from tests.embeddings.ranked import arrays, vector

AXES = {
    word: axis for axis, word in enumerate(("chat", "matou", "port", "nuit", "Nantes", "a", "Lyon"))
}
NEAR = 0.6
"""How near a cat and a tom are."""


def test_numbers_in_half_precision_are_read_to_the_bit() -> None:
    halves = np.arange(1 << 16, dtype=np.uint16).view(np.float16)
    finite = halves[np.isfinite(halves)][:, None]
    read = products(finite, np.ones(1, np.float32))
    np.testing.assert_array_equal(read, finite[:, 0].astype(np.float32))


def token(word: str) -> np.ndarray:
    made = np.zeros(len(AXES), np.float32)
    made[AXES[word]] = 1
    if word == "matou":
        made[AXES["matou"]], made[AXES["chat"]] = (1 - NEAR**2) ** 0.5, NEAR
    return made


def rows(*texts: str) -> tuple[np.ndarray, np.ndarray]:
    found = [token(word) for text in texts for word in text.split()]
    made = np.clip(np.rint(np.array(found).reshape(-1, len(AXES)) / STEP), -127, 127)
    return made.astype(np.int8), np.cumsum([0, *(len(text.split()) for text in texts)])


def tokens(passages: list[str], titles: list[str]) -> Tokens:
    return Tokens(*rows(*passages), *rows(*titles))


TEXTS = ["le port dort", "la nuit tombe", "un matou dort", ""]
MADE = tokens(["port", "nuit", "matou a", ""], ["a", "Nantes"])
WHERE = replace(
    arrays(("A", [["le port dort"], ["la nuit tombe"]]), ("Nantes", [["un matou dort"], ["rien"]])),
    tokens=MADE,
)
RULE = replace(Calibration.fallback("words"), mix=Mix(Weights(passage=0, sentence=0, tokens=20.0)))


def query(text: str) -> Encoding:
    words = [word for word in text.split() if word in AXES]
    return Encoding(text, vector(text), np.array([token(w) for w in words]), tuple(words))


def test_each_token_meets_the_nearest_one_of_the_passage_or_its_title() -> None:
    asked = query("chat Nantes")
    found = MADE.nearest(asked.tokens, np.array([0, 2, 3]), np.array([0, 1, 1]))
    top = 127 * STEP
    expected = [[0, 0], [round(NEAR / STEP) * STEP, top], [0, top]]
    np.testing.assert_allclose(found, expected, atol=1e-6)


def test_a_passage_without_tokens_is_near_nothing() -> None:
    none = tokens(["", "port"], ["", "a"])
    found = none.nearest(query("port").tokens, np.array([0, 1]), np.array([0, 1]))
    assert found[0, 0] == -1 < found[1, 0]


def test_the_tokens_of_some_passages_alone_are_theirs() -> None:
    some = MADE.of(np.array([1, 2]), np.array([0, 1]))
    asked, articles = query("nuit chat Nantes").tokens, np.array([0, 1])
    np.testing.assert_array_equal(
        some.nearest(asked, np.array([0, 1]), articles),
        MADE.nearest(asked, np.array([1, 2]), articles),
    )


def test_a_passage_that_says_it_in_another_word_comes_first() -> None:
    found = rank(query("chat"), WHERE, calibration=RULE)
    assert found[0].passage == 2
    assert found[0].features["tokens"] == pytest.approx(NEAR, abs=STEP)


def test_features_of_meaning_tell_what_of_the_question_is_there() -> None:
    there = rank(query("chat à Nantes"), WHERE, calibration=RULE)[0].features
    assert there["meant"] > 0.85
    assert there["unnamed"] == pytest.approx(0.0, abs=0.05)
    gone = next(
        c for c in rank(query("chat à Nantes"), WHERE, calibration=RULE) if not c.passage
    ).features
    assert gone["meant"] < 0.1
    assert gone["unnamed"] == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("text", "words", "unheard"),
    [
        ("chat à Lyon", ("chat", "Lyon"), 1.0),
        ("chat à lyon", ("chat", "lyon"), 0.0),  # no name
        ("port à Nantes", ("port", "Nantes"), 0.0),  # a name of another passage
        ("chat à Nante", ("chat", "Nante"), 0.0),  # misspelt
    ],
)
def test_what_is_lacking_of_a_name_that_no_passage_has_is_told(
    text: str, words: tuple[str, ...], unheard: float
) -> None:
    meant = [{"lyon": "Lyon", "Nante": "Nantes"}.get(word, word) for word in words]
    asked = Encoding(text, vector(text), np.array([token(word) for word in meant]), words)
    features = rank(asked, WHERE, calibration=RULE)[0].features
    assert features["unheard"] == pytest.approx(unheard, abs=0.01)


@pytest.mark.parametrize(("language", "amiss"), [("fr", [0.125, 1.0]), ("en", [0.0, 0.0])])
def test_what_is_lacking_of_the_word_to_be_counted_is_amiss(
    language: str, amiss: list[float]
) -> None:
    asked = replace(query("chat"), text="Combien de chat dans la nuit ?")
    said = arrays(("A", [["deux matou"], ["trois port"]]), language=language)
    where = replace(said, tokens=tokens(["matou", "port"], ["a"]))
    found = {c.passage: c.features["amiss"] for c in rank(asked, where, calibration=RULE)}
    assert [found[0], found[1]] == pytest.approx(amiss, abs=0.02)


def test_without_tokens_the_features_of_meaning_are_nothing() -> None:
    found = rank(Encoding("chat", vector("chat")), WHERE, calibration=RULE)[0]
    assert [found.features[name] for name in ("meant", "unnamed", "unheard", "tokens")] == [0.0] * 4


def test_a_word_is_there_by_its_meaning_in_a_passage_of_another_language_alone() -> None:
    asked = replace(query("Où est le chat de la nuit ?"), text="Où est le chat de la nuit ?")
    covered = {}
    for language in ("fr", "en"):
        said = arrays(("A", [["matou"], ["rien"]]), language=language)
        where = replace(said, tokens=tokens(["matou", ""], ["a"]))
        found = rank(asked, where, calibration=RULE, fold=False)
        covered[language] = next(c.features for c in found if c.passage == 0)["covered"]
    assert covered["fr"] == 0
    assert covered["en"] > 0.3
