"""The hour in little: nothing is lost or wrong in it, and what would be is noticed."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

import pytest

from tests.bench.hour import FRESH, Course, Hour

if TYPE_CHECKING:
    from pathlib import Path

SHORT = Course(questions=60, seconds=4.0, change=1.5, reindex=100.0, fault=0.7, each=4)


@pytest.fixture
def hour(tmp_path: Path) -> Hour:
    return Hour(SHORT, tmp_path)


@pytest.mark.process
@pytest.mark.alone
def test_amid_faults_and_changes_nothing_is_lost_or_wrong(hour: Hour) -> None:
    told = asyncio.run(hour.run(lambda _: None))
    assert told["problems"] == []
    assert (told["asked"], told["exit code"]) == (SHORT.questions, 0)
    assert told["answered rightly"] > SHORT.questions / 2
    assert sum(told["faults"].values()) > 2


def test_a_quote_that_is_not_the_answer_is_noticed(hour: Hour) -> None:
    hour._judge(0, time.monotonic(), "À Brest, il pleut.")
    hour._judge(1, time.monotonic(), "")
    assert len(hour.told()["problems"]) == hour.count["wrong"] == 2


def test_what_stood_there_before_a_change_may_be_quoted_for_a_while_alone(hour: Hour) -> None:
    changed = time.monotonic()
    hour._before[0] = (changed, "Avant.")
    hour._judge(0, changed + FRESH - 1, "Avant.")
    assert not hour.told()["problems"]
    hour._judge(0, changed + FRESH + 1, "Avant.")
    assert hour.count["wrong"] == 1


def test_memory_that_grows_is_noticed(hour: Hour) -> None:
    hour.looks = [200.0, 201.0, 204.0]
    assert hour.told()["problems"] == []
    hour.looks = [200.0, 201.0, 214.0]
    assert hour.told()["problems"] == ["The memory grew: [200.0, 201.0, 214.0] MB."]
