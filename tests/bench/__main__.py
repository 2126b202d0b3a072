"""``python -m tests.bench``: measure, print a table, and keep the figures and two plots."""

from __future__ import annotations

import argparse
import json
import os
import platform
import tempfile
from pathlib import Path
from typing import Any

from rich.console import Console

from tests.bench import peers, plots, report
from tests.bench.sizes import measure, plan

UNITS = {"k": 1_000, "m": 1_000_000}


def main() -> None:
    """Measure what the command line asks for."""
    options = arguments().parse_args()
    out, err = Console(), Console(stderr=True)
    document: dict[str, Any] = {"machine": machine(), "sizes": [], "peers": []}
    for size in filter(None, options.sizes.split(",")):
        with tempfile.TemporaryDirectory(prefix="verbatim-bench-", dir=options.scratch) as folder:
            one = plan(number(size), options.vectors, options.questions)
            document["sizes"].append(measure(one, Path(folder), err.log))
        keep(document, options.json)
    if document["sizes"]:
        document["growth"] = report.growth(document["sizes"])
        out.print(report.table(document["sizes"]))
    if options.peers:
        with tempfile.TemporaryDirectory(prefix="verbatim-peers-", dir=options.scratch) as folder:
            one = plan(number(options.peers), "real", options.questions)
            document["peers"] = peers.compare(one, Path(folder), options.peer_python, err.log)
        out.print(report.peers(document["peers"]))
    keep(document, options.json)
    if options.plots and document["sizes"]:
        for path in plots.draw(document["sizes"], options.plots):
            err.print(f"wrote {path}")


def arguments() -> argparse.ArgumentParser:
    """Return what the command line may say."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument(
        "--sizes", default="1k,10k", help="passages, such as 1k,10k,100k,1m; may be empty"
    )
    parser.add_argument(
        "--vectors",
        default="auto",
        choices=("auto", "real", "recombined"),
        help="auto: the model's own up to 10k, recombined from them above",
    )
    parser.add_argument("--questions", type=int, default=200, help="asked in each run")
    parser.add_argument("--json", type=Path, help="file that the figures are written to")
    parser.add_argument("--plots", type=Path, help="folder that the plots are written to")
    parser.add_argument("--scratch", help="folder for the corpora, removed afterwards")
    parser.add_argument("--peers", help="passages, such as 10k, to compare others with")
    parser.add_argument("--peer-python", help="the Python in which the others are installed")
    return parser  # fmt: skip


def number(text: str) -> int:
    """Return ``10k`` as 10000."""
    return int(text[:-1]) * UNITS[text[-1].lower()] if text[-1].lower() in UNITS else int(text)


def machine() -> dict[str, Any]:
    """Say where it was measured."""
    return {
        "system": platform.platform(),
        "processor": platform.machine(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
    }


def keep(document: dict[str, Any], path: Path | None) -> None:
    """Write the figures, if they are wanted; those of each size as soon as they are there."""
    if path:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(document, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
