"""The calibration: values, its file, what it says of models it does not know, and its fit."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from embeddings.errors import ModelError
from embeddings.measuring.calibrate import FEATURES, FIXED, fit
from embeddings.measuring.sampling import Sample
from embeddings.ranking.confidence import Calibration, Relevance, calibration_for
from embeddings.vectors import light

CALIBRATION = Calibration("model", -1.0, {"covered": 2.0, "lead": 0.5}, 0.6, "A note.", {"n": 3})


def features(**values: float) -> dict[str, np.ndarray]:
    return {name: np.array([value], np.float32) for name, value in values.items()}


def test_the_probability_is_the_logistic_of_the_weighted_sum() -> None:
    found = CALIBRATION.probabilities(features(covered=0.75, lead=2.0, other=9.0))
    assert found[0] == pytest.approx(1 / (1 + np.exp(-1.5)))


def test_the_probability_of_the_absurd_is_still_one() -> None:
    assert CALIBRATION.probabilities(features(covered=1e6, lead=0.0))[0] == pytest.approx(1)


def test_nothing_is_lost_by_saving(tmp_path: Path) -> None:
    path = tmp_path / "c.json"
    path.write_bytes(CALIBRATION.dump())
    assert Calibration.load(path) == CALIBRATION
    assert '"threshold": 0.6' in path.read_text("utf-8")  # a person can read it


def test_a_file_that_is_no_calibration_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "c.json"
    texts = [b"", b"[]", b"{}", b"none", b'{"model": "m", "intercept": "x"}', b"null", b"\xff\xfe"]
    for text in texts:
        path.write_bytes(text)
        with pytest.raises(ModelError, match="is not a calibration"):
            Calibration.load(path)


def test_a_file_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"none\.json cannot be read"):
        Calibration.load(tmp_path / "none.json")


def test_numbers_that_cannot_be_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "c.json"
    path.write_bytes(CALIBRATION.dump())
    for change in ({"threshold": 1.5}, {"intercept": float("nan")}):
        path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | change), "utf-8")
        with pytest.raises(ModelError, match="numbers that cannot be"):
            Calibration.load(path)


def test_a_packaged_model_has_its_own() -> None:
    chosen = calibration_for(None, light.ID)
    assert chosen.model == light.ID
    assert chosen.figures["afriqa_dev"]["auroc"] >= 0.87


def test_those_that_ship_rest_on_features_that_exist() -> None:
    for each in Calibration.load_shipped().values():
        assert set(each.coefficients) == {*FEATURES, *FIXED}
        assert FIXED.items() <= each.coefficients.items()


def test_another_model_is_told_that_it_has_none() -> None:
    chosen = calibration_for(None, "another")
    assert "No calibration for another" in chosen.note
    assert chosen.threshold == 0.5


def test_the_rule_without_a_calibration_is_met_by_a_sentence_with_all_the_words() -> None:
    rule = Calibration.fallback("another")
    sure, unsure = (
        float(rule.probabilities(features(covered=share, present=share))[0]) for share in (1.0, 0.4)
    )
    assert sure >= rule.threshold > unsure


def test_the_file_that_the_settings_name_is_taken(tmp_path: Path) -> None:
    path = tmp_path / "c.json"
    path.write_bytes(CALIBRATION.dump())
    assert calibration_for(path, "model") == CALIBRATION


def test_a_calibration_of_another_model_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "c.json"
    path.write_bytes(CALIBRATION.dump())
    with pytest.raises(ModelError, match="was fitted for model, not for other"):
        calibration_for(path, "other")


def made(count: int = 400, source: str = "set", seed: int = 0) -> list[Sample]:
    """Samples whose first passage answers as often as a logistic of their lead says."""
    random = np.random.default_rng(seed)
    found = []
    for number in range(count):
        values = dict.fromkeys((*FEATURES, *FIXED), 0.0) | {"lead": float(random.uniform(-3, 3))}
        correct = bool(random.random() < 1 / (1 + np.exp(-2 * values["lead"])))
        found.append(Sample(source, number, correct or number % 3 > 0, correct, values))
    return found


def test_the_fit_finds_what_decides() -> None:
    weights = fit(made(2000), "m").coefficients
    assert weights["lead"] == pytest.approx(2, abs=0.3)
    assert max(abs(w) for name, w in weights.items() if name != "lead") < 1e-6


def test_the_fit_is_calibrated_on_what_was_held_out() -> None:
    assert fit(made(2000), "m").figures["set"]["ece"] < 0.05


def test_at_the_threshold_one_answer_in_ten_is_unsupported_at_the_most() -> None:
    found = made(2000)
    calibration = fit(found, "m")
    arrays = {name: np.array([s.features[name] for s in found]) for name in FEATURES}
    answers = calibration.probabilities(arrays) >= calibration.threshold
    wrong = [not s.correct for s, answer in zip(found, answers, strict=True) if answer]
    assert 0.05 < np.mean(wrong) < 0.12


def test_a_large_set_does_not_outvote_a_small_one() -> None:
    small = [replace_lead(s, -s.features["lead"]) for s in made(200, "small", seed=1)]
    weight = fit([*made(2000, "large"), *small], "m").coefficients["lead"]
    assert abs(weight) < 0.3


def replace_lead(sample: Sample, lead: float) -> Sample:
    changed = dict(sample.features) | {"lead": lead}
    return Sample(sample.source, sample.group, sample.answerable, sample.correct, changed)


def test_too_few_questions_are_refused() -> None:
    with pytest.raises(ModelError, match="Too few questions"):
        fit(made(6), "m")


def test_every_set_has_its_figures() -> None:
    figures = fit([*made(source="a"), *made(source="b")], "m").figures
    assert figures["a"]["questions"] == figures["b"]["questions"] == 400


def test_a_feature_may_be_a_product_of_two() -> None:
    rule = Calibration("m", 0.0, {"small*lead": 2.0}, 0.5)
    assert rule.probabilities(features(small=0.5, lead=3.0))[0] == pytest.approx(
        1 / (1 + np.exp(-3))
    )


def test_the_bar_of_one_story_is_kept_in_the_file(tmp_path: Path) -> None:
    story = Relevance(-1.0, {"covered": 4.0}, 0.3)
    path = tmp_path / "c.json"
    path.write_bytes(Calibration("m", 0.0, {}, 0.5, story=story).dump())
    kept = Calibration.load(path).story
    assert kept == story
    assert kept is not None
    assert kept.is_about({"covered": 1.0, "other": 5.0})
    assert not kept.is_about({"covered": 0.0, "other": 5.0})
