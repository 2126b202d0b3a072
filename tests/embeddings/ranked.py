"""A few articles indexed by hand, with vectors of hashed words, to be ranked."""

from __future__ import annotations

import numpy as np

from embeddings.lexical.bm25 import build
from embeddings.lexical.words import Document
from embeddings.ranking.confidence import Calibration
from embeddings.ranking.evidence import Arrays, sentence_text
from embeddings.ranking.features import Candidate
from embeddings.ranking.maxsim import Encoding
from embeddings.ranking.ranker import rank

DIMENSION = 64


def vector(text: str) -> np.ndarray:
    """Hash words into a vector of length 1: texts that share words are near."""
    made = np.full(DIMENSION, 0.01)
    for word in text.lower().replace(".", " ").replace("?", " ").split():
        made[sum(map(ord, word)) * 7 % DIMENSION] += 1
    return np.asarray(made / np.linalg.norm(made), np.float32)


class Exact:
    """Exact search, counting how often it is asked."""

    def __init__(self, rows: np.ndarray) -> None:
        self.rows, self.calls = rows, 0

    def search(
        self, vectors: np.ndarray, k: int, allowed: np.ndarray | None = None
    ) -> tuple[np.ndarray, np.ndarray]:
        self.calls += 1
        scores = vectors @ self.rows.T
        if allowed is not None:
            scores = np.where(allowed, scores, -np.inf)
        order = np.argsort(-scores, axis=1, kind="stable")[:, :k]
        best = np.take_along_axis(scores, order, 1)
        return best, np.where(np.isfinite(best), order, -1)


def arrays(*articles: tuple[str, list[list[str]]], language: str = "fr") -> Arrays:
    """Index articles, each a title and its passages, each a list of sentences."""
    passages = [(t, p, a) for a, (t, group) in enumerate(articles) for p in group]
    lines = [vector(sentence_text(t, s)) for t, p, _ in passages for s in p]
    whole = np.array([vector(" ".join(p)) for _, p, _ in passages]).reshape(-1, DIMENSION)
    sentences = np.array(lines, np.float32).reshape(-1, DIMENSION)
    return Arrays(
        passages=whole.astype(np.float32),
        sentences=sentences,
        first_sentence=np.cumsum([0, *(len(p) for _, p, _ in passages)]),
        article_of=np.array([a for _, _, a in passages], np.int32),
        lexical=build([Document(t, p, language) for t, p, _ in passages]),
        passage_index=Exact(whole),
        sentence_index=Exact(sentences),
    )


RULE = Calibration.fallback("words")


def ask(question: str, where: Arrays, **options: object) -> tuple[Candidate, ...]:
    given = {"calibration": RULE, **options}
    return rank(Encoding(question, vector(question)), where, **given)


def found(ranking: tuple[Candidate, ...]) -> list[int]:
    return [candidate.passage for candidate in ranking]


CORPUS = arrays(
    ("Amazon", [["Des ingénieurs signent une lettre.", "Elle vise Rekognition."]]),
    ("Palantir", [["La société vend des outils.", "Elle compte 450 salariés."], ["Rien."]]),
    ("Google", [["Le moteur change ses contrats militaires."]]),
)
