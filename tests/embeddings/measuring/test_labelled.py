"""A labelled set is read, or refused with the line that is wrong."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from config.settings import SEEDS
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


def test_a_wrong_question_is_refused_with_its_place(tmp_path: Path) -> None:
    for query, sentence in (
        ({"qid": "q"}, "line 1 lacks 'question'"),
        (QUERIES[0] | {"para_ids": ["p9"]}, "names passages that are not there: 'p9'"),
        (QUERIES[0] | {"answerable": False}, "say different things"),
        ("just a string", "line 1 is not the JSON it should be"),
        (QUERIES[0] | {"para_ids": 5}, "line 1 is not the JSON it should be"),
    ):
        with pytest.raises(InputError, match=sentence):
            read_set(write(tmp_path, LINES, [query]))


def test_an_empty_passage_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"corpus\.jsonl, line 1: the text is empty"):
        read_set(write(tmp_path, [LINES[0] | {"text": " "}], QUERIES))


def test_two_passages_of_one_id_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"corpus\.jsonl has two passages with the id 'p1'"):
        read_set(write(tmp_path, [*LINES, LINES[2] | {"para_id": "p1"}], QUERIES))


def test_a_line_nested_without_end_is_refused(tmp_path: Path) -> None:
    write(tmp_path, LINES, [])
    (tmp_path / "queries.jsonl").write_text("[" * 100_000, encoding="utf-8")
    with pytest.raises(InputError, match=r"queries\.jsonl, line 1"):
        read_set(tmp_path)


STORY = "---\nid: {id}\ntitle: {title}\nlanguage: fr\n---\n\n{text}\n"
PORT = "Le port de Lorient a ouvert. Il est neuf.\n\nLe stade de Brest a fermé. Il était vieux."
FIRST = {"article": "port", "paragraph": 2}
ASKED = {"qid": "q", "question": "Et Brest ?", "answer": None, "answerable": True}


def write_stories(folder: Path, queries: list[Any]) -> Path:
    for name in ("port", "gare"):
        text = STORY.format(id=name, title=name.title(), text=PORT)
        (folder / f"{name}.md").write_text(text, encoding="utf-8")
    (folder / "README.md").write_text("Two stories.", encoding="utf-8")
    rows = "\n".join(json.dumps(row, ensure_ascii=False) for row in queries)
    (folder / "queries.jsonl").write_text(rows, encoding="utf-8")
    return folder


def test_stories_beside_questions_are_a_set_too(tmp_path: Path) -> None:
    row = ASKED | {"passages": [FIRST], "before": ["Qui a ouvert ?"], "kind": "follow-up"}
    labelled = read_set(write_stories(tmp_path, [row]))
    (question,) = labelled.questions
    assert [labelled.texts[name] for name in question.para_ids] == [PORT.split("\n\n")[1]]
    assert (question.before, question.kind) == (("Qui a ouvert ?",), "follow-up")
    assert labelled.place["gare", 1] == "gare#1"
    assert len(labelled.texts) == 4


def test_a_passage_that_no_story_has_is_named(tmp_path: Path) -> None:
    row = ASKED | {"passages": [{"article": "port", "paragraph": 9}]}
    with pytest.raises(InputError, match="names passages that are not there: 'port#9'"):
        read_set(write_stories(tmp_path, [row]))


def test_two_stories_of_one_id_are_refused(tmp_path: Path) -> None:
    folder = write_stories(tmp_path, [])
    (folder / "quai.md").write_bytes((folder / "port.md").read_bytes())
    with pytest.raises(InputError, match="two stories with the id 'port'"):
        read_set(folder)


def test_a_story_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    folder = write_stories(tmp_path, [])
    (folder / "vide.md").write_text("", encoding="utf-8")
    with pytest.raises(InputError, match=r"^\S*vide\.md is empty; put"):
        read_set(folder)


def test_the_seeds_are_a_set() -> None:
    labelled = read_set(SEEDS)
    assert len(labelled.questions) >= 390
    assert all(labelled.texts[name] for q in labelled.questions for name in q.para_ids)
