"""The mark as a reader gets it: one sentence, or two that follow each other, as they stand."""

from __future__ import annotations

from pathlib import Path

from config.settings import Settings
from embeddings.engine import SearchEngine
from embeddings.types import Hit, Sentence
from tests.embeddings.fakes import WordEncoder

BEFORE = "Le port ouvre en juin."
FIRST = "La lettre vise la police."
SECOND = "La lettre vise la prison."


async def first_hit(tmp_path: Path, text: str, question: str) -> Hit:
    (tmp_path / "lettre.md").write_text(f"---\ntitle: Un port\n---\n{text}\n", encoding="utf-8")
    settings = Settings(data=tmp_path / "data", seeds=tmp_path / "none")
    async with SearchEngine(settings, encoder=WordEncoder()) as engine:
        await engine.add([str(tmp_path / "lettre.md")])
        return (await engine.ask(question, threshold=0.0)).hits[0]


async def test_two_sentences_are_marked_as_they_stand_in_the_text(tmp_path: Path) -> None:
    hit = await first_hit(tmp_path, f"{FIRST}  {SECOND}", "Que vise la lettre ?")
    start = hit.article.text.index(FIRST)
    end = hit.article.text.index(SECOND) + len(SECOND)
    assert hit.sentence == Sentence(hit.article.text[start:end], start, end)


async def test_one_sentence_is_marked_where_no_other_is_as_likely(tmp_path: Path) -> None:
    hit = await first_hit(tmp_path, f"{BEFORE} {FIRST}", "Que vise la lettre sur la police ?")
    assert hit.sentence.text == FIRST
