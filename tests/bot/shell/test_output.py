"""The JSON documents hold what the contract says: these keys, these types, nothing lost."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from datetime import UTC, date, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bot.shell import output
from embeddings.reports import (
    ChangeReport,
    Proposed,
    ReindexReport,
    SnapshotSummary,
    Status,
    VerifyReport,
)
from embeddings.types import (
    Answer,
    Article,
    ArticleSummary,
    Filters,
    Hit,
    Passage,
    Refusal,
    Rejected,
    Sentence,
    digest,
)

TEXT = "Un titre.\n\nLa Loire déborde. Deux ponts sont fermés."
ARTICLE = Article(
    id="crue",
    title="La crue",
    text=TEXT,
    source="La Gazette",
    date=date(2021, 2, 7),
    url="https://example.org/crue",
    origin="/srv/stories/crue.txt",
)
PASSAGE = Passage("crue", 11, len(TEXT), 1, digest(TEXT[11:]))
HIT = Hit(
    rank=1,
    score=3.5,
    confidence=0.91,
    article=ARTICLE,
    passage=PASSAGE,
    text=TEXT[11:],
    sentence=Sentence(TEXT[29:], 29, len(TEXT)),
    also_in=("Une autre",),
)
ANSWER = Answer("Quels ponts ?", "s1", 0.91, None, (HIT,), (), 4.2)
SUMMARY = ArticleSummary("crue", "La crue", None, None, date(2021, 2, 7), None, "fr", 1, "shared")
PROPOSED = Proposed(**asdict(SUMMARY))
REPORT = ReindexReport("s2", 1, 0, 0, 1, 0, 3, 0.2, ("Said to people.",))

ARTICLE_KEYS = {"id", "title", "source", "author", "date", "url", "language"}
SOURCE_KEYS = ARTICLE_KEYS | {"passages", "collection"}
REPORT_KEYS = {
    *("snapshot", "added", "changed", "removed"),
    *("passages", "reused", "encoded", "seconds"),
}


def test_an_answer_has_the_keys_of_the_contract_and_what_was_understood() -> None:
    assert set(output.dump_answer(ANSWER)) == {
        *("question", "snapshot", "confidence", "refusal", "hits", "nearest_titles"),
        *("milliseconds", "filters", "understood", "widened", "understood_as", "closest", "notes"),
    }


def test_a_hit_has_the_keys_of_the_contract_and_the_other_titles() -> None:
    assert set(output.dump_hit(HIT)) == {
        *("rank", "score", "confidence", "article", "passage", "start", "end", "paragraph"),
        *("sentence", "link", "also_in"),
    }


def test_an_article_keeps_its_text_and_its_origin_to_itself() -> None:
    assert set(output.dump_hit(HIT)["article"]) == ARTICLE_KEYS


def test_start_and_end_cut_the_passage_out_of_the_stored_text() -> None:
    document = output.dump_hit(HIT)
    assert TEXT[document["start"] : document["end"]] == document["passage"]


def test_the_sentence_is_cut_out_of_the_stored_text_as_well() -> None:
    sentence = read(output.dump_hit(HIT))["sentence"]
    assert TEXT[sentence["start"] : sentence["end"]] == sentence["text"]


def test_the_link_leads_to_the_sentence_that_answers() -> None:
    assert output.dump_hit(HIT)["link"].startswith("https://example.org/crue#:~:text=Deux%20ponts")


def test_an_article_without_an_address_has_no_link() -> None:
    assert output.dump_hit(replace(HIT, article=replace(ARTICLE, url=None)))["link"] is None


def read(document: object) -> Any:
    """Write a document and read it back."""
    return json.loads(output.dumps(document))


def test_dates_are_iso_or_null() -> None:
    undated = output.dump_article(replace(ARTICLE, date=None))
    assert (read(output.dump_article(ARTICLE))["date"], undated["date"]) == ("2021-02-07", None)


def test_a_refusal_is_its_plain_name() -> None:
    near = (replace(ARTICLE, title="La crue").summary(1),) * 2
    refused = Answer("?", "s1", None, Refusal.NO_MATCH_IN_FILTER, nearest=near)
    document = json.loads(output.dumps(output.dump_answer(refused)))
    assert (document["refusal"], document["hits"]) == ("no_match_in_filter", [])
    assert document["nearest_titles"] == ["La crue"]


def test_the_filters_in_force_are_told() -> None:
    narrowed = replace(ANSWER, filters=Filters(since=date(2018, 6, 1), source="ISSMI"))
    assert read(output.dump_answer(narrowed))["filters"] == {
        "since": "2018-06-01",
        "until": None,
        "source": "ISSMI",
    }


def test_a_source_has_the_keys_of_the_contract() -> None:
    assert set(*output.dump_sources([SUMMARY])) == SOURCE_KEYS


def test_a_reindex_has_the_keys_of_the_contract() -> None:
    assert set(output.dump_reindex(REPORT)) == REPORT_KEYS


def test_an_addition_has_the_keys_of_the_contract() -> None:
    document = output.dump_addition(ChangeReport(added=(PROPOSED,), report=REPORT))
    assert set(document) == {"added", "changed", "unchanged", "rejected", "left_out", "report"}


def test_an_addition_lists_articles_as_sources_does() -> None:
    document = output.dump_addition(ChangeReport(added=(PROPOSED,), unchanged=(SUMMARY,)))
    assert document["added"] == document["unchanged"] == output.dump_sources([SUMMARY])


def test_a_rejected_input_is_named_with_its_reason() -> None:
    document = output.dump_addition(ChangeReport(rejected=(Rejected("a.txt", "It is empty."),)))
    assert read(document)["rejected"] == [{"input": "a.txt", "reason": "It is empty."}]


def test_a_change_without_a_reindex_has_a_null_report() -> None:
    assert output.dump_addition(ChangeReport())["report"] is None


def test_a_removal_is_an_addition_and_what_was_removed() -> None:
    document = output.dump_removal(ChangeReport(removed=("crue",), report=REPORT))
    assert read(document) == {
        "added": [],
        "changed": [],
        "unchanged": [],
        "rejected": [],
        "left_out": [],
        "report": output.dump_reindex(REPORT),
        "removed": ["crue"],
    }


def test_a_status_has_the_keys_of_the_contract_and_more() -> None:
    made = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)
    kept = (SnapshotSummary("s1", made, 1, 2, live=True),)
    value = Status(
        "s1", made, "m", 8, 1, 2, ("shared",), "exact", 0.5, "none", kept, {"faiss": "1"}, ()
    )
    document = json.loads(output.dumps(value))
    assert set(document) == {
        *("snapshot", "created_at", "model", "dimension", "articles", "passages"),
        *("collections", "store", "index", "versions", "threshold", "calibration"),
        *("snapshots", "notes"),
    }


def test_a_verification_has_the_keys_of_the_contract() -> None:
    document = output.dump_verification(VerifyReport(3, ("passages.jsonl has changed.",)))
    assert read(document) == {
        "ok": False,
        "checked": 3,
        "problems": ["passages.jsonl has changed."],
    }


def test_letters_are_written_as_they_are() -> None:
    assert output.dumps({"é": "œuvre « à »"}) == '{"é": "œuvre « à »"}'


def test_a_number_that_is_none_is_null() -> None:
    document = {"a": float("nan"), "b": [float("inf"), 1.5], "c": (float("-inf"),)}
    assert json.loads(output.dumps(document)) == {"a": None, "b": [None, 1.5], "c": [None]}


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists))
def test_a_document_is_one_line_that_reads_back_as_it_was(document: object) -> None:
    line = output.dumps(document)
    assert "\n" not in line
    assert json.loads(line) == document
