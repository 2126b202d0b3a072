"""The soak in little: it does what it says, and what grows is noticed."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from embeddings.engine import SearchEngine
from embeddings.reports import ChangeReport
from tests.bench.soak import LOOSE, Course, Look, Soak, problems
from tests.embeddings.fakes import WordEncoder

SHORT = Course(questions=240, changes=12, passages=60, servers=3)
LOOK = Look(questions=1, own_mb=200.0, pss_mb=300.0, files=20, maps=40, threads=4)


class Hoarder(SearchEngine):
    """An engine that lets go of no snapshot that ever served."""

    async def add(self, *given: Any, **how: Any) -> ChangeReport:
        self.__dict__.setdefault("kept", []).append(self._live.loaded)
        return await super().add(*given, **how)


def soak(folder: Path, engine: type[SearchEngine] = SearchEngine) -> Soak:
    """Run the short course."""
    run = Soak(SHORT, folder, WordEncoder(), engine)
    asyncio.run(run.run())
    return run


def test_many_questions_and_changes_leave_nothing_behind(tmp_path: Path) -> None:
    run = soak(tmp_path)
    told = json.loads(json.dumps(run.told()))
    assert (run.asked, run.rollbacks, len(run.looks)) == (SHORT.questions, 1, SHORT.changes)
    assert run.answered > SHORT.questions / 5
    assert told["problems"] == []
    assert told["at_the_end"]["maps"] > 0


def test_a_leak_is_noticed(tmp_path: Path) -> None:
    found = soak(tmp_path, Hoarder).told()["problems"]
    assert [sentence for sentence in found if "maps" in sentence]


def test_more_memory_files_maps_or_threads_than_may_be_are_a_problem() -> None:
    assert problems(LOOK, replace(LOOK, own_mb=209.0)) == []
    assert problems(LOOK, replace(LOOK, own_mb=211.0)) == [
        "The memory grew by 5.5%: 200.0 to 211.0 MB."
    ]
    for name in ("files", "maps", "threads"):
        before = getattr(LOOK, name)
        assert problems(LOOK, replace(LOOK, **{name: before + LOOSE})) == []
        found = problems(LOOK, replace(LOOK, **{name: before + LOOSE + 1}))
        assert found == [f"There are {before + LOOSE + 1} {name} and not {before}."]
