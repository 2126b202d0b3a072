"""The same passages, encoder and questions in other engines: ``python -m tests.bench.peers NAME``.

Each is used as its own documentation begins, in a fresh process, in a Python of its own if need be,
and gets the vectors of the passages ready made, so that its index is measured and not the encoder;
questions and changed passages go through the encoder, whose share is told apart.
"""

from __future__ import annotations

import gc
import importlib
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import psutil

from tests.bench import words
from tests.bench.runs import Run, megabytes, percentiles, pss

PATIENCE = 900.0
"""Seconds that another engine may take for everything."""
TOP = 10
"""How many passages each is asked for."""
CHANGED = 0.01
"""The share of the passages that change."""


class Peer:
    """Another engine: ids and texts in, ids out."""

    needs: ClassVar[str]
    """The module that has to be installed."""

    def __init__(self, folder: Path, encode: Callable[[list[str]], np.ndarray]) -> None:
        self.folder, self.encode = folder, encode

    def build(self, ids: list[str], texts: list[str]) -> None:
        raise NotImplementedError

    def update(self, ids: list[str], texts: list[str]) -> None:
        """Put other texts in the place of some."""
        raise NotImplementedError

    def ask(self, question: str) -> list[str]:
        """Return the ids of the best passages."""
        raise NotImplementedError


class Bm25s(Peer):
    needs = "bm25s"

    def build(self, ids: list[str], texts: list[str]) -> None:
        import bm25s

        self._bm25s, self._ids, self._texts = bm25s, ids, dict(zip(ids, texts, strict=True))
        self._index = bm25s.BM25()
        self._index.index(bm25s.tokenize(texts, show_progress=False), show_progress=False)
        self._index.save(str(self.folder))

    def update(self, ids: list[str], texts: list[str]) -> None:
        self._texts |= dict(zip(ids, texts, strict=True))
        self.build(list(self._texts), list(self._texts.values()))

    def ask(self, question: str) -> list[str]:
        tokens = self._bm25s.tokenize([question], show_progress=False)
        rows, _ = self._index.retrieve(tokens, k=TOP, show_progress=False)
        return [self._ids[row] for row in rows[0].tolist()]


class LangChain(Peer):
    needs = "langchain_community"

    def build(self, ids: list[str], texts: list[str]) -> None:
        from langchain_community.vectorstores import FAISS
        from langchain_core.embeddings import Embeddings

        outer = self

        class Ours(Embeddings):
            def embed_documents(self, texts: list[str]) -> list[list[float]]:
                return outer.encode(texts).tolist()

            def embed_query(self, text: str) -> list[float]:
                return outer.encode([text])[0].tolist()

        self._store = FAISS.from_texts(texts, Ours(), ids=ids)
        self._store.save_local(str(self.folder))

    def update(self, ids: list[str], texts: list[str]) -> None:
        self._store.delete(ids)
        self._store.add_texts(texts, ids=ids)
        self._store.save_local(str(self.folder))

    def ask(self, question: str) -> list[str]:
        return [found.id for found in self._store.similarity_search(question, k=TOP)]


class Chroma(Peer):
    needs = "chromadb"
    AT_ONCE = 5000
    """Passages that one call may add."""

    def build(self, ids: list[str], texts: list[str]) -> None:
        import chromadb
        from chromadb.config import Settings

        quiet = Settings(anonymized_telemetry=False)
        client = chromadb.PersistentClient(str(self.folder), settings=quiet)
        self._collection = client.create_collection("passages", embedding_function=None)
        self.update(ids, texts)

    def update(self, ids: list[str], texts: list[str]) -> None:
        for first in range(0, len(ids), self.AT_ONCE):
            some = slice(first, first + self.AT_ONCE)
            vectors = self.encode(texts[some])
            self._collection.upsert(ids[some], embeddings=vectors, documents=texts[some])

    def ask(self, question: str) -> list[str]:
        found = self._collection.query(query_embeddings=self.encode([question]), n_results=TOP)
        return found["ids"][0]


PEERS: dict[str, type[Peer]] = {"bm25s": Bm25s, "LangChain + FAISS": LangChain, "Chroma": Chroma}


class Encoding:
    """The encoder, with the vectors that are known, and the seconds that the others took."""

    def __init__(self, model: str, known: dict[str, np.ndarray]) -> None:
        from config.settings import Settings
        from embeddings.vectors.models import load_encoder

        self.known, self.seconds = known, 0.0
        self._encoder = load_encoder(Settings(model=model))

    def __call__(self, texts: list[str]) -> np.ndarray:
        began = time.process_time()
        new = [text for text in texts if text not in self.known]
        made = dict(zip(new, self._encoder.encode_documents(new), strict=True)) if new else {}
        self.seconds += time.process_time() - began
        return np.array([self.known[t] if t in self.known else made[t] for t in texts], np.float32)


def measure(name: str, data: Path, model: str, scratch: Path) -> dict[str, Any]:
    """Measure one engine, in this process."""
    from tests.bench.tasks import passages_of

    ids, texts = map(list, zip(*passages_of(data / "stories"), strict=True))
    vectors = np.load(data / "vectors.npy", mmap_mode="r")
    encoding = Encoding(model, dict(zip(texts, vectors, strict=True)))
    asked = words.load(data / "questions.json")
    peer = PEERS[name](scratch, encoding)
    index = _cpu(lambda: peer.build(ids, texts))
    some = slice(0, max(1, int(len(ids) * CHANGED)))
    encoding.known.clear()  # what only we hold is not its memory
    for each in asked[:5]:
        peer.ask(each.question)
    found, took, cpu = [], [], time.process_time()
    for each in asked:
        began = time.perf_counter()
        found.append(peer.ask(each.question))
        took.append((time.perf_counter() - began) * 1000)
    cpu = (time.process_time() - cpu) * 1000 / len(asked)
    right = [f"{a.article}#{a.paragraph}" == f[0] for a, f in zip(asked, found, strict=True)]
    gc.collect()
    rest, encoding.seconds = pss([psutil.Process()]), 0.0
    update = _cpu(lambda: peer.update(ids[some], [f"{text} Revised." for text in texts[some]]))
    return percentiles(took) | {
        "name": name,
        "cpu": cpu,
        "index_seconds": index,
        "update_seconds": update - encoding.seconds,
        "rest_mb": megabytes(rest),
        "first_is_right": sum(right) / len(right),
    }


def compare(
    ours: dict[str, Any], data: Path, model: str, python: str | None, say: Callable[[str], None]
) -> list[dict[str, Any]]:
    """Measure the others, one after the other, and name those that are missing.

    Args:
        ours: What was measured of Verbatim, which comes first in what is returned.
        data: The folder that this was measured with.
        model: What makes vectors.
        python: The Python in which the others are installed; by default this one.
        say: Told what is being measured.
    """
    asked, some = ours["questions"], ours["add_some"]
    measured: list[dict[str, Any]] = [
        asked["answers"]
        | {
            "name": "Verbatim",
            "passages": ours["passages"],
            "update_seconds": some["cpu"] - some["encode"],
            "rest_mb": asked["rest_mb"],
            "first_is_right": asked["first_is_right"],
        }
    ]
    for name in PEERS:
        say(f"{ours['passages']} passages: {name}")
        scratch = data / f"peer-{name.split()[0]}"
        scratch.mkdir()
        told = {"name": name, "data": str(data), "model": model, "scratch": str(scratch)}
        try:
            peer = Run(name, told, "tests.bench.peers", python or sys.executable).result(PATIENCE)
        except RuntimeError as error:
            peer = {"name": name, "missing": str(error)}
        measured.append(peer)
    return measured


def _cpu(call: Callable[[], object]) -> float:
    """Return the processor time of a call, in seconds."""
    began = time.process_time()
    call()
    return time.process_time() - began


def main() -> None:
    """Measure the engine that the command line names; say so when it is not installed."""
    told = json.loads(sys.argv[2])
    try:
        importlib.import_module(PEERS[told["name"]].needs)
    except ImportError as error:
        result: dict[str, Any] = {"name": told["name"], "missing": f"not installed ({error})"}
    else:
        scratch = Path(told["scratch"])
        result = measure(told["name"], Path(told["data"]), told["model"], scratch)
    sys.stdout.write("\n" + json.dumps(result) + "\n")


if __name__ == "__main__":
    main()
