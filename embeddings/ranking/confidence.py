"""Calibration of a model: the fitted weights of the evidence and the confidence, a JSON file."""

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, astuple, dataclass, field, fields
from pathlib import Path
from typing import Any, Self

import numpy as np

from embeddings.errors import ModelError
from embeddings.lexical.arrays import Floats

SHIPPED = "calibration-*.json"
"""The calibrations that come with the program, beside this file: one for each packaged model."""
FALLBACK_INTERCEPT = -4.0  # both in log-odds
FALLBACK = {"covered": 5.0, "present": 1.0}


def get_feature(features: Mapping[str, Floats], name: str) -> Floats:
    """Return a feature by its name; ``small*lead`` is the product of the two."""
    if name in features:
        return features[name]
    first, *others = (features[part] for part in name.split("*"))
    return math.prod(others, start=first)


def logistic(
    features: Mapping[str, Floats], intercept: float, coefficients: Mapping[str, float]
) -> Floats:
    """Return ``1 / (1 + exp(-(b + w . x)))`` for each candidate's features x, float32 [C]."""
    ones = np.ones(len(next(iter(features.values()))))
    figures = np.array([ones, *(get_feature(features, name) for name in coefficients)])
    logits = (np.array([[intercept, *coefficients.values()]]).T * figures).sum(axis=0)
    return np.asarray(1 / (1 + np.exp(-np.clip(logits, -30, 30))), np.float32)


SMALL = 100
"""Passages of a corpus whose smallness is one half."""


def smallness(passages: int) -> float:
    """Return how small a corpus is: near 1 for a few passages, near 0 for thousands."""
    return 1 / (1 + passages / SMALL)


@dataclass(frozen=True, slots=True)
class Weights:
    """The weight of each kind of evidence in the score, a log-odds; fitted on labelled questions.

    ``foreign`` is not fitted: it makes up for the words that an unrelated passage in the question's
    language shares by chance, and for the higher cosines that models give within one language.
    """

    grams: float = 9.4
    passage: float = 5.1
    sentence: float = 10.5
    covered: float = 4.5
    early: float = 1.5
    foreign: float = 1.5
    tokens: float = 0.0
    opens: float = 0.0

    def score(self, figures: Mapping[str, Floats]) -> Floats:
        """Return the score of each candidate from its evidence, float32 [C]."""
        total = np.zeros(len(figures["grams"]), np.float32)
        for part in fields(self):
            total += np.float32(getattr(self, part.name)) * figures[part.name]
        return total


@dataclass(frozen=True, slots=True)
class Marks:
    """The weights by which the sentence to mark is chosen; the cosine's is 1; fitted in passages.

    Attributes:
        news: Weight of the share of the question's words that the title lacks.
        long: Weight of the natural logarithm of the number of words: a longer one says more.
        before: Weight of the cosine of the sentence before, which often names the topic.
        fits: Weight of the wanted kind of answer: added for it, subtracted for its lack.
        likely: The most that an adjacent sentence may score below the best to be marked with it:
            at this, it is a quarter as likely to contain the answer.
    """

    news: float = 0.65
    long: float = 0.13
    before: float = 0.33
    fits: float = 0.28
    likely: float = 0.235


@dataclass(frozen=True, slots=True)
class Mix:
    """The parameters of the ranking that depend on the model; the defaults are near ``light``'s.

    Attributes:
        weights: The weights of the evidence.
        marks: The weights by which the sentence to mark is chosen.
        alike: Cosine from which two passages are compared word by word.
    """

    weights: Weights = field(default_factory=Weights)
    marks: Marks = field(default_factory=Marks)
    alike: float = 0.85

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Self:
        """Return the mix of a document from ``asdict``; raises KeyError or TypeError for others."""
        weights, marks = document["weights"], document["marks"]
        return cls(Weights(**weights), Marks(**marks), document["alike"])


@dataclass(frozen=True, slots=True)
class Relevance:
    """The fitted probability that a question about one article alone is about it at all.

    Attributes:
        intercept: b, in log-odds.
        coefficients: Name of a feature -> its weight, in log-odds per unit of the feature.
        threshold: The lowest probability at which the question is answered.
    """

    intercept: float
    coefficients: Mapping[str, float]
    threshold: float

    def is_about(self, features: Mapping[str, float]) -> bool:
        """Say whether a question whose best passage has these features is about the article."""
        arrays = {name: np.array([figure], np.float32) for name, figure in features.items()}
        return float(logistic(arrays, self.intercept, self.coefficients)[0]) >= self.threshold


@dataclass(frozen=True, slots=True)
class Calibration:
    """The fitted probability that a candidate answers: a logistic function of its features.

    Attributes:
        model: The id of the model whose vectors it was fitted on.
        intercept: b, in log-odds.
        coefficients: Name of a feature -> its weight, in log-odds per unit of the feature.
        threshold: The lowest confidence that is answered, in a large corpus.
        note: A remark for people, such as on which questions it was fitted.
        figures: Measurements on questions that it was not fitted on.
        story: The test of questions about one article alone; None: ``threshold`` as for others.
        lenience: How much lower the threshold is in the smallest corpus.
        mix: The parameters of the ranking.
    """

    model: str
    intercept: float
    coefficients: Mapping[str, float]
    threshold: float
    note: str = ""
    figures: Mapping[str, Any] = field(default_factory=dict)
    story: Relevance | None = None
    lenience: float = 0.0
    mix: Mix = field(default_factory=Mix)

    def threshold_for(self, passages: int) -> float:
        """Return the lowest confidence that is answered in a corpus with that many passages."""
        return self.threshold - self.lenience * smallness(passages)

    def probabilities(self, features: Mapping[str, Floats]) -> Floats:
        """Return the probability of each candidate, in [0, 1], as float32 [C].

        A feature without a coefficient does not count.
        """
        return logistic(features, self.intercept, self.coefficients)

    def document(self) -> dict[str, Any]:
        """Return the calibration as a JSON document, with numbers rounded to five decimals."""
        text = json.dumps(asdict(self))
        return dict(json.loads(text, parse_float=lambda number: round(float(number), 5)))

    def dump(self) -> bytes:
        """Return the calibration as indented JSON, for a file."""
        return (json.dumps(self.document(), indent=2, ensure_ascii=False) + "\n").encode()

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a file that ``calibrate`` wrote; raises ModelError if it is missing or another."""
        try:
            document = json.loads(path.read_text(encoding="utf-8"))
            story, mix = document.pop("story", None), document.pop("mix", None)
            parts: dict[str, Any] = {
                "story": story and Relevance(**story),
                "mix": Mix.of(mix) if mix else Mix(),
            }
            calibration = cls(**document, **parts)
            calibration.check(path)
        except OSError as error:
            raise ModelError(
                f"The calibration {path} cannot be read ({error.strerror}): "
                "name a file that calibrate wrote."
            ) from None
        except (ValueError, KeyError, TypeError, AttributeError):
            raise ModelError(
                f"{path} is not a calibration: make one with the command calibrate."
            ) from None
        return calibration

    def check(self, path: Path) -> None:
        """Check that all numbers are finite, the threshold a probability; raises ModelError."""
        mix = self.mix
        numbers = [self.lenience, *astuple(mix.weights), *astuple(mix.marks), mix.alike]
        parts: list[Calibration | Relevance] = [self, *([self.story] if self.story else ())]
        for part in parts:
            numbers += [part.intercept, part.threshold, *part.coefficients.values()]
        possible = 0 <= self.lenience <= self.threshold <= 1
        if not all(map(math.isfinite, numbers)) or not possible:
            raise ModelError(f"{path} has numbers that cannot be: make it anew with calibrate.")

    @classmethod
    def load_shipped(cls) -> dict[str, Self]:
        """Return the calibrations that come with the program: model id -> calibration."""
        paths = sorted(Path(__file__).parent.glob(SHIPPED))
        return {shipped.model: shipped for shipped in map(cls.load, paths)}

    @classmethod
    def fallback(cls, model: str) -> Self:
        """Return the calibration of a model that was never calibrated.

        It rests on words alone, which do not depend on the model: mainly on the share of the
        question's words in one sentence and its title.
        """
        return cls(
            model=model,
            intercept=FALLBACK_INTERCEPT,
            coefficients=FALLBACK,
            threshold=0.5,
            note=f"No calibration for {model}: the confidence rests on the words alone. "
            "Fit one with the command calibrate.",
        )


def calibration_for(path: Path | None, model: str) -> Calibration:
    """Return the calibration in a file that the settings name, or else the model's own.

    Raises:
        ModelError: The file cannot be used, or is for another model.
    """
    if path is None:
        return Calibration.load_shipped().get(model) or Calibration.fallback(model)
    chosen = Calibration.load(path)
    if chosen.model != model:
        raise ModelError(
            f"{path} was fitted for {chosen.model}, not for {model}: "
            "fit one for this model with calibrate, or take the setting out."
        )
    return chosen
