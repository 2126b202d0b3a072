"""A labelled set is read whole or refused with the line that is wrong."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from embeddings.errors import InputError
from embeddings.measuring.labelled import read_set

LINES = [
    {"doc_id": "a", "title": "Nil", "para_id": "p1", "text": "Le Nil est un fleuve.\nIl coule."},
    {"doc_id": "b", "title": "Pô", "para_id": "p2", "text": "Le Pô traverse Turin."},
    {"doc_id": "a", "title": "Nil", "para_id": "p3", "text": "  Sa crue est annuelle. "},
]
QUERIES = [
    {"qid": "q1", "question": "Où ?", "para_ids": ["p3"], "answer": None, "answerable": True},
    {"qid": "q2", "question": "Qui ?", "para_ids": [], "answer": None, "answerable": False},
]


def write(folder: Path, lines: list[Any], queries: list[Any]) -> Path:
    for name, rows in (("corpus.jsonl", lines), ("queries.jsonl", queries)):
        text = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def test_each_line_is_one_passage_kept_whole(tmp_path: Path) -> None:
    labelled = read_set(write(tmp_path, LINES, QUERIES))
    texts = {
        labelled.place[article.id, p.paragraph]: article.text[p.start : p.end]
        for article, passages in zip(
            labelled.material.articles, labelled.material.passages, strict=True
        )
        for p in passages
    }
    assert texts == {line["para_id"]: line["text"] for line in LINES}


def test_lines_of_one_document_are_one_article_in_their_order(tmp_path: Path) -> None:
    labelled = read_set(write(tmp_path, LINES, QUERIES))
    assert [a.title for a in labelled.material.articles] == ["Nil", "Pô"]
    assert labelled.place["a", 2] == "p3"


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"corpus\.jsonl cannot be read"):
        read_set(tmp_path)


@pytest.mark.parametrize(
    ("queries", "sentence"),
    [
        ([{"qid": "q"}], "line 1 is not as it should be: 'question'"),
        ([QUERIES[0] | {"para_ids": ["p9"]}], "names passages that are not there: 'p9'"),
        ([QUERIES[0] | {"answerable": False}], "say different things"),
        (["just a string"], "line 1"),
    ],
)
def test_a_wrong_question_is_refused_with_its_place(
    tmp_path: Path, queries: list[Any], sentence: str
) -> None:
    with pytest.raises(InputError, match=sentence):
        read_set(write(tmp_path, LINES, queries))


def test_an_empty_passage_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"corpus\.jsonl, line 1 .* the text is empty"):
        read_set(write(tmp_path, [LINES[0] | {"text": " "}], QUERIES))
