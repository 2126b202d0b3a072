"""A confidence beside other collections: what it would be if all lay in one."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.ranking.confidence import Calibration, smallness
from embeddings.ranking.features import Candidate, calibrate_across

TOGETHER = 1000
LEADS = Calibration("m", -1.0, {"lead": 2.0}, 0.5)


def candidate(score: float, **features: float) -> Candidate:
    given_ = {"lead": 2.0, "likely": 0.9, "clear": 0.5, "covered": 0.8, "small": 0.9}
    given_ |= {"nearer": 0.1, "sentence": 0.7}
    return Candidate(
        passage=0,
        score=score,
        confidence=0.9,
        sentence=0,
        beside=0,
        also=(),
        features=given_ | {"grams": 0.3} | features,
    )


def beside(one: Candidate, *others: Candidate) -> Candidate:
    found = calibrate_across((one,), [others], LEADS, TOGETHER)
    return found[0]


@pytest.mark.parametrize("others", [[], [()]])
def test_alone_a_collection_is_as_sure_as_it_was(others: list[tuple[Candidate, ...]]) -> None:
    ranking = (candidate(5.0),)
    assert calibrate_across(ranking, others, LEADS, TOGETHER) is ranking


def test_an_equal_elsewhere_takes_the_lead_away() -> None:
    one = beside(candidate(5.0), candidate(5.0))
    assert one.features["lead"] == 0
    assert one.confidence == pytest.approx(1 / (1 + math.exp(1)), abs=1e-6)


def test_a_better_one_elsewhere_makes_the_lead_negative() -> None:
    assert beside(candidate(5.0), candidate(7.0)).features["lead"] == pytest.approx(-math.log1p(2))


def test_a_far_worse_one_elsewhere_leaves_the_lead() -> None:
    assert beside(candidate(5.0), candidate(-9.0)).features["lead"] == 2.0


def test_the_share_of_the_odds_is_of_those_of_all_collections() -> None:
    one = beside(candidate(3.0, likely=0.5), candidate(3.0, likely=1.0))
    assert one.features["likely"] == pytest.approx(1 / 3)


def test_what_another_covers_as_well_is_less_clear() -> None:
    one = beside(candidate(3.0, covered=0.8), candidate(1.0, covered=0.7))
    assert one.features["clear"] == pytest.approx(0.1)


def test_a_sentence_elsewhere_may_be_as_near() -> None:
    near = candidate(3.0, nearer=0.2, sentence=0.9)
    assert beside(near, candidate(1.0, sentence=0.8)).features["nearer"] == pytest.approx(0.1)


def test_size_is_that_of_all_collections_together() -> None:
    assert beside(candidate(3.0), candidate(1.0)).features["small"] == smallness(1000)


def test_what_compares_with_nothing_stays() -> None:
    assert beside(candidate(3.0), candidate(9.0)).features["grams"] == 0.3


SCORES = st.lists(st.floats(-20, 20), min_size=1, max_size=6)


@given(SCORES, SCORES)
def test_none_is_surer_than_one_before_it_and_the_order_stays(
    own: list[float], others: list[float]
) -> None:
    ranking = tuple(candidate(s) for s in sorted(own, reverse=True))
    rivals = tuple(candidate(s) for s in sorted(others, reverse=True))
    found = calibrate_across(ranking, [rivals], LEADS, TOGETHER)
    sure = [one.confidence for one in found]
    assert sure == sorted(sure, reverse=True)
    assert [one.score for one in found] == [one.score for one in ranking]
    assert all(0 <= one.features["likely"] <= 1 for one in found)
