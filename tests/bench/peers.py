"""The same passages, encoder and questions in other engines: ``python -m tests.bench.peers NAME``.

Each runs in a fresh process, in a Python of its own if need be, and gets the vectors of the
passages ready made, so that its index is measured and not the encoder; questions and changed
passages go through the encoder.
"""

from __future__ import annotations

import gc
import importlib
import json
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from embeddings.vectors import light
from tests.bench import words
from tests.bench.engines import PEERS
from tests.bench.memory import Run, megabytes, pss
from tests.bench.sizes import CHANGED
from tests.bench.tasks import percentiles

PATIENCE = 900.0
"""Seconds that another engine may take for everything."""


def run(name: str, data: Path, scratch: Path) -> dict[str, Any]:
    """Measure one engine, in this process."""
    ids, texts, known = passages(data)
    asked = words.load(data / "questions.json")
    light.encode(["?"])
    peer = PEERS[name](scratch, lambda some: _encoded(some, known))
    index_seconds = _seconds(lambda: peer.build(ids, texts))
    some = slice(0, max(1, int(len(ids) * CHANGED)))
    ids, texts = ids[some], [f"{text} Revised." for text in texts[some]]
    known.clear()  # what only we hold is not its memory
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
    rest = pss([psutil.Process()])
    update = _seconds(lambda: peer.update(ids, texts))
    return percentiles(took) | {
        "name": name,
        "cpu": cpu,
        "index_seconds": index_seconds,
        "update_seconds": update,
        "rest_mb": megabytes(rest),
        "first_is_right": sum(right) / len(right),
    }


def passages(data: Path) -> tuple[list[str], list[str], dict[str, np.ndarray]]:
    """Return the passages of a corpus that we have indexed: names, texts and vectors."""
    from config.settings import Settings
    from embeddings.snapshots.kept import SnapshotStore
    from embeddings.store.database import open_database
    from embeddings.store.pointers import Pointers

    database = open_database(Settings(data=data))
    snapshot = SnapshotStore(Pointers(database), "shared", database).load_best()[0]
    database.close()
    assert snapshot is not None
    pairs = [
        (f"{p.article_id}#{p.paragraph}", snapshot.article(row).text[p.start : p.end])
        for row in range(snapshot.manifest.articles)
        for p in snapshot.passages_of(row)
    ]
    ids, texts = ([pair[i] for pair in pairs] for i in (0, 1))
    vectors = np.asarray(snapshot.array("passage_vectors"), np.float32)
    return ids, texts, dict(zip(texts, vectors, strict=True))


def compare(
    ours: dict[str, Any], data: Path, python: str | None, say: Callable[[str], None]
) -> list[dict[str, Any]]:
    """Measure the others, one after the other, and name those that are missing.

    Args:
        ours: What was measured of Verbatim, which comes first in what is returned.
        data: The data folder that this was measured with.
        python: The Python in which the others are installed; by default this one.
        say: Told what is being measured.
    """
    asked = ours["questions"]
    measured: list[dict[str, Any]] = [
        asked["answers"]
        | {
            "name": "Verbatim",
            "passages": ours["passages"],
            "update_seconds": ours["reindex_some"]["cpu"],
            "rest_mb": asked["rest_mb"],
            "first_is_right": asked["first_is_right"],
        }
    ]
    for name in PEERS:
        say(f"{ours['passages']} passages: {name}")
        scratch = data / f"peer-{name.split()[0]}"
        scratch.mkdir()
        told = {"name": name, "data": str(data), "scratch": str(scratch)}
        try:
            peer = Run(name, told, "tests.bench.peers", python or sys.executable).result(PATIENCE)
        except RuntimeError as error:
            peer = {"name": name, "missing": str(error)}
        measured.append(peer)
    return measured


def _encoded(texts: Iterable[str], known: dict[str, np.ndarray]) -> np.ndarray:
    """Return the vectors of texts, those that are known without the encoder."""
    listed = list(texts)
    new = [text for text in listed if text not in known]
    made = dict(zip(new, light.encode(new), strict=True))
    return np.array([known[t] if t in known else made[t] for t in listed], np.float32)


def _seconds(call: Callable[[], object]) -> float:
    """Return the processor time of a call."""
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
        result = run(told["name"], Path(told["data"]), Path(told["scratch"]))
    sys.stdout.write("\n" + json.dumps(result) + "\n")


if __name__ == "__main__":
    main()
