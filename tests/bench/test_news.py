"""The labelled set of public news pages: made of pages as they are kept, with our questions."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from embeddings.measuring.labelled import read_set
from tests.bench import news

PAGES = Path(__file__).resolve().parents[2] / "../shared/pages"


def test_a_story_is_written_with_the_title_that_its_page_states(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pages, folder = tmp_path / "pages", tmp_path / "set"
    (pages / "html").mkdir(parents=True)
    body = "La Loire a débordé à Orléans.\n\nPersonne n’a été blessé, disent les pompiers."
    truth = {"0123456789": {"articleBody": body, "url": "https://example.org/crue"}}
    (pages / "ground-truth.json").write_text(json.dumps(truth), encoding="utf-8")
    page = "<title>Site</title><meta property='og:title' content='La Loire : \"crue\"'>"
    (pages / "html/0123456789.html.gz").write_bytes(gzip.compress(page.encode()))
    asked = {"qid": "1", "question": "Qui dit que personne n’est blessé ?", "kind": "plain"}
    passage = news.digest(f"01234567 {body.splitlines()[2]}")
    told = asked | {"answerable": True, "passages": [passage, "0" * news.DIGITS]}
    questions = tmp_path / "news.jsonl"
    questions.write_text(json.dumps(told), encoding="utf-8")
    monkeypatch.setattr(news, "QUESTIONS", questions)
    news.write(pages, folder)
    made = read_set(folder)
    assert {article.title for article in made.material.articles} == {'La Loire : "crue"'}
    (question,) = made.questions
    assert [made.texts[name] for name in question.para_ids] == [body.splitlines()[2]]


@pytest.mark.skipif(not PAGES.exists(), reason="the pages are not here")
def test_each_question_names_passages_that_are_there(tmp_path: Path) -> None:
    news.write(PAGES, tmp_path / "set")
    asked = read_set(tmp_path / "set").questions
    kept = len(asked) / len(news.QUESTIONS.read_text(encoding="utf-8").splitlines())
    assert kept > 0.98  # one whose passages are cut otherwise is left out
    assert {q.kind for q in asked if not q.answerable} == {"near"}
