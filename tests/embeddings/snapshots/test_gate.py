"""The gate: a snapshot that answers fewer golden questions is not published, and says why."""

from __future__ import annotations

import json
import pickle
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from embeddings.engine import SearchEngine
from embeddings.errors import BrokenQuestion, GateError, InputError
from embeddings.snapshots.checks import parse
from tests.embeddings.collections import PORT, filled, kept, opened, story
from tests.embeddings.stories import HARBOUR, ORCHARD

QUESTION = "Combien de temps la construction a-t-elle duré ?"
NOTHING = "Rien de tout cela. Vraiment rien du tout."
GOLDEN = (
    {"qid": "1", "question": QUESTION, "passages": [{"article": "port", "paragraph": 2}]},
    {"qid": "2", "question": "Que disent les assureurs ?", "para_ids": ["verger#2"]},
    {"qid": "3", "question": "Qui est le maire ?", "passages": [], "answerable": False},
)


def ask_of(tmp_path: Path, *questions: object) -> None:
    path = tmp_path / "data/queries/shared.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{json.dumps(q)}\n" for q in questions), encoding="utf-8")


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncIterator[SearchEngine]:
    async with opened(tmp_path) as engine:
        await filled(engine, tmp_path)
        ask_of(tmp_path, *GOLDEN)
        yield engine


def broken(tmp_path: Path) -> list[str]:
    """Return a story that replaces ``port``, and others that attract its questions' words."""
    others = [
        story(tmp_path, f"o{n}", f"La construction a-t-elle duré ? {n} temps.", title="Combien")
        for n in range(3)
    ]
    return [story(tmp_path, "port", NOTHING, id="port", title="Le port"), *others]


async def test_what_breaks_golden_questions_is_not_published(
    engine: SearchEngine, tmp_path: Path
) -> None:
    with pytest.raises(GateError) as caught:
        await engine.add(broken(tmp_path))
    assert (caught.value.before, caught.value.after) == (1.0, 0.5)
    assert caught.value.broken == (BrokenQuestion(QUESTION, "Le port"),)
    assert QUESTION in str(caught.value)
    assert "--anyway" in str(caught.value)


async def test_a_refused_change_leaves_all_as_it_was(engine: SearchEngine, tmp_path: Path) -> None:
    before = (kept(engine), engine.status().snapshot, await engine.audit())
    with pytest.raises(GateError):
        await engine.add(broken(tmp_path))
    assert (kept(engine), engine.status().snapshot, await engine.audit()) == before
    assert (await engine.verify()).ok
    assert len(engine.snapshots()) == 1
    assert not list((tmp_path / "data").rglob(".aside-*"))


async def test_it_can_be_published_all_the_same(engine: SearchEngine, tmp_path: Path) -> None:
    report = await engine.add(broken(tmp_path), anyway=True)
    assert [a.id for a in report.changed] == ["port"]


async def test_a_refused_proposal_can_be_confirmed_all_the_same(
    engine: SearchEngine, tmp_path: Path
) -> None:
    proposal = await engine.propose(broken(tmp_path))
    with pytest.raises(GateError):
        await engine.confirm(proposal.token)
    assert (await engine.confirm(proposal.token, anyway=True)).report is not None


async def test_how_much_may_break_is_a_setting(tmp_path: Path) -> None:
    async with opened(tmp_path, gate=0.5) as engine:
        await filled(engine, tmp_path)
        ask_of(tmp_path, *GOLDEN)
        assert (await engine.add(broken(tmp_path))).report is not None


async def test_a_story_that_is_taken_out_takes_its_questions_along(engine: SearchEngine) -> None:
    assert (await engine.remove(["port"])).removed == ("port",)


async def test_a_paragraph_that_moves_is_found_where_it_stands_now(
    engine: SearchEngine, tmp_path: Path
) -> None:
    text = f"Un nouveau début pour cette histoire.\n\nEt encore un autre.\n\n{PORT}"
    path = story(tmp_path, "port", text, id="port", title=HARBOUR.title)
    assert (await engine.add([path])).report is not None


async def test_a_paragraph_that_is_corrected_in_its_place_still_answers(
    engine: SearchEngine, tmp_path: Path
) -> None:
    text = PORT.replace("trois ans", "quatre ans")
    path = story(tmp_path, "port", text, id="port", title=HARBOUR.title)
    assert (await engine.add([path])).report is not None


async def test_without_a_change_nothing_is_asked(engine: SearchEngine, tmp_path: Path) -> None:
    ask_of(tmp_path, "no question at all")
    assert (await engine.reindex(full=True)).encoded > 0


async def test_a_golden_question_that_cannot_be_read_is_named(
    engine: SearchEngine, tmp_path: Path
) -> None:
    for line in ["{", '"x"', '{"question": "?", "para_ids": ["port"]}', "[" * 9999]:
        path = tmp_path / "data/queries/shared.jsonl"
        path.write_text(f"{json.dumps(GOLDEN[0])}\n{line}\n", encoding="utf-8")
        with pytest.raises(
            InputError, match=r"shared.jsonl, line 2 is no golden question: mend or remove it"
        ):
            await engine.remove(["port"])
        assert len(engine.sources()) == 2


async def test_seeds_bring_their_questions_while_they_are_half_of_the_articles(
    tmp_path: Path,
) -> None:
    seeds = tmp_path / "seeds"
    story(seeds, "port", PORT, id="port", title=HARBOUR.title)
    story(seeds, "verger", ORCHARD.text, id="verger", title=ORCHARD.title)
    lines = "".join(f"{json.dumps(q)}\n" for q in GOLDEN)
    (seeds / "queries.jsonl").write_text(lines, encoding="utf-8")
    async with opened(tmp_path, seeds=seeds) as engine:
        others = broken(tmp_path)
        with pytest.raises(GateError):
            await engine.add(others[:3])
        assert (await engine.add(others)).report is not None


def test_a_question_that_needs_context_is_no_golden_question() -> None:
    follower = GOLDEN[0] | {"before": ["Qu'est-ce que le port ?"]}
    lines = "\n".join(json.dumps(question) for question in (*GOLDEN, follower))
    found = [golden.question for golden in parse(lines.encode(), "q")]
    assert found == [QUESTION, "Que disent les assureurs ?"]


def test_the_error_is_the_same_in_another_process() -> None:
    error = GateError((BrokenQuestion("Qui ?", "Le port"),), 1.0, 0.5)
    again = pickle.loads(pickle.dumps(error))  # noqa: S301 - its own bytes
    assert (again.broken, again.before, again.after, str(again)) == (
        *(error.broken, 1.0),
        *(0.5, str(error)),
    )


def test_only_the_first_questions_are_named() -> None:
    error = GateError(tuple(BrokenQuestion(f"Q{n} ?", "T") for n in range(9)), 0.9, 0.1)
    assert "9 no longer do: “Q0 ?” “Q1 ?” “Q2 ?”." in str(error)
    assert "Q3" not in str(error)
