"""The figures, against values worked out by hand and by brute force."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from embeddings.measuring.figures import (
    Outcome,
    auroc,
    calibration_error,
    figures,
    mean_reciprocal_rank,
    percentiles,
    recall_at,
    reliability,
    risk_coverage,
)

ASKED = [
    Outcome(True, 1, 0.9, 1.0),
    Outcome(True, 2, 0.8, 1.0),
    Outcome(True, 4, 0.3, 1.0),
    Outcome(True, None, 0.1, 1.0),
]
NONE = [Outcome(False, None, 0.6, 1.0), Outcome(False, None, 0.2, 1.0)]

scores = st.lists(st.floats(0, 1), min_size=1, max_size=30)


def test_recall_counts_the_questions_found_within_k() -> None:
    assert [recall_at(ASKED, k) for k in (1, 3, 5)] == [0.25, 0.5, 0.75]


def test_the_reciprocal_rank_of_a_question_not_found_is_zero() -> None:
    assert mean_reciprocal_rank(ASKED, 10) == pytest.approx((1 + 1 / 2 + 1 / 4) / 4)


def test_a_rank_beyond_k_counts_nothing() -> None:
    assert mean_reciprocal_rank(ASKED, 3) == pytest.approx((1 + 1 / 2) / 4)


@settings(deadline=None)  # the first time, scikit-learn is imported
@given(positive=scores, negative=scores)
def test_the_area_is_the_share_of_pairs_in_the_right_order_a_tie_counting_half(
    positive: list[float], negative: list[float]
) -> None:
    pairs = [(a > b) + (a == b) / 2 for a in positive for b in negative]
    assert auroc(positive, negative) == pytest.approx(sum(pairs) / len(pairs))


def test_there_is_no_area_without_both_kinds() -> None:
    assert auroc([0.5], []) is None
    assert auroc([], [0.5]) is None


def test_the_calibration_error_is_the_weighted_gap_of_each_bin() -> None:
    confidences = [0.95, 0.95, 0.15, 0.12]
    correct = [True, False, False, False]
    by_hand = (2 * abs(0.95 - 0.5) + 2 * abs(0.135 - 0)) / 4
    assert calibration_error(confidences, correct) == pytest.approx(by_hand)


def test_full_confidence_lies_in_the_last_bin() -> None:
    assert reliability([1.0, 0.95], [True, True]) == [(0.975, 1.0, 2)]


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=40))
def test_at_full_coverage_the_risk_is_the_share_of_wrong_answers(
    pairs: list[tuple[float, bool]],
) -> None:
    confidences, correct = zip(*pairs, strict=True)
    coverage, risk = risk_coverage(list(confidences), list(correct))[-1]
    assert coverage == 1
    assert risk == pytest.approx(1 - sum(correct) / len(correct))


def test_the_surest_questions_are_answered_first() -> None:
    assert risk_coverage([0.1, 0.9], [False, True]) == [(0.5, 0.0), (1.0, 0.5)]


def test_the_figures_at_a_threshold_are_counted_over_the_right_questions() -> None:
    measured = figures([*ASKED, *NONE], threshold=0.5)
    assert measured["queries"] == 6
    assert measured["answer_rate"] == 0.5
    assert measured["precision_at_threshold"] == 0.5
    assert measured["false_answer_rate"] == 0.5
    assert measured["auroc"] == 1.0


def test_without_unanswerable_questions_their_figures_are_null() -> None:
    measured = figures(ASKED, threshold=0.5)
    assert measured["false_answer_rate"] is None
    assert measured["auroc"] is None


def test_percentiles_of_nothing_are_zero() -> None:
    assert percentiles([]) == {"p50": 0, "p95": 0, "p99": 0}
    assert percentiles([float(n) for n in range(101)]) == {"p50": 50, "p95": 95, "p99": 99}
