"""What is measured, each in a fresh process: ``python -m tests.bench.tasks TASK '{...}'``."""

from __future__ import annotations

import asyncio
import gc
import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import psutil

from bot.asking.render import View, answer_card
from bot.translate import Languages
from config.settings import Settings
from embeddings.engine import SearchEngine
from embeddings.snapshots import building as build
from embeddings.text.sentences import sentences
from embeddings.types import Answer
from embeddings.vectors.encoder import FEW, load_encoder
from tests.bench import words
from tests.bench.memory import megabytes, pss
from tests.bench.stages import STAGES, watched
from tests.bench.vectors import Recombined

ASKERS = (1, 8, 64)
PASSAGES = 200
"""How many are encoded to measure the encoder's speed."""
CORPUS = "collections/shared/corpus"
"""Where the articles lie in a data folder."""


@dataclass(frozen=True)
class Options:
    """What a task is told.

    Attributes:
        data: The data folder.
        began: When the process was started, in seconds since the epoch.
        vectors: ``real``, or ``recombined`` where the model would take too long.
        questions: How many are asked in each run.
        until: A file; questions are asked until it is there.
    """

    data: str
    began: float
    vectors: str = "real"
    questions: int = 200
    until: str = ""

    def engine(self) -> SearchEngine:
        settings = Settings(data=Path(self.data), seeds=Path("none"))
        encoder = Recombined() if self.vectors == "recombined" else None
        return SearchEngine(settings, encoder=encoder)

    def asked(self) -> list[words.Asked]:
        return words.load(Path(self.data) / "questions.json")


async def start(options: Options) -> dict[str, Any]:
    """Answer one question; the clock runs from before Python starts."""
    async with options.engine() as engine:
        await ask(engine, options.asked()[0])
        took = time.time() - options.began
        return {"seconds": took, "cpu": time.process_time(), "torch": "torch" in sys.modules}


async def index(options: Options) -> dict[str, Any]:
    """Index a corpus that has no snapshot yet."""
    began, cpu = time.perf_counter(), time.process_time()
    async with options.engine() as engine:
        status = engine.status()
        return {
            "seconds": time.perf_counter() - began,
            "cpu": time.process_time() - cpu,
            "passages": status.passages,
            "articles": status.articles,
            "index": status.index,
        }


async def reindex(options: Options) -> dict[str, Any]:
    """Index it again, in a process that already serves."""
    async with options.engine() as engine:
        await engine.warm()
        began, cpu = time.perf_counter(), time.process_time()
        report = await engine.reindex()
        return {
            "seconds": time.perf_counter() - began,
            "cpu": time.process_time() - cpu,
            "changed": report.changed,
            "reused": report.reused,
            "encoded": report.encoded,
        }


async def questions(options: Options) -> dict[str, Any]:
    """Ask questions: one at a time, split by stage, then many at once; and look at the memory."""
    async with options.engine() as engine:
        asked = options.asked()
        for each in asked[:5]:
            await ask(engine, each)
        result: dict[str, Any] = {"stages": await stages(engine, asked[: options.questions])}
        for askers in ASKERS:
            result[f"askers_{askers}"] = await crowd(engine, asked[: options.questions], askers)
        result["answers"] = await answers(engine, asked[: options.questions])
        result["first_is_right"] = await right(engine, asked[: options.questions])
        gc.collect()
        result["rest_mb"] = megabytes(pss([psutil.Process()]))
        return result


async def during(options: Options) -> dict[str, Any]:
    """Ask one question after the other until a file says that the reindex is over."""
    until = Path(options.until)
    async with options.engine() as engine:
        await ask(engine, options.asked()[0])
        until.with_suffix(".ready").touch()
        took: list[float] = []
        for each in cycle(options.asked()):
            if until.exists():  # noqa: ASYNC240 - a microsecond
                break
            took.append(await ask(engine, each))
        return percentiles(took)


async def encode(options: Options) -> dict[str, Any]:
    """Encode passages and their sentences in batches as for an index, and one text at a time."""
    encoder = load_encoder(Settings())
    files = islice(sorted((Path(options.data) / CORPUS).glob("*.md")), PASSAGES)
    passages = [file.read_text(encoding="utf-8").rpartition("\n\n")[2] for file in files]
    texts = [t for p in passages for t in (p, *(s.of(p) for s in sentences(p)))]
    encoder.encode_documents(texts[:1] * (FEW + 1))  # so that all that it takes is loaded
    batches = list(build._batches(sorted(texts, key=len)))
    batched = seconds(lambda: [encoder.encode_documents(batch) for batch in batches])
    alone = seconds(lambda: [encoder.encode_documents([text]) for text in texts])
    return {"passages_per_second": len(passages) / batched, "ratio": alone / batched}


async def ask(engine: SearchEngine, asked: words.Asked) -> float:
    """Ask; return the milliseconds until the answer is ready to be sent."""
    began = time.perf_counter()
    render(await engine.ask(asked.question))
    return (time.perf_counter() - began) * 1000


def render(answer: Answer) -> None:
    """Make the message that Discord gets."""
    answer_card(answer, View(Languages.load().default, 0.5)).lay_out()


async def stages(engine: SearchEngine, asked: list[words.Asked]) -> dict[str, float]:
    """Return the milliseconds of a question in each stage, and of processor time in all."""
    cpu: list[float] = []
    with watched(engine._live.encoder) as watch:
        draw = watch.around("render", render)
        for each in asked:
            began = time.process_time()
            draw(await engine.ask(each.question))
            cpu.append((time.process_time() - began) * 1000)
    shares = {stage: watch.seconds[stage] * 1000 / len(asked) for stage in STAGES}
    return shares | {"cpu": sum(cpu) / len(cpu), "cpu_p95": percentiles(cpu)["p95"]}


async def crowd(engine: SearchEngine, asked: list[words.Asked], askers: int) -> dict[str, float]:
    """Let several people ask, each the next question when the last is answered."""
    waiting, took = iter(asked), []

    async def person() -> None:
        for each in waiting:
            took.append(await ask(engine, each))  # noqa: PERF401 - all of them fill one list

    began = time.perf_counter()
    await asyncio.gather(*(person() for _ in range(askers)))
    return percentiles(took) | {"per_second": len(asked) / (time.perf_counter() - began)}


async def answers(engine: SearchEngine, asked: list[words.Asked]) -> dict[str, float]:
    """Ask one at a time until the quotes are there; no message is made, as others make none."""
    took, cpu = [], time.process_time()
    for each in asked:
        began = time.perf_counter()
        await engine.ask(each.question)
        took.append((time.perf_counter() - began) * 1000)
    return percentiles(took) | {"cpu": (time.process_time() - cpu) * 1000 / len(asked)}


async def right(engine: SearchEngine, asked: list[words.Asked]) -> float:
    """Return the share of questions whose passage comes first: that the answers are answers."""
    good = 0
    for each in asked:
        hits = (await engine.ask(each.question, threshold=0.0)).hits
        good += bool(hits) and (hits[0].article.id, hits[0].passage.paragraph) == (
            each.article,
            each.paragraph,
        )
    return good / len(asked)


def percentiles(took: list[float]) -> dict[str, float]:
    """Return the middle, the 95th and the 99th of a hundred, in the unit given."""
    rising = sorted(took) or [0.0]
    at = {f"p{p}": rising[min(len(rising) - 1, len(rising) * p // 100)] for p in (50, 95, 99)}
    return at | {"questions": len(took)}


def seconds(call: Callable[[], object]) -> float:
    began = time.process_time()
    call()
    return time.process_time() - began


TASKS = {t.__name__: t for t in (start, index, reindex, questions, during, encode)}

if __name__ == "__main__":
    result = asyncio.run(TASKS[sys.argv[1]](Options(**json.loads(sys.argv[2]))))
    sys.stdout.write("\n" + json.dumps(result) + "\n")
