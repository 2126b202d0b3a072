"""How sure: a logistic function of a candidate's features, kept as a small JSON file."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from embeddings.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from config.settings import Settings
    from embeddings.lexical import Floats

BUNDLED = Path(__file__).with_name("calibration-bundled.json")
FALLBACK_INTERCEPT = -4.0
FALLBACK = {"covered": 5.0, "present": 1.0}


@dataclass(frozen=True, slots=True)
class Calibration:
    """The fitted probability that a candidate answers: ``1 / (1 + exp(-(b + w . x)))``.

    Attributes:
        model: The id of the model whose vectors it was fitted on.
        intercept: b, in log-odds.
        coefficients: Name of a feature -> its weight, in log-odds a unit of the feature.
        threshold: The least confidence that is answered.
        note: What a reader should know of it, such as where it was fitted.
        figures: What was measured on questions it was not fitted on.
    """

    model: str
    intercept: float
    coefficients: Mapping[str, float]
    threshold: float
    note: str = ""
    figures: Mapping[str, Any] = field(default_factory=dict)

    def probabilities(self, features: Mapping[str, Floats]) -> Floats:
        """Return the probability of each candidate, in [0, 1], as float32 [C].

        A feature that the calibration does not name counts nothing.
        """
        size = len(next(iter(features.values())))
        odds = np.full(size, self.intercept, np.float64)
        for name, weight in self.coefficients.items():
            odds += weight * features[name]
        return (1 / (1 + np.exp(-np.clip(odds, -30, 30)))).astype(np.float32)

    def save(self, path: Path) -> None:
        """Write it as JSON that a person can read."""
        document = {
            "model": self.model,
            "threshold": round(self.threshold, 4),
            "intercept": round(self.intercept, 5),
            "coefficients": {k: round(float(v), 5) for k, v in self.coefficients.items()},
            "note": self.note,
            "figures": dict(self.figures),
        }
        text = json.dumps(document, indent=2, ensure_ascii=False, sort_keys=False)
        path.write_text(text + "\n", encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> Calibration:
        """Read a file that ``calibrate`` wrote.

        Raises:
            ModelError: It is not there, or is not such a file.
        """
        try:
            document = json.loads(path.read_text(encoding="utf-8"))
            calibration = cls(
                model=str(document["model"]),
                intercept=float(document["intercept"]),
                coefficients={k: float(v) for k, v in document["coefficients"].items()},
                threshold=float(document["threshold"]),
                note=str(document.get("note", "")),
                figures=dict(document.get("figures", {})),
            )
        except OSError as error:
            raise ModelError(
                f"The calibration {path} cannot be read ({error.strerror}): "
                "name a file that calibrate wrote."
            ) from None
        except (ValueError, KeyError, TypeError, AttributeError):
            raise ModelError(
                f"{path} is not a calibration: make one with the command calibrate."
            ) from None
        calibration.check(path)
        return calibration

    def check(self, path: Path) -> None:
        """Refuse what cannot be a calibration.

        Raises:
            ModelError: A number is not one, or the threshold is not a probability.
        """
        numbers = [self.intercept, self.threshold, *self.coefficients.values()]
        if not all(map(math.isfinite, numbers)) or not 0 <= self.threshold <= 1:
            raise ModelError(f"{path} has numbers that cannot be: make it anew with calibrate.")

    @classmethod
    def bundled(cls) -> Calibration:
        """Return the one that ships for the bundled model."""
        return cls.load(BUNDLED)

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


def calibration_for(settings: Settings, model: str) -> Calibration:
    """Return the calibration that the settings name, or the one that fits the model.

    Raises:
        ModelError: The file that the settings name cannot be used, or is of another model.
    """
    if settings.calibration is None:
        bundled = Calibration.bundled()
        return bundled if bundled.model == model else Calibration.fallback(model)
    chosen = Calibration.load(settings.calibration)
    if chosen.model != model:
        raise ModelError(
            f"{settings.calibration} was fitted for {chosen.model}, not for {model}: "
            "fit one for this model with calibrate, or take the setting out."
        )
    return chosen
