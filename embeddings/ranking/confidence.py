"""What is fitted for a model: what evidence counts, and how sure it makes; a small JSON file."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, astuple, dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from embeddings.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from embeddings.lexical.bm25 import Floats

SHIPPED = "calibration-*.json"
"""The files beside this one that come with the program, one for each packaged model."""
FALLBACK_INTERCEPT = -4.0
FALLBACK = {"covered": 5.0, "present": 1.0}


def value(features: Mapping[str, Floats], name: str) -> Floats:
    """Return a feature by its name; ``small*lead`` is the product of two."""
    if name in features:
        return features[name]
    first, *others = (features[part] for part in name.split("*"))
    return math.prod(others, start=first)


def logistic(
    features: Mapping[str, Floats], intercept: float, coefficients: Mapping[str, float]
) -> Floats:
    """Return ``1 / (1 + exp(-(b + w . x)))`` of each candidate, float32 [C]."""
    ones = np.ones(len(next(iter(features.values()))))
    figures = np.array([ones, *(value(features, name) for name in coefficients)])
    odds = (np.array([[intercept, *coefficients.values()]]).T * figures).sum(axis=0)
    return np.asarray(1 / (1 + np.exp(-np.clip(odds, -30, 30))), np.float32)


SMALL = 100
"""The number of passages in the middle between a small corpus and a large one."""


def smallness(passages: int) -> float:
    """Return how small a corpus is: near 1 for a few passages, near 0 for thousands."""
    return 1 / (1 + passages / SMALL)


@dataclass(frozen=True, slots=True)
class Weights:
    """What each kind of evidence adds to the score, a log-odds; fitted on labelled questions.

    But for ``foreign``: about what words shared by chance, and a model's liking for its own
    language, give an unrelated passage in the question's language, which one in another has not.
    """

    grams: float = 9.4
    passage: float = 5.1
    sentence: float = 10.5
    covered: float = 4.5
    early: float = 1.5
    foreign: float = 1.5
    tokens: float = 0.0
    opens: float = 0.0

    def score(self, evidence: Any) -> Floats:
        """Return the score of each candidate, float32 [C]."""
        total = np.zeros(len(evidence.passages), np.float32)
        for part in fields(self):
            total += np.float32(getattr(self, part.name)) * getattr(evidence, part.name)
        return total


@dataclass(frozen=True, slots=True)
class Marks:
    """What speaks for a sentence beside its cosine, whose weight is 1; fitted within passages.

    Attributes:
        news: What the words of a question add, those of the title apart.
        long: What each doubling by e of a sentence's words adds: a longer one says more.
        before: What the cosine of the sentence before adds: what a text goes on to say is about
            the same.
        fits: What the kind of answer that the question wants adds, and its lack takes away.
        likely: How far the next or the last sentence may be behind the best and still be marked
            with it: by so much it is a quarter as likely to hold the answer.
    """

    news: float = 0.65
    long: float = 0.13
    before: float = 0.33
    fits: float = 0.28
    likely: float = 0.235


@dataclass(frozen=True, slots=True)
class Mix:
    """All that ranking takes from a model's own cosines; the defaults are near those of ``light``.

    Attributes:
        weights: What each kind of evidence adds.
        marks: What speaks for the sentence that is marked.
        alike: Cosine from which two passages are compared word by word.
    """

    weights: Weights = field(default_factory=Weights)
    marks: Marks = field(default_factory=Marks)
    alike: float = 0.85

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Mix:
        """Return what ``asdict`` made a document of; ValueError or TypeError when it is no such."""
        weights, marks = document["weights"], document["marks"]
        return cls(Weights(**weights), Marks(**marks), document["alike"])


@dataclass(frozen=True, slots=True)
class Story:
    """Whether a question is about one story at all: the bar when it is asked of that story alone.

    Attributes:
        intercept: b, in log-odds.
        coefficients: Name of a feature -> its weight, in log-odds a unit of the feature.
        threshold: The least probability that counts as being about the story.
    """

    intercept: float
    coefficients: Mapping[str, float]
    threshold: float

    def is_about(self, features: Mapping[str, float]) -> bool:
        """Say whether a question whose best passage has these features is about the story."""
        each = {name: np.array([figure], np.float32) for name, figure in features.items()}
        sure = logistic(each, self.intercept, self.coefficients)
        return float(sure[0]) >= self.threshold


@dataclass(frozen=True, slots=True)
class Calibration:
    """The fitted probability that a candidate answers: a logistic function of its features.

    Attributes:
        model: The id of the model whose vectors it was fitted on.
        intercept: b, in log-odds.
        coefficients: Name of a feature -> its weight, in log-odds a unit of the feature.
        threshold: The least confidence that is answered, in a large corpus.
        note: What a reader should know of it, such as where it was fitted.
        figures: What was measured on questions it was not fitted on.
        story: The bar for a question that is asked of one story alone; None: the same.
        lenience: How much less is enough in the smallest corpus.
        mix: What each kind of evidence counts in the ranking.
    """

    model: str
    intercept: float
    coefficients: Mapping[str, float]
    threshold: float
    note: str = ""
    figures: Mapping[str, Any] = field(default_factory=dict)
    story: Story | None = None
    lenience: float = 0.0
    mix: Mix = field(default_factory=Mix)

    def threshold_for(self, passages: int) -> float:
        """Return the least confidence that is answered in a corpus of so many passages."""
        return self.threshold - self.lenience * smallness(passages)

    def probabilities(self, features: Mapping[str, Floats]) -> Floats:
        """Return the probability of each candidate, in [0, 1], as float32 [C].

        A feature that the calibration does not name counts nothing.
        """
        return logistic(features, self.intercept, self.coefficients)

    def document(self) -> dict[str, Any]:
        """Return it as a document whose numbers a person can read."""
        text = json.dumps(asdict(self))
        return dict(json.loads(text, parse_float=lambda number: round(float(number), 5)))

    def save(self, path: Path) -> None:
        """Write it as JSON that a person can read."""
        text = json.dumps(self.document(), indent=2, ensure_ascii=False, sort_keys=False)
        path.write_text(text + "\n", encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> Calibration:
        """Read what ``calibrate`` wrote; raises ModelError when it is not there, or is another."""
        try:
            document = json.loads(path.read_text(encoding="utf-8"))
            story, mix = document.pop("story", None), document.pop("mix", None)
            parts: dict[str, Any] = {
                "story": story and Story(**story),
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
        """Refuse what cannot be a calibration.

        Raises:
            ModelError: A number is not one, or the threshold is not a probability.
        """
        mix = self.mix
        numbers = [self.lenience, *astuple(mix.weights), *astuple(mix.marks), mix.alike]
        parts: list[Calibration | Story] = [self, *([self.story] if self.story else ())]
        for part in parts:
            numbers += [part.intercept, part.threshold, *part.coefficients.values()]
        possible = 0 <= self.lenience <= self.threshold <= 1
        if not all(map(math.isfinite, numbers)) or not possible:
            raise ModelError(f"{path} has numbers that cannot be: make it anew with calibrate.")

    @classmethod
    def load_shipped(cls) -> dict[str, Calibration]:
        """Return those that come with the program, by the ids of their models."""
        paths = sorted(Path(__file__).parent.glob(SHIPPED))
        return {each.model: each for each in map(cls.load, paths)}

    @classmethod
    def fallback(cls, model: str) -> Calibration:
        """Return the rule for a model that has no calibration of its own.

        It rests on the words alone, which do not depend on the model: the share of the
        question's words that stand together in one sentence and its title.
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
    """Return the calibration in a file that the settings name, or else the one of the model.

    Raises:
        ModelError: The file cannot be used, or is of another model.
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
