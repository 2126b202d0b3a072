"""Fits the confidence on labelled questions; the only place that needs scikit-learn."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from embeddings.confidence import Calibration
from embeddings.errors import ModelError
from embeddings.metrics import auroc, calibration_error
from embeddings.ranker import rank

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from embeddings.evidence import Arrays, Query

    Values = NDArray[np.float64]
