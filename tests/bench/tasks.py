"""What is measured, each in a fresh process: ``python -m tests.bench.tasks TASK '{...}'``."""

from __future__ import annotations

import asyncio
import functools
import gc
import json
import re
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
import psutil
from numpy.typing import NDArray

from bot.asking import render
from bot.translate import Languages
from config.settings import Settings
from embeddings import loaded
from embeddings.engine import SearchEngine
from embeddings.lexical.bm25 import Lexical, Terms
from embeddings.ranking.maxsim import Encoding
from embeddings.text.passages import split
from embeddings.types import Answer, Article
from embeddings.vectors import light
from embeddings.vectors.index import VectorIndex
from embeddings.vectors.models import load_encoder
from tests.bench import words
from tests.bench.runs import megabytes, percentiles, pss

ASKERS = (1, 8, 64)
PASSAGES = 100
"""How many are encoded to measure the encoder's speed."""
STAGES = ("encode", "dense", "lexical", "rank", "verify", "render")
WORDS, COMMON = 2048, 0.3
"""Words whose real vectors stand for all others, and what frequent ones count of what others do."""


class Recombined:
    """Vectors for corpora that a model would take hours for: real ones, recombined.

    A text's vector is the mean of its words' vectors; each word's is one of ``WORDS`` real ones.
    They lie much as real ones do: texts that share words are near, and those of one article lie
    together. A question still goes through the real model, so that it takes as long.

    Args:
        kept: A file that keeps the real vectors, for a start that is not to wait for them.
    """

    model_id = "recombined==1"
    dimension = light.DIMENSION

    def __init__(self, kept: Path | None = None) -> None:
        if kept is None or not kept.exists():
            model = words.Model()
            bank = light.encode([model.word(rank) for rank in range(1, WORDS + 1)])
            bank -= bank.mean(axis=0)  # else all texts would be near each other
            common = np.array(sorted({word.lower() for word in model.common}))
            if kept:
                np.savez(kept, bank=bank, common=common)
        else:
            with np.load(kept, allow_pickle=False) as file:
                bank, common = file["bank"], file["common"]
        self._bank, self._common = bank, {*common.tolist()}

    def encode_query(self, text: str) -> Encoding:
        light.encode([text])
        return Encoding(text, self.encode_documents([text])[0])

    def encode_documents(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return np.array([self._vector(text) for text in texts], np.float32)

    def _vector(self, text: str) -> NDArray[np.float32]:
        pairs = [self._of(word.lower()) for word in re.findall(r"\w{4,}", text)] or [(0, 1.0)]
        rows, weights = zip(*pairs, strict=True)
        total = np.array(weights, np.float32) @ self._bank[list(rows)]
        return total / np.linalg.norm(total)

    def _of(self, word: str) -> tuple[int, float]:
        return crc32(word.encode()) % WORDS, COMMON if word in self._common else 1.0


@dataclass(frozen=True)
class Options:
    """What a task is told.

    Attributes:
        data: The data folder.
        began: When the process was started, in seconds since the epoch.
        model: As the setting has it, or ``recombined``.
        questions: How many are asked in each run.
        stories: Files that are added.
        until: A file; questions are asked until it is there.
    """

    data: str
    began: float
    model: str = "light"
    questions: int = 200
    stories: str = ""
    until: str = ""

    def settings(self) -> Settings:
        name = "light" if self.model == "recombined" else self.model
        return Settings(data=Path(self.data), seeds=Path("none"), model=name, gate=1)

    def engine(self) -> SearchEngine:
        kept = Path(self.data) / "bank.npz"
        encoder = Recombined(kept) if self.model == "recombined" else None
        return SearchEngine(self.settings(), encoder=encoder)

    def encoder(self) -> type:
        """Return the class of what makes vectors."""
        if self.model == "recombined":
            return Recombined
        return type(load_encoder(self.settings()))

    def asked(self) -> list[words.Asked]:
        return words.load(Path(self.data) / "questions.json")[: self.questions]


class Clock:
    """Seconds, and those of the processor, since it was made."""

    def __init__(self) -> None:
        self._began, self._cpu = time.perf_counter(), time.process_time()

    def read(self) -> dict[str, float]:
        return {
            "seconds": time.perf_counter() - self._began,
            "cpu": time.process_time() - self._cpu,
        }


async def start(options: Options) -> dict[str, Any]:
    """Answer one question; the clock runs from before Python starts."""
    async with options.engine() as engine:
        await ask(engine, options.asked()[0])
        took = time.time() - options.began
        return {"seconds": took, "cpu": time.process_time(), "torch": "torch" in sys.modules}


async def add(options: Options) -> dict[str, Any]:
    """Read files and index them, in a process that already serves; encoding is told apart."""
    async with options.engine() as engine:
        await engine.warm()
        encoder, names = options.encoder(), ("encode_documents", "encode_document")
        parts = [("encode", encoder, name) for name in names if hasattr(encoder, name)]
        with timed(parts, time.process_time) as watch:
            clock = Clock()
            report = (await engine.add([options.stories])).report
            took = clock.read()
        status = engine.status()
        told = {"passages": status.passages, "articles": status.articles, "index": status.index}
        assert report
        return took | told | {"encode": watch.seconds["encode"], "encoded": report.encoded}


async def reindex(options: Options) -> dict[str, Any]:
    """Index again what has not changed, in a process that already serves."""
    async with options.engine() as engine:
        await engine.warm()
        clock = Clock()
        await engine.reindex()
        return clock.read()


async def questions(options: Options) -> dict[str, Any]:
    """Ask questions: one at a time, split by stage, then many at once; and look at the memory."""
    async with options.engine() as engine:
        asked = options.asked()
        await engine.warm()
        for each in asked[:5]:
            await ask(engine, each)
        gc.collect()
        result: dict[str, Any] = {"rest_mb": megabytes(pss([psutil.Process()]))}
        result["stages"] = await stages(engine, options.encoder(), asked)
        for askers in ASKERS:
            result[f"askers_{askers}"] = await crowd(engine, asked, askers)
        clock = Clock()
        took = [(await ask(engine, each, render=False)) for each in asked]
        result["answers"] = percentiles(took) | {"cpu": clock.read()["cpu"] * 1000 / len(asked)}
        result["first_is_right"] = await right(engine, asked)
        return result


async def during(options: Options) -> dict[str, Any]:
    """Ask one question after the other until a file says that the indexing is over."""
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
    """Encode passages as for an index, and the same texts by the library that others use."""
    encoder = load_encoder(options.settings())
    model = words.Model()
    stories = (model.article(number) for number in range(PASSAGES))
    passages = [" ".join(part) for _, _, parts in stories for part in parts][:PASSAGES]
    encoder.encode_documents(passages[:1])  # so that all that it takes is loaded
    clock = Clock()
    for passage in passages:
        encoder.encode_documents([passage])
    return {"passages_per_second": len(passages) / clock.read()["seconds"]}


async def ask(engine: SearchEngine, asked: words.Asked, *, render: bool = True) -> float:
    """Ask; return the milliseconds until the answer, or its message, is ready to be sent."""
    began = time.perf_counter()
    answer = await engine.ask(asked.question)
    if render:
        draw(answer)
    return (time.perf_counter() - began) * 1000


def draw(answer: Answer) -> None:
    """Make the message that Discord gets."""
    render.answer_card(answer, render.Options(Languages.load().default, 0.5)).lay_out()


async def stages(engine: SearchEngine, encoder: type, asked: list[words.Asked]) -> dict[str, float]:
    """Return the milliseconds of a question in each stage, and of processor time in all."""
    parts = (
        ("encode", encoder, "encode_query"),
        ("dense", VectorIndex, "search"),
        ("lexical", Lexical, "read"),
        *(("lexical", Terms, name) for name in ("best", "spell")),
        ("rank", loaded.LoadedSnapshot, "rank"),
        ("verify", loaded.LoadedSnapshot, "read_hits"),
        ("render", sys.modules[__name__], "draw"),
    )
    cpu: list[float] = []
    with timed(parts) as watch:
        for each in asked:
            clock = Clock()
            await ask(engine, each)
            cpu.append(clock.read()["cpu"] * 1000)
    shares = {stage: watch.seconds[stage] * 1000 / len(asked) for stage in STAGES}
    return shares | {"cpu": sum(cpu) / len(cpu), "cpu_p95": percentiles(cpu)["p95"]}


async def crowd(engine: SearchEngine, asked: list[words.Asked], askers: int) -> dict[str, float]:
    """Let several people ask, each the next question when the last is answered."""
    waiting, took = iter(asked), []

    async def person() -> None:
        for each in waiting:
            took.append(await ask(engine, each))  # noqa: PERF401 - all of them fill one list

    clock = Clock()
    await asyncio.gather(*(person() for _ in range(askers)))
    return percentiles(took) | {"per_second": len(asked) / clock.read()["seconds"]}


async def right(engine: SearchEngine, asked: list[words.Asked]) -> float:
    """Return the share of questions whose passage comes first: that the answers are answers."""
    good = 0
    for each in asked:
        hits = (await engine.ask(each.question, threshold=0.0)).hits
        there = hits and (hits[0].article.id, hits[0].passage.paragraph)
        good += there == (each.article, each.paragraph)
    return good / len(asked)


class Watch:
    """Adds up the seconds spent in each stage, what an inner stage took left out of the outer."""

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self._clock = clock
        self._inner = [0.0]

    def around(self, stage: str, call: Callable[..., Any]) -> Callable[..., Any]:
        """Return ``call``, timed."""

        @functools.wraps(call)
        def measure(*given: Any, **named: Any) -> Any:
            began = self._clock()
            self._inner.append(0.0)
            try:
                return call(*given, **named)
            finally:
                took = self._clock() - began
                self.seconds[stage] += took - self._inner.pop()
                self._inner[-1] += took

        return measure


@contextmanager
def timed(
    parts: Sequence[tuple[str, Any, str]], clock: Callable[[], float] = time.perf_counter
) -> Iterator[Watch]:
    """Time some functions while the block runs: the stage, the owner and the name of each."""
    watch = Watch(clock)
    before = [(owner, name, getattr(owner, name)) for _, owner, name in parts]
    for stage, owner, name in parts:
        setattr(owner, name, watch.around(stage, getattr(owner, name)))
    try:
        yield watch
    finally:
        for owner, name, call in before:
            setattr(owner, name, call)


def passages_of(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield the passages of a corpus: ``article#paragraph``, and its text."""
    for file in sorted(folder.glob("*.md")):
        text = file.read_text(encoding="utf-8").split("\n---\n", 1)[1]
        article = Article(id=file.stem, title=file.stem, text=text)
        for p in split(article):
            yield f"{p.article_id}#{p.paragraph}", text[p.start : p.end]


TASKS = {t.__name__: t for t in (start, add, reindex, questions, during, encode)}

if __name__ == "__main__":
    result = asyncio.run(TASKS[sys.argv[1]](Options(**json.loads(sys.argv[2]))))
    sys.stdout.write("\n" + json.dumps(result) + "\n")
