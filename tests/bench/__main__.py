"""``python -m tests.bench``: measure, print a table, and keep the figures and two plots.

What the file of figures already has is not measured again, so that a run that was interrupted is
taken up where it was, and another size added later.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rich.console import Console

from tests.bench import peers, plots, report
from tests.bench.sizes import measure, plan

UNITS = {"k": 1_000, "m": 1_000_000}


def main() -> None:
    """Measure what the command line asks for and is not in the file of figures yet."""
    options = arguments().parse_args()
    out, err = Console(), Console(stderr=True)
    document = kept(options.json)
    for size in wanted(options):
        with tempfile.TemporaryDirectory(prefix="verbatim-bench-", dir=options.scratch) as folder:
            measure_one(size, options, document, Path(folder), err.log)
    measured, others = document["sizes"], document["peers"]
    document["growth"] = report.growth(measured)
    keep(document, options.json)
    if measured:
        out.print(report.table(measured, others))
    if options.markdown and measured:
        options.markdown.write_text(report.markdown(measured, others), encoding="utf-8")
    if options.plots and measured:
        for path in plots.draw(measured, options.plots):
            err.print(f"wrote {path}")


def wanted(options: argparse.Namespace) -> list[int]:
    """Return the sizes that are asked for, each once, ascending, with that of the peers."""
    sizes = [size for size in options.sizes.split(",") if size]
    return sorted({number(size) for size in [*sizes, *([options.peers] if options.peers else [])]})


def measure_one(
    size: int,
    options: argparse.Namespace,
    document: dict[str, Any],
    folder: Path,
    say: Callable[[str], None],
) -> None:
    """Measure one corpus, and the others with it where that is asked for; keep what is there."""
    compared = bool(options.peers) and number(options.peers) == size
    missing = compared and not document["peers"]
    one = next((m for m in document["sizes"] if m["asked"] == size), None)
    if one and not missing:
        say(f"{size} passages: measured before")
        return
    vectors = "real" if compared else options.vectors
    one = measure(plan(size, vectors, options.questions), folder, say) | {"asked": size}
    others = [m for m in document["sizes"] if m["asked"] != size]
    document["sizes"] = sorted([*others, one], key=lambda m: m["asked"])
    keep(document, options.json)
    if missing:
        document["peers"] = peers.compare(one, folder, options.peer_python, say)
        keep(document, options.json)


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
    parser.add_argument(
        "--json", type=Path, help="file that the figures are written to; sizes in it are kept"
    )
    parser.add_argument("--markdown", type=Path, help="file that the table is written to")
    parser.add_argument("--plots", type=Path, help="folder that the plots are written to")
    parser.add_argument("--scratch", help="folder for the corpora, removed afterwards")
    parser.add_argument(
        "--peers", help="passages, such as 10k, at which others are measured as well"
    )
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


def kept(path: Path | None) -> dict[str, Any]:
    """Return the figures of a run before, or none."""
    empty: dict[str, Any] = {"machine": machine(), "sizes": [], "peers": []}
    return empty | json.loads(path.read_text("utf-8")) if path and path.exists() else empty


def keep(document: dict[str, Any], path: Path | None) -> None:
    """Write the figures, if they are wanted; those of each size as soon as they are there."""
    if path:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(document, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
