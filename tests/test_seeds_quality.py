"""The stories that come with the project, asked their labelled questions with the default model."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from config.settings import SEEDS, Settings
from embeddings.engine import SearchEngine
from embeddings.types import Answer


@dataclass(frozen=True)
class Asked:
    """A labelled question: the ranking before any threshold, and what a reader gets."""

    label: dict[str, Any]
    ranked: Answer
    shown: Answer

    def found(self, k: int) -> bool:
        gold = {(p["article"], p["paragraph"]) for p in self.label["passages"]}
        places = [(h.article.id, h.passage.paragraph) for h in self.ranked.hits[:k]]
        return bool(gold & set(places))


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> list[Asked]:
    lines = (SEEDS / "queries.jsonl").read_text(encoding="utf-8").splitlines()
    return asyncio.run(ask_all([json.loads(line) for line in lines], tmp_path_factory.mktemp("d")))


async def ask_all(labels: list[dict[str, Any]], data: Path) -> list[Asked]:
    async with SearchEngine(Settings(data=data)) as engine:
        return [
            Asked(
                label,
                ranked=await engine.ask(label["question"], top_k=10, threshold=0.0, plain=True),
                shown=await engine.ask(label["question"]),
            )
            for label in labels
        ]


def share(found: list[bool]) -> float:
    assert found
    return sum(found) / len(found)


def test_the_passage_that_answers_is_among_the_first_three(asked: list[Asked]) -> None:
    assert share([a.found(3) for a in asked if a.label["answerable"]]) >= 0.95


def test_questions_in_the_other_language_find_it_too(asked: list[Asked]) -> None:
    assert share([a.found(3) for a in asked if a.label["kind"] == "cross"]) >= 0.85


def test_questions_that_the_stories_do_not_answer_are_refused(asked: list[Asked]) -> None:
    refused = [a.shown.refusal is not None for a in asked if not a.label["answerable"]]
    assert share(refused) >= 0.90


def test_most_questions_that_are_put_plainly_get_an_answer(asked: list[Asked]) -> None:
    answered = [a.shown.refusal is None for a in asked if a.label["kind"] == "plain"]
    assert share(answered) >= 0.8


def test_nine_answers_in_ten_are_right(asked: list[Asked]) -> None:
    right = [a.found(1) for a in asked if a.shown.refusal is None and a.label["answerable"]]
    assert share(right) >= 0.9


def test_every_quote_is_a_stretch_of_the_stored_text(asked: list[Asked]) -> None:
    hits = [hit for a in asked for hit in (*a.ranked.hits, *a.shown.hits)]
    assert hits
    for hit in hits:
        assert hit.text == hit.article.text[hit.passage.start : hit.passage.end]
        assert hit.sentence.text in hit.text
