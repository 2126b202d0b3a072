"""The weights of the evidence: evidence that singles out the right passage weighs most."""

from __future__ import annotations

from dataclasses import asdict

import numpy as np
import pytest

from embeddings.errors import ModelError
from embeddings.lexical.words import Document
from embeddings.measuring.sampling import (
    LabelledQuery,
    Lists,
    Pool,
    _chain,
    _fit_weights,
    _loss,
    fit_mix,
)
from embeddings.ranking.confidence import Calibration, Mix, Weights
from embeddings.ranking.maxsim import Encoding
from tests.embeddings.ranked import arrays, vector

TRUE = np.array([3.0, 0.0, 1.0])


def lists(seed: int, questions: int = 400, candidates: int = 6) -> Lists:
    """Candidates of which one is right, drawn by the softmax of true weights."""
    chance = np.random.default_rng(seed)
    figures = chance.normal(size=(questions, candidates, len(TRUE)))
    noise = chance.gumbel(size=(questions, candidates))
    right = (figures @ TRUE + noise).argmax(axis=1)[:, None] == np.arange(candidates)
    return _chain([*zip(figures, right, strict=True)])


def test_the_weights_that_made_the_choices_are_found_again() -> None:
    np.testing.assert_allclose(_fit_weights([lists(1), lists(2)]), TRUE, atol=0.35)


def test_the_gradient_is_that_of_small_steps() -> None:
    some, at, step = lists(3, questions=20), np.array([0.5, 0.2, 0.1]), 1e-6
    value, slope = _loss(some, at)
    steps = [(_loss(some, at + step * axis)[0] - value) / step for axis in np.eye(3)]
    np.testing.assert_allclose(slope, steps, atol=1e-4)


def test_lists_of_unequal_length_are_compared_each_within_itself() -> None:
    one = (np.array([[1.0], [0.0]]), np.array([True, False]))
    other = (np.array([[0.0], [1.0], [0.5]]), np.array([False, True, False]))
    both = _chain([one, other])
    assert both.first.tolist() == [0, 2]
    assert _loss(both, np.array([50.0]))[0] == pytest.approx(0, abs=1e-9)


def test_a_set_without_questions_cannot_be_fitted() -> None:
    with pytest.raises(ModelError, match="no fit"):
        _chain([])


def test_a_mix_is_fitted_and_its_other_weights_are_fixed() -> None:
    towns = ("Lorient", "Brest", "Vannes", "Quimper")
    stories = [(t, [[f"Le port de {t} a ouvert.", "Il y a 12 ans."], ["Il pleut."]]) for t in towns]
    documents = [Document(title, lines) for title, group in stories for lines in group]
    asked = [
        LabelledQuery(
            Encoding(text := f"Le port de {t} ?", vector(text)), frozenset({2 * n}), f"de {t}"
        )
        for n, t in enumerate(towns)
    ]
    rule = Calibration.fallback("words")
    made = fit_mix([Pool("set", asked, arrays(*stories), documents, rule)])
    assert made.weights.foreign == Weights().foreign
    assert 0.5 < made.alike <= 1
    assert made.weights.grams + made.weights.passage + made.weights.covered > 1
    assert Mix.of(asdict(made)) == made
