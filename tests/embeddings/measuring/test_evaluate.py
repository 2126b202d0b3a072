"""Evaluating a labelled set: the figures are those of the engine's answers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from config.settings import Settings
from embeddings.errors import InputError
from embeddings.measuring.calibrate import calibrate
from embeddings.measuring.evaluate import evaluate
from embeddings.types import Progress
from tests.embeddings.fakes import WordEncoder
from tests.embeddings.sets import THINGS, TOWNS, write_set

PASSAGES = len(TOWNS) * len(THINGS)
PASSAGES_READ = 250
"""Of a real set; to encode all of it takes most of a minute."""
SHARED = Path(__file__).resolve().parents[3].parent / "shared" / "eval"


async def test_a_set_is_measured_and_every_quote_is_exact(tmp_path: Path) -> None:
    measured = await evaluate(write_set(tmp_path / "s"), Settings(), encoder=WordEncoder())
    figures = measured.figures
    assert (figures["queries"], figures["answerable"]) == (PASSAGES * 3 // 2, PASSAGES)
    assert figures["passages"] == PASSAGES
    assert figures["quote_fidelity"] == 1.0
    assert figures["recall@1"] >= 0.9
    assert figures["model"] == "words==1"


async def test_the_misses_are_what_was_answered_or_refused_wrongly(tmp_path: Path) -> None:
    folder = write_set(tmp_path / "s")
    text = (folder / "queries.jsonl").read_text(encoding="utf-8")
    wrong = text.replace('["Lorient-port"]', '["Brest-stade"]')
    (folder / "queries.jsonl").write_text(wrong, encoding="utf-8")
    measured = await evaluate(folder, Settings(threshold=0.0), encoder=WordEncoder())
    missed = {miss["question"]: miss for miss in measured.misses}
    miss = missed["Combien a coûté le port de Lorient ?"]
    assert miss["gold"] == ["Le stade de Brest a coûté 26 millions. Il a ouvert lundi."]
    assert str(miss["first"]).startswith("Le port de Lorient")
    assert miss["outcome"] == "wrong"
    assert {each["outcome"] for each in missed.values() if not each["gold"]} == {"answered"}
    cautious = await evaluate(folder, Settings(threshold=1.0), encoder=WordEncoder())
    assert {each["outcome"] for each in cautious.misses} == {"refused"}


async def test_each_kind_of_question_has_its_figures(tmp_path: Path) -> None:
    folder = write_set(tmp_path / "s")
    rows = [json.loads(line) for line in (folder / "queries.jsonl").read_text().splitlines()]
    for row in rows:
        row["kind"] = "plain" if row["answerable"] else "off-topic"
    text = "\n".join(json.dumps(row) for row in rows)
    (folder / "queries.jsonl").write_text(text, encoding="utf-8")
    figures = (await evaluate(folder, Settings(), encoder=WordEncoder())).figures
    kinds = figures["kinds"]
    assert isinstance(kinds, dict)
    assert kinds["plain"]["queries"] == PASSAGES
    assert kinds["plain"]["recall@1"] == figures["recall@1"]
    assert kinds["off-topic"]["wrong"] == figures["false_answer_rate"]


async def test_only_so_many_questions_are_asked_as_the_limit_says(tmp_path: Path) -> None:
    seen: list[Progress] = []
    measured = await evaluate(
        write_set(tmp_path / "s"),
        Settings(),
        limit=5,
        encoder=WordEncoder(),
        progress=seen.append,
    )
    assert measured.figures["queries"] == 5
    assert seen[-1] == Progress("ask", 5, 5)


async def test_a_folder_that_is_no_set_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="a labelled set needs it"):
        await evaluate(tmp_path, Settings(), encoder=WordEncoder())


async def test_a_calibration_is_fitted_on_sets_and_serves_their_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("embeddings.measuring.sampling.CORPORA", 50)  # a quarter: quicker
    sets = [write_set(tmp_path / "a", TOWNS[:4]), write_set(tmp_path / "b", TOWNS[4:])]
    fitted = await calibrate(sets, Settings(), encoder=WordEncoder())
    assert fitted.model == "words==1"
    assert {"a", "b"} <= fitted.figures.keys()
    assert fitted.story is not None
    path = tmp_path / "calibration.json"
    path.write_bytes(fitted.dump())
    settings = Settings(calibration=path)
    measured = await evaluate(sets[0], settings, encoder=WordEncoder())
    assert measured.figures["threshold"] == round(fitted.threshold, 4)
    assert measured.figures["auroc"] > 0.9


def cut(whole: Path, folder: Path) -> Path:
    """Write the first passages of a set, and the questions that they answer."""
    folder.mkdir()
    lines = (whole / "corpus.jsonl").read_text(encoding="utf-8").splitlines()[:PASSAGES_READ]
    names = {json.loads(line)["para_id"] for line in lines}
    asked = (whole / "queries.jsonl").read_text(encoding="utf-8").splitlines()
    answered = [q for q in asked if names.issuperset(ids := json.loads(q)["para_ids"]) and ids]
    for file, rows in (("corpus.jsonl", lines), ("queries.jsonl", answered)):
        (folder / file).write_text("\n".join(rows), encoding="utf-8")
    return folder


@pytest.mark.skipif(not SHARED.is_dir(), reason="the labelled sets are not beside the project")
@pytest.mark.parametrize(
    ("name", "first", "among_five"), [("piaf_dev", 0.81, 0.95), ("afriqa_dev", 0.84, 0.95)]
)
async def test_the_light_model_finds_the_passages_of_a_real_set(
    name: str, first: float, among_five: float, tmp_path: Path
) -> None:
    figures = (await evaluate(cut(SHARED / name, tmp_path / name), Settings(model="light"))).figures
    assert figures["recall@1"] >= first
    assert figures["recall@5"] >= among_five
    assert figures["quote_fidelity"] == 1.0
