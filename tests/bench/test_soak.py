"""The soak in little: it does what it says, and what grows is noticed."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from embeddings.engine import SearchEngine
from embeddings.types import ReindexReport
from tests.bench.soak import LOOSE, Course, Look, Soak, growth, problems
from tests.embeddings.fakes import WordEncoder

SHORT = Course(questions=240, reindexes=12, passages=60, servers=3, own=6, at_once=10)
LOOK = Look(questions=1, reindexes=1, own_mb=200.0, pss_mb=300.0, files=20, maps=40, threads=4)


class Hoarder(SearchEngine):
    """An engine that lets go of no snapshot that ever served."""

    async def reindex(self, **how: Any) -> ReindexReport:
        self.__dict__.setdefault("kept", []).append(self._live.serving)
        return await super().reindex(**how)


def soak(data: Path, engine: type[SearchEngine] = SearchEngine) -> Soak:
    """Run the short course."""
    run = Soak(SHORT, data, WordEncoder(), engine)
    asyncio.run(run.run())
    return run


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Soak:
    return soak(tmp_path_factory.mktemp("sound"))


def test_all_questions_are_asked_and_most_are_answered(sound: Soak) -> None:
    assert sound.asked == SHORT.questions
    assert sound.answered > SHORT.questions / 5


def test_every_reindex_is_followed_by_a_look(sound: Soak) -> None:
    assert [look.reindexes for look in sound.looks] == list(range(1, SHORT.reindexes + 1))
    assert sound.looks[-1].questions == SHORT.questions


def test_snapshots_are_rolled_back_and_collections_come_and_go(sound: Soak) -> None:
    assert sound.rollbacks >= 1
    assert sound.openings > SHORT.open


def test_many_questions_and_reindexes_leave_nothing_behind(sound: Soak) -> None:
    assert sound.told()["problems"] == []


def test_what_was_seen_can_be_kept(sound: Soak) -> None:
    assert json.loads(json.dumps(sound.told()))["at_the_end"]["maps"] > 0


def test_a_leak_is_noticed(tmp_path: Path) -> None:
    found = soak(tmp_path, Hoarder).told()["problems"]
    assert [sentence for sentence in found if "maps" in sentence]
    assert [sentence for sentence in found if "files" in sentence]


def test_more_memory_than_a_twentieth_is_a_problem() -> None:
    assert problems(LOOK, replace(LOOK, own_mb=209.0)) == []
    assert problems(LOOK, replace(LOOK, own_mb=211.0)) == [
        "The memory grew by 5.5%: 200.0 to 211.0 MB."
    ]
    assert growth(LOOK, replace(LOOK, own_mb=100.0)) == -0.5


@pytest.mark.parametrize("name", ["files", "maps", "threads"])
def test_more_files_maps_or_threads_are_a_problem(name: str) -> None:
    before = getattr(LOOK, name)
    assert problems(LOOK, replace(LOOK, **{name: before + LOOSE})) == []
    found = problems(LOOK, replace(LOOK, **{name: before + LOOSE + 1}))
    assert found == [f"There are {before + LOOSE + 1} {name} and not {before}."]
