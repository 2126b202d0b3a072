"""Makes the constants by which ``e5``'s tokens are cut short, from labelled sets.

``python -m tests.bench.axes DIR... --output embeddings/vectors/e5-tokens.npz``; other
constants make other tokens, so the number in ``e5.ID`` counts up and ``calibrate`` is run again.
"""

from __future__ import annotations

import argparse
import random
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from embeddings.measuring.labelled import read_set
from embeddings.ranking.maxsim import normalize
from embeddings.vectors import e5

if TYPE_CHECKING:
    from collections.abc import Sequence

    Floats = e5.Floats

SEED = 1
"""What the order is drawn with in which passages and questions are read."""
PASSAGES, QUESTIONS = 120_000, 20_000
"""Tokens that are read of each."""
WIDEST, KEPT = 2, e5.TOKEN_DIMENSION
"""Axes that are left out, as most tokens lie along them whatever they mean, and that are kept."""


def principal(passages: Floats, questions: Floats) -> e5.Axes:
    """Return the constants that some tokens ask for.

    Args:
        passages: Tokens of passages as the last layer makes them, float32 [n, d].
        questions: Tokens of questions, float32 [m, d].
    """
    mean, of_questions = (normalize(each).mean(axis=0) for each in (passages, questions))
    centred = normalize(normalize(passages) - mean)
    _, vectors = np.linalg.eigh(np.cov(centred.astype(np.float64), rowvar=False))
    axes = vectors.T[::-1][WIDEST : WIDEST + KEPT]
    most = np.take_along_axis(axes, np.abs(axes).argmax(axis=1)[:, None], axis=1)
    signed = axes * np.sign(most)  # signs mean nothing
    return e5.Axes(mean, of_questions, signed.astype(np.float32))


def read_some(prompt: str, texts: Sequence[str], enough: int) -> Floats:
    """Return at least so many tokens of texts in an order drawn by chance, as far as they reach."""
    order = random.Random(SEED).sample(sorted(set(texts)), len(set(texts)))
    model = e5.load()
    found: list[Floats] = []
    for text in order:
        if sum(map(len, found)) < enough:
            found.append(model.run_text(prompt, text)[1])
    return np.concatenate(found)


def save(axes: e5.Axes, path: Path) -> None:
    """Write constants in half precision, as ``Axes.load`` reads them."""
    parts = {field.name: getattr(axes, field.name) for field in fields(axes)}
    np.savez(path, **{name: part.astype(np.float16) for name, part in parts.items()})


def main() -> None:
    """Read the sets, and write the constants."""
    parser = argparse.ArgumentParser(prog="tests.bench.axes", description=__doc__)
    parser.add_argument("folders", metavar="DIR", nargs="+", type=Path)
    parser.add_argument("--output", metavar="FILE", required=True, type=Path)
    given = parser.parse_args()
    sets = list(map(read_set, given.folders))
    passages = [text for each in sets for text in each.texts.values()]
    questions = [question.question for each in sets for question in each.questions]
    some = read_some(e5.PASSAGE, passages, PASSAGES)
    save(principal(some, read_some(e5.QUERY, questions, QUESTIONS)), given.output)


if __name__ == "__main__":
    main()
