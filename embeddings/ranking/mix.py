"""What each kind of evidence counts in the score, as it was fitted for one model; pure."""

from __future__ import annotations

from dataclasses import astuple, dataclass, field, fields
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    Floats = NDArray[np.float32]


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

    @property
    def numbers(self) -> tuple[float, ...]:
        """All of them, in order."""
        return (*astuple(self.weights), *astuple(self.marks), self.alike)

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Mix:
        """Return what ``asdict`` made a document of; ValueError or TypeError when it is no such."""
        weights, marks = document["weights"], document["marks"]
        return cls(Weights(**weights), Marks(**marks), document["alike"])
