"""What the confidence is fitted on: questions asked of whole sets and of small corpora cut out."""

from __future__ import annotations

import random
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from embeddings.lexical import bm25 as lexical
from embeddings.lexical.stretches import gather, stretches
from embeddings.ranking.evidence import Arrays, Query
from embeddings.ranking.ranker import rank
from embeddings.vectors.index import VectorIndex

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from embeddings.lexical.bm25 import Ints
    from embeddings.lexical.words import Document
    from embeddings.ranking.confidence import Calibration

SIZES = (1, 1, 2, 3, 5, 8, 15, 30, 80)
"""How many articles a small corpus has, in turn."""
CORPORA = 200
"""How many small corpora are cut from each set."""
EACH = 6
"""The most questions of each kind that are asked of one small corpus."""


class Kind(StrEnum):
    """How a question stands to the corpus that it is asked of."""

    WHOLE = "whole"
    """Asked of the whole set."""
    OWN = "own"
    """Asked of a small corpus that has the passage."""
    GONE = "gone"
    """Asked of one that has the article but not the passage."""
    OTHER = "other"
    """Asked of one that has nothing to do with it."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A labelled question, the rows of the passages that answer it, and the answer's words."""

    query: Query
    gold: frozenset[int]
    answer: str | None = None


@dataclass(frozen=True, slots=True)
class Sample:
    """The first passage that a question got.

    Attributes:
        source: The set that the question is of.
        group: What must not be split between fitting and testing: the article that answers.
        answerable: Whether some passage that was searched answers.
        correct: Whether the first does.
        features: What is known of the first.
        kind: How the question stands to the corpus.
        alone: Whether the corpus is one article.
    """

    source: str
    group: int
    answerable: bool
    correct: bool
    features: Mapping[str, float]
    kind: Kind = Kind.WHOLE
    alone: bool = False


@dataclass(frozen=True, slots=True)
class Pool:
    """A labelled set, ready to be asked.

    Attributes:
        source: Its name.
        asked: Its questions.
        arrays: What they are asked of.
        documents: The words that the arrays were made of.
        calibration: What the evidence counts.
    """

    source: str
    asked: Sequence[Asked]
    arrays: Arrays
    documents: Sequence[Document]
    calibration: Calibration

    def samples(self) -> Iterator[Sample]:
        """Ask every question of the whole set, and some of small corpora."""
        for number, question in enumerate(self.asked):
            yield from self._ask(question, number, self.arrays, range(len(self.documents)))
        for corpus in range(CORPORA):
            chance = random.Random(corpus)  # noqa: S311 - no secret, and the same each time
            yield from self._small(chance, SIZES[corpus % len(SIZES)])

    def _small(self, chance: random.Random, size: int) -> Iterator[Sample]:
        """Cut a small corpus and ask it questions of all kinds; the same every time."""
        article_of = self.arrays.article_of
        answered = [q for q in self.asked if q.gold]
        articles = {int(article_of[min(chance.choice(answered).gold)])}
        count = int(article_of[-1]) + 1
        articles |= set(chance.sample(range(count), min(size, count) - 1))
        rows = np.flatnonzero(np.isin(article_of, list(articles)))
        inside = set(rows.tolist())
        own = [i for i, q in enumerate(self.asked) if q.gold and q.gold <= inside]
        other = [i for i, q in enumerate(self.asked) if not q.gold & inside]
        alone, cut = len(articles) == 1, self.cut(rows)
        for number in chance.sample(own, min(EACH, len(own))):
            yield from self._ask(self.asked[number], number, cut, rows, Kind.OWN, alone=alone)
        for number in chance.sample(other, min(EACH, len(other))):
            yield from self._ask(self.asked[number], number, cut, rows, Kind.OTHER, alone=alone)
        for number in chance.sample(own, min(EACH // 2, len(own))):
            left = np.setdiff1d(rows, list(self.asked[number].gold))
            if len(left) > 1:
                yield from self._ask(self.asked[number], number, self.cut(left), left, Kind.GONE)

    def _ask(
        self,
        question: Asked,
        number: int,
        arrays: Arrays,
        rows: Sequence[int] | Ints,
        kind: Kind = Kind.WHOLE,
        *,
        alone: bool = False,
    ) -> Iterator[Sample]:
        own = min(question.gold, default=-1)
        for first in rank(
            question.query, arrays, calibration=self.calibration, limit=1, fold=False
        ):
            yield Sample(
                source=self.source,
                group=int(self.arrays.article_of[own]) if own >= 0 else -1 - number,
                answerable=bool(question.gold) and kind in {Kind.WHOLE, Kind.OWN},
                correct=int(rows[first.passage]) in question.gold,
                features=first.features,
                kind=kind,
                alone=alone,
            )

    def cut(self, rows: Ints) -> Arrays:
        """Return the arrays of some passages alone, their words counted anew.

        Args:
            rows: Which passages, ascending, int64 [n], at least one.
        """
        whole = self.arrays
        lines = gather(whole.first_sentence, rows)[0]
        passages, sentences = whole.passages[rows], whole.sentences[lines]
        _, article_of = np.unique(whole.article_of[rows], return_inverse=True)
        return Arrays(
            passages=passages,
            sentences=sentences,
            first_sentence=stretches(np.diff(whole.first_sentence)[rows]),
            article_of=article_of.astype(np.int32),
            lexical=lexical.build([self.documents[row] for row in rows]),
            passage_index=VectorIndex.of(passages),
            sentence_index=VectorIndex.of(sentences),
            tokens=whole.tokens and whole.tokens.of(rows, whole.article_of[rows]),
        )
