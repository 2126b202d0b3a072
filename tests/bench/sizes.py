"""Everything that is measured of one corpus, in the order that makes sense of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.bench import words
from tests.bench.memory import Run, on_disk
from tests.bench.tasks import CORPUS

REAL_UP_TO = 10_000
"""The largest corpus whose vectors are the model's own, unless it is asked otherwise."""
CHANGED = 0.01
"""The share of the articles that change before an incremental reindex."""


@dataclass(frozen=True)
class Plan:
    """How a corpus is to be measured."""

    passages: int
    vectors: str
    questions: int = 200


def plan(passages: int, vectors: str, questions: int) -> Plan:
    """Decide on the vectors of a corpus where it is left to us."""
    chosen = "real" if passages <= REAL_UP_TO else "recombined"
    return Plan(passages, chosen if vectors == "auto" else vectors, questions)


def measure(plan_: Plan, data: Path, say: Callable[[str], None]) -> dict[str, Any]:
    """Make a corpus and measure everything about it; each figure in a fresh process."""
    say(f"{plan_.passages} passages: writing them")
    corpus = data / CORPUS
    words.save(words.write(corpus, plan_.passages, plan_.questions), data / "questions.json")
    told = {"data": str(data), "vectors": plan_.vectors, "questions": plan_.questions}
    found: dict[str, Any] = {"vectors": plan_.vectors}

    def run(task: str, name: str = "") -> None:
        say(f"{plan_.passages} passages: {name or task}")
        found[name or task] = Run(task, told).result()

    run("index")
    found["disk_mb"] = on_disk(data / "collections/shared/snapshots")
    run("encode")
    run("start")
    run("questions")
    run("reindex", "reindex_nothing")
    change(corpus, "once")
    run("reindex", "reindex_some")
    change(corpus, "twice")
    say(f"{plan_.passages} passages: questions during a reindex")
    found["during"] = during(told, data)
    return {"passages": found["index"].pop("passages")} | found


def during(told: dict[str, Any], data: Path) -> dict[str, Any]:
    """Ask from one process while another indexes."""
    until = data / "over"
    asking = Run("during", told | {"until": str(until)})
    while asking.running and not until.with_suffix(".ready").exists():
        asking.wait(0.1)
    indexing = Run("reindex", told).result()
    until.touch()
    return asking.result() | {"reindex_seconds": indexing["seconds"]}


def change(corpus: Path, how: str) -> int:
    """Put a sentence at the end of some articles all over a corpus; return how many."""
    files = sorted(corpus.glob("*.md"))[:: round(1 / CHANGED)]
    for number, file in enumerate(files):
        with file.open("a", encoding="utf-8") as article:
            article.write(f" The story number {number} was revised {how}.")
    return len(files)
