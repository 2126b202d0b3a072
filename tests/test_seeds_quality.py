"""The stories that come with the project, asked their labelled questions with the default model."""

from __future__ import annotations

import asyncio
import json
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from config.settings import SEEDS, Settings
from embeddings.answering import AskOptions, answer
from embeddings.engine import SearchEngine
from embeddings.threads import Priority
from embeddings.types import SHARED, Answer, Filters, Hit

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True)
class Asked:
    """A labelled question: the ranking before any threshold, and what a reader gets."""

    label: dict[str, Any]
    ranked: Answer
    shown: Answer

    def found(self, k: int) -> bool:
        return self.has_gold(self.ranked.hits[:k])

    @property
    def is_right(self) -> bool:
        """Whether the first quote that a reader gets is one of those that answer."""
        return self.has_gold(self.shown.hits[:1])

    def has_gold(self, hits: Sequence[Hit]) -> bool:
        gold = {(p["article"], p["paragraph"]) for p in self.label["passages"]}
        return any((hit.article.id, hit.passage.paragraph) in gold for hit in hits)


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> list[Asked]:
    lines = (SEEDS / "queries.jsonl").read_text(encoding="utf-8").splitlines()
    return asyncio.run(ask_all([json.loads(line) for line in lines], tmp_path_factory.mktemp("d")))


async def ask_all(labels: list[dict[str, Any]], data: Path) -> list[Asked]:
    async with SearchEngine(Settings(data=data, model="e5")) as engine:
        return [
            Asked(
                label,
                ranked=await rank(engine, label),
                shown=await engine.ask(label["question"], before=label.get("before", ())),
            )
            for label in labels
        ]


async def rank(engine: SearchEngine, label: dict[str, Any]) -> Answer:
    """Ask for ten passages; what leans on another question is read with it, others plainly."""
    before, today = tuple(label.get("before", ())), datetime.now(UTC).date()
    options = AskOptions(10, 0.0, Filters(), today, before=before, plain=not before)
    loaded, models = await engine._load(), engine._live.models
    assert loaded
    assert models
    return await engine._live.worker.run(
        Priority.QUESTION, answer, label["question"], {SHARED: loaded}, models, options
    )


def share(found: list[bool]) -> float:
    assert found
    return round(sum(found) / len(found), 3)


RANKED = {
    "all": (0.76, 0.89),
    "plain": (0.97, 1.00),
    "paraphrase": (0.71, 0.92),
    "other-words": (0.36, 0.60),
    "definition": (1.00, 1.00),
    "follow-up": (0.78, 0.95),
    "typo": (0.89, 0.94),
    "cross": (0.80, 0.97),
}
"""Kind -> the share of questions whose answer was first, and among the first three, when measured.

A floor is what was measured when it was last raised. Those of "typo" and "cross" were lowered once,
by one of 39 and two of 45, when a question came to be read alike with its question mark and
without: by the mark 20 of all 395 had another outcome. Four more of all come first.
"""
ANSWERED = {
    "plain": 0.87,
    "paraphrase": 0.10,
    "other-words": 0.04,
    "definition": 0.95,
    "follow-up": 0.48,
    "typo": 0.56,
    "cross": 0.68,
}
"""Kind -> the share of questions that got a right answer, in the same way; those of ``e5``, whose
threshold is where one answer in ten is unsupported, in small corpora too.
"""
REFUSED = {"off-topic": 1.00, "near-topic": 0.91, "false-premise": 0.93, "in conversation": 0.83}
"""Kind -> the share of questions without an answer that were refused, in the same way.

That of false premises, of which there are 16, was lowered once, by one of them, when 25 more of
305 got a right answer; that of "near-topic" with those of ``RANKED``, by two of 52."""


def test_the_passage_that_answers_comes_first_or_among_three_as_often_as_ever(
    asked: list[Asked],
) -> None:
    measured = {
        kind: tuple(share([a.found(k) for a in of_kind(asked, kind)]) for k in (1, 3))
        for kind in RANKED
    }
    assert below(RANKED, measured) == {}


def test_questions_get_a_right_answer_as_often_as_ever(asked: list[Asked]) -> None:
    measured = {kind: share([a.is_right for a in of_kind(asked, kind)]) for kind in ANSWERED}
    assert below(ANSWERED, measured) == {}


def test_questions_that_the_stories_do_not_answer_are_refused_as_often_as_ever(
    asked: list[Asked],
) -> None:
    measured = {
        kind: share([a.shown.refusal is not None for a in of_kind(asked, kind)]) for kind in REFUSED
    }
    assert below(REFUSED, measured) == {}


def test_more_than_nine_in_ten_of_all_that_nothing_answers_are_refused(asked: list[Asked]) -> None:
    refused = [a.shown.refusal is not None for a in asked if not a.label["answerable"]]
    assert share(refused) >= 0.93


def test_few_answers_are_wrong(asked: list[Asked]) -> None:
    answerable = [a for a in asked if a.label["answerable"]]
    assert share([a.shown.refusal is None and not a.is_right for a in answerable]) <= 0.03
    assert share([a.is_right for a in answerable if a.shown.refusal is None]) >= 0.94


def of_kind(asked: list[Asked], kind: str) -> list[Asked]:
    if kind == "all":
        return [each for each in asked if each.label["answerable"]]
    return [each for each in asked if kind_of(each.label) == kind]


def kind_of(label: dict[str, Any]) -> str:
    """Return a question's kind; what follows others and has no answer is a kind of its own."""
    return "in conversation" if "before" in label and not label["answerable"] else label["kind"]


def below(floors: dict[str, Any], measured: dict[str, Any]) -> dict[str, Any]:
    """Return what was measured where any of it is under its floor."""
    return {
        kind: found
        for kind, found in measured.items()
        if any(
            value < floor
            for value, floor in zip(as_tuple(found), as_tuple(floors[kind]), strict=True)
        )
    }


def as_tuple(value: Any) -> tuple[float, ...]:
    return value if isinstance(value, tuple) else (value,)


def test_every_quote_is_a_stretch_of_the_stored_text(asked: list[Asked]) -> None:
    hits = [hit for a in asked for hit in (*a.ranked.hits, *a.shown.hits)]
    assert hits
    for hit in hits:
        assert hit.text == hit.article.text[hit.passage.start : hit.passage.end]
        assert hit.sentence.text in hit.text


async def test_who_asks_all_about_a_subject_gets_the_passage_that_says_what_it_is(
    tmp_path: Path,
) -> None:
    expected = {
        "Parle-moi de Palantir": "Palantir est une société de surveillance",
        "Tell me about Palantir": "Palantir est une société de surveillance",
        "Que dit l’article sur IBM ?": "IBM n’intervient qu’à titre de rappel historique",
        "what do the articles say about Google?": "Google s’est attiré des reproches",
        "À quoi sert Rekognition ?": "Rekognition est le nom d’une technologie d’Amazon",
        "What is AWS used for?": "AWS est une infrastructure",
        "Parle-moi de Tesla": "",
        "What is Siri used for?": "",
    }
    async with SearchEngine(Settings(data=tmp_path, model="e5")) as engine:
        answers = [(await engine.ask(question)).hits for question in expected]
    found = [hits[0].text if hits else "" for hits in answers]
    said = [text[: len(start)] for text, start in zip(found, expected.values(), strict=True)]
    assert said == list(expected.values())
    assert found[-2:] == ["", ""]


async def test_a_bare_question_word_gets_what_it_asks_for_or_nothing(tmp_path: Path) -> None:
    asked = {
        ("Qui a écrit la lettre ?", "quand ?"): "",
        ("Pourquoi Google est-il critiqué ?", "par qui ?"): "",
        ("Pourquoi Google est-il critiqué ?", "quand ?"): "",
        ("Did the Third Reich use IBM's tools?", "when?"): "1940s",
    }
    async with SearchEngine(Settings(data=tmp_path, model="e5")) as engine:
        answers = {each: (await engine.ask(each[1], before=each[:1])).hits for each in asked}
        who = await engine.ask("Qui a écrit la lettre ?")
    said = {each: hits[0].sentence.text if hits else "" for each, hits in answers.items()}
    assert all(
        part in said[each] and bool(part) == bool(said[each]) for each, part in asked.items()
    )
    first = (who.hits or who.closest)[0].sentence.text
    assert first.startswith("The protest takes the form of a letter, written by Amazon engineers.")


async def test_a_corpus_of_one_story_does_not_answer_whatever_it_is_asked(tmp_path: Path) -> None:
    one = tmp_path / "stories"
    one.mkdir()
    shutil.copy(SEEDS / "amazon-lettre-rekognition.md", one)
    foreign = (
        "Combien coûte un avion ?",
        "Quelle est la capitale du Pérou ?",
        "Qui a gagné hier ?",
    )
    async with SearchEngine(Settings(data=tmp_path / "data", seeds=one, model="e5")) as engine:
        refused = [(await engine.ask(question)).refusal for question in foreign]
        known = await engine.ask("Quel est le premier grief des salariés ?")
    assert None not in refused
    assert known.refusal is None
