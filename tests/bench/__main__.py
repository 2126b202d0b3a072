"""``python -m tests.bench``: measure, write a table, and keep the figures and two plots.

What the file of figures already has is not measured again, so that a run that was interrupted is
taken up where it was, and another size added later.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from tests.bench import peers, report, words
from tests.bench.runs import Run, on_disk

UNITS = {"k": 1_000, "m": 1_000_000}
REAL_UP_TO = 10_000
"""The largest corpus whose vectors are the model's own, unless it is asked otherwise."""


def main() -> None:
    """Measure what the command line asks for and is not in the file of figures yet."""
    options = arguments().parse_args()
    empty: dict[str, Any] = {"machine": machine(), "sizes": [], "peers": []}
    path = options.json
    document = empty | (json.loads(path.read_text("utf-8")) if path and path.exists() else {})
    for size in wanted(options):
        with tempfile.TemporaryDirectory(prefix="verbatim-bench-", dir=options.scratch) as folder:
            measure_one(size, options, document, Path(folder))
    measured, others = document["sizes"], document["peers"]
    table = report.markdown(measured, others)
    sys.stdout.write(table)
    if options.markdown:
        options.markdown.write_text(table, encoding="utf-8")
    if options.plots:
        report.draw(measured, options.plots)


def wanted(options: argparse.Namespace) -> list[int]:
    """Return the sizes that are asked for, each once, ascending, with that of the peers."""
    sizes = [size for size in options.sizes.split(",") if size]
    return sorted({number(size) for size in [*sizes, *([options.peers] if options.peers else [])]})


def measure_one(
    size: int, options: argparse.Namespace, document: dict[str, Any], folder: Path
) -> None:
    """Measure one corpus, and the others with it where that is asked for; keep what is there."""
    is_compared = bool(options.peers) and number(options.peers) == size
    is_missing = is_compared and not document["peers"]
    one = next((m for m in document["sizes"] if m["asked"] == size), None)
    if one and not is_missing:
        say(f"{size} passages: measured before")
        return
    is_real = is_compared or size <= options.real
    one = measure(size, options.model if is_real else "recombined", options.questions, folder)
    others = [m for m in document["sizes"] if m["asked"] != size]
    document["sizes"] = sorted([*others, one], key=lambda m: m["asked"])
    keep(document, options.json)
    if is_missing:
        document["peers"] = peers.compare(one, folder, options.model, options.peer_python, say)
        keep(document, options.json)


def measure(size: int, model: str, questions: int, data: Path) -> dict[str, Any]:
    """Make a corpus and measure everything about it; each figure in a fresh process."""
    say(f"{size} passages: writing them")
    stories = data / "stories"
    words.save(words.write(stories, size, questions), data / "questions.json")
    told = {"data": str(data), "model": model, "questions": questions, "stories": str(stories)}
    found: dict[str, Any] = {"asked": size, "vectors": model}

    def run(name: str, task: str, **more: str) -> None:
        say(f"{size} passages: {name}")
        found[name] = Run(task, told | more).result()

    run("index", "add")
    found["disk_mb"] = on_disk(data) - on_disk(stories)
    np.save(data / "vectors.npy", vectors(data, model))
    if model != "recombined":
        run("encode", "encode")
    run("start", "start")
    run("questions", "questions")
    run("reindex_nothing", "reindex")
    run("add_some", "add", stories=str(words.change(stories, data / "once", "once")))
    say(f"{size} passages: questions during an addition")
    found["during"] = during(told, data, words.change(stories, data / "twice", "twice"))
    return {"passages": found["index"].pop("passages")} | found


def vectors(data: Path, model: str) -> np.ndarray:
    """Return the vectors of the passages, in order, for those who get them ready made."""
    from config.settings import Settings
    from embeddings.vectors.models import load_encoder
    from tests.bench.tasks import Recombined, passages_of

    texts = [text for _, text in passages_of(data / "stories")]
    encoder = Recombined() if model == "recombined" else load_encoder(Settings(model=model))
    return encoder.encode_documents(texts)


def during(told: dict[str, Any], data: Path, changed: Path) -> dict[str, Any]:
    """Ask from one process while another adds."""
    until = data / "over"
    asking = Run("during", told | {"until": str(until)})
    while asking.running and not until.with_suffix(".ready").exists():
        time.sleep(0.1)
    adding = Run("add", told | {"stories": str(changed)}).result()
    until.touch()
    return asking.result() | {"adding_seconds": adding["seconds"]}


def arguments() -> argparse.ArgumentParser:
    """Return what the command line may say."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--sizes", default="1k,10k", help="passages, such as 1k,10k,100k,1m")
    parser.add_argument("--model", default="light", help="as the setting has it")
    parser.add_argument(
        "--real", type=number, default=REAL_UP_TO, help="above it, vectors are recombined"
    )
    parser.add_argument("--questions", type=int, default=200, help="asked in each run")
    parser.add_argument("--json", type=Path, help="file of figures; sizes in it are kept")
    parser.add_argument("--markdown", type=Path, help="file that the table is written to")
    parser.add_argument("--plots", type=Path, help="folder that the plots are written to")
    parser.add_argument("--scratch", help="folder for the corpora, removed afterwards")
    parser.add_argument("--peers", help="passages at which others are measured as well")
    parser.add_argument("--peer-python", help="the Python in which the others are installed")
    return parser  # fmt: skip


def number(text: str) -> int:
    """Return ``10k`` as 10000."""
    return int(text[:-1]) * UNITS[text[-1].lower()] if text[-1].lower() in UNITS else int(text)


def machine() -> dict[str, Any]:
    """Say where it was measured."""
    return {"system": platform.platform(), "cores": os.cpu_count(), "processor": platform.machine()}


def keep(document: dict[str, Any], path: Path | None) -> None:
    """Write the figures, if they are wanted; those of each size as soon as they are there."""
    if path:
        path.write_text(json.dumps(document, indent=1), encoding="utf-8")


def say(what: str) -> None:
    sys.stderr.write(f"{time.strftime('%H:%M:%S')} {what}\n")


if __name__ == "__main__":
    main()
