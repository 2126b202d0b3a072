"""What is counted: each question once, by what became of it, and never its words."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from bot.running.health import MeasuredBuilder, Metrics
from embeddings.errors import GateError, QuestionError, StorageError
from embeddings.reports import ReindexReport, Status
from embeddings.snapshots.material import Order
from embeddings.types import Answer, Refusal
from tests.fakes import FakeEngine

QUESTION = "Que demandent les employés d’Amazon ?"
BUILT = ReindexReport("1", 1, 0, 0, 10, 6, 4, 2.5)
ORDER = Order(2, Path("aside"), None, None, {})


@pytest.fixture
def metrics() -> Metrics:
    return Metrics()


def values(metrics: Metrics) -> dict[str, float]:
    """Return every sample by its name and its labels, as Prometheus reads them."""
    families = text_string_to_metric_families(metrics.export().decode())
    return {
        sample.name + "".join(f"[{value}]" for value in sample.labels.values()): sample.value
        for family in families
        for sample in family.samples
    }


async def raising(error: Exception) -> Any:
    raise error


async def giving(value: Any) -> Any:
    return value


async def test_an_answer_is_counted_with_its_confidence_and_its_times(metrics: Metrics) -> None:
    found = await metrics.count_question(FakeEngine().ask(QUESTION))
    assert found.hits
    counted = values(metrics)
    assert counted["verbatim_questions_total[answered]"] == 1
    assert counted["verbatim_confidence_count"] == 1
    assert counted["verbatim_confidence_sum"] == pytest.approx(found.confidence)
    assert counted["verbatim_question_seconds_sum[search]"] == pytest.approx(0.001)
    assert counted["verbatim_question_seconds_count[all]"] == 1


@pytest.mark.parametrize("kind", list(Refusal))
async def test_a_refusal_is_counted_by_its_kind(metrics: Metrics, kind: Refusal) -> None:
    await metrics.count_question(giving(Answer(QUESTION, "s1", None, kind)))
    counted = values(metrics)
    assert counted["verbatim_questions_total[refused]"] == 1
    assert {k.value: counted[f"verbatim_refusals_total[{k.value}]"] for k in Refusal} == {
        k.value: float(k is kind) for k in Refusal
    }
    assert counted["verbatim_confidence_count"] == 0


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (QuestionError("The question is empty.", "empty"), "mistaken"),
        (TimeoutError(), "late"),
        (StorageError("The disk is full."), "failed"),
    ],
    ids=repr,
)
async def test_a_question_that_fails_is_counted_and_fails_on(
    metrics: Metrics, error: Exception, outcome: str
) -> None:
    with pytest.raises(type(error)):
        await metrics.count_question(raising(error))
    counted = values(metrics)
    assert counted[f"verbatim_questions_total[{outcome}]"] == 1
    assert counted["verbatim_questions_under_way"] == 0


async def test_no_word_of_a_question_is_told(metrics: Metrics) -> None:
    await metrics.count_question(FakeEngine().ask(QUESTION))
    told = metrics.export().decode().lower()
    assert not [word for word in ("amazon", "employés", "demandent") if word in told]


class Builder:
    """Builds as it is told to."""

    def __init__(self, result: ReindexReport | Exception) -> None:
        self.result = result

    async def build(self, order: Order, progress: Any = None) -> Any:
        if isinstance(self.result, Exception):
            raise self.result
        return self.result


async def test_a_reindex_is_counted_with_what_it_took(metrics: Metrics) -> None:
    report = await MeasuredBuilder(Builder(BUILT), metrics).build(ORDER)
    assert report is BUILT
    counted = values(metrics)
    assert counted["verbatim_reindexes_total[published]"] == 1
    assert counted["verbatim_reindex_seconds_sum"] == 2.5
    assert counted["verbatim_texts_encoded_total"] == 4


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (GateError((), 1.0, 0.5), "refused"),
        (StorageError("The disk is full."), "failed"),
    ],
    ids=repr,
)
async def test_a_reindex_that_fails_is_counted_by_its_reason(
    metrics: Metrics, error: Exception, outcome: str
) -> None:
    with pytest.raises(type(error)):
        await MeasuredBuilder(Builder(error), metrics).build(ORDER)
    assert values(metrics)[f"verbatim_reindexes_total[{outcome}]"] == 1
    assert values(metrics)["verbatim_reindex_seconds_count"] == 0


def test_what_serves_is_told_with_its_age(metrics: Metrics) -> None:
    status: Status = FakeEngine().status()
    metrics.note_status(status)
    counted = values(metrics)
    made = datetime(2026, 1, 1, 12, tzinfo=UTC).timestamp()
    assert counted["verbatim_snapshot_created_timestamp_seconds"] == made
    assert counted["verbatim_passages"] == status.passages
    assert counted["verbatim_articles"] == status.articles


def test_two_of_them_do_not_mix() -> None:
    one, other = Metrics(), Metrics()
    one.lost.inc()
    assert values(other)["verbatim_gateway_disconnects_total"] == 0
